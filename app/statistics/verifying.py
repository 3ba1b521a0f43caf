"""Looks through ledger, counters and releases: nothing changed, nothing drawn or published twice."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import asyncpg

from app.statistics import chain, store
from app.statistics.codebook import EPSILON, Workload
from app.statistics.models import LedgerLine, LedgerReport, Release, StoredRelease
from app.statistics.periods import Period, quarter_of

_A_DAY: Final = timedelta(days=1)


async def verify(pool: asyncpg.Pool) -> LedgerReport:
    """Everything that is wrong, one sentence each, and the state to note elsewhere."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        lines = await store.list_lines(connection)
        releases = await store.list_releases(connection)
        contents = await store.list_workloads(connection)
        cells = await store.count_cells(connection)
    workloads = {version: Workload.read(content) for version, content in contents.items()}
    faults = [
        *_workload_faults(workloads, contents),
        *chain.ledger_faults(lines),
        *_quarter_faults(lines, workloads),
        *_counter_faults(lines, workloads, cells),
        *chain.release_faults(releases),
        *_release_faults(lines, releases),
    ]
    return LedgerReport(len(lines), len(releases), tuple(faults), chain.state_of(lines, releases))


def _workload_faults(workloads: Mapping[str, Workload], contents: Mapping[str, str]) -> Iterator[str]:
    """A version's name is made of its content."""
    for version, workload in workloads.items():
        if (workload.version, workload.content) != (version, contents[version]):
            yield f"The workload {version} is not the one that was opened."


def _quarter_faults(lines: Sequence[LedgerLine], workloads: Mapping[str, Workload]) -> Iterator[str]:
    """A quarter has each period of each table of its one workload exactly once, and a contact spends EPSILON in it."""
    quarters: dict[Period, list[LedgerLine]] = {}
    for line in lines:
        quarters.setdefault(quarter_of(line.period.first_on), []).append(line)
    for quarter, opened in quarters.items():
        workload = workloads.get(opened[0].workload)
        if workload is None or {line.workload for line in opened} != {workload.version}:
            yield f"{quarter} was not opened by one workload."
            continue
        wanted = Counter((t.id, period) for t in workload.tables for period in quarter.parts(t.grain))
        if Counter((line.table_id, line.period) for line in opened) != wanted:
            yield f"{quarter} does not have each period of each table once."
        if {line.scale for line in opened} != {workload.scale}:
            yield f"{quarter} has noise of another scale than its workload's."
        yield from _epsilon_faults(quarter, opened)


def _epsilon_faults(quarter: Period, opened: Sequence[LedgerLine]) -> Iterator[str]:
    for day in _days(quarter):
        covering = [line for line in opened if line.period.contains(day)]
        spent = chain.epsilon_of(covering)
        if spent > EPSILON or (spent < EPSILON and not any(line.gap for line in covering)):
            yield f"A contact of {day} spends {float(spent)} and not {EPSILON}."


def _days(period: Period) -> Iterator[date]:
    day = period.first_on
    while day <= period.last_on:
        yield day
        day += _A_DAY


def _counter_faults(
    lines: Sequence[LedgerLine], workloads: Mapping[str, Workload], cells: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    """Counters are there from the opening to the publication, and at no other time."""
    for line in lines:
        workload = workloads.get(line.workload)
        counting = not line.gap and line.published_at is None
        wanted = len(workload.cells(line.table_id)) if workload and workload.has(line.table_id) and counting else 0
        there = cells.get((str(line.period), line.table_id), 0)
        if there != wanted:
            yield f"{line.period} has {there} counters in the table {line.table_id} and not {wanted}."


def _release_faults(lines: Sequence[LedgerLine], releases: Sequence[StoredRelease]) -> Iterator[str]:
    """The ledger's lines are published exactly where a release holds them."""
    held: Counter[tuple[str, str]] = Counter()
    for kept in releases:
        release = Release.read(kept.content)
        held.update((period, table_id) for table_id, values in release.tables.items() for period in values)
    said = Counter((str(line.period), line.table_id) for line in lines if line.published_at)
    for period, table_id in sorted((said - held) | (held - said)):
        yield f"{period} of the table {table_id} is not published exactly once, as the ledger says."
