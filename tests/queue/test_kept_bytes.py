"""After their time no byte tells a number or a voice: not the tables, the log, an older backup, or today's keys."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.kit.crypto import SealBroken
from app.kit.db import migrate, open_pool
from app.kit.postgres import Embedded, start_embedded
from app.queue import callbacks
from app.queue.callback_models import Result
from app.queue.safe import Safe
from app.queue.sealing import open_number, open_sealed
from app.queue.sweeping import overdue, sweep
from app.queue.text_messages import write_text
from app.queue.voicemails import fetch_voicemails, keep_voicemail
from tests.attack.canaries import scan
from tests.moving import MovableClock
from tests.queue.kept import keys_in, open_safe, promise
from tests.queue.killed import Provider, sound_of
from tests.referrals.recovery import contents_of

NUMBERS = tuple(f"+49151{number:08}" for number in range(23_456_701, 23_456_707))
# A sealed number as PostgreSQL lays out bytes of its length: one byte of length, nonce, sixteen bytes, tag.
SEALED, SEALED_BYTES = re.compile(rb"\x5b"), 44
# So many random bytes have about forty different values; of a million, none has fewer than this.
LEAST_DIFFERENT = 32


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Embedded]:
    """A server of its own, as durable as the demonstration's, so that its files are those of real life."""
    started = start_embedded(tmp_path / "data")
    yield started
    started.stop()


def stolen(server: Embedded, to: Path) -> set[bytes]:
    """A copy of the server's files as they are, its write-ahead log among them, without the empty databases."""
    return contents_of(
        shutil.copytree(server.cluster, to, ignore=shutil.ignore_patterns("postmaster.*", "1", "4", "5"))
    )


def recovered(contents: set[bytes], keys: Path) -> set[str]:
    """The numbers that copies give up to a folder of keys: a program that knows how they are sealed."""
    by_id = {UUID(path.name.split(".")[0].removeprefix("line-")): path.read_bytes() for path in keys.glob("line-*")}
    found = set()
    for content in contents:
        for place in SEALED.finditer(content):
            sealed = content[place.end() : place.end() + SEALED_BYTES]
            if len(set(sealed)) < LEAST_DIFFERENT:
                continue
            for id_, key in by_id.items():
                try:
                    found.add(open_number(key, id_, sealed))
                except (SealBroken, UnicodeDecodeError):
                    continue
    return found


async def checkpoint(server: Embedded) -> None:
    superuser = await asyncpg.connect(server.url("postgres", "hotline"))
    await superuser.execute("CHECKPOINT")
    await superuser.close()


async def fill(safe: Safe, provider: Provider) -> list[str]:
    """Callbacks, text messages and voicemails; the words of the voicemails' recordings."""
    for place, number in enumerate(NUMBERS):
        await promise(safe, number)
        await write_text(safe, number=number, text="Adresse", call=b"%d" % place, origin=b"%d" % place)
    recordings = [provider.record() for _ in range(3)]
    for sid in recordings:
        await keep_voicemail(safe, sid, language="tr")
    assert await fetch_voicemails(safe, provider) == 3  # type: ignore[arg-type]  # It has all that is asked for.
    row = await safe.pool.fetchrow("SELECT id, key_id, sealed FROM voicemail ORDER BY left_at LIMIT 1")
    assert row is not None
    key = safe.vault.read(f"line-{row['id'].hex}", row["key_id"])
    assert open_sealed(key, row["id"], row["sealed"]) in {sound_of(sid) for sid in recordings}
    return recordings


async def end_two(safe: Safe) -> None:
    """One is withdrawn, and one is reached."""
    first, second, *_ = sorted(await callbacks.list_callbacks(safe), key=lambda callback: callback.made_at)
    assert await callbacks.withdraw(safe, first.id)
    dialling = await callbacks.get_dialling(safe, second.id)
    assert await callbacks.settle(safe, second.id, dialling.attempt, Result.REACHED)


async def test_no_byte_is_left_of_numbers_and_voices(server: Embedded, tmp_path: Path) -> None:
    await migrate(server.owner_url)
    clock = MovableClock()
    (tmp_path / "provider").mkdir()
    async with await open_pool(server.app_url) as pool:
        safe = open_safe(pool, tmp_path / "keys", clock)
        recordings = await fill(safe, Provider(tmp_path / "provider"))
        await checkpoint(server)
        backup, keys_then = stolen(server, tmp_path / "backup"), shutil.copytree(tmp_path / "keys", tmp_path / "then")
        await end_two(safe)
        assert len(recovered(backup, tmp_path / "keys")) == len(NUMBERS) - 2
        clock.go_on(days=8)
        await sweep(safe)
        assert not any((await overdue(safe)).values())
        clock.go_on(days=2)
        await sweep(safe)
        assert await pool.fetchval("SELECT count(*) FROM callback") == 0
        assert keys_in(safe) == []
        await checkpoint(server)
        now = stolen(server, tmp_path / "now")
    # With the keys of that time the same program opens what the log still holds: it would have found what was there.
    assert recovered(backup, keys_then) == recovered(now, keys_then) == set(NUMBERS)
    assert recovered(backup | now, tmp_path / "keys") == set()
    for folder in ("backup", "now", "keys"):
        assert scan(tmp_path / folder, [*NUMBERS, *recordings]) == []
