"""Calls become contacts: once each, a while after their end or when a person has wrapped them up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from app.calls import store
from app.statistics import service as statistics

# A call that nobody wraps up is counted so long after its end, when its last webhooks have come.
COUNTED_AFTER: Final = timedelta(minutes=15)
# So many contacts share a transaction, and so one change of each cell.
_AT_ONCE: Final = 500


async def count_call(pool: asyncpg.Pool, call_keys: Sequence[bytes], moment: datetime) -> bool:
    """Count an ended call now; False where it was counted before or is not known.

    Raises NothingOpen, and then the call stays to be counted.
    """
    async with pool.acquire() as connection, connection.transaction():
        contacts = await store.take_contact(connection, call_keys, moment)
        await statistics.count(connection, contacts)
        return bool(contacts)


async def count_ended(pool: asyncpg.Pool, moment: datetime, life: timedelta) -> int:
    """Count the calls that ended a while ago, and those at the end of their row's life; returns how many.

    Raises NothingOpen, and then the rest of them stay to be counted.
    """
    counted = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            contacts = await store.take_contacts(connection, moment - COUNTED_AFTER, moment - life, moment, _AT_ONCE)
            await statistics.count(connection, contacts)
        counted += len(contacts)
        if len(contacts) < _AT_ONCE:
            return counted
