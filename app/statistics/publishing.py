"""Closes periods a day after their end, and publishes months and quarters once and for good."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from app.kit.clock import Clock, now
from app.statistics import chain, publication, rules, store
from app.statistics.models import LedgerLine, Release, Values
from app.statistics.noise import discrete_laplace
from app.statistics.opening import read_release, read_workload
from app.statistics.periods import Period
from app.statistics.refusals import (
    AlreadyClosed,
    AlreadyPublished,
    CountersBroken,
    NeverOpened,
    NotClosed,
    StatisticsRefused,
    TooEarly,
)


async def close(pool: asyncpg.Pool, period: Period, clock: Clock = now) -> tuple[Period, ...]:
    """Count nothing more in a period and those within it; returns what was closed.

    Raises TooEarly before a day after its end, AlreadyClosed or NeverOpened.
    """
    moment = clock()
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_ledger(connection)
        lines = [line for line in await store.list_lines_within(connection, period) if not line.gap]
        if not lines:
            raise NeverOpened(period)
        due = chain.periods_of(line for line in lines if line.is_open)
        if not due:
            raise AlreadyClosed(period)
        if rules.closes_at(period) > moment:
            raise TooEarly(period, rules.closes_at(period))
        await _close_all(connection, due, moment)
        return due


async def close_due(pool: asyncpg.Pool, clock: Clock = now) -> tuple[Period, ...]:
    """Close everything that can be closed by now; returns what was closed."""
    moment = clock()
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_ledger(connection)
        open_ones = chain.periods_of(line for line in await store.list_unfinished(connection) if line.is_open)
        due = tuple(period for period in open_ones if rules.closes_at(period) <= moment)
        if due:
            await _close_all(connection, due, moment)
        return due


async def _close_all(connection: store.Connection, periods: Sequence[Period], moment: datetime) -> None:
    await store.lock_counting(connection)
    await store.mark_closed(connection, periods, moment)


async def list_publishable(pool: asyncpg.Pool) -> tuple[Period, ...]:
    """The months and quarters that are closed and not published, in the order in which they must be."""
    async with pool.acquire() as connection:
        unfinished = await store.list_unfinished(connection)
    waiting = chain.periods_of(line for line in unfinished if line.period.grain in {"month", "quarter"})
    still_open = {line.period for line in unfinished if line.is_open}
    return tuple(sorted(set(waiting) - still_open, key=lambda period: (period.last_on, period.grain != "month")))


async def publish(pool: asyncpg.Pool, period: Period, clock: Clock = now, *, second_draw: bool = True) -> Release:
    """Publish a closed month or quarter, once and for good; its counters are gone afterwards.

    Raises NotClosed, AlreadyPublished or NeverOpened.
    """
    if period.grain not in {"month", "quarter"}:
        raise StatisticsRefused(f"Months and quarters are published, and {period} is neither.")
    async with pool.acquire() as connection, connection.transaction():
        await store.lock_ledger(connection)
        within = await store.list_lines_within(connection, period)
        own = _to_publish(period, within)
        release = await _made(connection, period, within, own, clock(), second_draw=second_draw)
        head = await store.release_head(connection)
        await store.add_release(connection, chain.stored(release, head))
        await store.mark_published(connection, own, release.published_at)
        return release


def _to_publish(period: Period, within: Sequence[LedgerLine]) -> list[LedgerLine]:
    """The lines of the release: of a month all within it, of a quarter its own, whose months were published before."""
    opened = [line for line in within if not line.gap]
    own = [line for line in opened if period.grain == "month" or line.period == period]
    if not own:
        raise NeverOpened(period)
    if any(line.published_at for line in own):
        raise AlreadyPublished(period)
    for line in own:
        if line.closed_at is None:
            raise NotClosed(period, line.period, "closed")
    for line in opened:
        if line.period.grain == "month" and line not in own and line.published_at is None:
            raise NotClosed(period, line.period, "published")
    return own


async def _made(  # noqa: PLR0913  All that a release is made of.
    connection: store.Connection,
    period: Period,
    within: Sequence[LedgerLine],
    own: Sequence[LedgerLine],
    moment: datetime,
    *,
    second_draw: bool,
) -> Release:
    workload = read_workload(await store.workload_content(connection, own[0].workload))
    cells = await store.take_cells(connection, own)
    if not publication.is_whole(cells, workload, own):
        raise CountersBroken
    months = [] if period.grain == "month" else await _months_of(connection, period)

    def made() -> tuple[int, dict[str, Values]]:
        drawn = publication.drawn_again(cells, own[0].scale, discrete_laplace) if second_draw else cells
        return publication.compose(workload, drawn, months)

    # A quarter takes some tenths of a second, during which calls are to be answered.
    total, tables = await asyncio.to_thread(made)
    return Release(
        period=period,
        published_at=moment.replace(microsecond=0),
        workload=workload.version,
        scale=own[0].scale,
        draws=2 if second_draw else 1,
        simulated=own[0].simulated,
        total=total,
        counted_from=publication.counted_from(period, own),
        gaps=chain.widest(line.period for line in within if line.gap),
        tables=tables,
    )


async def _months_of(connection: store.Connection, quarter: Period) -> list[Release]:
    """The months of a quarter that are published; those that are gaps held nobody."""
    found = [await store.find_release(connection, month) for month in quarter.parts("month")]
    return [read_release(content) for content in found if content is not None]
