"""Reports of wrong answers: one click by whoever counsels, a list for editors, done with a note."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from app.kit.reach import AsyncSession
from app.knowledge import flag_store
from app.knowledge.flag_tables import ReportRow
from app.knowledge.flags_models import FlagRefused, Report
from app.knowledge.flags_rules import kind_of, without_numbers
from app.knowledge.models import Knowledge

# Somebody who counsels reports some a day; more than this is a mistake or a machine.
MOST_REPORTS: Final = 20
IN: Final = timedelta(hours=1)
_LISTED: Final = 500


async def report(  # noqa: PLR0913 - which text, what is wrong, who says so and when
    session: AsyncSession, knowledge: Knowledge, ref: str, language: str, words: str, *, by: UUID, at: datetime
) -> Report:
    """Note that a text is wrong; numbers that may be somebody's are dropped from the words.

    Raises FlagRefused for what does not exist, and after too many reports of one person.
    """
    if kind_of(knowledge, ref) is None:
        raise FlagRefused("unknown", f"There is nothing named “{ref}”.")
    if await flag_store.count_reports(session, by, at - IN) >= MOST_REPORTS:
        raise FlagRefused("too-many-reports", "You have reported much within the hour: please go on later.")
    row = ReportRow(
        id=uuid4(), ref=ref, language=language, words=without_numbers(words), reported_by=by, reported_at=at
    )
    await flag_store.add_report(session, row)
    return flag_store.report_of(row)


async def finish(session: AsyncSession, report_id: UUID, note: str, *, by: UUID, at: datetime) -> Report:
    """Close a report; raises FlagRefused where it is closed already."""
    row = await _get(session, report_id)
    if row.done_at is not None:
        raise FlagRefused("done-already", "This report is closed already.")
    row.done_by, row.done_at, row.done_note = by, at, without_numbers(note)
    return await _kept(session, row)


async def reopen(session: AsyncSession, report_id: UUID) -> Report:
    """Take a closing back."""
    row = await _get(session, report_id)
    row.done_by, row.done_at, row.done_note = None, None, ""
    return await _kept(session, row)


async def list_waiting(session: AsyncSession) -> list[Report]:
    """The oldest first."""
    return await flag_store.list_reports(session, done=False, limit=_LISTED)


async def list_done(session: AsyncSession) -> list[Report]:
    """The newest first."""
    return await flag_store.list_reports(session, done=True, limit=_LISTED)


async def get_report(session: AsyncSession, report_id: UUID) -> Report:
    """Raises FlagRefused where there is none."""
    return flag_store.report_of(await _get(session, report_id))


async def _get(session: AsyncSession, report_id: UUID) -> ReportRow:
    row = await flag_store.lock_report(session, report_id)
    if row is None:
        raise FlagRefused("no-report", "There is no such report.")
    return row


async def _kept(session: AsyncSession, row: ReportRow) -> Report:
    session.add(row)
    await session.flush()
    return flag_store.report_of(row)
