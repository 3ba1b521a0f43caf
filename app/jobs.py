"""Scheduled work: each job runs once in the cluster at a time, guarded by an advisory lock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg

from app.calls import counting, service
from app.kit.clock import Clock, now
from app.kit.log import get_logger
from app.statistics import service as statistics

log = get_logger("jobs")

# Wipes what has outlived its time in one room, or does what is due there; returns how many rows were touched.
Sweep = Callable[[], Awaitable[int]]

# A live row of a call is gone within a day, counted or not: its life and the time between two sweeps stay below that.
LIVE_ROW_LIFE = timedelta(hours=23)
# What effects of a call came to goes with its end; where that was never told, within the hour.
EFFECT_LIFE = timedelta(minutes=45)
SWEEP_SECONDS = 600.0
LONGEST_PAUSE_SECONDS = 60.0
_SWEEP_LOCK = 7_246_511_004


@dataclass(frozen=True, slots=True)
class Figures:
    """How contacts are counted: whether they are simulated, and whether noise is drawn again at publication."""

    simulated: bool
    second_draw: bool


async def run_jobs(pool: asyncpg.Pool, sweeps: Sequence[Sweep] = (), *, figures: Figures | None = None) -> None:
    """Sweep now and then until cancelled; a database that is away is tried again next time.

    Calls are counted, and the periods of the statistics kept, where it is said how.
    """
    counted = (partial(keep_periods, pool, figures), partial(count_calls, pool)) if figures else ()
    every: tuple[Sweep, ...] = (*counted, partial(sweep, pool), *sweeps)
    while True:
        for one in every:
            try:
                await one()
            except Exception as error:  # noqa: BLE001  Each room's database fails in its own way.
                log.error("sweep failed", error=type(error).__name__)  # noqa: TRY400  The next round tries again.
        await asyncio.sleep(SWEEP_SECONDS)


async def keep_doing(name: str, deed: Sweep, seconds: float) -> None:
    """Do it again and again until cancelled, with a pause between; after a failure the pause grows."""
    pause = seconds
    while True:
        try:
            await deed()
            pause = seconds
        except Exception as error:  # noqa: BLE001  Each room's database fails in its own way.
            log.error("job failed", job=name, error=type(error).__name__)  # noqa: TRY400  The next round tries again.
            pause = min(max(pause, 1.0) * 2, LONGEST_PAUSE_SECONDS)
        await asyncio.sleep(pause)


@asynccontextmanager
async def beside(name: str, deed: Sweep, seconds: float) -> AsyncIterator[None]:
    """Keep doing it for as long as the block runs."""
    work = asyncio.create_task(keep_doing(name, deed, seconds))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def keep_periods(pool: asyncpg.Pool, figures: Figures, clock: Clock = now) -> int:
    """Open, close and publish what is due in the statistics; returns how many periods."""
    kept = await statistics.keep(pool, clock, simulated=figures.simulated, second_draw=figures.second_draw)
    for opened in kept.opened:
        log.info("quarter opened", quarter=str(opened.quarter), workload=opened.workload)
        if opened.gaps:
            log.warning("periods never opened", gaps=" ".join(map(str, opened.gaps)))
    for period in kept.published:
        log.info("period published", period=str(period))
    return len(kept.opened) + len(kept.closed) + len(kept.published)


async def count_calls(pool: asyncpg.Pool, clock: Clock = now) -> int:
    """Count the calls that ended a while ago, before their rows are wiped; returns how many."""
    return await counting.count_ended(pool, clock(), LIVE_ROW_LIFE)


async def sweep(pool: asyncpg.Pool, clock: Clock = now) -> int:
    """Wipe what has outlived its time; returns how many rows went, 0 where another node is at it."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _SWEEP_LOCK):
            return 0
        gone = await service.forget_effects_older_than(connection, clock() - EFFECT_LIFE)
        return gone + await service.wipe_older_than(connection, clock() - LIVE_ROW_LIFE)
