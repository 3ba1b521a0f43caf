"""The table of text messages on their way, and of how many went to whom within a day: the only SQL on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

_ADD = """
INSERT INTO line_text (id, call_hash, origin_hash, number_hash, at, due_at, sealed)
VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (call_hash) DO NOTHING
"""
_CLAIM = """
UPDATE line_text SET due_at = $2, tries = tries + 1 WHERE id = (
    SELECT id FROM line_text WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, at, tries, asked_at, sealed
"""


async def lock_number(connection: Connection, number_hash: bytes) -> None:
    """Until the end of the transaction nobody else counts a message to this number."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(number_hash[:8], "big", signed=True))


async def find_origin(connection: Connection, call_hashes: Sequence[bytes]) -> bytes | None:
    """Which step wrote the message of a call."""
    query = "SELECT origin_hash FROM line_text WHERE call_hash = ANY ($1::bytea[])"
    found: bytes | None = await connection.fetchval(query, call_hashes)
    return found


async def count_since(connection: Connection, number_hashes: Sequence[bytes], since: datetime) -> int:
    query = "SELECT count(*) FROM line_text WHERE number_hash = ANY ($1::bytea[]) AND at > $2"
    return int(await connection.fetchval(query, number_hashes, since))


async def add(  # noqa: PLR0913, PLR0917  A row's parts.
    connection: Connection, id_: UUID, call_hash: bytes, origin_hash: bytes, number_hash: bytes, at: datetime,
    sealed: str,
) -> bool:  # fmt: skip
    """False where the call has its message."""
    return _count(await connection.execute(_ADD, id_, call_hash, origin_hash, number_hash, at, sealed)) == 1


async def claim(connection: Connection, moment: datetime, lease: timedelta) -> asyncpg.Record | None:
    """The message that has been due for longest, kept from all other nodes until the lease ends."""
    return await connection.fetchrow(_CLAIM, moment, moment + lease)


async def note_asked(connection: Connection, id_: UUID, moment: datetime) -> None:
    """That a try is about to leave: until its end is known, nobody can say that it did not arrive."""
    await connection.execute("UPDATE line_text SET asked_at = coalesce(asked_at, $2) WHERE id = $1", id_, moment)


async def put_off(connection: Connection, id_: UUID, due_at: datetime, *, asked_at: datetime | None) -> None:
    query = "UPDATE line_text SET due_at = $2, asked_at = $3 WHERE id = $1 AND due_at IS NOT NULL"
    await connection.execute(query, id_, due_at, asked_at)


async def settle(connection: Connection, id_: UUID) -> None:
    """Sent or given up: the number and the words go."""
    await connection.execute("UPDATE line_text SET due_at = NULL, sealed = NULL WHERE id = $1", id_)


async def forget(connection: Connection, before: datetime) -> int:
    """Deletes what was written before a moment; returns how many rows went."""
    return _count(await connection.execute("DELETE FROM line_text WHERE at <= $1", before))


async def count_unsent(connection: Connection, before: datetime) -> int:
    """How many that were written before a moment are still on their way."""
    query = "SELECT count(*) FROM line_text WHERE at <= $1 AND due_at IS NOT NULL"
    return int(await connection.fetchval(query, before))


async def count_older(connection: Connection, before: datetime) -> int:
    return int(await connection.fetchval("SELECT count(*) FROM line_text WHERE at <= $1", before))


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
