"""Erasure lasts: copies of everything open nothing that was withdrawn, and nothing else is ever lost on the way."""

import asyncio
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.kit.db import migrate
from app.kit.paths import PROJECT_ROOT
from app.kit.postgres import Embedded, start_embedded
from app.kit.reach import EVERYTHING, open_database, transaction
from app.referrals import service
from app.referrals.erasure import find_payload
from app.referrals.models import Made, Side
from app.referrals.refusals import ReferralUnknown
from app.referrals.service import Referrals
from tests.conftest import DatabaseUrls
from tests.moving import MovableClock
from tests.referrals.cast import AGENT, PAYLOAD, agree, open_room, refer
from tests.referrals.recovery import contents_of, recover

PROGRAM = Path(__file__).with_name("referring_program.py")
RANDOM = random.Random(9)  # noqa: S311  Moments to interrupt at, not secrets.


def keys_in(folder: Path) -> list[Path]:
    """The keys of buckets, and whatever was left half made."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("lasting."))


async def opens(referrals: Referrals, made: Made) -> bool:
    async with transaction(referrals.database, EVERYTHING) as session:
        return await find_payload(session, referrals, made.referral.id) == PAYLOAD


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


async def test_copies_of_everything_open_nothing_that_was_withdrawn(server: Embedded, tmp_path: Path) -> None:
    await migrate(server.owner_url)
    referrals = open_room(await open_database(server.app_url), MovableClock(), tmp_path / "keys")
    await agree(referrals)
    made = [await refer(referrals) for _ in range(6)]
    ids = {one.referral.id for one in made}
    leaving, staying = made[:2], {one.referral.id for one in made[2:]}
    text = "Bitte nicht anrufen"
    await service.write_message(referrals, EVERYTHING, made[0].referral.id, side=Side.HOTLINE, by=AGENT, text=text)
    backup = stolen(server, tmp_path / "backup")
    former_keys = shutil.copytree(tmp_path / "keys", tmp_path / "former")

    for one in leaving:
        assert await service.withdraw_by_code(referrals, one.code, source="web:1")
    await service.sweep(referrals)
    assert (await service.overdue(referrals))["keys"] == 0
    superuser = await asyncpg.connect(server.url("postgres", "hotline"))
    await superuser.execute("CHECKPOINT")
    await superuser.close()
    now = stolen(server, tmp_path / "now")
    assert set(recover(now | backup, tmp_path / "keys", ids)) == staying
    # With the keys of that time the same program opens all of them: it would have found what was there.
    assert set(recover(backup, former_keys, ids)) == ids
    assert set(recover(now, former_keys, ids)) == ids

    assert await service.rotate_keys(referrals, by="cli") == 1
    assert recover(now | backup, tmp_path / "keys", ids) == {}
    assert [await opens(referrals, one) for one in made] == [False] * 2 + [True] * 4
    await referrals.database.close()


async def test_other_weeks_keep_their_keys_and_empty_ones_go(referrals: Referrals, clock: MovableClock) -> None:
    first = await refer(referrals)
    (old,) = keys_in(referrals.vault.folder)
    clock.go_on(days=7)
    second = await refer(referrals)
    assert len(keys_in(referrals.vault.folder)) == 2
    await service.withdraw_by_code(referrals, second.code, source="web:1")
    assert old in keys_in(referrals.vault.folder)
    assert await opens(referrals, first)
    clock.go_on(days=120)
    assert await service.sweep(referrals) == 2
    assert keys_in(referrals.vault.folder) == []
    third = await refer(referrals)
    assert await opens(referrals, third)


async def test_what_has_ended_is_erased_in_time_and_is_counted_before(
    referrals: Referrals, clock: MovableClock, plain: asyncpg.Connection
) -> None:
    made = [await refer(referrals) for _ in range(3)]
    await service.withdraw_by_code(referrals, made[0].code, source="web:1")
    clock.go_on(days=30)
    assert (await service.overdue(referrals))["referrals"] == 1
    assert await service.sweep(referrals) == 1
    with pytest.raises(ReferralUnknown):
        await service.get_referral(referrals, EVERYTHING, made[0].referral.id)
    clock.go_on(days=59, hours=23)
    assert await service.sweep(referrals) == 0
    clock.go_on(hours=1)
    assert await service.sweep(referrals) == 2
    for table in ("referral", "referral_secret", "referral_message", "referral_outbox"):
        assert await plain.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    assert (await service.overdue(referrals)) == {"referrals": 0, "keys": 0, "steps": 0}


async def test_many_at_once_lose_nothing(referrals: Referrals) -> None:
    """Callers are referred and withdraw while keys are renewed, all at the same time."""
    made = [await refer(referrals) for _ in range(12)]
    leaving, staying = made[:6], made[6:]
    done = await asyncio.gather(
        *(service.withdraw_by_code(referrals, one.code, source=f"web:{n}") for n, one in enumerate(leaving)),
        *(service.rotate_keys(referrals, by="cli") for _ in range(3)),
        *(refer(referrals) for _ in range(6)),
    )
    staying += [one for one in done if isinstance(one, Made)]
    await service.sweep(referrals)
    assert [await opens(referrals, one) for one in staying] == [True] * 12
    assert [await opens(referrals, one) for one in leaving] == [False] * 6
    assert len(keys_in(referrals.vault.folder)) == 1


async def test_several_rotations_at_once_do_not_wrap_by_a_key_that_is_gone(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.referrals.erasure._BATCH", 1)
    made = [await refer(referrals) for _ in range(12)]
    for _ in range(2):
        await asyncio.gather(*(service.rotate_keys(referrals, by="cli") for _ in range(5)))
        assert [await opens(referrals, one) for one in made] == [True] * 12
    assert len(keys_in(referrals.vault.folder)) == 1


async def test_an_interrupted_rotation_loses_nothing_and_is_finished_by_the_sweep(referrals: Referrals) -> None:
    made = [await refer(referrals) for _ in range(8)]
    former: set[bytes] = set()
    for _ in range(40):
        former |= {path.read_bytes() for path in keys_in(referrals.vault.folder)}
        rotating = asyncio.create_task(service.rotate_keys(referrals, by="cli"))
        await asyncio.sleep(RANDOM.random() * 0.05)
        rotating.cancel()
        await asyncio.wait({rotating})
        assert await opens(referrals, RANDOM.choice(made))
    # A thread that was writing a key when its task was called off may still be at it.
    await asyncio.sleep(0.1)
    await service.rotate_keys(referrals, by="cli")
    assert [await opens(referrals, one) for one in made] == [True] * 8
    assert len(keys_in(referrals.vault.folder)) == 1
    assert keys_in(referrals.vault.folder)[0].read_bytes() not in former


async def test_a_lost_key_takes_only_its_own_records_along(referrals: Referrals, clock: MovableClock) -> None:
    lost = await refer(referrals)
    for path in keys_in(referrals.vault.folder):
        path.unlink()
    clock.go_on(days=7)
    kept = await refer(referrals)
    assert await service.rotate_keys(referrals, by="cli") == 2
    assert await opens(referrals, kept)
    assert await service.withdraw_by_code(referrals, lost.code, source="web:1")
    await service.sweep(referrals)
    assert (await service.overdue(referrals))["keys"] == 0


async def test_another_databases_keys_in_the_same_folder_stay(
    referrals: Referrals, clock: MovableClock, server: Embedded
) -> None:
    await migrate(server.owner_url)
    other = open_room(await open_database(server.app_url), clock, referrals.vault.folder)
    await agree(other)
    made, foreign = await refer(referrals), await refer(other)
    await service.withdraw_by_code(referrals, made.code, source="web:1")
    await service.rotate_keys(referrals, by="cli")
    assert await opens(other, foreign)
    await other.database.close()


async def kill_and_check(urls: DatabaseUrls, folder: Path, kills: int) -> None:
    """Kills a program that refers and withdraws without a pause, again and again, and counts what became of it."""
    room = open_room(await open_database(urls.app), MovableClock(), folder)
    await agree(room)
    told: list[tuple[str, UUID]] = []
    for _ in range(kills):
        told += await asyncio.to_thread(_run_and_kill, urls.app, folder, 0.1 + RANDOM.random() * 0.4)
        async with transaction(room.database, EVERYTHING) as session:
            for word, id_ in told:
                assert (await find_payload(session, room, id_) == PAYLOAD) == (word == "stays")
    await service.sweep(room)
    assert (await service.overdue(room))["keys"] == 0
    assert len(keys_in(folder)) == 1
    async with transaction(room.database, EVERYTHING) as session:
        for word, id_ in told:
            assert (await find_payload(session, room, id_) == PAYLOAD) == (word == "stays")
    assert {word for word, _ in told} == {"stays", "gone"}
    await room.database.close()


def _run_and_kill(url: str, folder: Path, seconds: float) -> list[tuple[str, UUID]]:
    """What a program said that was killed after a while."""
    command = [sys.executable, str(PROGRAM), url, str(folder), PAYLOAD.model_dump_json()]
    surroundings = {"PYTHONPATH": str(PROJECT_ROOT)}
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        first = program.stdout.readline()
        time.sleep(seconds)
        program.send_signal(signal.SIGKILL)
        # The last line may be half written.
        lines = [first, *program.stdout.read().split("\n")[:-1]]
    return [(word, UUID(id_)) for word, id_ in (line.split() for line in lines)]


async def test_a_killed_program_loses_nothing_and_keeps_nothing(
    database_urls: DatabaseUrls, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    assert await pool.fetchval("SELECT count(*) FROM referral") == 0
    await kill_and_check(database_urls, tmp_path / "keys", 3)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_a_program_killed_a_hundred_times_loses_nothing_and_keeps_nothing(
    database_urls: DatabaseUrls, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    assert await pool.fetchval("SELECT count(*) FROM referral") == 0
    await kill_and_check(database_urls, tmp_path / "keys", 100)
