"""Calls between caller and agent: the only SQL on their legs, on consulting and handing over, and on what was lost."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from app.queue.models import Reservation
from app.queue.offer_store import offer_of, offers_of
from app.queue.store import SEEN_WITHIN, Connection, holding_offered

# So long an agent whose leg broke may come back.
REJOIN_WITHIN: Final = timedelta(seconds=20)
_CONNECT_WITHIN: Final = timedelta(seconds=60)
# A callback must ring, and somebody must say that it is the right one.
_CALL_BACK_WITHIN: Final = timedelta(seconds=180)
# The provider ends each talk after two hours.
_TALK_WITHIN: Final = timedelta(minutes=125)
# What a call was about is not kept for longer, though its agent still wraps up.
_WRAP_UP_AT_MOST: Final = timedelta(hours=12)
# What somebody else is about to write has this time to be written.
_SETTLED: Final = timedelta(seconds=2)

# Told again, or after a lost agent, it is no second answer; and a callback is none at all.
_CALLER_JOINED = """
WITH call AS (
    UPDATE waiting_call SET state = 'talking', counted = counted OR callback_id IS NULL
    WHERE reservation_id = $1 AND state = 'connecting'
    RETURNING reservation_id AS id, entered_at, new.counted AND NOT old.counted AS is_first_answer
), talk AS (
    UPDATE reservation r SET
        talking_at = $2, waited_seconds = greatest(0, extract(epoch FROM $2 - call.entered_at))::int
    FROM call WHERE r.id = call.id
)
SELECT count_wait($2, 'answered', greatest(0, extract(epoch FROM $2 - entered_at))::float8) FROM call
WHERE is_first_answer
"""
_AGENT_JOINED = "UPDATE reservation SET agent_left_at = NULL WHERE id = $1 AND ended_at IS NULL"
_AGENT_PARTED = """
UPDATE reservation SET agent_left_at = $2
WHERE id = $1 AND accepted_at IS NOT NULL AND agent_left_at IS NULL AND ended_at IS NULL
"""


async def caller_joined(connection: Connection, reservation_id: UUID, moment: datetime) -> None:
    await connection.execute(_CALLER_JOINED, reservation_id, moment)


async def agent_joined(connection: Connection, reservation_id: UUID) -> None:
    await connection.execute(_AGENT_JOINED, reservation_id)


async def agent_parted(connection: Connection, reservation_id: UUID, moment: datetime) -> None:
    await connection.execute(_AGENT_PARTED, reservation_id, moment)


_LIST_CONNECTING = """
SELECT r.* FROM reservation r JOIN waiting_call w ON w.reservation_id = r.id
WHERE w.state = 'connecting' ORDER BY r.accepted_at
"""
_LIST_STUCK = """
SELECT r.* FROM reservation r JOIN waiting_call w ON w.reservation_id = r.id
WHERE w.state = 'connecting'
  AND (r.callback_id IS NULL AND r.accepted_at <= $1 OR r.callback_id IS NOT NULL AND r.accepted_at <= $2)
"""
_LIST_AGENT_LOST = """
SELECT r.* FROM reservation r
WHERE r.talking_at IS NOT NULL AND r.ended_at IS NULL AND r.agent_left_at <= $1 ORDER BY r.agent_left_at
"""
_LIST_ENDLESS = """
SELECT r.* FROM reservation r WHERE r.ended_at IS NULL AND r.talking_at <= $1
"""
_FIND_ADDRESS = """
SELECT w.call_key, w.sealed, w.callback_id FROM waiting_call w
WHERE w.reservation_id = $1 AND w.state <> 'ended'
"""


async def list_connecting(connection: Connection) -> tuple[Reservation, ...]:
    """Accepted, and the caller has not come yet."""
    return offers_of(await connection.fetch(_LIST_CONNECTING))


async def list_stuck(connection: Connection, moment: datetime) -> tuple[Reservation, ...]:
    """Accepted so long ago that the caller will not come."""
    return offers_of(await connection.fetch(_LIST_STUCK, moment - _CONNECT_WITHIN, moment - _CALL_BACK_WITHIN))


async def list_agent_lost(connection: Connection, moment: datetime) -> tuple[Reservation, ...]:
    """The caller is in the room and the agent has not come back in time."""
    return offers_of(await connection.fetch(_LIST_AGENT_LOST, moment - REJOIN_WITHIN))


async def list_endless(connection: Connection, moment: datetime) -> tuple[Reservation, ...]:
    """Talks that must have ended, though nobody said so."""
    return offers_of(await connection.fetch(_LIST_ENDLESS, moment - _TALK_WITHIN))


async def find_address(connection: Connection, reservation_id: UUID) -> tuple[bytes, str, UUID | None] | None:
    """The call's key, where it can be reached as it was sealed for that key, and its callback."""
    row = await connection.fetchrow(_FIND_ADDRESS, reservation_id)
    return None if row is None else (row["call_key"], row["sealed"], row["callback_id"])


async def list_addresses(connection: Connection) -> list[tuple[bytes, str]]:
    """All calls of the line by key, with where each can be reached; callbacks, which are no calls yet, are left out."""
    rows = await connection.fetch(
        "SELECT call_key, sealed FROM waiting_call WHERE state <> 'ended' AND callback_id IS NULL ORDER BY entered_at"
    )
    return [(row["call_key"], row["sealed"]) for row in rows]


async def find_by_agent(connection: Connection, agent_id: UUID) -> Reservation | None:
    return offer_of(await connection.fetchrow("SELECT r.* FROM reservation r WHERE agent_id = $1", agent_id))


async def find_by_id(connection: Connection, reservation_id: UUID) -> Reservation | None:
    return offer_of(await connection.fetchrow("SELECT r.* FROM reservation r WHERE id = $1", reservation_id))


_TRANSFER = """
WITH call AS (
    SELECT reservation_id AS id FROM waiting_call WHERE reservation_id = $1 AND state = 'talking' FOR UPDATE
), former AS (
    SELECT r.id, r.agent_id FROM reservation r JOIN call USING (id) WHERE r.agent_id <> $2 FOR UPDATE OF r
), taker AS (
    UPDATE agent_presence p SET status = 'in-call', since = $3, helps_agent_id = NULL, unanswered = 0 FROM former
    WHERE p.agent_id = $2 AND (p.status = 'ready' OR p.helps_agent_id = former.agent_id)
      AND NOT EXISTS (SELECT FROM reservation other WHERE other.agent_id = $2)
    RETURNING former.id, former.agent_id AS giver_id
), moved AS (
    UPDATE reservation r SET agent_id = $2, agent_left_at = NULL FROM taker WHERE r.id = taker.id
    RETURNING r.*
), giver AS (
    UPDATE agent_presence p SET status = 'wrap-up', since = $3 FROM taker
    WHERE p.agent_id = taker.giver_id AND p.status = 'in-call'
)
SELECT * FROM moved
"""
_CONSULT = """
WITH held AS (SELECT agent_id FROM reservation WHERE id = $1 AND talking_at IS NOT NULL AND ended_at IS NULL)
UPDATE agent_presence p SET status = 'in-call', since = $3, helps_agent_id = held.agent_id FROM held
WHERE p.agent_id = $2 AND p.status = 'ready' AND p.agent_id <> held.agent_id
RETURNING p.agent_id
"""
_END_CONSULT = """
UPDATE agent_presence SET status = 'ready', since = $2, helps_agent_id = NULL
WHERE agent_id = $1 AND helps_agent_id IS NOT NULL
"""


async def transfer(pool: asyncpg.Pool, reservation_id: UUID, agent_id: UUID, moment: datetime) -> Reservation | None:
    """Give a talk to another agent, who is ready or is consulted in it; None where that cannot be."""
    async with holding_offered(pool, reservation_id) as connection:
        return offer_of(await connection.fetchrow(_TRANSFER, reservation_id, agent_id, moment))


async def consult(connection: Connection, reservation_id: UUID, agent_id: UUID, moment: datetime) -> bool:
    """Whether a ready agent was taken into the talk of another."""
    return await connection.fetchval(_CONSULT, reservation_id, agent_id, moment) is not None


async def end_consult(connection: Connection, agent_id: UUID, moment: datetime) -> None:
    await connection.execute(_END_CONSULT, agent_id, moment)


_WRITE_NOTE = """
UPDATE reservation SET note_sealed = $3 WHERE agent_id = $1 AND id = $2 AND accepted_at IS NOT NULL RETURNING id
"""


async def write_note(connection: Connection, agent_id: UUID, reservation_id: UUID, sealed: str) -> bool:
    """Whether the call is in the agent's hands, talking or to be wrapped up."""
    return await connection.fetchval(_WRITE_NOTE, agent_id, reservation_id, sealed) is not None


_FORGET_WRAPPED = """
DELETE FROM reservation r WHERE r.agent_id = $1 AND r.ended_at IS NOT NULL RETURNING r.*
"""


async def forget_wrapped(connection: Connection, agent_id: UUID) -> Reservation | None:
    """Forget the call that has ended; None where there is none."""
    return offer_of(await connection.fetchrow(_FORGET_WRAPPED, agent_id))


# The offers are lost with the database's unlogged tables, and the agents are not: who was asked is ready again, and
# who talked wraps up, since the talk may go on.
_WITHOUT_CALL = """
UPDATE agent_presence p SET
    status = CASE p.status WHEN 'reserved' THEN 'ready' ELSE 'wrap-up' END, since = $1,
    ready_since = coalesce(p.ready_since, $1)
WHERE p.status IN ('reserved', 'in-call') AND p.helps_agent_id IS NULL AND p.since < $2
  AND NOT EXISTS (SELECT FROM reservation r WHERE r.agent_id = p.agent_id AND r.ended_at IS NULL)
"""
_WITHOUT_TALK = """
UPDATE agent_presence p SET status = 'ready', since = $1, helps_agent_id = NULL
WHERE p.helps_agent_id IS NOT NULL AND p.since < $2
  AND NOT EXISTS (SELECT FROM reservation r WHERE r.agent_id = p.helps_agent_id AND r.ended_at IS NULL)
"""
_UNSEEN = """
UPDATE agent_presence SET status = 'away', since = $1
WHERE status = 'ready' AND seen_at <= $2 OR status = 'wrap-up' AND greatest(seen_at, since) <= $3
"""
_LEFT_OVER = """
DELETE FROM reservation r
WHERE r.ended_at < $1 AND (
    r.ended_at < $2
    OR NOT EXISTS (SELECT FROM agent_presence p WHERE p.agent_id = r.agent_id AND p.status = 'wrap-up'))
"""


async def reconcile_agents(connection: Connection, moment: datetime, wrap_up_unseen: timedelta) -> None:
    """Bring the agents' states in line with the calls, and send those away whose page is gone."""
    settled = moment - _SETTLED
    await connection.execute(_WITHOUT_CALL, moment, settled)
    await connection.execute(_WITHOUT_TALK, moment, settled)
    await connection.execute(_UNSEEN, moment, moment - SEEN_WITHIN, moment - wrap_up_unseen)
    await connection.execute(_LEFT_OVER, settled, moment - _WRAP_UP_AT_MOST)
