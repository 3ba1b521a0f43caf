"""The tables of withdrawals, reports, reviews and reloads: the only SQL of pages on them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.kit.reach import AsyncSession
from app.knowledge.flag_tables import FlagRow, NodeRow, ReloadRow, ReportRow, ReviewRow
from app.knowledge.flags_models import Capacity, Flag, FlagReason, FlagState, NodeState, Report, Review


def flag_of(row: FlagRow) -> Flag:
    return Flag(**{**row.model_dump(), "state": FlagState(row.state), "reason": FlagReason(row.reason)})


def report_of(row: ReportRow) -> Report:
    return Report(**row.model_dump())


def _review_of(row: ReviewRow) -> Review:
    fields: dict[str, Any] = {**row.model_dump(), "capacity": Capacity(row.capacity)}
    return Review(**fields)


async def list_flags(session: AsyncSession, states: Collection[FlagState]) -> list[Flag]:
    """The flags in these states, the newest first."""
    wanted = select(FlagRow).where(col(FlagRow.state).in_([state.value for state in states]))
    rows = await session.scalars(wanted.order_by(col(FlagRow.proposed_at).desc(), col(FlagRow.ref)))
    return [flag_of(row) for row in rows]


async def lock_flag(session: AsyncSession, flag_id: UUID) -> FlagRow | None:
    """The flag's row, which nobody else changes until the end of the transaction."""
    statement = select(FlagRow).where(col(FlagRow.id) == flag_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def lock_report(session: AsyncSession, report_id: UUID) -> ReportRow | None:
    """The report's row, which nobody else changes until the end of the transaction."""
    statement = select(ReportRow).where(col(ReportRow.id) == report_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def add_flag(session: AsyncSession, row: FlagRow) -> bool:
    """False where the same is withdrawn or proposed already."""
    written = insert(FlagRow).values(**row.model_dump()).on_conflict_do_nothing().returning(col(FlagRow.id))
    return await session.scalar(written) is not None


async def add_reload(session: AsyncSession, by: str, at: datetime) -> int:
    """The number of the new wish."""
    row = ReloadRow(requested_by=by, requested_at=at)
    session.add(row)
    await session.flush()
    return row.id or 0


async def list_nodes(session: AsyncSession, since: datetime) -> list[NodeState]:
    """The nodes that were seen since a moment."""
    rows = await session.scalars(select(NodeRow).where(col(NodeRow.seen_at) >= since).order_by(col(NodeRow.node)))
    return [NodeState(**{**row.model_dump(), "faults": tuple(row.faults)}) for row in rows]


async def add_report(session: AsyncSession, row: ReportRow) -> None:
    session.add(row)
    await session.flush()


async def count_reports(session: AsyncSession, by: UUID, since: datetime) -> int:
    """How many reports somebody made since a moment."""
    made = (col(ReportRow.reported_by) == by) & (col(ReportRow.reported_at) >= since)
    return await session.scalar(select(func.count()).select_from(ReportRow).where(made)) or 0


async def list_reports(session: AsyncSession, *, done: bool, limit: int) -> list[Report]:
    """Reports that wait, the oldest first; or those that are done, the newest first."""
    at = col(ReportRow.done_at)
    statement = select(ReportRow).where(at.is_not(None) if done else at.is_(None))
    statement = statement.order_by(at.desc() if done else col(ReportRow.reported_at)).limit(limit)
    return [report_of(row) for row in await session.scalars(statement)]


async def put_review(session: AsyncSession, row: ReviewRow) -> None:
    """The newest review of a text takes the place of the one before."""
    await session.merge(row)


async def forget_review(session: AsyncSession, kind: str, text_id: str, language: str) -> bool:
    """False where there was none."""
    key = (col(ReviewRow.kind) == kind) & (col(ReviewRow.text_id) == text_id) & (col(ReviewRow.language) == language)
    return await session.scalar(delete(ReviewRow).where(key).returning(col(ReviewRow.text_id))) is not None


async def list_reviews(session: AsyncSession) -> list[Review]:
    order = (col(ReviewRow.language), col(ReviewRow.kind), col(ReviewRow.text_id))
    return [_review_of(row) for row in await session.scalars(select(ReviewRow).order_by(*order))]
