"""Scheduled work: each job runs once in the cluster at a time, guarded by an advisory lock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import asyncpg

from app.calls import service
from app.kit.clock import Clock, now
from app.kit.log import get_logger

log = get_logger("jobs")

# Wipes what has outlived its time in one room; returns how many rows went.
Sweep = Callable[[], Awaitable[int]]

# A live row of a call is gone within a day, counted or not: its life and the time between two sweeps stay below that.
LIVE_ROW_LIFE = timedelta(hours=23)
SWEEP_SECONDS = 600.0
_SWEEP_LOCK = 7_246_511_004


async def run_jobs(pool: asyncpg.Pool, sweeps: Sequence[Sweep] = ()) -> None:
    """Sweep now and then until cancelled; a database that is away is tried again next time."""
    every: tuple[Sweep, ...] = (partial(sweep, pool), *sweeps)
    while True:
        for one in every:
            try:
                await one()
            except Exception as error:  # noqa: BLE001  Each room's database fails in its own way.
                log.error("sweep failed", error=type(error).__name__)  # noqa: TRY400  The next round tries again.
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(pool: asyncpg.Pool, clock: Clock = now) -> int:
    """Wipe what has outlived its time; returns how many rows went, 0 where another node is at it."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _SWEEP_LOCK):
            return 0
        return await service.wipe_older_than(connection, clock() - LIVE_ROW_LIFE)
