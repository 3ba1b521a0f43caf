"""The tables of the audit: its lines, its head and its keys; the only SQL on them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.accounts.tables import AuditHeadRow, AuditKeyRow, AuditRow, PersonRow
from app.kit.reach import AsyncSession


async def lock_head(session: AsyncSession) -> AuditHeadRow:
    """The head, which nobody else adds to until the end of the transaction; it is made where it is missing."""
    statement = select(AuditHeadRow).with_for_update().execution_options(populate_existing=True)
    head = await session.scalar(statement)
    if head is None:
        first = insert(AuditHeadRow).values(singleton=True, seq=0, last=b"", mac=b"")
        await session.execute(first.on_conflict_do_nothing())
        head = (await session.execute(statement)).scalar_one()
    return head


async def find_head(session: AsyncSession) -> AuditHeadRow | None:
    """The head, held as it is: nobody adds until the end of the transaction."""
    statement = select(AuditHeadRow).with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def list_keys(session: AsyncSession) -> Sequence[AuditKeyRow]:
    """The keys, the newest first."""
    statement = select(AuditKeyRow).order_by(col(AuditKeyRow.since).desc())
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def list_after(session: AsyncSession, seq: int, limit: int) -> Sequence[AuditRow]:
    """The lines after a number, in order."""
    statement = select(AuditRow).where(col(AuditRow.seq) > seq).order_by(col(AuditRow.seq)).limit(limit)
    return (await session.scalars(statement)).all()


async def list_newest(
    session: AsyncSession, fits: Mapping[str, str | None], before: int | None, limit: int
) -> Sequence[AuditRow]:
    """The lines whose columns have the given values, None being any, from the newest to the oldest."""
    given = {name: value for name, value in fits.items() if value is not None}
    statement = select(AuditRow).filter_by(**given).order_by(col(AuditRow.seq).desc()).limit(limit)
    statement = statement if before is None else statement.where(col(AuditRow.seq) < before)
    return (await session.scalars(statement)).all()


async def people_exist(session: AsyncSession) -> bool:
    return await session.scalar(select(col(PersonRow.id)).limit(1)) is not None
