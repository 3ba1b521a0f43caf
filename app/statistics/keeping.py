"""Keeps the periods to the calendar: opens quarters ahead, closes and publishes what is over, and catches up."""

from contextlib import suppress

import asyncpg

from app.kit.clock import Clock, now
from app.statistics import rules, store
from app.statistics.models import Kept, Opened
from app.statistics.opening import open_quarter
from app.statistics.periods import Period, quarter_of
from app.statistics.publishing import close_due, list_publishable, publish
from app.statistics.refusals import AlreadyOpened, AlreadyPublished


async def keep(pool: asyncpg.Pool, clock: Clock = now, *, simulated: bool, second_draw: bool) -> Kept:
    """Do all that is due, each deed in a transaction of its own; nothing where another node is at it.

    Quarters that were missed are opened late: what is over of them is a gap, and nothing is invented for it.
    """
    async with pool.acquire() as keeper:
        if not await store.become_keeper(keeper):
            return Kept()
        try:
            opened = [
                await _open(pool, quarter, clock, simulated=simulated) for quarter in await _to_open(keeper, clock)
            ]
            closed = await close_due(pool, clock)
            published = [
                await _publish(pool, period, clock, second_draw=second_draw) for period in await list_publishable(pool)
            ]
        finally:
            await store.stop_keeping(keeper)
    return Kept(tuple(filter(None, opened)), closed, tuple(filter(None, published)))


async def _to_open(connection: store.Connection, clock: Clock) -> tuple[Period, ...]:
    moment = clock()
    opened = {quarter_of(first_on) for first_on in await store.list_first_days(connection)}
    past = [quarter for quarter in opened if quarter.first_on <= moment.date()]
    return tuple(
        quarter for quarter in rules.quarters_to_open(max(past, default=None), moment) if quarter not in opened
    )


async def _open(pool: asyncpg.Pool, quarter: Period, clock: Clock, *, simulated: bool) -> Opened | None:
    """Somebody at the command line may have been quicker."""
    with suppress(AlreadyOpened):
        return await open_quarter(pool, quarter, clock, simulated=simulated)
    return None


async def _publish(pool: asyncpg.Pool, period: Period, clock: Clock, *, second_draw: bool) -> Period | None:
    with suppress(AlreadyPublished):
        return (await publish(pool, period, clock, second_draw=second_draw)).period
    return None
