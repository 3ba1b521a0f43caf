"""Calls offered to agents: the only SQL that makes, accepts, takes back and ends an offer."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import asyncpg

from app.queue.models import Match, Ready, Reservation, Status, Via, Waiter
from app.queue.store import ALIVE_WITHIN, SEEN_WITHIN, Connection, holding_offered

_MATCH_LOCK: Final = 7_246_511_021


# The row keeps more than an offer tells.
_FIELDS: Final = tuple(field.name for field in fields(Reservation))


def offer_of(row: asyncpg.Record | None) -> Reservation | None:
    if row is None:
        return None
    known = {name: row[name] for name in _FIELDS}
    return Reservation(**known | {"via": Via(row["via"]), "trail": tuple(row["trail"])})


def offers_of(rows: Sequence[asyncpg.Record]) -> tuple[Reservation, ...]:
    return tuple(offer for row in rows if (offer := offer_of(row)))


async def is_alone_in_matching(connection: Connection) -> bool:
    """Whether nobody else in the cluster matches until the end of the transaction: two could break the order."""
    is_alone: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _MATCH_LOCK)
    return is_alone


_IS_WORTHWHILE = """
SELECT EXISTS (SELECT FROM agent_presence WHERE status = 'ready' AND seen_at > $1)
   AND EXISTS (SELECT FROM waiting_call WHERE state = 'waiting' AND choice IS NULL)
"""
_LIST_READY = """
SELECT p.agent_id, p.ready_since, s.topics, s.woman,
       array_agg(l.language) AS languages, array_agg(l.level) AS levels
FROM agent_presence p JOIN agent_skills s USING (agent_id) JOIN agent_language l USING (agent_id)
WHERE p.status = 'ready' AND p.seen_at > $1 GROUP BY p.agent_id, s.agent_id
"""
_COUNT_DUTY = """
SELECT l.language, count(*) FROM agent_presence p JOIN agent_language l USING (agent_id)
WHERE l.level > 1 AND agent_is_there(p, $1) GROUP BY l.language
"""


async def is_matching_worthwhile(connection: Connection, moment: datetime) -> bool:
    worthwhile: bool = await connection.fetchval(_IS_WORTHWHILE, moment - SEEN_WITHIN)
    return worthwhile


async def list_ready(connection: Connection, moment: datetime) -> tuple[Ready, ...]:
    rows = await connection.fetch(_LIST_READY, moment - SEEN_WITHIN)
    return tuple(
        Ready(
            row["agent_id"],
            dict(zip(row["languages"], row["levels"], strict=True)),
            row["ready_since"],
            frozenset(row["topics"]),
            row["woman"],
        )
        for row in rows
    )


async def count_duty(connection: Connection, moment: datetime) -> dict[str, int]:
    """How many agents are there by language, busy ones too."""
    return {row[0]: row[1] for row in await connection.fetch(_COUNT_DUTY, moment - SEEN_WITHIN)}


# Callers are alike for every agent who have language, wish for a woman and other languages in common, so of each such
# group no more can be matched than agents are ready. The groups are found by leaping from one to the next in the index.
# Whoever was passed as often as may be (`app.queue.rules.MOST_PASSED`) is looked for apart.
_LIST_TURNS = """
WITH RECURSIVE alike AS (
    (SELECT language, woman, also FROM waiting_call WHERE state = 'waiting' AND choice IS NULL
     ORDER BY language, woman, also LIMIT 1)
    UNION ALL
    SELECT following.* FROM alike CROSS JOIN LATERAL (
        SELECT w.language, w.woman, w.also FROM waiting_call w
        WHERE w.state = 'waiting' AND w.choice IS NULL
          AND (w.language, w.woman, w.also) > (alike.language, alike.woman, alike.also)
        ORDER BY w.language, w.woman, w.also LIMIT 1) following
), turns AS (
    SELECT older.* FROM alike CROSS JOIN LATERAL (
        SELECT w.* FROM waiting_call w
        WHERE w.state = 'waiting' AND w.choice IS NULL AND w.language = alike.language AND w.woman = alike.woman
          AND w.also = alike.also AND (w.seen_at > $1 OR w.callback_id IS NOT NULL)
        ORDER BY w.first DESC, w.entered_at LIMIT $2) older
    UNION
    SELECT overtaken.* FROM (SELECT DISTINCT language FROM alike) spoken CROSS JOIN LATERAL (
        SELECT w.* FROM waiting_call w
        WHERE w.state = 'waiting' AND w.choice IS NULL AND w.language = spoken.language AND w.passed > 2
          AND (w.seen_at > $1 OR w.callback_id IS NOT NULL)
        ORDER BY w.entered_at LIMIT $2) overtaken
)
SELECT call_key, language, entered_at, topic, also, woman, first, passed FROM turns
"""


async def list_turns(connection: Connection, moment: datetime, most: int) -> tuple[Waiter, ...]:
    """All whose turn it can be when that many agents are ready; callbacks need not ask to be alive."""
    rows = await connection.fetch(_LIST_TURNS, moment - ALIVE_WITHIN, most)
    return tuple(
        Waiter(
            row["call_key"],
            row["language"],
            row["entered_at"],
            row["topic"],
            tuple(row["also"]),
            row["woman"],
            row["first"],
            row["passed"],
        )
        for row in rows
    )


# Who hung up, chose or wished something else meanwhile is left out; so is an agent who went away.
_OFFER_ALL = """
WITH proposed AS (
    SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bool[])
        AS given (call_key, agent_id, id, via, language, woman)
), called AS (
    SELECT w.*, proposed.agent_id, proposed.id, proposed.via
    FROM waiting_call w JOIN proposed USING (call_key, language, woman)
    WHERE w.state = 'waiting' AND w.choice IS NULL ORDER BY w.call_key FOR UPDATE OF w
), free AS (
    SELECT p.agent_id FROM agent_presence p JOIN called USING (agent_id)
    WHERE p.status = 'ready' ORDER BY p.agent_id FOR UPDATE OF p
), made AS (
    INSERT INTO reservation AS r
        (agent_id, id, call_key, via, language, topic, land, waited_seconds, callback_id, made_at, expires_at, trail)
    SELECT agent_id, id, call_key, via, language, topic, land,
           greatest(0, extract(epoch FROM $7 - entered_at))::int, callback_id, $7, $8, trail
    FROM called JOIN free USING (agent_id)
    ON CONFLICT (agent_id) DO NOTHING
    RETURNING r.*
), taken AS (
    UPDATE waiting_call w SET state = 'reserved', reservation_id = made.id FROM made WHERE w.call_key = made.call_key
), asked AS (
    UPDATE agent_presence p SET status = 'reserved', since = $7 FROM made WHERE p.agent_id = made.agent_id
)
SELECT * FROM made
"""


async def offer_all(
    connection: Connection, matches: Sequence[Match], moment: datetime, expires_at: datetime
) -> tuple[Reservation, ...]:
    """Offer each matched call to its agent."""
    waiters = [match.waiter for match in matches]
    rows = await connection.fetch(
        _OFFER_ALL,
        [waiter.id for waiter in waiters],
        [match.agent_id for match in matches],
        [uuid4() for _ in matches],
        [match.via.value for match in matches],
        [waiter.language for waiter in waiters],
        [waiter.woman for waiter in waiters],
        moment,
        expires_at,
    )
    return offers_of(rows)


# More rows than were passed in truth may be counted, as those who wish for a woman; so the bound holds all the more.
# Who was passed as often as may be is counted no further.
_NOTE_PASSED = """
UPDATE waiting_call SET passed = passed + 1
WHERE state = 'waiting' AND choice IS NULL AND entered_at < $1 AND passed < 3
  AND (language = ANY ($2::text[]) OR also && $2::text[] OR language = ANY ($3::text[]))
"""


async def note_passed(
    connection: Connection, entered_at: datetime, languages: Sequence[str], interpreted: Sequence[str]
) -> None:
    """Count it for those who came before this moment and speak one of the languages."""
    await connection.execute(_NOTE_PASSED, entered_at, languages, interpreted)


_ACCEPT = """
WITH call AS (
    UPDATE waiting_call w SET state = 'connecting' FROM reservation r
    WHERE r.id = $1 AND r.agent_id = $2 AND r.expires_at > $3
      AND w.reservation_id = r.id AND w.call_key = r.call_key AND w.state = 'reserved'
    RETURNING r.id
), taken AS (
    UPDATE reservation r SET accepted_at = $3 FROM call WHERE r.id = call.id RETURNING r.*
), busy AS (
    UPDATE agent_presence p SET status = 'in-call', since = $3, unanswered = 0 FROM taken
    WHERE p.agent_id = taken.agent_id
)
SELECT * FROM taken
"""
_FIND_ACCEPTED = "SELECT r.* FROM reservation r WHERE id = $1 AND agent_id = $2 AND accepted_at IS NOT NULL"


async def accept(connection: Connection, agent_id: UUID, reservation_id: UUID, moment: datetime) -> Reservation | None:
    """None where the offer is no more; the same answer again where it was accepted already."""
    row = await connection.fetchrow(_ACCEPT, reservation_id, agent_id, moment)
    return offer_of(row or await connection.fetchrow(_FIND_ACCEPTED, reservation_id, agent_id))


_BACK = """
WITH call AS (
    UPDATE waiting_call w SET
        state = 'waiting', reservation_id = NULL, first = w.first OR $5,
        seen_at = CASE WHEN $5 THEN greatest(w.seen_at, $3) ELSE w.seen_at END
    WHERE w.reservation_id = $1 AND w.state = ANY ($2::text[])
    RETURNING old.reservation_id AS id
), dropped AS (
    DELETE FROM reservation r USING call WHERE r.id = call.id RETURNING r.*
), freed AS (
    UPDATE agent_presence p SET status = $4, since = $3, ready_since = coalesce(p.ready_since, $3) FROM dropped
    WHERE p.agent_id = dropped.agent_id AND p.status IN ('reserved', 'in-call')
)
SELECT * FROM dropped
"""


class Back(NamedTuple):
    """How a caller comes back into the line: only out of these states, the agent gets this status."""

    states: Sequence[str]
    status: Status
    first: bool = False


async def put_back(pool: asyncpg.Pool, reservation_id: UUID, back: Back, moment: datetime) -> Reservation | None:
    """The caller waits again at the old place."""
    async with holding_offered(pool, reservation_id) as connection:
        values = (reservation_id, back.states, moment, back.status.value, back.first)
        return offer_of(await connection.fetchrow(_BACK, *values))


_EXPIRE = """
WITH due AS (
    SELECT w.call_key, r.id FROM waiting_call w JOIN reservation r ON r.id = w.reservation_id
    WHERE w.state = 'reserved' AND r.expires_at <= $1 ORDER BY w.call_key FOR UPDATE OF w SKIP LOCKED
), call AS (
    UPDATE waiting_call w SET state = 'waiting', reservation_id = NULL FROM due
    WHERE w.call_key = due.call_key AND w.state = 'reserved' AND w.reservation_id = due.id
    RETURNING due.id
), dropped AS (
    DELETE FROM reservation r USING call WHERE r.id = call.id RETURNING r.*
), freed AS (
    UPDATE agent_presence p SET
        status = CASE WHEN p.unanswered + 1 >= $2 THEN 'away' ELSE 'ready' END,
        unanswered = CASE WHEN p.unanswered + 1 >= $2 THEN 0 ELSE p.unanswered + 1 END,
        since = $1, ready_since = $1
    FROM dropped WHERE p.agent_id = dropped.agent_id AND p.status = 'reserved'
)
SELECT * FROM dropped
"""


async def expire(connection: Connection, moment: datetime, most_unanswered: int) -> tuple[Reservation, ...]:
    """Take back the offers that nobody answered in time; who left so many in a row is away."""
    return offers_of(await connection.fetch(_EXPIRE, moment, most_unanswered))
