"""The application is killed again and again: no callback and no voicemail that was promised is lost or doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.kit.clock import now
from app.kit.paths import PROJECT_ROOT
from app.queue import voicemails
from app.queue.callback_rules import STALE
from app.queue.sealing import lookup_of, open_number, open_sealed, read_key
from app.queue.sweeping import sweep
from bench.running import clean_environment
from tests.conftest import DatabaseUrls
from tests.queue.killed import Provider, open_safe, read_journal, sound_of

# Every so many lives one is patient.
PATIENT = 8
DEEDS = {"made", "dialled", "reached", "left"}


@contextmanager
def program(url: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The program, waiting for a line to start."""
    started = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed.py")), url, str(folder)],
        env=clean_environment() | {"PYTHONPATH": str(PROJECT_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with started:
        yield started
        assert started.stdin is not None
        started.stdin.close()
        assert started.wait(30) == 0


def kill_once(started: "subprocess.Popen[str]", folder: Path, chance: random.Random, *, patient: bool) -> None:
    """A patient life lasts until each deed was done anew, so that all goes on however busy the machine is."""
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.write("\n")
    started.stdin.flush()
    child = int(started.stdout.readline())
    before, until = len(read_journal(folder)), time.monotonic() + chance.uniform(0.02, 0.3)
    while time.monotonic() < until or (patient and not {line[0] for line in read_journal(folder)[before:]} >= DEEDS):
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)


async def kill_and_check(pool: asyncpg.Pool, url: str, folder: Path, kills: int) -> Counter[str]:
    (folder / "provider").mkdir()
    chance = random.Random(kills)  # noqa: S311  The moments need not be secret.
    with program(url, folder) as started:
        for life in range(kills):
            kill_once(started, folder, chance, patient=life % PATIENT == 0)
    await finish(pool, folder)
    journal = read_journal(folder)
    await check_callbacks(pool, folder, journal)
    await check_voicemails(pool, folder, journal)
    return Counter(line[0] for line in journal)


async def finish(pool: asyncpg.Pool, folder: Path) -> None:
    """A last node goes on a while later, and is not killed."""
    later = open_safe(pool, folder, lambda: now() + STALE + timedelta(minutes=1))
    await sweep(later)
    while await voicemails.fetch_voicemails(later, Provider(folder / "provider")):  # type: ignore[arg-type]  # See there.
        pass


async def check_callbacks(pool: asyncpg.Pool, folder: Path, journal: list[tuple[str, ...]]) -> None:
    """Each promise has one row: open with its number, or reached and without one. Nobody was reached twice."""
    promised = {UUID(line[1]): line[2] for line in journal if line[0] == "made"}
    dialled = [(line[1], line[2]) for line in journal if line[0] == "dialled"]
    reached = Counter(UUID(line[1]) for line in journal if line[0] == "reached")
    rows = {row["id"]: row for row in await pool.fetch("SELECT * FROM callback")}
    vault = open_safe(pool, folder).vault
    assert len(dialled) == len(set(dialled))
    assert all(count == 1 for count in reached.values())
    numbers = []
    for id_, number in promised.items():
        row = rows[id_]
        if row["state"] == "open":
            key = await read_key(vault, id_, row["key_id"])
            assert open_number(key, id_, row["sealed"]) == number
            assert lookup_of(key, number) == row["lookup"]
            assert id_ not in reached
            numbers.append(number)
        else:
            assert (row["state"], row["sealed"], row["key_gone"]) == ("reached", None, True)
            assert not list(vault.folder.glob(f"line-{id_.hex}.*"))
    assert all(row["state"] in {"open", "reached"} for row in rows.values())
    assert len(numbers) == len(set(numbers))
    assert set(reached) <= set(promised) | set(rows)
    for line in journal:
        if line[0] == "dialled" and UUID(line[1]) in promised:
            assert promised[UUID(line[1])] == line[3]
    live = {row["id"].hex for row in rows.values() if row["state"] == "open"}
    live |= {row["id"].hex for row in await pool.fetch("SELECT id FROM voicemail WHERE state = 'kept'")}
    # A try that was interrupted may have left a second key, which goes with its record.
    keys = {path.name.partition(".")[0].removeprefix("line-") for path in vault.folder.glob("line-*")}
    assert keys == live, "each has its key, and no other key is left"


async def check_voicemails(pool: asyncpg.Pool, folder: Path, journal: list[tuple[str, ...]]) -> None:
    """Each recording is there once, whole, and is gone at the provider."""
    left = {line[1] for line in journal if line[0] == "left"}
    safe = open_safe(pool, folder)
    rows = await pool.fetch("SELECT * FROM voicemail")
    by_hash = {row["recording_hash"]: row for row in rows}
    assert len(by_hash) == len(rows)
    for sid in left:
        row = by_hash[safe.keys.keyed_hash("recording", sid)]
        assert row["state"] == "kept"
        key = await read_key(safe.vault, row["id"], row["key_id"])
        assert open_sealed(key, row["id"], row["sealed"]) == sound_of(sid)
        assert row["sid_sealed"] is None
    known = {safe.keys.keyed_hash("recording", path.name) for path in (folder / "provider").iterdir()}
    assert not known & set(by_hash), "only what the application never heard of is left at the provider"


async def test_a_killed_program_keeps_its_promises(
    pool: asyncpg.Pool, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    told = await kill_and_check(pool, database_urls.app, tmp_path, 8)
    assert told.keys() == DEEDS


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_program_killed_five_hundred_times_keeps_its_promises(
    pool: asyncpg.Pool, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    told = await kill_and_check(pool, database_urls.app, tmp_path, 500)
    sys.stdout.write(f"{dict(told)}\n")
    # The patient lives alone do each deed so often; on a machine at rest it is some thousands.
    assert min(told[deed] for deed in DEEDS) >= 500 // PATIENT
