"""The table of callbacks, and their rows in the line: the only SQL on them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from app.queue.callback_models import CallbackState, Slot, Wish

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

# The same step asks once: whoever comes second gets the row of the first.
_BEGIN = """
INSERT INTO callback (id, origin_hash, state, word, language, topic, land, also, woman, time_window, show_number,
                      others_may_answer, entered_at, made_at, due_at, until_at, expires_at)
VALUES ($1, $2, 'making', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (origin_hash) DO UPDATE SET origin_hash = excluded.origin_hash
RETURNING id, state, word
"""
_PROMISE = """
UPDATE callback SET state = 'open', key_id = $2, lookup = $3, sealed = $4 WHERE id = $1 AND state = 'making'
"""
_END = """
UPDATE callback SET state = $2, ended_at = $3, dialled_at = NULL, key_id = NULL, lookup = NULL, sealed = NULL
WHERE id = ANY ($1::uuid[]) AND ended_at IS NULL AND state <> 'making'
RETURNING id
"""
_DIALLING = """
UPDATE callback SET state = 'dialling', attempts = attempts + 1, dialled_at = $2
WHERE id = $1 AND state = 'open' AND expires_at > $2
RETURNING attempts, key_id, sealed, language, show_number, others_may_answer, word
"""
_LATER = """
UPDATE callback SET state = 'open', dialled_at = NULL, missed = $2, due_at = $3, until_at = $4
WHERE id = $1 AND state = 'dialling'
"""
_LIST_OPEN = """
SELECT id, language, topic, land, time_window, word, show_number, others_may_answer, attempts, made_at, due_at,
       expires_at, state
FROM callback WHERE state IN ('open', 'dialling') ORDER BY due_at, entered_at
"""
_LIST_DUE = """
SELECT id, language, topic, land, also, woman, entered_at FROM callback
WHERE state = 'open' AND due_at <= $1 AND until_at > $1 AND expires_at > $1
  AND NOT EXISTS (SELECT FROM waiting_call AS call WHERE call.callback_id = callback.id)
ORDER BY entered_at LIMIT $2
"""
_TAKE_UNDUE = """
DELETE FROM waiting_call WHERE callback_id IS NOT NULL AND state = 'waiting' AND NOT EXISTS (
    SELECT FROM callback WHERE id = callback_id AND state = 'open' AND due_at <= $1 AND until_at > $1
)
"""
_LIST_OVER = """
SELECT id, language, time_window FROM callback WHERE state = 'open' AND until_at <= $1 AND expires_at > $1 LIMIT $2
"""


async def lock_number(connection: Connection, hashes: Sequence[bytes]) -> None:
    """Until the end of the transaction nobody else makes a callback for the same number; nothing is written."""
    for hash_ in sorted(hashes):
        await connection.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(hash_[:8], "big", signed=True))


async def begin(  # noqa: PLR0913, PLR0917  A row's parts.
    connection: Connection, id_: UUID, origin_hash: bytes, word: str, wish: Wish, made_at: datetime, slot: Slot,
    expires_at: datetime,
) -> tuple[UUID, CallbackState, str]:  # fmt: skip
    """The row that the step has made, now or before: its id, its state and the agreed word."""
    row = await connection.fetchrow(
        _BEGIN,
        id_,
        origin_hash,
        word,
        wish.language,
        wish.topic,
        wish.land,
        list(wish.also),
        wish.woman,
        wish.window.value,
        wish.show_number,
        wish.others_may_answer,
        wish.entered_at,
        made_at,
        slot.due_at,
        slot.until_at,
        expires_at,
    )
    if row is None:
        raise LookupError
    return row["id"], CallbackState(row["state"]), row["word"]


async def promise(connection: Connection, id_: UUID, key_id: str, lookup: bytes, sealed: bytes) -> bool:
    """The callback has a number from now on; False where another try of the same step came first."""
    return _count(await connection.execute(_PROMISE, id_, key_id, lookup, sealed)) == 1


async def forget_unmade(connection: Connection, id_: UUID) -> None:
    await connection.execute("DELETE FROM callback WHERE id = $1 AND state = 'making'", id_)


async def list_lookups(connection: Connection) -> list[tuple[UUID, str, bytes]]:
    """Of every open callback the id, the key's id and the lookup of its number."""
    rows = await connection.fetch("SELECT id, key_id, lookup FROM callback WHERE state IN ('open', 'dialling')")
    return [(row["id"], row["key_id"], row["lookup"]) for row in rows]


async def find_key_id(connection: Connection, id_: UUID) -> str | None:
    found: str | None = await connection.fetchval("SELECT key_id FROM callback WHERE id = $1", id_)
    return found


async def begin_dialling(connection: Connection, id_: UUID, moment: datetime) -> asyncpg.Record | None:
    """Counts an attempt; None where the callback is not open any more."""
    return await connection.fetchrow(_DIALLING, id_, moment)


async def lock_attempt(connection: Connection, id_: UUID, attempt: int) -> asyncpg.Record | None:
    """What is known of an attempt that is under way; None where it was settled or another follows it."""
    query = "SELECT language, time_window, missed FROM callback WHERE id = $1 AND attempts = $2 AND state = 'dialling'"
    return await connection.fetchrow(f"{query} FOR UPDATE", id_, attempt)


async def list_stale(connection: Connection, before: datetime) -> list[tuple[UUID, int]]:
    """The attempts that began before a moment and of which nobody ever told what came."""
    query = "SELECT id, attempts FROM callback WHERE state = 'dialling' AND dialled_at < $1"
    return [(row["id"], row["attempts"]) for row in await connection.fetch(query, before)]


async def put_off(connection: Connection, id_: UUID, missed: int, slot: Slot) -> None:
    """The attempt led to nothing; the next may be made then."""
    await connection.execute(_LATER, id_, missed, slot.due_at, slot.until_at)


async def move(connection: Connection, id_: UUID, slot: Slot) -> bool:
    """Other hours for an open callback; False where it is not open any more."""
    query = "UPDATE callback SET due_at = $2, until_at = $3 WHERE id = $1 AND state = 'open'"
    return _count(await connection.execute(query, id_, slot.due_at, slot.until_at)) == 1


async def end(connection: Connection, ids: Sequence[UUID], state: CallbackState, moment: datetime) -> list[UUID]:
    """The callbacks that have ended by this; their numbers leave the table at once."""
    return [row["id"] for row in await connection.fetch(_END, ids, state.value, moment)]


async def list_open(connection: Connection) -> list[asyncpg.Record]:
    return await connection.fetch(_LIST_OPEN)


async def list_due(connection: Connection, moment: datetime, most: int) -> list[asyncpg.Record]:
    """The open callbacks whose time has come and that are not in the line."""
    return await connection.fetch(_LIST_DUE, moment, most)


async def list_over(connection: Connection, moment: datetime, most: int) -> list[asyncpg.Record]:
    """The open callbacks whose hours have passed."""
    return await connection.fetch(_LIST_OVER, moment, most)


async def list_expired(connection: Connection, moment: datetime) -> list[UUID]:
    """The callbacks whose time is over, but for those that are being dialled."""
    query = "SELECT id FROM callback WHERE state = 'open' AND expires_at <= $1"
    return [row["id"] for row in await connection.fetch(query, moment)]


async def list_unmade(connection: Connection, before: datetime) -> list[UUID]:
    """What was begun before a moment and was never promised."""
    query = "SELECT id FROM callback WHERE state = 'making' AND made_at < $1"
    return [row["id"] for row in await connection.fetch(query, before)]


async def list_with_key(connection: Connection) -> list[UUID]:
    """The callbacks that have ended and whose keys may still be there."""
    rows = await connection.fetch("SELECT id FROM callback WHERE ended_at IS NOT NULL AND NOT key_gone")
    return [row["id"] for row in rows]


async def note_key_gone(connection: Connection, id_: UUID) -> None:
    await connection.execute("UPDATE callback SET key_gone = true WHERE id = $1 AND ended_at IS NOT NULL", id_)


async def forget_ended(connection: Connection, before: datetime) -> int:
    """Deletes what ended before a moment and whose keys are gone; returns how many rows went."""
    return _count(await connection.execute("DELETE FROM callback WHERE ended_at < $1 AND key_gone", before))


async def count_overdue(connection: Connection, moment: datetime) -> tuple[int, int]:
    """How many open callbacks are over their time, and of how many that have ended the key may still be there."""
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE state IN ('open', 'dialling') AND expires_at <= $1) AS open,"
        " count(*) FILTER (WHERE ended_at IS NOT NULL AND NOT key_gone) AS keys FROM callback",
        moment,
    )
    return (0, 0) if row is None else (row["open"], row["keys"])


async def take_out_of_line(connection: Connection, ids: Sequence[UUID]) -> None:
    """Removes callbacks from the line that are offered to nobody."""
    query = "DELETE FROM waiting_call WHERE callback_id = ANY ($1::uuid[]) AND state = 'waiting'"
    await connection.execute(query, ids)


async def take_undue_out_of_line(connection: Connection, moment: datetime) -> None:
    """The same for all whose time has not come or is over, as after an offer that came back."""
    await connection.execute(_TAKE_UNDUE, moment)


async def find_wishes(connection: Connection, call_keys: Sequence[bytes]) -> asyncpg.Record | None:
    """What a call wished for while it was in the line."""
    return await connection.fetchrow(
        "SELECT woman, also FROM waiting_call WHERE call_key = ANY ($1::bytea[])", call_keys
    )


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
