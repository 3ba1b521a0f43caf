"""The plan of the line as it is kept: the only SQL that reads it, all at once."""

import json
from datetime import datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from app.accounts.models import LineSetting
from app.queue.models import Shift
from app.queue.plan_models import BOUNDS, Announcement, Changed, Closure, Draft, Plan
from app.queue.plan_rules import settings_of
from app.queue.store import Connection

_READ = """
SELECT
    (SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM line_setting) AS settings,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(weekday, begins, ends) ORDER BY weekday, begins), '[]')
     FROM line_hours) AS hours,
    (SELECT holidays FROM line_opening) AS holidays,
    (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.begins_at, c.id), '[]') FROM line_closure c WHERE c.ends_at > $1)
        AS closures,
    (SELECT to_jsonb(a) FROM line_announcement a WHERE a.ended_at IS NULL AND a.ends_at > $1) AS announcement
"""


async def read(connection: Connection, moment: datetime) -> Plan:
    """The plan as it holds at a moment."""
    row = await connection.fetchrow(_READ, moment)
    assert row is not None  # noqa: S101 - a query without FROM gives a row
    announcement = row["announcement"]
    return Plan(
        settings=settings_of(json.loads(row["settings"])),
        hours=tuple(
            Shift(weekday, time.fromisoformat(begins), time.fromisoformat(ends))
            for weekday, begins, ends in json.loads(row["hours"])
        ),
        holidays=row["holidays"],
        closures=tuple(_closure(kept) for kept in json.loads(row["closures"])),
        announcement=None if announcement is None else _announcement(json.loads(announcement)),
    )


def _closure(kept: dict[str, Any]) -> Closure:
    return Closure(
        UUID(kept["id"]),
        datetime.fromisoformat(kept["begins_at"]),
        datetime.fromisoformat(kept["ends_at"]),
        kept["reason"],
        UUID(kept["made_by"]),
        datetime.fromisoformat(kept["made_at"]),
    )


def _announcement(kept: dict[str, Any]) -> Announcement:
    return Announcement(
        UUID(kept["id"]),
        kept["texts"],
        UUID(kept["set_by"]),
        datetime.fromisoformat(kept["set_at"]),
        datetime.fromisoformat(kept["ends_at"]),
    )


class Changes(NamedTuple):
    """Who last changed what; a setting that nobody ever changed is not there."""

    settings: dict[LineSetting, Changed]
    hours: Changed | None


async def find_changes(connection: Connection) -> Changes:
    rows = await connection.fetch("SELECT name, changed_by, changed_at FROM line_setting")
    known = {setting.value: setting for setting in BOUNDS}
    opening = await connection.fetchrow("SELECT changed_by, changed_at FROM line_opening")
    return Changes(
        {known[row["name"]]: Changed(row["changed_by"], row["changed_at"]) for row in rows if row["name"] in known},
        None if opening is None else Changed(opening["changed_by"], opening["changed_at"]),
    )


_KEEP_DRAFT = """
INSERT INTO line_announcement_draft (person_id, texts, ends_at, written_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id) DO UPDATE SET
    texts = excluded.texts, ends_at = excluded.ends_at, written_at = excluded.written_at
"""


async def keep_draft(connection: Connection, person_id: UUID, draft: Draft, moment: datetime) -> None:
    await connection.execute(_KEEP_DRAFT, person_id, json.dumps(dict(draft.texts)), draft.ends_at, moment)


async def find_draft(connection: Connection, person_id: UUID) -> Draft | None:
    row = await connection.fetchrow(
        "SELECT texts, ends_at FROM line_announcement_draft WHERE person_id = $1", person_id
    )
    return None if row is None else Draft(json.loads(row["texts"]), row["ends_at"])


async def forget_drafts(connection: Connection, person_id: UUID | None, before: datetime) -> None:
    """Somebody's, or everybody's from before a moment."""
    await connection.execute(
        "DELETE FROM line_announcement_draft WHERE person_id = $1 OR written_at <= $2", person_id, before
    )


_FORGET_CLOSURES = "DELETE FROM line_closure WHERE ends_at <= $1"
_FORGET_ANNOUNCEMENTS = "DELETE FROM line_announcement WHERE least(ended_at, ends_at) <= $1"


async def forget_before(connection: Connection, moment: datetime) -> None:
    """Forget what ended before a moment; that it was there stands in the audit."""
    await connection.execute(_FORGET_CLOSURES, moment)
    await connection.execute(_FORGET_ANNOUNCEMENTS, moment)
