"""When a chore is due that one node does for all: the only SQL on it."""

from datetime import datetime

import asyncpg

_TAKE = """
INSERT INTO line_chore (name, due_at) VALUES ($1, $3)
ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE line_chore.due_at <= $2
RETURNING name
"""


async def take(pool: asyncpg.Pool, name: str, moment: datetime, again_at: datetime) -> bool:
    """Whether the chore is due and whoever asks shall do it now; unless it is put off, it is due again then."""
    return await pool.fetchval(_TAKE, name, moment, again_at) is not None


async def put_off(pool: asyncpg.Pool, name: str, due_at: datetime) -> None:
    await pool.execute("UPDATE line_chore SET due_at = $2 WHERE name = $1", name, due_at)
