"""The calls that wait: the only SQL on their rows, which decides who of several comes first.

A call's row is locked before its offer's and its agent's, so that nobody waits in a circle. A statement sees the other
rows as they were when it began; where those may have changed while it waited for the call, the call is held before.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from app.queue.models import Choice, State, Waiting

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

# An agent is there who handles a call, or whose page or softphone was seen of late.
SEEN_WITHIN: Final = timedelta(seconds=60)
# A call that asks no more has ended, though nobody said so: a wait request comes every 30 s at the latest.
ALIVE_WITHIN: Final = timedelta(seconds=90)


@asynccontextmanager
async def holding(pool: asyncpg.Pool, call_keys: Sequence[bytes]) -> AsyncIterator[Connection]:
    """A transaction in which nobody else changes the call or what is offered of it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM waiting_call WHERE call_key = ANY ($1::bytea[]) FOR UPDATE", call_keys)
        yield connection


@asynccontextmanager
async def holding_offered(pool: asyncpg.Pool, reservation_id: UUID) -> AsyncIterator[Connection]:
    """The same for the call of an offer."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM waiting_call WHERE reservation_id = $1 FOR UPDATE", reservation_id)
        yield connection


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the line with what its waiting depends on; `calls` and `seconds` are the mean of handled calls."""

    state: State
    choice: Choice | None
    first: bool
    reservation_id: UUID | None
    ahead: int
    staff: int
    women: int
    also_staff: int
    calls: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be entered; `sealed` is where the call can be reached, sealed once for each of the keys."""

    call_keys: Sequence[bytes]
    sealed: Sequence[str]
    language: str
    topic: str | None
    land: str | None
    also: Sequence[str]
    woman: bool
    entered_at: datetime
    callback_id: UUID | None
    trail: Sequence[str] = ()


# Nobody is told of more than 500 ahead, so no more are counted.
_PLACE: Final = """
WITH {call}
SELECT call.state, call.choice, call.first, call.reservation_id, mean.calls, mean.seconds,
       (SELECT count(*) FROM (
            SELECT FROM waiting_call w
            WHERE w.state = 'waiting' AND w.choice IS NULL AND w.language = call.language
              AND w.entered_at < call.entered_at AND NOT call.first
            LIMIT 500) older) AS ahead,
       own.staff, own.women,
       CASE WHEN own.staff = 0 AND call.also <> ARRAY[]::text[] THEN (
            SELECT count(DISTINCT p.agent_id) FROM agent_language l JOIN agent_presence p USING (agent_id)
            WHERE l.language = ANY (call.also) AND l.level > 1 AND agent_is_there(p, $2))
       ELSE 0 END AS also_staff
FROM call
CROSS JOIN LATERAL (
    SELECT count(*) AS staff, count(*) FILTER (WHERE s.woman) AS women
    FROM agent_language l JOIN agent_skills s USING (agent_id) JOIN agent_presence p USING (agent_id)
    WHERE l.language = call.language AND l.level > 1 AND agent_is_there(p, $2)) own
LEFT JOIN handling_mean mean ON mean.language = call.language
"""

# A call keeps the row that it has, whichever key of the ring it was made under, and the oldest place that it had.
_ENTERED = """
known AS (
    SELECT coalesce((SELECT call_key FROM waiting_call WHERE call_key = ANY ($1::bytea[]) LIMIT 1), ($1::bytea[])[1])
           AS call_key
), call AS (
    INSERT INTO waiting_call AS kept
        (call_key, sealed, language, topic, land, also, woman, entered_at, seen_at, state, callback_id, trail)
    SELECT call_key, ($3::text[])[array_position($1::bytea[], call_key)], $4, $5, $6, $7, $8,
           least($9::timestamptz, $11::timestamptz), $11, 'waiting', $10, $12 FROM known
    ON CONFLICT (call_key) DO UPDATE SET
        sealed = excluded.sealed,
        language = excluded.language,
        topic = coalesce(excluded.topic, kept.topic),
        land = coalesce(excluded.land, kept.land),
        also = CASE WHEN excluded.also <@ kept.also THEN kept.also
                    ELSE (SELECT array_agg(DISTINCT l ORDER BY l) FROM unnest(kept.also || excluded.also) l) END,
        woman = kept.woman OR excluded.woman,
        entered_at = least(kept.entered_at, excluded.entered_at),
        seen_at = greatest(kept.seen_at, excluded.seen_at),
        trail = CASE WHEN excluded.trail = '{}' THEN kept.trail ELSE excluded.trail END
    WHERE kept.state <> 'ended'
    RETURNING kept.*
)
"""
_ENTER = _PLACE.format(call=_ENTERED)
# The same request again is late, but a call that came back from elsewhere has another address to be reached at.
_REVIVE = """
DELETE FROM waiting_call
WHERE call_key = ANY ($1::bytea[]) AND state = 'ended' AND sealed <> ''
  AND sealed <> md5(($2::text[])[array_position($1::bytea[], call_key)])
"""
_FOUND = "call AS (SELECT * FROM waiting_call WHERE call_key = ANY ($1::bytea[]) AND state <> 'ended')"
_FIND_PLACE = _PLACE.format(call=_FOUND)


async def enter(connection: Connection, entry: Entry, moment: datetime) -> Place | None:
    """Put a call into the line, or note that it still is there; None where it has left it."""
    values = (
        entry.call_keys,
        moment - SEEN_WITHIN,
        entry.sealed,
        entry.language,
        entry.topic,
        entry.land,
        sorted(set(entry.also)),
        entry.woman,
        entry.entered_at,
        entry.callback_id,
        moment,
        entry.trail,
    )
    row = await connection.fetchrow(_ENTER, *values)
    if row is None and await connection.execute(_REVIVE, entry.call_keys, entry.sealed) != "DELETE 0":
        row = await connection.fetchrow(_ENTER, *values)
    return _place(row)


async def find_place(connection: Connection, call_keys: Sequence[bytes], moment: datetime) -> Place | None:
    return _place(await connection.fetchrow(_FIND_PLACE, call_keys, moment - SEEN_WITHIN))


def _place(row: asyncpg.Record | None) -> Place | None:
    if row is None:
        return None
    choice = row["choice"]
    return Place(**dict(row) | {"state": State(row["state"]), "choice": None if choice is None else Choice(choice)})


# The offer of a call that goes out of it is dropped, and its agent is free as before.
_RELEASING: Final = """
WITH {call}, dropped AS (
    DELETE FROM reservation r USING call WHERE r.id = call.was_offered RETURNING r.agent_id
), freed AS (
    UPDATE agent_presence p SET status = 'ready', since = $2 FROM dropped
    WHERE p.agent_id = dropped.agent_id AND p.status = 'reserved'
)
SELECT FROM call
"""
_CHOSEN: Final = """
call AS (
    UPDATE waiting_call SET choice = $3, state = 'waiting', reservation_id = NULL
    WHERE call_key = ANY ($1::bytea[]) AND state IN ('waiting', 'reserved') AND choice IS NULL
    RETURNING old.reservation_id AS was_offered
)
"""
# Who comes to wish for a woman while somebody is asked waits on.
_WISHED: Final = """
call AS (
    UPDATE waiting_call SET
        woman = woman OR $3,
        also = (SELECT coalesce(array_agg(DISTINCT l ORDER BY l), ARRAY[]::text[]) FROM unnest(also || $4::text[]) l),
        state = CASE WHEN state = 'reserved' AND $3 AND NOT woman THEN 'waiting' ELSE state END,
        reservation_id = CASE WHEN state = 'reserved' AND $3 AND NOT woman THEN NULL ELSE reservation_id END
    WHERE call_key = ANY ($1::bytea[]) AND state <> 'ended'
    RETURNING CASE WHEN new.reservation_id IS NULL THEN old.reservation_id END AS was_offered
)
"""
_CHOOSE: Final = _RELEASING.format(call=_CHOSEN)
_WISH: Final = _RELEASING.format(call=_WISHED)


async def choose(pool: asyncpg.Pool, call_keys: Sequence[bytes], choice: Choice, moment: datetime) -> None:
    """Note what a caller chose instead of waiting; the first choice stands, and an agent who was asked is free."""
    async with holding(pool, call_keys) as connection:
        await connection.execute(_CHOOSE, call_keys, moment, choice.value)


async def wish(
    pool: asyncpg.Pool, call_keys: Sequence[bytes], moment: datetime, *, woman: bool, also: Sequence[str]
) -> None:
    async with holding(pool, call_keys) as connection:
        await connection.execute(_WISH, call_keys, moment, woman, also)


# What is left of a row keeps late requests of the call out: all of them once it is over, else those with the address
# that it had; the caller's wishes stay for a callback. A callback may come again with the next try.
_ENDING: Final = """
WITH call AS (
    UPDATE waiting_call SET
        state = 'ended', ended_at = $2, reservation_id = NULL, choice = NULL, callback_id = NULL,
        language = '', topic = NULL, land = NULL, trail = '{{}}',
        sealed = CASE WHEN callback_id IS NOT NULL THEN gen_random_uuid()::text ELSE md5(sealed) END
    WHERE {which}
    RETURNING old.reservation_id AS was_offered, {was_answered} AS was_answered, old.entered_at, old.callback_id,
              old.counted, old.choice
), closed AS (
    UPDATE reservation r SET ended_at = $2, trail = '{{}}' FROM call
    WHERE r.id = call.was_offered AND call.was_answered RETURNING r.agent_id, r.waited_seconds
), dropped AS (
    DELETE FROM reservation r USING call WHERE r.id = call.was_offered AND NOT call.was_answered RETURNING r.agent_id
), wrapping AS (
    UPDATE agent_presence p SET status = 'wrap-up', since = $2 FROM closed
    WHERE p.agent_id = closed.agent_id AND p.status = 'in-call'
), freed AS (
    UPDATE agent_presence p SET status = 'ready', since = $2, ready_since = coalesce(p.ready_since, $2) FROM dropped
    WHERE p.agent_id = dropped.agent_id AND p.status IN ('reserved', 'in-call')
)
SELECT coalesce((SELECT waited_seconds FROM closed), greatest(0, extract(epoch FROM $2 - entered_at))::int)
       AS waited_seconds, was_answered, callback_id, {counting}
FROM call
"""
# A wait without an answer is counted by what the caller chose, else by how it ended; who was answered before, by that.
_LEAVE = _ENDING.format(
    which="call_key = ANY ($1::bytea[]) AND state <> 'ended'",
    was_answered="old.state = 'talking'",
    counting="""
        CASE WHEN NOT counted AND callback_id IS NULL AND coalesce(choice, $3) IS NOT NULL THEN count_wait(
            $2, CASE WHEN choice = 'timed_out' THEN choice WHEN choice IS NULL THEN $3 ELSE 'diverted' END,
            greatest(0, extract(epoch FROM $2 - entered_at))::float8) END
    """,
)
_FINISH = _ENDING.format(
    which="reservation_id = $1 AND state IN ('connecting', 'talking')",
    was_answered="true",
    counting="""
        CASE WHEN NOT counted AND callback_id IS NULL
        THEN count_wait($2, 'answered', (SELECT waited_seconds FROM closed)) END
    """,
)
_SHUT_OUT = "UPDATE waiting_call SET sealed = '' WHERE call_key = ANY ($1::bytea[]) AND state = 'ended'"


async def leave(
    pool: asyncpg.Pool, call_keys: Sequence[bytes], moment: datetime, *, is_over: bool, diverted: bool
) -> asyncpg.Record | None:
    """Take a call out of the line; where it `is_over`, no late request brings it back."""
    ended = "diverted" if diverted else "abandoned" if is_over else None
    async with holding(pool, call_keys) as connection:
        row = await connection.fetchrow(_LEAVE, call_keys, moment, ended)
        if is_over:
            await connection.execute(_SHUT_OUT, call_keys)
        return row


async def finish(pool: asyncpg.Pool, reservation_id: UUID, moment: datetime) -> None:
    """The talk is over: the call leaves the line, and the agent wraps up."""
    async with holding_offered(pool, reservation_id) as connection:
        await connection.execute(_FINISH, reservation_id, moment)


_LIST_WAITING = """
SELECT language, topic, land, entered_at, state, callback_id IS NOT NULL AS is_callback, woman, first, trail
FROM waiting_call WHERE state <> 'ended' AND choice IS NULL ORDER BY entered_at LIMIT 500
"""


async def list_waiting(connection: Connection) -> tuple[Waiting, ...]:
    """The 500 who came first, those in talk included."""
    rows = await connection.fetch(_LIST_WAITING)
    return tuple(Waiting(**dict(row) | {"state": State(row["state"]), "trail": tuple(row["trail"])}) for row in rows)


# A call that nobody asked for any more is forgotten; if it lives after all, its next request brings back its old place.
_FORGET = """
DELETE FROM waiting_call
WHERE state = 'waiting' AND callback_id IS NULL AND seen_at <= $1 OR ended_at <= $2
"""
FORGOTTEN_AFTER: Final = timedelta(minutes=5)
SHUT_OUT_FOR: Final = timedelta(minutes=10)


async def forget_old(connection: Connection, moment: datetime) -> None:
    await connection.execute(_FORGET, moment - FORGOTTEN_AFTER, moment - SHUT_OUT_FOR)
