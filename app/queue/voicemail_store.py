"""The table of voicemails: the only SQL on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

_ADD = """
INSERT INTO voicemail (id, recording_hash, state, language, topic, seconds, left_at, expires_at, due_at, sid_sealed)
VALUES ($1, $2, 'awaited', $3, $4, $5, $6, $7, $6, $8)
ON CONFLICT (recording_hash) DO UPDATE SET seconds = coalesce(voicemail.seconds, excluded.seconds),
    due_at = CASE WHEN voicemail.state = 'awaited' THEN excluded.due_at ELSE voicemail.due_at END
"""
# Whatever still has something to be done at the provider: to be fetched and deleted, or deleted alone.
_CLAIM = """
UPDATE voicemail SET due_at = $2 WHERE id = (
    SELECT id FROM voicemail WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, state, left_at, expires_at, sid_sealed
"""
_KEEP = "UPDATE voicemail SET state = 'kept', key_id = $2, sealed = $3 WHERE id = $1 AND state = 'awaited'"
_END = """
UPDATE voicemail SET state = $2, ended_at = $3, key_id = NULL, sealed = NULL
WHERE id = ANY ($1::uuid[]) AND ended_at IS NULL AND state <> 'awaited' RETURNING id
"""
_LIST = """
SELECT id, language, topic, left_at, seconds, state, expires_at FROM voicemail WHERE ended_at IS NULL ORDER BY left_at
"""
_FIND = "SELECT key_id, sealed FROM voicemail WHERE id = $1 AND state = 'kept'"


async def add(  # noqa: PLR0913  A row's parts.
    connection: Connection,
    id_: UUID,
    recording_hash: bytes,
    *,
    sid_sealed: str,
    language: str,
    topic: str | None,
    seconds: int | None,
    left_at: datetime,
    expires_at: datetime,
) -> None:
    """Where the recording is known already, it is only tried anew."""
    await connection.execute(_ADD, id_, recording_hash, language, topic, seconds, left_at, expires_at, sid_sealed)


async def knows(connection: Connection, recording_hashes: Sequence[bytes]) -> bool:
    query = "SELECT EXISTS (SELECT FROM voicemail WHERE recording_hash = ANY ($1::bytea[]))"
    return bool(await connection.fetchval(query, recording_hashes))


async def claim(connection: Connection, moment: datetime, lease: timedelta) -> asyncpg.Record | None:
    """The voicemail that has been due for longest, kept from all other nodes until the lease ends."""
    return await connection.fetchrow(_CLAIM, moment, moment + lease)


async def keep(connection: Connection, id_: UUID, key_id: str, sealed: bytes) -> bool:
    """False where it is not awaited any more."""
    return _count(await connection.execute(_KEEP, id_, key_id, sealed)) == 1


async def fail(connection: Connection, id_: UUID) -> bool:
    query = "UPDATE voicemail SET state = 'failed' WHERE id = $1 AND state = 'awaited'"
    return _count(await connection.execute(query, id_)) == 1


async def note_removed(connection: Connection, id_: UUID) -> None:
    """The provider has it no more, so its identifier there goes, too."""
    query = "UPDATE voicemail SET sid_sealed = NULL, due_at = NULL WHERE id = $1 AND state <> 'awaited'"
    await connection.execute(query, id_)


async def find_key_id(connection: Connection, id_: UUID) -> str | None:
    found: str | None = await connection.fetchval("SELECT key_id FROM voicemail WHERE id = $1", id_)
    return found


async def find_kept(connection: Connection, id_: UUID) -> asyncpg.Record | None:
    """The key's id and what it seals."""
    return await connection.fetchrow(_FIND, id_)


async def list_present(connection: Connection) -> list[asyncpg.Record]:
    """What waits for somebody to hear it, and what could not be fetched; the oldest first."""
    return await connection.fetch(_LIST)


async def list_awaited(connection: Connection) -> frozenset[bytes]:
    """The recordings that are still to be fetched, as keyed hashes."""
    rows = await connection.fetch("SELECT recording_hash FROM voicemail WHERE state = 'awaited'")
    return frozenset(row["recording_hash"] for row in rows)


async def end(connection: Connection, ids: Sequence[UUID], state: str, moment: datetime) -> list[UUID]:
    """Which voicemails have ended by this; what they said leaves the table at once."""
    return [row["id"] for row in await connection.fetch(_END, ids, state, moment)]


async def list_expired(connection: Connection, moment: datetime) -> list[UUID]:
    query = "SELECT id FROM voicemail WHERE ended_at IS NULL AND state <> 'awaited' AND expires_at <= $1"
    return [row["id"] for row in await connection.fetch(query, moment)]


async def list_with_key(connection: Connection) -> list[UUID]:
    """The voicemails that have ended and whose keys may still be there."""
    rows = await connection.fetch("SELECT id FROM voicemail WHERE ended_at IS NOT NULL AND NOT key_gone")
    return [row["id"] for row in rows]


async def note_key_gone(connection: Connection, id_: UUID) -> None:
    await connection.execute("UPDATE voicemail SET key_gone = true WHERE id = $1 AND ended_at IS NOT NULL", id_)


async def forget_ended(connection: Connection, before: datetime) -> int:
    """Deletes what ended before a moment, is gone at the provider, and whose keys are gone; returns how many rows."""
    query = "DELETE FROM voicemail WHERE ended_at < $1 AND key_gone AND sid_sealed IS NULL"
    return _count(await connection.execute(query, before))


async def count_overdue(connection: Connection, moment: datetime) -> tuple[int, int]:
    """How many are over their time, and of how many that have ended the key may still be there."""
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE ended_at IS NULL AND expires_at <= $1) AS kept,"
        " count(*) FILTER (WHERE ended_at IS NOT NULL AND NOT key_gone) AS keys FROM voicemail",
        moment,
    )
    return (0, 0) if row is None else (row["kept"], row["keys"])


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
