"""The whole line in one statement, as text: two readings of one text show the same."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from app.queue.store import SEEN_WITHIN, Connection

# What changes without being shown is left out, and so is what leads to a caller: a call's key and address.
_READ = """
SELECT json_build_object(
    'agents', (
        SELECT coalesce(json_agg(json_build_object(
            'agent_id', p.agent_id, 'status', p.status, 'since', p.since, 'is_present', agent_is_there(p, $1),
            'languages', CASE WHEN s.agent_id IS NULL THEN NULL ELSE (
                SELECT coalesce(json_agg(json_build_array(l.language, l.level) ORDER BY l.level DESC, l.language), '[]')
                FROM agent_language l WHERE l.agent_id = p.agent_id) END
            ) ORDER BY p.agent_id), '[]')
        FROM agent_presence p LEFT JOIN agent_skills s USING (agent_id)),
    'waiting', (
        SELECT coalesce(json_agg(json_build_object(
            'language', language, 'topic', topic, 'land', land, 'entered_at', entered_at, 'state', state,
            'is_callback', callback_id IS NOT NULL, 'woman', woman, 'first', first, 'trail', trail
            ) ORDER BY entered_at, call_key), '[]')
        FROM (SELECT * FROM waiting_call
              WHERE state NOT IN ('talking', 'ended') AND choice IS NULL ORDER BY entered_at, call_key LIMIT $3) first),
    'waiting_total', (
        SELECT count(*) FROM waiting_call WHERE state NOT IN ('talking', 'ended') AND choice IS NULL),
    'offers', (
        SELECT coalesce(json_agg(to_jsonb(r) || '{"call_key": ""}' ORDER BY r.agent_id), '[]') FROM reservation r),
    'callbacks', (
        SELECT coalesce(json_agg(json_build_object(
            'id', id, 'language', language, 'topic', topic, 'land', land, 'window', time_window, 'word', word,
            'show_number', show_number, 'others_may_answer', others_may_answer, 'attempts', attempts,
            'made_at', made_at, 'due_at', due_at, 'expires_at', expires_at, 'dialling', state = 'dialling'
            ) ORDER BY due_at, entered_at), '[]')
        FROM callback WHERE state IN ('open', 'dialling')),
    'due', (
        SELECT coalesce(json_agg(id ORDER BY id), '[]') FROM callback
        WHERE state IN ('open', 'dialling') AND due_at <= $2),
    'voicemails', (
        SELECT coalesce(json_agg(json_build_object(
            'id', id, 'language', language, 'topic', topic, 'left_at', left_at, 'seconds', seconds, 'state', state,
            'expires_at', expires_at) ORDER BY left_at), '[]')
        FROM voicemail WHERE ended_at IS NULL)
)::text
"""
# So many calls of the line are shown.
MOST_WAITING: Final = 20


async def read(connection: Connection, moment: datetime) -> str:
    """JSON with the fields of `app.queue.overview.Overview`."""
    text: str = await connection.fetchval(_READ, moment - SEEN_WITHIN, moment, MOST_WAITING)
    return text


_SEE_ALL = """
UPDATE agent_presence SET seen_at = greatest(seen_at, $2) WHERE agent_id = ANY ($1::uuid[])
"""


async def see_all(pool: asyncpg.Pool, agent_ids: list[UUID], moment: datetime) -> None:
    await pool.execute(_SEE_ALL, agent_ids, moment)
