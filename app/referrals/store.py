"""The tables of referrals, agreements and entries: the only SQL on them but for keys and erasure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.kit.reach import AsyncSession
from app.referrals.models import Channel, Consent, DeclineReason, Referral, ReferralState, Side, Tab
from app.referrals.refusals import ReferralUnknown
from app.referrals.rules import ENDED, TABS, Standing
from app.referrals.tables import AgreementRow, CentreEntryRow, MessageRow, ReferralRow

Row = TypeVar("Row")


def referral_of(row: ReferralRow) -> Referral:
    """The referral as lists show it."""
    consent = Consent(
        wording=row.consent_wording,
        version=row.consent_version,
        language=row.consent_language,
        channel=Channel(row.consent_channel),
        given_at=row.consent_at,
        forwarding=row.consent_forwarding,
    )
    return Referral(
        id=row.id,
        centre_id=row.centre_id,
        state=ReferralState(row.state),
        made_at=row.made_at,
        made_by=row.made_by,
        consent=consent,
        received_by=row.received_by,
        answered_by=row.answered_by,
        deadline_at=row.deadline_at,
        received_at=row.received_at,
        answered_at=row.answered_at,
        contacted_at=row.contacted_at,
        ended_at=row.ended_at,
        escalated_at=row.escalated_at,
        expires_at=row.expires_at,
        erase_at=row.erase_at,
        reason=DeclineReason(row.reason) if row.reason else None,
        forwarded_from=row.forwarded_from,
        forwarded_to=row.forwarded_to,
        has_number=row.has_number,
        wants_sms=row.wants_sms,
        last_message_from=Side(row.last_message_from) if row.last_message_from else None,
        changed_at=row.changed_at,
    )


def standing_of(row: ReferralRow) -> Standing:
    """What the rules look at."""
    return Standing(
        state=ReferralState(row.state),
        land=row.land,
        received_by=row.received_by,
        answered_by=row.answered_by,
        expires_at=row.expires_at,
        received_at=row.received_at,
        answered_at=row.answered_at,
        contacted_at=row.contacted_at,
        reminded_at=row.reminded_at,
        escalated_at=row.escalated_at,
    )


async def add_referral(session: AsyncSession, row: ReferralRow) -> bool:
    """False where its origin has made one already, or its code is another's."""
    statement = insert(ReferralRow).values(**row.model_dump()).on_conflict_do_nothing()
    return _count(await session.execute(statement)) == 1


async def change(session: AsyncSession, row: ReferralRow, columns: dict[str, object]) -> None:
    """Writes columns of a row that is locked."""
    await change_all(session, [(row, columns)])


async def change_all(session: AsyncSession, changes: Sequence[tuple[ReferralRow, dict[str, object]]]) -> None:
    """Writes columns of rows that are locked, all at once."""
    for row, columns in changes:
        for name, value in columns.items():
            setattr(row, name, value)
    await session.flush()


async def find_referral(session: AsyncSession, referral_id: UUID, *, lock: bool = False) -> ReferralRow | None:
    """The row within reach; `lock` keeps everybody else from changing it until the end of the transaction."""
    return await _one(session, ReferralRow, col(ReferralRow.id) == referral_id, lock=lock)


async def get_referral(session: AsyncSession, referral_id: UUID, *, lock: bool = False) -> ReferralRow:
    """As `find_referral`; raises ReferralUnknown."""
    row = await find_referral(session, referral_id, lock=lock)
    if row is None:
        raise ReferralUnknown
    return row


async def find_by_origin(session: AsyncSession, origin_hash: bytes) -> ReferralRow | None:
    return await _one(session, ReferralRow, col(ReferralRow.origin_hash) == origin_hash)


async def find_by_code(session: AsyncSession, code_hash: bytes, *, lock: bool = False) -> ReferralRow | None:
    return await _one(session, ReferralRow, col(ReferralRow.code_hash) == code_hash, lock=lock)


async def claim_due(session: AsyncSession, at: datetime, limit: int) -> Sequence[ReferralRow]:
    """The rows whose calendar asks for something, the longest due first, kept from all others meanwhile."""
    due = select(ReferralRow).where(col(ReferralRow.step_at) <= at).order_by(col(ReferralRow.step_at)).limit(limit)
    return (
        await session.scalars(due.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    ).all()


async def claim_erasable(session: AsyncSession, at: datetime, limit: int) -> Sequence[ReferralRow]:
    """The rows whose time is over, kept from all others meanwhile."""
    over = select(ReferralRow).where(col(ReferralRow.erase_at) <= at).order_by(col(ReferralRow.erase_at)).limit(limit)
    return (
        await session.scalars(over.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    ).all()


async def list_tab(
    session: AsyncSession, tab: Tab, centre_ids: Collection[str] | None, limit: int, offset: int
) -> Sequence[ReferralRow]:
    """A tab within reach: what is due first comes first, what ended last comes first among the ended."""
    statement = select(ReferralRow).where(_in_tab(tab)).limit(limit).offset(offset)
    if tab is Tab.ENDED:
        statement = statement.order_by(col(ReferralRow.ended_at).desc(), col(ReferralRow.id))
    else:
        order = (col(ReferralRow.deadline_at), col(ReferralRow.made_at), col(ReferralRow.id))
        statement = statement.order_by(*order)
    if centre_ids is not None:
        statement = statement.where(col(ReferralRow.centre_id).in_(centre_ids))
    return (await session.scalars(statement)).all()


async def list_escalated(session: AsyncSession, limit: int) -> Sequence[ReferralRow]:
    waiting = col(ReferralRow.escalated_at).is_not(None) & col(ReferralRow.ended_at).is_(None)
    statement = select(ReferralRow).where(waiting).order_by(col(ReferralRow.escalated_at)).limit(limit)
    return (await session.scalars(statement)).all()


async def count_states(session: AsyncSession, centre_ids: Collection[str] | None) -> dict[ReferralState, int]:
    statement = select(col(ReferralRow.state), func.count()).group_by(col(ReferralRow.state))
    if centre_ids is not None:
        statement = statement.where(col(ReferralRow.centre_id).in_(centre_ids))
    return {ReferralState(state): count for state, count in await session.execute(statement)}


async def find_median_hours(
    session: AsyncSession, centre_ids: Collection[str] | None
) -> tuple[float | None, float | None]:
    """How long it took within reach until a referral was received, and until it was answered."""
    ends = (col(ReferralRow.received_at), col(ReferralRow.answered_at))
    medians = (func.percentile_cont(0.5).within_group(end - col(ReferralRow.made_at)) for end in ends)
    statement = select(*medians)
    if centre_ids is not None:
        statement = statement.where(col(ReferralRow.centre_id).in_(centre_ids))
    received, answered = (await session.execute(statement)).one()
    hours = [None if taken is None else taken / timedelta(hours=1) for taken in (received, answered)]
    return hours[0], hours[1]


async def delete_referrals(session: AsyncSession, referral_ids: Collection[UUID]) -> None:
    """What was sealed of them must be gone before."""
    await session.execute(delete(ReferralRow).where(col(ReferralRow.id).in_(referral_ids)))


async def add_message(session: AsyncSession, row: MessageRow) -> None:
    session.add(row)
    await session.flush()


async def list_messages(session: AsyncSession, referral_id: UUID) -> Sequence[MessageRow]:
    statement = select(MessageRow).where(col(MessageRow.referral_id) == referral_id).order_by(col(MessageRow.at))
    return (await session.scalars(statement)).all()


async def save_agreement(session: AsyncSession, row: AgreementRow) -> None:
    await session.merge(row)
    await session.flush()


async def find_agreement(session: AsyncSession, centre_id: str, *, lock: bool = False) -> AgreementRow | None:
    return await _one(session, AgreementRow, col(AgreementRow.centre_id) == centre_id, lock=lock)


async def list_agreements(session: AsyncSession, centre_ids: Collection[str] | None = None) -> Sequence[AgreementRow]:
    statement = select(AgreementRow).order_by(col(AgreementRow.centre_id))
    if centre_ids is not None:
        statement = statement.where(col(AgreementRow.centre_id).in_(centre_ids))
    return (await session.scalars(statement)).all()


async def list_sites(session: AsyncSession, operator_id: str) -> Sequence[str]:
    """The centres that an operator's staff look after."""
    statement = select(col(AgreementRow.centre_id)).where(col(AgreementRow.operator_id) == operator_id)
    return (await session.scalars(statement.order_by(col(AgreementRow.centre_id)))).all()


async def save_entry(session: AsyncSession, row: CentreEntryRow) -> None:
    values = row.model_dump()
    statement = insert(CentreEntryRow).values(**values)
    await session.execute(statement.on_conflict_do_update(index_elements=["centre_id"], set_=values))


async def find_entry(session: AsyncSession, centre_id: str) -> CentreEntryRow | None:
    return await _one(session, CentreEntryRow, col(CentreEntryRow.centre_id) == centre_id)


async def list_entries(session: AsyncSession, centre_ids: Collection[str]) -> Sequence[CentreEntryRow]:
    statement = select(CentreEntryRow).where(col(CentreEntryRow.centre_id).in_(centre_ids))
    return (await session.scalars(statement)).all()


async def count_overdue(session: AsyncSession, at: datetime) -> tuple[int, int]:
    """How many referrals outlived their time, and how many steps of the calendar wait to be done."""
    over = select(func.count()).select_from(ReferralRow).where(col(ReferralRow.erase_at) <= at)
    steps = select(func.count()).select_from(ReferralRow).where(col(ReferralRow.step_at) <= at)
    return (await session.scalar(over) or 0, await session.scalar(steps) or 0)


async def _one(session: AsyncSession, kind: type[Row], fits: ColumnElement[bool], *, lock: bool = False) -> Row | None:
    """The row as it is now, whatever the transaction has read before."""
    statement = select(kind).where(fits)
    statement = statement.with_for_update() if lock else statement
    found: Row | None = await session.scalar(statement.execution_options(populate_existing=True))
    return found


def _in_tab(tab: Tab) -> ColumnElement[bool]:
    """Says also whether it has ended, for the sake of the indexes."""
    ended = col(ReferralRow.ended_at)
    fits = ended.is_not(None) if TABS[tab] == ENDED else ended.is_(None)
    return fits & col(ReferralRow.state).in_(sorted(TABS[tab]))


def _count(result: object) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - a statement that changes rows gives no other
    return int(result.rowcount)
