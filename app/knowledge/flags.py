"""Withdrawing content with two pairs of eyes: proposed, confirmed, lifted; at once where it is dangerous.

Each verb works in the caller's transaction, which also adds the line to the audit.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from app.kit.reach import AsyncSession
from app.knowledge import flag_store
from app.knowledge.flag_tables import FlagRow
from app.knowledge.flags_models import Flag, FlagReason, FlagRefused, FlagState
from app.knowledge.flags_rules import (
    IN_FORCE,
    OPEN,
    check_other_person,
    check_withdrawable,
    content_hash,
    is_done_by_file,
    without_numbers,
)
from app.knowledge.models import Knowledge

ENDED = frozenset(FlagState) - OPEN


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What shall be withdrawn and why; `at_once`: before a second person has looked, because callers are in danger."""

    ref: str
    reason: FlagReason
    note: str = ""
    at_once: bool = False


async def withdraw(session: AsyncSession, knowledge: Knowledge, wanted: Withdrawal, *, by: UUID, at: datetime) -> Flag:
    """Propose a withdrawal, or put it in force at once; raises FlagRefused where it is open already or must not be."""
    check_withdrawable(knowledge, wanted.ref)
    row = FlagRow(
        id=uuid4(),
        ref=wanted.ref,
        reason=wanted.reason.value,
        note=without_numbers(wanted.note),
        state=(FlagState.AT_ONCE if wanted.at_once else FlagState.PROPOSED).value,
        content_hash=content_hash(knowledge, wanted.ref),
        proposed_by=by,
        proposed_at=at,
    )
    if not await flag_store.add_flag(session, row):
        raise FlagRefused("open-already", "This is withdrawn already, or somebody has proposed it.")
    return flag_store.flag_of(row)


async def confirm(session: AsyncSession, flag_id: UUID, *, by: UUID, at: datetime) -> Flag:
    """The second pair of eyes agrees: what was proposed is in force, what was withdrawn at once stays so."""
    row = await _get(session, flag_id)
    if row.state not in {FlagState.PROPOSED, FlagState.AT_ONCE}:
        raise FlagRefused("not-waiting", "This does not wait for a second person any more.")
    check_other_person(by, row.proposed_by)
    row.state, row.confirmed_by, row.confirmed_at = FlagState.IN_FORCE.value, by, at
    return await _kept(session, row)


async def decline(session: AsyncSession, flag_id: UUID, *, by: UUID, at: datetime) -> Flag:
    """What was only proposed does not come into force; whoever proposed it may take it back, too."""
    row = await _get(session, flag_id)
    if row.state != FlagState.PROPOSED:
        raise FlagRefused("not-waiting", "This does not wait for a second person any more.")
    return await _ended(session, row, FlagState.DECLINED, by, at)


async def propose_lift(session: AsyncSession, flag_id: UUID, *, by: UUID, at: datetime) -> Flag:
    """Somebody finds that it may be said again; until another one agrees it stays withdrawn."""
    row = await _get(session, flag_id)
    if row.state not in {FlagState.IN_FORCE, FlagState.AT_ONCE}:
        raise FlagRefused("not-in-force", "This is not withdrawn, or somebody has proposed already to lift it.")
    row.state, row.lift_by, row.lift_at = FlagState.LIFT_PROPOSED.value, by, at
    return await _kept(session, row)


async def keep(session: AsyncSession, flag_id: UUID) -> Flag:
    """It is not lifted after all."""
    row = await _get(session, flag_id)
    if row.state != FlagState.LIFT_PROPOSED:
        raise FlagRefused("not-waiting", "This does not wait for a second person any more.")
    state = FlagState.AT_ONCE if row.confirmed_by is None else FlagState.IN_FORCE
    row.state, row.lift_by, row.lift_at = state.value, None, None
    return await _kept(session, row)


async def lift(session: AsyncSession, flag_id: UUID, *, by: UUID, at: datetime) -> Flag:
    """The second pair of eyes agrees that it may be said again."""
    row = await _get(session, flag_id)
    if row.state != FlagState.LIFT_PROPOSED:
        raise FlagRefused("not-waiting", "This does not wait for a second person any more.")
    check_other_person(by, row.lift_by)
    return await _ended(session, row, FlagState.LIFTED, by, at)


async def close_as_done(session: AsyncSession, knowledge: Knowledge, flag_id: UUID, *, by: UUID, at: datetime) -> Flag:
    """The files say something else by now, which a second person has read before it was merged: one closes it."""
    row = await _get(session, flag_id)
    if row.state not in IN_FORCE or not is_done_by_file(knowledge, flag_store.flag_of(row)):
        raise FlagRefused("not-done", "The files still say what was withdrawn.")
    return await _ended(session, row, FlagState.DONE_BY_FILE, by, at)


async def list_open(session: AsyncSession) -> list[Flag]:
    return await flag_store.list_flags(session, OPEN)


async def list_ended(session: AsyncSession) -> list[Flag]:
    return await flag_store.list_flags(session, ENDED)


async def get_flag(session: AsyncSession, flag_id: UUID) -> Flag:
    """Raises FlagRefused where there is none."""
    return flag_store.flag_of(await _get(session, flag_id))


async def _get(session: AsyncSession, flag_id: UUID) -> FlagRow:
    row = await flag_store.lock_flag(session, flag_id)
    if row is None:
        raise FlagRefused("no-flag", "There is no such withdrawal.")
    return row


async def _ended(session: AsyncSession, row: FlagRow, state: FlagState, by: UUID, at: datetime) -> Flag:
    row.state, row.ended_by, row.ended_at = state.value, by, at
    return await _kept(session, row)


async def _kept(session: AsyncSession, row: FlagRow) -> Flag:
    session.add(row)
    await session.flush()
    return flag_store.flag_of(row)
