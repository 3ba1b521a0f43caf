"""The outbox: what somebody is to be told is written down with the deed itself, and sent afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.kit.reach import AsyncSession
from app.referrals.delivery_models import DeadLetter, OutboxState, Outcome, Parcel, Way
from app.referrals.models import Notice
from app.referrals.outbox_tables import OutboxRow

_TO_CENTRE: Final = (Way.EMAIL, Way.WEBHOOK)
# Who is told of what, and how; of the rest the pages tell by themselves.
WAYS: Final[dict[Notice, Sequence[Way]]] = {
    Notice.REQUESTED: _TO_CENTRE,
    Notice.REMIND_RECEIVE: _TO_CENTRE,
    Notice.REMIND_ANSWER: _TO_CENTRE,
    Notice.MESSAGE_TO_CENTRE: _TO_CENTRE,
    Notice.WITHDRAWN: _TO_CENTRE,
    Notice.EXPIRED: (*_TO_CENTRE, Way.SMS),
    Notice.ACCEPTED: (Way.SMS,),
    Notice.DECLINED: (Way.SMS,),
}
_LONGEST_LIST: Final = 500


async def put(  # noqa: PLR0913  What a notice is about, each by its name.
    session: AsyncSession,
    kind: Notice,
    referral_id: UUID,
    *,
    centre_id: str,
    at: datetime,
    message_id: UUID | None = None,
) -> None:
    """Writes down, in the transaction of the deed, that it is to be told; a second time is nothing."""
    await put_all(session, [(kind, referral_id, centre_id)], at=at, message_id=message_id)


async def put_all(
    session: AsyncSession,
    notices: Sequence[tuple[Notice, UUID, str]],
    *,
    at: datetime,
    message_id: UUID | None = None,
) -> None:
    """As `put`, for many at once: each with its kind, its referral and its centre."""
    rows = [
        OutboxRow(
            id=uuid4(),
            referral_id=referral_id,
            centre_id=centre_id,
            way=way.value,
            kind=kind.value,
            message_id=message_id,
            put_at=at,
            due_at=at,
        ).model_dump()
        for kind, referral_id, centre_id in notices
        for way in WAYS.get(kind, ())
    ]
    if rows:
        await session.execute(insert(OutboxRow).on_conflict_do_nothing(), rows)


async def claim(session: AsyncSession, at: datetime, lease: timedelta) -> Parcel | None:
    """The row that has been due for longest, kept from all other nodes until the lease ends; None: nothing is due.

    A node that dies keeps nobody waiting for longer than the lease.
    """
    due = (col(OutboxRow.state) == OutboxState.WAITING.value) & (col(OutboxRow.due_at) <= at)
    chosen = select(OutboxRow).where(due).order_by(col(OutboxRow.due_at)).limit(1).with_for_update(skip_locked=True)
    row = await session.scalar(chosen.execution_options(populate_existing=True))
    if row is None:
        return None
    row.tries += 1
    row.due_at = at + lease
    await session.flush()
    return Parcel(row.id, row.referral_id, row.centre_id, Way(row.way), Notice(row.kind), row.tries, row.asked_at)


async def note_asked(session: AsyncSession, outbox_id: UUID, at: datetime) -> None:
    """That a try is about to leave: until its end is known, nobody can say that it did not arrive."""
    unknown = func.coalesce(col(OutboxRow.asked_at), at)
    await session.execute(update(OutboxRow).where(col(OutboxRow.id) == outbox_id).values(asked_at=unknown))


async def settle(session: AsyncSession, outbox_id: UUID, outcome: Outcome, at: datetime) -> bool:
    """The row needs nothing more; False where another node has settled it already."""
    open_ = (col(OutboxRow.id) == outbox_id) & (col(OutboxRow.state) != OutboxState.DONE.value)
    done = {"state": OutboxState.DONE.value, "outcome": outcome.value, "settled_at": at}
    return _count(await session.execute(update(OutboxRow).where(open_).values(**done))) == 1


async def put_off(session: AsyncSession, parcel: Parcel, due_at: datetime, *, reason: str, maybe_sent: bool) -> bool:
    """The try failed; False where the row is no longer this try's, so that a late failure changes nothing."""
    later = {"due_at": due_at, "outcome": reason}
    known = {} if maybe_sent else {"asked_at": parcel.asked_before_at}
    statement = update(OutboxRow).where(_still_of(parcel)).values(**later, **known)
    return _count(await session.execute(statement)) == 1


async def give_up(session: AsyncSession, parcel: Parcel, at: datetime, *, reason: str) -> bool:
    """The row becomes a dead letter; False where it is no longer this try's."""
    dead = {"state": OutboxState.DEAD.value, "outcome": reason, "settled_at": at}
    return _count(await session.execute(update(OutboxRow).where(_still_of(parcel)).values(**dead))) == 1


async def was_told(session: AsyncSession, referral_id: UUID, way: Way) -> bool:
    """Whether the centre has heard of the referral in this way, or may have."""
    first = (
        (col(OutboxRow.referral_id) == referral_id)
        & (col(OutboxRow.way) == way.value)
        & (col(OutboxRow.kind) == Notice.REQUESTED.value)
        & col(OutboxRow.asked_at).is_not(None)
    )
    return bool(await session.scalar(select(func.count()).select_from(OutboxRow).where(first)))


async def count_dead(session: AsyncSession) -> int:
    dead = col(OutboxRow.state) == OutboxState.DEAD.value
    return await session.scalar(select(func.count()).select_from(OutboxRow).where(dead)) or 0


async def list_dead(session: AsyncSession) -> list[DeadLetter]:
    """The dead letters, the oldest first."""
    dead = col(OutboxRow.state) == OutboxState.DEAD.value
    rows = await session.scalars(select(OutboxRow).where(dead).order_by(col(OutboxRow.settled_at)).limit(_LONGEST_LIST))
    return [
        DeadLetter(
            id=row.id,
            referral_id=row.referral_id,
            centre_id=row.centre_id,
            way=Way(row.way),
            kind=Notice(row.kind),
            tries=row.tries,
            reason=row.outcome or "",
            died_at=row.settled_at or row.put_at,
        )
        for row in rows
    ]


async def revive(session: AsyncSession, outbox_id: UUID | None, at: datetime) -> int:
    """Lets one dead letter, or each of them, be tried anew; returns how many."""
    dead = col(OutboxRow.state) == OutboxState.DEAD.value
    chosen = dead if outbox_id is None else dead & (col(OutboxRow.id) == outbox_id)
    anew = {"state": OutboxState.WAITING.value, "tries": 0, "due_at": at, "settled_at": None, "outcome": None}
    return _count(await session.execute(update(OutboxRow).where(chosen).values(**anew)))


def _still_of(parcel: Parcel) -> ColumnElement[bool]:
    return (
        (col(OutboxRow.id) == parcel.id)
        & (col(OutboxRow.state) == OutboxState.WAITING.value)
        & (col(OutboxRow.tries) == parcel.tries)
    )


def _count(result: object) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - a statement that changes rows gives no other
    return int(result.rowcount)
