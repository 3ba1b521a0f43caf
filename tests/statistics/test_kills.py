"""The program is killed hundreds of times while it opens, counts, closes and publishes: nothing is lost or doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import pytest

from app.kit.paths import PROJECT_ROOT
from app.statistics import service
from app.statistics.codebook import LOW_VOLUME, STANDARD
from app.statistics.models import Release
from app.statistics.rules import counter_cells
from bench.running import clean_environment
from tests.conftest import DatabaseUrls
from tests.statistics.killed import A_DAY, FIRST_DAY, STEP, morning_contacts

DEEDS = {"o": "open", "a": "count", "c": "close", "p": "publish"}


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


def kill_once(started: "subprocess.Popen[str]", folder: Path, chance: random.Random, longest: float) -> str:
    """Lets it live for a while and kills it; returns what it was doing.

    Every fifth life lasts until a week is done, so that all go on in time however busy the machine is. Every second one
    ends while it opens or publishes, if it comes to that, which happens once in a quarter or month.
    """
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.write("\n")
    started.stdin.flush()
    child = int(started.stdout.readline())
    wanted, a_week, before = chance.choice(["o", "p", "", ""]), chance.random() < 0.2, done(folder)
    until = time.monotonic() + (60 if a_week else chance.uniform(0.005, longest))
    while (
        time.monotonic() < until and not (wanted and doing(folder) == wanted) and not (a_week and done(folder) > before)
    ):
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.03) if wanted else 0)
    found = doing(folder)
    os.kill(child, signal.SIGKILL)
    return found


def done(folder: Path) -> str:
    """The last day that was finished."""
    path = folder / "done"
    return path.read_text() if path.exists() else ""


def doing(folder: Path) -> str:
    state = folder / "state"
    return state.read_text() if state.exists() else "."


def true_tables(release: Release) -> dict[str, dict[str, Counter[str]]]:
    """What a release must hold where no noise was drawn: exactly the contacts of its days."""
    workload = next(one for one in (STANDARD, LOW_VOLUME) if one.version == release.workload)
    found: dict[str, dict[str, Counter[str]]] = {table: {} for table in release.tables}
    day = release.period.first_on
    while day <= release.period.last_on:
        names = {table: str(release.period) if table != "kind" else day.isoformat() for table in release.tables}
        for contact in morning_contacts(day):
            for period, table, cell in counter_cells(workload, names, contact):
                found[table].setdefault(period, Counter())[cell] += 1
        day += timedelta(days=1)
    return found


async def published_are_exact(pool: asyncpg.Pool) -> list[Release]:
    releases = [await service.get_release(pool, head.period) for head in await service.list_releases(pool)]
    for release in releases:
        shown = {
            table: {period: +Counter(values) for period, values in periods.items() if any(values.values())}
            for table, periods in release.tables.items()
        }
        assert shown == true_tables(release), release.period
    return releases


async def kill_many(pool: asyncpg.Pool, url: str, folder: Path, kills: int, longest: float) -> Counter[str]:
    """Kill it so often at random moments; nothing that was published may change by it."""
    chance = random.Random(kills)  # noqa: S311  The moments need not be secret.
    killed: Counter[str] = Counter()
    known: dict[str, str] = {}
    with program(url, folder) as started:
        for number in range(kills):
            killed[DEEDS.get(kill_once(started, folder, chance, longest), "else")] += 1
            if number % 25 == 0:
                now_known = {str(h.period): h.content_hash for h in await service.list_releases(pool)}
                assert now_known.items() >= known.items()
                known = now_known
    return killed


async def counted_of(pool: asyncpg.Pool) -> tuple[int, int]:
    """Calls that were counted, and the sum of all counters and published tables of one of the tables."""
    counted: int = await pool.fetchval("SELECT count(*) FROM live_call WHERE counted_at IS NOT NULL")
    summed: int = await pool.fetchval(
        "SELECT coalesce(sum(count), 0)::int FROM statistics_counter, unnest(counts) AS count WHERE table_id = 'land'"
    )
    for head in await service.list_releases(pool):
        release = await service.get_release(pool, head.period)
        summed += sum(sum(values.values()) for values in release.tables.get("land", {}).values())
    return counted, summed


async def test_nothing_is_lost_or_doubled_by_some_kills(
    pool: asyncpg.Pool, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    await kill_many(pool, database_urls.app, tmp_path, 12, 0.4)
    counted, summed = await counted_of(pool)
    assert counted == summed > 0
    assert (await service.verify(pool)).faults == ()
    await published_are_exact(pool)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_is_lost_or_doubled_by_five_hundred_kills(
    pool: asyncpg.Pool, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    killed = await kill_many(pool, database_urls.app, tmp_path, 500, 0.35)
    counted, summed = await counted_of(pool)
    assert counted == summed
    report = await service.verify(pool)
    assert report.faults == ()
    releases = await published_are_exact(pool)
    weeks = (date.fromisoformat(done(tmp_path)) - FIRST_DAY) // STEP
    assert counted >= weeks * A_DAY
    sys.stdout.write(f"{dict(killed)}, {weeks} weeks, {counted} calls, {len(releases)} releases\n")
    assert killed.keys() >= set(DEEDS.values()), killed
    assert {release.workload for release in releases} == {LOW_VOLUME.version, STANDARD.version}
