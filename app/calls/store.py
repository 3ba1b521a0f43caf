"""The live rows of calls: what a call counts as until it is counted; never a number, a name or a Sid."""

from collections.abc import Mapping
from datetime import datetime

import asyncpg

from app.calls.codes import OUTCOMES

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

# Each column is merged so that duplicated, late and reordered steps leave the same row as the steps in order:
# the highest step's language, the lowest step's topic and Land, the furthest outcome.
_NOTE = """
INSERT INTO live_call (call_key, language, language_step, topic, topic_step, land, land_step, outcome)
VALUES ($1, $3, CASE WHEN $3::text IS NULL THEN NULL ELSE $2::int END,
        $4, CASE WHEN $4::text IS NULL THEN NULL ELSE $2::int END,
        $5, CASE WHEN $5::text IS NULL THEN NULL ELSE $2::int END, $6)
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
    outcome = greatest(excluded.outcome, live_call.outcome)
"""

# A terminal state is never overwritten, whatever order the callbacks come in.
_CLOSE = """
INSERT INTO live_call (call_key, status, ended_at) VALUES ($1, $2, $3)
ON CONFLICT (call_key) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at
WHERE live_call.ended_at IS NULL
"""


async def note(pool: asyncpg.Pool, call_key: bytes, step: int, counted: Mapping[str, str]) -> None:
    """Merge what a step counts as into the call's live row; the same step again changes nothing."""
    outcome = OUTCOMES.index(counted["outcome"]) if "outcome" in counted else 0
    await pool.execute(
        _NOTE, call_key, step, counted.get("language"), counted.get("topic"), counted.get("land"), outcome
    )


async def close(pool: asyncpg.Pool, call_key: bytes, status: str, ended_at: datetime) -> None:
    """Note that a call has ended."""
    await pool.execute(_CLOSE, call_key, status, ended_at)


async def wipe_older_than(connection: Connection, moment: datetime) -> int:
    """Delete the live rows that began before a moment; returns how many went."""
    tag = await connection.execute("DELETE FROM live_call WHERE began_at < $1", moment)
    return int(tag.rpartition(" ")[2])
