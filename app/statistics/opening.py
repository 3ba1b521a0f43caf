"""Opens quarters: the noise of all their cells is drawn once, by one workload, and the ledger says so for good."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import asyncpg

from app.kit.clock import Clock, now
from app.statistics import chain, rules, store
from app.statistics.codebook import WORKLOADS, Workload
from app.statistics.models import NO_HASH, LedgerLine, Opened, Release
from app.statistics.noise import discrete_laplace
from app.statistics.periods import Period, quarter_of
from app.statistics.refusals import AlreadyOpened, SimulatedMixed, StatisticsRefused

# Both are read again and again, and a text that was written never changes.
read_workload = lru_cache(maxsize=32)(Workload.read)
read_release = lru_cache(maxsize=256)(Release.read)


async def open_quarter(
    pool: asyncpg.Pool, quarter: Period, clock: Clock = now, *, simulated: bool, workload: str | None = None
) -> Opened:
    """Draw the noise of all tables of a quarter, once and for good; what is over by now becomes a gap.

    The workload is chosen by the last total that was published, unless one is named. Raises AlreadyOpened or
    SimulatedMixed.
    """
    if quarter.grain != "quarter":
        within = quarter_of(quarter.first_on)
        raise StatisticsRefused(f"{quarter} is no quarter: only whole quarters are opened, like {within}.")
    moment = clock()
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_ledger(connection)
        last = await store.last_line(connection)
        if last is not None and last.simulated != simulated:
            raise SimulatedMixed(simulated=simulated)
        if await store.list_lines_within(connection, quarter):
            raise AlreadyOpened(quarter)
        chosen = _named(workload) if workload else await _chosen(connection, quarter)
        lines = _lines(quarter, chosen, last, moment, simulated=simulated)
        await _write(connection, lines, chosen)
        return Opened(quarter, chosen.version, chain.widest(line.period for line in lines if line.gap))


def _named(workload: str) -> Workload:
    if workload not in WORKLOADS:
        raise StatisticsRefused(f"There is no workload “{workload[:30]}”: there are {' and '.join(WORKLOADS)}.")
    return WORKLOADS[workload]


async def _chosen(connection: store.Connection, quarter: Period) -> Workload:
    published = [read_release(kept.content) for kept in await store.list_releases(connection)]
    before = [release for release in published if release.period.last_on < quarter.first_on]
    last = max(before, key=lambda release: (release.period.last_on, release.period), default=None)
    return rules.choose_workload(last.period if last else None, last.total if last else 0)


def _lines(
    quarter: Period, workload: Workload, last: LedgerLine | None, moment: datetime, *, simulated: bool
) -> list[LedgerLine]:
    like = LedgerLine(
        seq=last.seq if last else 0,
        period=quarter,
        table_id="",
        workload=workload.version,
        scale=workload.scale,
        gap=False,
        simulated=simulated,
        opened_at=moment,
        closed_at=None,
        published_at=None,
        previous=NO_HASH,
        hash=last.hash if last else NO_HASH,
    )
    return chain.following(like, rules.plan_quarter(quarter, workload, moment))


async def _write(connection: store.Connection, lines: Sequence[LedgerLine], workload: Workload) -> None:
    await store.keep_workload(connection, workload)
    await store.add_lines(connection, lines)
    # Drawing takes some hundredths of a second, during which calls are to be answered.
    counters = await asyncio.to_thread(_noise_for, [line for line in lines if not line.gap], workload)
    await store.add_counters(connection, counters)


def _noise_for(lines: Sequence[LedgerLine], workload: Workload) -> list[tuple[str, str, tuple[str, ...], list[int]]]:
    counters = []
    for line in lines:
        cells = workload.cells(line.table_id)
        counters.append((str(line.period), line.table_id, cells, [discrete_laplace(line.scale) for _ in cells]))
    return counters
