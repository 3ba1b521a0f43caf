"""The rows of conversations: their rooms, and who belongs to them.

All of it is UNLOGGED: it names calls in progress, and after a crash calls wait anew.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from app.calls.desk import Listening, Person, Presence, Room

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

_ROOM = (
    "reservation_id, agent_id, language, callback_id, attempt, made_at, looked_at, held, listening, listening_since,"
    " ended_at"
)

_OPEN = f"""
INSERT INTO meeting (reservation_id, agent_id, language, callback_id, made_at, looked_at)
VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING RETURNING {_ROOM}
"""  # noqa: S608  The columns are constants.


async def open_room(  # noqa: PLR0913, PLR0917  The columns of a row.
    connection: Connection,
    reservation_id: UUID,
    agent_id: UUID,
    language: str,
    callback_id: UUID | None,
    moment: datetime,
) -> bool:
    """False where it was opened before."""
    row = await connection.fetchrow(_OPEN, reservation_id, agent_id, language, callback_id, moment)
    return row is not None


async def find_room(connection: Connection, reservation_id: UUID) -> Room | None:
    row = await connection.fetchrow(f"SELECT {_ROOM} FROM meeting WHERE reservation_id = $1", reservation_id)  # noqa: S608
    return None if row is None else _room(row)


_READ_OPEN = """
SELECT coalesce(json_agg(json_build_object(
    'reservation_id', m.reservation_id, 'agent_id', m.agent_id, 'language', m.language, 'held', m.held,
    'listening', m.listening, 'people', (
        SELECT coalesce(json_agg(json_build_object(
            'label', p.label, 'role', p.role, 'person_id', p.person_id, 'state', p.state, 'since', p.since, 'sid', ''
            ) ORDER BY p.label), '[]')
        FROM meeting_person p WHERE p.reservation_id = m.reservation_id)
    ) ORDER BY m.reservation_id), '[]')::text
FROM meeting m WHERE m.ended_at IS NULL
"""


async def read_open(connection: Connection) -> str:
    """JSON of the conversations that have not ended, with their people but not their calls."""
    text: str = await connection.fetchval(_READ_OPEN)
    return text


async def list_rooms(connection: Connection) -> list[Room]:
    """The conversations that have not ended."""
    return [_room(row) for row in await connection.fetch(f"SELECT {_ROOM} FROM meeting WHERE ended_at IS NULL")]  # noqa: S608


def _room(row: asyncpg.Record) -> Room:
    return Room(**dict(row) | {"listening": Listening(row["listening"])})


async def end_room(connection: Connection, reservation_id: UUID, moment: datetime) -> bool:
    """False where it had ended before."""
    tag = await connection.execute(
        "UPDATE meeting SET ended_at = $2 WHERE reservation_id = $1 AND ended_at IS NULL", reservation_id, moment
    )
    return _touched(tag)


async def hold(connection: Connection, reservation_id: UUID, *, held: bool) -> None:
    await connection.execute("UPDATE meeting SET held = $2 WHERE reservation_id = $1", reservation_id, held)


async def hand_over(connection: Connection, reservation_id: UUID, agent_id: UUID) -> None:
    """Another agent leads the conversation from now on."""
    await connection.execute("UPDATE meeting SET agent_id = $2 WHERE reservation_id = $1", reservation_id, agent_id)


async def keep_attempt(connection: Connection, reservation_id: UUID, attempt: int) -> None:
    await connection.execute("UPDATE meeting SET attempt = $2 WHERE reservation_id = $1", reservation_id, attempt)


async def set_listening(
    connection: Connection, reservation_id: UUID, before: Listening, after: Listening, moment: datetime
) -> bool:
    """False where it stood otherwise."""
    tag = await connection.execute(
        "UPDATE meeting SET listening = $3, listening_since = $4"
        " WHERE reservation_id = $1 AND listening = $2 AND ended_at IS NULL",
        reservation_id,
        str(before),
        str(after),
        moment,
    )
    return _touched(tag)


async def claim_look(connection: Connection, reservation_id: UUID, moment: datetime, since: datetime) -> bool:
    """Whether it is this node that looks into the room now: one of them does, now and then."""
    tag = await connection.execute(
        "UPDATE meeting SET looked_at = $2 WHERE reservation_id = $1 AND looked_at <= $3", reservation_id, moment, since
    )
    return _touched(tag)


async def forget_ended(connection: Connection, before: datetime) -> int:
    """Delete conversations that ended before a moment, with all that belongs to them."""
    tag = await connection.execute("DELETE FROM meeting WHERE ended_at < $1", before)
    return int(tag.rpartition(" ")[2])


_INVITE = """
INSERT INTO meeting_person (reservation_id, label, role, person_id, state, since)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (reservation_id, label) DO UPDATE
SET role = excluded.role, person_id = excluded.person_id, state = excluded.state, since = excluded.since, sid = ''
WHERE meeting_person.state = ANY ($7)
"""


async def invite(  # noqa: PLR0913, PLR0917  The columns of a row.
    connection: Connection,
    reservation_id: UUID,
    label: str,
    role: str,
    person_id: UUID | None,
    state: Presence,
    moment: datetime,
    instead: Iterable[Presence] = (),
) -> bool:
    """Add somebody, or bring them again where they are in one of the states `instead`; False where they are not."""
    before = [str(one) for one in instead]
    tag = await connection.execute(_INVITE, reservation_id, label, role, person_id, str(state), moment, before)
    return _touched(tag)


_MOVE = """
UPDATE meeting_person SET state = $3, since = $4, sid = coalesce($6, sid)
WHERE reservation_id = $1 AND label = $2 AND state = ANY ($5)
"""


async def move(  # noqa: PLR0913, PLR0917  A change and its condition.
    connection: Connection,
    reservation_id: UUID,
    label: str,
    before: Iterable[Presence],
    after: Presence,
    moment: datetime,
    sid: str | None = None,
) -> bool:
    """Change where somebody is; False where they were not in one of the states `before`. `sid` is sealed."""
    states = [str(one) for one in before]
    return _touched(await connection.execute(_MOVE, reservation_id, label, str(after), moment, states, sid))


async def keep_sid(
    connection: Connection, reservation_id: UUID, label: str, states: Iterable[Presence], sealed: str
) -> bool:
    """Keep which call is somebody's; False where they are in none of these states."""
    tag = await connection.execute(
        "UPDATE meeting_person SET sid = $4 WHERE reservation_id = $1 AND label = $2 AND state = ANY ($3)",
        reservation_id,
        label,
        [str(one) for one in states],
        sealed,
    )
    return _touched(tag)


# Notices come twice and out of order: what an older one says changes nothing.
_NOTICE = """
UPDATE meeting_person SET state = $3, since = $4, mark = $5
WHERE reservation_id = $1 AND label = $2 AND mark < $5
"""


async def notice(  # noqa: PLR0913, PLR0917  A change and its condition.
    connection: Connection, reservation_id: UUID, label: str, state: Presence, moment: datetime, mark: int
) -> bool:
    """Somebody joined or left the room; False where a later notice, or this one, came before."""
    return _touched(await connection.execute(_NOTICE, reservation_id, label, str(state), moment, mark))


async def list_people(connection: Connection, reservation_id: UUID) -> list[Person]:
    rows = await connection.fetch(
        "SELECT label, role, person_id, state, since, sid FROM meeting_person WHERE reservation_id = $1 ORDER BY label",
        reservation_id,
    )
    return [_person(row) for row in rows]


async def list_all_people(connection: Connection, reservation_ids: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Who belongs to each of these conversations."""
    ids = list(reservation_ids)
    rows = await connection.fetch(
        "SELECT reservation_id, label, role, person_id, state, since, sid FROM meeting_person "
        "WHERE reservation_id = ANY ($1)",
        ids,
    )
    people: dict[UUID, list[Person]] = {one: [] for one in ids}
    for row in rows:
        people[row["reservation_id"]].append(_person(row))
    return people


def _person(row: asyncpg.Record) -> Person:
    state = Presence(row["state"])
    return Person(row["label"], row["role"], row["person_id"], state, row["since"], row["sid"])


_SEATS = """
SELECT meeting_person.reservation_id, meeting_person.state, meeting.agent_id, meeting.language
FROM meeting_person JOIN meeting USING (reservation_id)
WHERE meeting_person.person_id = $1 AND meeting.ended_at IS NULL AND meeting_person.state = ANY ($2)
ORDER BY meeting_person.since DESC
"""


async def list_seats(
    connection: Connection, person_id: UUID, states: Iterable[Presence]
) -> list[tuple[UUID, UUID, str]]:
    """The open conversations in which somebody is in one of these states: each with who leads it and its language."""
    rows = await connection.fetch(_SEATS, person_id, [str(one) for one in states])
    return [(row["reservation_id"], row["agent_id"], row["language"]) for row in rows]


async def give_up(connection: Connection, reservation_id: UUID, label: str) -> None:
    """Somebody does not belong to a conversation any more."""
    await connection.execute(
        "DELETE FROM meeting_person WHERE reservation_id = $1 AND label = $2", reservation_id, label
    )


_INTERPRETING = """
SELECT meeting_person.person_id FROM meeting_person JOIN meeting USING (reservation_id)
WHERE meeting.ended_at IS NULL AND meeting_person.role = 'interpreter' AND meeting_person.state = ANY ($1)
"""


async def list_interpreting(connection: Connection) -> frozenset[UUID]:
    """Who is called into an open conversation to interpret, or interprets there."""
    rows = await connection.fetch(_INTERPRETING, [Presence.RINGING, Presence.COMING, Presence.HERE])
    return frozenset(row["person_id"] for row in rows)


def _touched(tag: str) -> bool:
    return not tag.endswith(" 0")
