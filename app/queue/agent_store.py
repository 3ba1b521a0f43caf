"""Agents and interpreters: the only SQL on where agents are, what they can do, shifts, desks, and who interprets."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from app.queue.models import Shift, Status
from app.queue.store import SEEN_WITHIN, Connection

_SET_STATUS = """
INSERT INTO agent_presence AS p (agent_id, status, since, ready_since, seen_at)
VALUES ($1, $2, $3, CASE WHEN $2 = 'ready' THEN $3::timestamptz END, $3)
ON CONFLICT (agent_id) DO UPDATE SET
    status = excluded.status,
    since = CASE WHEN p.status = excluded.status THEN p.since ELSE excluded.since END,
    ready_since = CASE WHEN excluded.status = 'ready' AND p.status <> 'ready' THEN excluded.since
                       ELSE p.ready_since END,
    unanswered = 0, seen_at = greatest(p.seen_at, excluded.seen_at)
WHERE p.status NOT IN ('reserved', 'in-call')
RETURNING p.status
"""
_SEE = """
INSERT INTO agent_presence AS p (agent_id, status, since, seen_at) VALUES ($1, 'away', $2, $2)
ON CONFLICT (agent_id) DO UPDATE SET seen_at = greatest(p.seen_at, excluded.seen_at)
RETURNING p.status
"""


@asynccontextmanager
async def holding_agent(pool: asyncpg.Pool, agent_id: UUID) -> AsyncIterator[Connection]:
    """A transaction in which nobody else changes where the agent is."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM agent_presence WHERE agent_id = $1 FOR UPDATE", agent_id)
        yield connection


async def set_status(connection: Connection, agent_id: UUID, status: Status, moment: datetime) -> Status | None:
    """None where the agent is asked or in a call."""
    now = await connection.fetchval(_SET_STATUS, agent_id, status.value, moment)
    return None if now is None else Status(now)


async def see(connection: Connection, agent_id: UUID, moment: datetime) -> Status:
    """Note that the agent is there, who is away until anything else is said."""
    return Status(await connection.fetchval(_SEE, agent_id, moment))


class SkillsRow(NamedTuple):
    """An agent's skills as they are kept."""

    agent_id: UUID
    topics: Sequence[str]
    woman: bool
    land: str
    telephone_sealed: str | None
    languages: Mapping[str, int]


_LIST_SKILLS = """
SELECT s.agent_id, s.topics, s.woman, s.land, s.telephone_sealed,
       coalesce(array_agg(l.language ORDER BY l.level DESC, l.language) FILTER (WHERE l.language IS NOT NULL), '{}')
           AS languages,
       coalesce(array_agg(l.level ORDER BY l.level DESC, l.language) FILTER (WHERE l.language IS NOT NULL), '{}')
           AS levels
FROM agent_skills s LEFT JOIN agent_language l USING (agent_id)
WHERE $1::uuid IS NULL OR s.agent_id = $1 GROUP BY s.agent_id
"""
_SET_SKILLS = """
INSERT INTO agent_skills (agent_id, topics, woman, land, telephone_sealed) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (agent_id) DO UPDATE SET
    topics = excluded.topics, woman = excluded.woman, land = excluded.land, telephone_sealed = excluded.telephone_sealed
"""


async def list_skills(connection: Connection, agent_id: UUID | None = None) -> list[SkillsRow]:
    """One agent's, or everybody's."""
    rows = await connection.fetch(_LIST_SKILLS, agent_id)
    return [
        SkillsRow(
            row["agent_id"],
            row["topics"],
            row["woman"],
            row["land"],
            row["telephone_sealed"],
            dict(zip(row["languages"], row["levels"], strict=True)),
        )
        for row in rows
    ]


async def set_skills(connection: Connection, row: SkillsRow) -> None:
    """Needs a transaction."""
    await connection.execute(_SET_SKILLS, row.agent_id, sorted(row.topics), row.woman, row.land, row.telephone_sealed)
    await connection.execute("DELETE FROM agent_language WHERE agent_id = $1", row.agent_id)
    levels = [(row.agent_id, language, level) for language, level in row.languages.items()]
    await connection.executemany("INSERT INTO agent_language VALUES ($1, $2, $3)", levels)


async def remove_agent(connection: Connection, agent_id: UUID) -> None:
    """Forget skills and shifts; the agent is matched no more."""
    await connection.execute("DELETE FROM agent_skills WHERE agent_id = $1", agent_id)
    await connection.execute("DELETE FROM agent_desk WHERE agent_id = $1", agent_id)
    await connection.execute(
        "DELETE FROM agent_presence WHERE agent_id = $1 AND status NOT IN ('reserved', 'in-call')", agent_id
    )


class ShiftRow(NamedTuple):
    """A shift, whose it is, and by which Land's holidays it falls out."""

    agent_id: UUID
    land: str
    shift: Shift


_LIST_SHIFTS = """
SELECT s.agent_id, s.land, t.weekday, t.begins, t.ends FROM agent_shift t JOIN agent_skills s USING (agent_id)
WHERE ($1::uuid IS NULL OR s.agent_id = $1)
  AND ($2::text IS NULL OR s.agent_id IN (SELECT agent_id FROM agent_language WHERE language = $2 AND level > 1))
ORDER BY s.agent_id, t.weekday, t.begins
"""


async def list_shifts(
    connection: Connection, agent_id: UUID | None = None, language: str | None = None
) -> list[ShiftRow]:
    """One agent's, those of all who speak a language, or everybody's."""
    rows = await connection.fetch(_LIST_SHIFTS, agent_id, language)
    return [ShiftRow(row[0], row[1], Shift(row[2], row[3], row[4])) for row in rows]


async def set_shifts(connection: Connection, agent_id: UUID, shifts: Sequence[tuple[int, time, time]]) -> None:
    """Needs a transaction, and an agent with skills."""
    await connection.execute("DELETE FROM agent_shift WHERE agent_id = $1", agent_id)
    rows = [(agent_id, *shift) for shift in shifts]
    await connection.executemany("INSERT INTO agent_shift VALUES ($1, $2, $3, $4)", rows)


_COUNT_PRESENT = """
SELECT count(*) AS staff, count(*) FILTER (WHERE s.woman) AS women
FROM agent_language l JOIN agent_skills s USING (agent_id) JOIN agent_presence p USING (agent_id)
WHERE l.language = $1 AND l.level > 1 AND agent_is_there(p, $2)
"""
_LIST_PRESENCE: Final = """
SELECT p.agent_id, p.status, p.since, p.seen_at, agent_is_there(p, $1) AS is_present
FROM agent_presence p JOIN agent_skills s USING (agent_id)
"""


async def count_present(connection: Connection, language: str, moment: datetime) -> tuple[int, int]:
    """How many who speak the language are there, and how many of them are women."""
    row = await connection.fetchrow(_COUNT_PRESENT, language, moment - SEEN_WITHIN)
    assert row is not None  # noqa: S101 - a count gives a row
    return row["staff"], row["women"]


async def list_presence(connection: Connection, moment: datetime) -> list[asyncpg.Record]:
    """agent_id, status, since, seen_at and is_present of all who have skills and were ever there."""
    rows: list[asyncpg.Record] = await connection.fetch(_LIST_PRESENCE, moment - SEEN_WITHIN)
    return rows


class DeskRow(NamedTuple):
    """What an agent chose for their desk; `keys` has the deeds whose key is not the usual one."""

    keys: Mapping[str, str]
    wrap_up_keys: bool
    sound: bool


_SET_DESK = """
INSERT INTO agent_desk (agent_id, keys, wrap_up_keys, sound) VALUES ($1, $2::jsonb, $3, $4)
ON CONFLICT (agent_id) DO UPDATE SET
    keys = excluded.keys, wrap_up_keys = excluded.wrap_up_keys, sound = excluded.sound
"""


async def find_desk(connection: Connection, agent_id: UUID) -> DeskRow | None:
    row = await connection.fetchrow("SELECT keys, wrap_up_keys, sound FROM agent_desk WHERE agent_id = $1", agent_id)
    return None if row is None else DeskRow(json.loads(row["keys"]), row["wrap_up_keys"], row["sound"])


async def set_desk(connection: Connection, agent_id: UUID, row: DeskRow) -> None:
    await connection.execute(_SET_DESK, agent_id, json.dumps(row.keys), row.wrap_up_keys, row.sound)


class InterpreterRow(NamedTuple):
    """An interpreter as kept."""

    id: UUID
    name: str
    languages: Sequence[str]
    hours: str | None
    telephone_sealed: str
    pin_sealed: str


_SAVE_INTERPRETER = """
INSERT INTO interpreter (id, name, languages, hours, telephone_sealed, pin_sealed) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, languages = excluded.languages, hours = excluded.hours,
    telephone_sealed = excluded.telephone_sealed, pin_sealed = excluded.pin_sealed
"""
_LIST_INTERPRETERS = """
SELECT id, name, languages, hours, telephone_sealed, pin_sealed FROM interpreter
WHERE ($1::uuid IS NULL OR id = $1) AND ($2::text IS NULL OR $2 = ANY (languages)) ORDER BY name, id
"""


async def list_interpreters(
    connection: Connection, interpreter_id: UUID | None = None, language: str | None = None
) -> list[InterpreterRow]:
    """One, those of a language, or all, by name."""
    return [InterpreterRow(*row) for row in await connection.fetch(_LIST_INTERPRETERS, interpreter_id, language)]


async def save_interpreter(connection: Connection, row: InterpreterRow) -> None:
    await connection.execute(_SAVE_INTERPRETER, *row)


async def remove_interpreter(connection: Connection, interpreter_id: UUID) -> None:
    await connection.execute("DELETE FROM interpreter WHERE id = $1", interpreter_id)
