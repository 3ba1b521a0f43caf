"""The plan of the line as pages change it: the only SQL that does, within the transaction that tells the audit."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.kit.reach import AsyncSession
from app.queue.models import Shift
from app.queue.plan_models import Announcement, Closure

# Changes come one after the other, so that none is half of one and half of another.
_PLAN_LOCK: Final = 7_246_511_022
_LOCK: Final = text(f"SELECT pg_advisory_xact_lock({_PLAN_LOCK})")
_ADD_HOURS: Final = text("INSERT INTO line_hours (weekday, begins, ends) VALUES (:weekday, :begins, :ends)")
_SET_OPENING: Final = text("""
INSERT INTO line_opening (holidays, changed_by, changed_at) VALUES (:holidays, :by, :at)
ON CONFLICT (one) DO UPDATE SET
    holidays = excluded.holidays, changed_by = excluded.changed_by, changed_at = excluded.changed_at
""")
_ADD_CLOSURE: Final = text("""
INSERT INTO line_closure (id, begins_at, ends_at, reason, made_by, made_at)
VALUES (:id, :begins_at, :ends_at, :reason, :made_by, :made_at) ON CONFLICT (id) DO NOTHING
""")
_REMOVE_CLOSURE: Final = text("""
DELETE FROM line_closure WHERE id = :id RETURNING id, begins_at, ends_at, reason, made_by, made_at
""")
_END_ANNOUNCEMENT: Final = text("""
UPDATE line_announcement SET ended_by = :by, ended_at = :at
WHERE ended_at IS NULL AND (id = :id OR CAST(:id AS uuid) IS NULL) RETURNING ends_at
""")
_ADD_ANNOUNCEMENT: Final = text("""
INSERT INTO line_announcement (id, texts, set_by, set_at, ends_at)
VALUES (:id, CAST(:texts AS jsonb), :set_by, :set_at, :ends_at)
""")
_SET_SETTING: Final = text("""
INSERT INTO line_setting (name, value, changed_by, changed_at) VALUES (:name, :value, :by, :at)
ON CONFLICT (name) DO UPDATE SET
    value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at
""")


async def lock(session: AsyncSession) -> None:
    await session.execute(_LOCK)


async def set_hours(
    session: AsyncSession, hours: Sequence[Shift], holidays: str | None, by: UUID, at: datetime
) -> None:
    await session.execute(text("DELETE FROM line_hours"))
    if hours:
        rows = [{"weekday": span.weekday, "begins": span.begins, "ends": span.ends} for span in hours]
        await session.execute(_ADD_HOURS, rows)
    await session.execute(_SET_OPENING, {"holidays": holidays, "by": by, "at": at})


async def add_closure(session: AsyncSession, closure: Closure) -> None:
    """The same again changes nothing."""
    await session.execute(
        _ADD_CLOSURE,
        {
            "id": closure.id,
            "begins_at": closure.begins_at,
            "ends_at": closure.ends_at,
            "reason": closure.reason,
            "made_by": closure.made_by,
            "made_at": closure.made_at,
        },
    )


async def remove_closure(session: AsyncSession, closure_id: UUID) -> Closure | None:
    row = (await session.execute(_REMOVE_CLOSURE, {"id": closure_id})).one_or_none()
    return None if row is None else Closure(*row)


async def add_announcement(session: AsyncSession, announcement: Announcement) -> None:
    await session.execute(
        _ADD_ANNOUNCEMENT,
        {
            "id": announcement.id,
            "texts": json.dumps(dict(announcement.texts)),
            "set_by": announcement.set_by,
            "set_at": announcement.set_at,
            "ends_at": announcement.ends_at,
        },
    )


async def end_announcement(session: AsyncSession, announcement_id: UUID | None, by: UUID, at: datetime) -> bool:
    """Whether one was still to be heard; None for whichever that is."""
    values = {"id": announcement_id, "by": by, "at": at}
    return any(row.ends_at > at for row in (await session.execute(_END_ANNOUNCEMENT, values)).all())


async def set_setting(session: AsyncSession, name: str, value: int, by: UUID, at: datetime) -> None:
    await session.execute(_SET_SETTING, {"name": name, "value": value, "by": by, "at": at})
