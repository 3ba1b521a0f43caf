"""The live rows of calls: what a call counts as until it is counted; never a number, a name or a Sid."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from app.statistics.codebook import OUTCOMES
from app.statistics.models import Contact

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

# Each column is merged so that duplicated, late and reordered steps leave the same row as the steps in order:
# the highest step's language, the lowest step's topic and Land, the furthest outcome. What was counted stays as it is.
# A call keeps the row that it has, whichever key of the ring it was made under; a new row is made under the first key.
# Who was promised a callback, or left a message, was served by that, unless somebody answered.
_NOTE = """
INSERT INTO live_call (call_key, language, language_step, topic, topic_step, land, land_step, outcome, kind)
VALUES (coalesce((SELECT call_key FROM live_call WHERE call_key = ANY ($1::bytea[]) LIMIT 1), ($1::bytea[])[1]),
        $3, CASE WHEN $3::text IS NULL THEN NULL ELSE $2::int END,
        $4, CASE WHEN $4::text IS NULL THEN NULL ELSE $2::int END,
        $5, CASE WHEN $5::text IS NULL THEN NULL ELSE $2::int END, $6, $7)
ON CONFLICT (call_key) DO UPDATE SET
    language = CASE WHEN excluded.language_step >= coalesce(live_call.language_step, -1)
                    THEN excluded.language ELSE live_call.language END,
    language_step = greatest(excluded.language_step, live_call.language_step),
    topic = CASE WHEN excluded.topic_step < coalesce(live_call.topic_step, 2147483647)
                 THEN excluded.topic ELSE live_call.topic END,
    topic_step = least(excluded.topic_step, live_call.topic_step),
    land = CASE WHEN excluded.land_step < coalesce(live_call.land_step, 2147483647)
                THEN excluded.land ELSE live_call.land END,
    land_step = least(excluded.land_step, live_call.land_step),
    outcome = greatest(excluded.outcome, live_call.outcome),
    kind = CASE WHEN excluded.kind IS NULL OR live_call.kind = 'answered' THEN live_call.kind ELSE excluded.kind END
WHERE live_call.counted_at IS NULL
"""

# Whatever order they come in: answered stands above a promised callback, that above having given up. A wait ended
# with the first answer; without one it lasted until it was given up for good.
_NOTE_KIND = """
INSERT INTO live_call (call_key, kind, waited_seconds)
VALUES (coalesce((SELECT call_key FROM live_call WHERE call_key = ANY ($1::bytea[]) LIMIT 1), ($1::bytea[])[1]), $2, $3)
ON CONFLICT (call_key) DO UPDATE SET
    kind = CASE WHEN array_position(ARRAY['abandoned', 'callback', 'answered'], excluded.kind)
                  > coalesce(array_position(ARRAY['abandoned', 'callback', 'answered'], live_call.kind), 0)
                THEN excluded.kind ELSE live_call.kind END,
    waited_seconds = CASE
        WHEN (live_call.kind IS NOT DISTINCT FROM 'answered') <> (excluded.kind = 'answered')
        THEN CASE WHEN excluded.kind = 'answered' THEN excluded.waited_seconds ELSE live_call.waited_seconds END
        WHEN excluded.kind = 'answered' THEN least(live_call.waited_seconds, excluded.waited_seconds)
        ELSE greatest(live_call.waited_seconds, excluded.waited_seconds) END
WHERE live_call.counted_at IS NULL
"""
_FIND_TOPIC_AND_LAND = "SELECT topic, land FROM live_call WHERE call_key = ANY ($1::bytea[]) LIMIT 1"

# A terminal state is never overwritten, whatever order the callbacks come in.
_CLOSE = """
INSERT INTO live_call (call_key, status, ended_at)
VALUES (coalesce((SELECT call_key FROM live_call WHERE call_key = ANY ($1::bytea[]) LIMIT 1), ($1::bytea[])[1]), $2, $3)
ON CONFLICT (call_key) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at
WHERE live_call.ended_at IS NULL AND live_call.counted_at IS NULL
"""


async def note(pool: asyncpg.Pool, call_keys: Sequence[bytes], step: int, counted: Mapping[str, str]) -> None:
    """Merge what a step counts as into the call's live row; the same step again changes nothing."""
    outcome = OUTCOMES.index(counted["outcome"]) if "outcome" in counted else 0
    kind = "callback" if counted.get("outcome") == "callback_or_message" else None
    await pool.execute(
        _NOTE, call_keys, step, counted.get("language"), counted.get("topic"), counted.get("land"), outcome, kind
    )


async def note_kind(pool: asyncpg.Pool, call_keys: Sequence[bytes], kind: str, waited_seconds: int) -> None:
    """Merge how the call was served, and after what wait."""
    await pool.execute(_NOTE_KIND, call_keys, kind, waited_seconds)


async def find_topic_and_land(pool: asyncpg.Pool, call_keys: Sequence[bytes]) -> tuple[str | None, str | None]:
    """What the call is about so far, and which Land it is from."""
    row = await pool.fetchrow(_FIND_TOPIC_AND_LAND, call_keys)
    return (None, None) if row is None else (row["topic"], row["land"])


async def close(pool: asyncpg.Pool, call_keys: Sequence[bytes], status: str, ended_at: datetime) -> None:
    """Note that a call has ended."""
    await pool.execute(_CLOSE, call_keys, status, ended_at)


class Classified(NamedTuple):
    """What an agent says that a call was, and what the waiting line knows of it."""

    call_key: bytes
    topic: str
    outcome: str
    language: str
    land: str | None
    waited_seconds: int


_CLASSIFY = """
INSERT INTO live_call (call_key, language, topic, topic_step, land, outcome, kind, waited_seconds)
VALUES ($1, nullif($4, ''), $2, -1, $5, $3, 'answered', $6)
ON CONFLICT (call_key) DO UPDATE SET
    topic = excluded.topic, topic_step = -1, outcome = excluded.outcome, kind = 'answered',
    language = coalesce(live_call.language, excluded.language), land = coalesce(live_call.land, excluded.land),
    waited_seconds = coalesce(live_call.waited_seconds, excluded.waited_seconds)
WHERE live_call.counted_at IS NULL
"""


async def classify(pool: asyncpg.Pool, said: Classified) -> None:
    """What an agent says stands above what the steps of the call noted."""
    await pool.execute(
        _CLASSIFY,
        said.call_key,
        said.topic,
        OUTCOMES.index(said.outcome),
        said.language,
        said.land,
        said.waited_seconds,
    )


# A counted row keeps that it was counted until it is wiped, so that what comes late changes nothing; of what it was
# counted as it keeps nothing.
_COUNTED = """
UPDATE live_call SET counted_at = $2, language = NULL, language_step = NULL, topic = NULL, topic_step = NULL,
                     land = NULL, land_step = NULL, outcome = 0, kind = NULL, waited_seconds = NULL
WHERE counted_at IS NULL AND {which}
RETURNING old.began_at, coalesce(old.ended_at, old.began_at) AS ended_at, old.language, old.topic, old.land,
          old.outcome, old.kind, old.waited_seconds
"""
_COUNT_ONE = _COUNTED.format(which="call_key = ANY ($1::bytea[])")
# In the order of the keyed hashes, which is no order in time; who is counted alone at this moment is left out.
_COUNT_ENDED = _COUNTED.format(
    which="""call_key = ANY (ARRAY(
    SELECT call_key FROM live_call WHERE counted_at IS NULL AND (ended_at <= $1 OR began_at < $3)
    ORDER BY call_key LIMIT $4 FOR UPDATE SKIP LOCKED
))"""
)


async def take_contact(connection: Connection, call_keys: Sequence[bytes], moment: datetime) -> list[Contact]:
    """What a call counts as, the first time that this is asked; its row keeps nothing of it."""
    return [_contact(row) for row in await connection.fetch(_COUNT_ONE, call_keys, moment)]


async def take_contacts(
    connection: Connection, ended_by: datetime, begun_before: datetime, moment: datetime, most: int
) -> list[Contact]:
    """The same for calls that ended by a moment, or whose end was never reported and that began before another."""
    rows = await connection.fetch(_COUNT_ENDED, ended_by, moment, begun_before, most)
    return [_contact(row) for row in rows]


def _contact(row: asyncpg.Record) -> Contact:
    return Contact(**dict(row) | {"outcome": OUTCOMES[row["outcome"]]})


async def wipe_older_than(connection: Connection, moment: datetime) -> int:
    """Delete the live rows that began before a moment; returns how many went."""
    tag = await connection.execute("DELETE FROM live_call WHERE began_at < $1", moment)
    return int(tag.rpartition(" ")[2])


class Outcome(NamedTuple):
    """What an effect of a call came to; `sealed` are its facts."""

    call_key: bytes
    sequence: int
    place: int
    effect: str
    outcome: str
    sealed: str


_KEEP_OUTCOME = """
INSERT INTO call_effect (call_key, sequence, place, effect, outcome, sealed) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
_FIND_OUTCOME = """
SELECT call_key, sequence, place, effect, outcome, sealed FROM call_effect
WHERE call_key = ANY ($1::bytea[]) AND sequence = $2 AND place = $3 AND effect = $4
"""
_FIND_LAST_OUTCOME = """
SELECT call_key, sequence, place, effect, outcome, sealed FROM call_effect
WHERE call_key = ANY ($1::bytea[]) AND sequence <= $2 AND effect = $3 ORDER BY sequence DESC, place DESC LIMIT 1
"""


async def keep_outcome(connection: Connection, kept: Outcome) -> None:
    """Keep what an effect came to; the first outcome of a step stands."""
    await connection.execute(_KEEP_OUTCOME, *kept)


async def find_outcome(
    connection: Connection, call_keys: Sequence[bytes], sequence: int, place: int, effect: str
) -> Outcome | None:
    """What this very effect of this very step came to."""
    row = await connection.fetchrow(_FIND_OUTCOME, call_keys, sequence, place, effect)
    return None if row is None else Outcome(*row)


async def find_last_outcome(
    connection: Connection, call_keys: Sequence[bytes], sequence: int, effect: str
) -> Outcome | None:
    """What this effect last came to in the call, in that step or before it."""
    row = await connection.fetchrow(_FIND_LAST_OUTCOME, call_keys, sequence, effect)
    return None if row is None else Outcome(*row)


async def forget_outcomes(connection: Connection, call_keys: Sequence[bytes]) -> None:
    """Delete what the effects of a call came to."""
    await connection.execute("DELETE FROM call_effect WHERE call_key = ANY ($1)", call_keys)


async def forget_outcomes_older_than(connection: Connection, moment: datetime) -> int:
    """Delete what effects came to before a moment; returns how many went."""
    tag = await connection.execute("DELETE FROM call_effect WHERE at < $1", moment)
    return int(tag.rpartition(" ")[2])
