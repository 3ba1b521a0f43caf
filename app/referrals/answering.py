"""A centre's answers: each is one step of the referral's way, done once, and refused where the way does not lead."""

from uuid import UUID

from app.accounts.audit import record
from app.accounts.models import Action
from app.kit.reach import EVERYTHING, AsyncSession, Reach, transaction
from app.referrals import key_store, outbox, store
from app.referrals.erasure import begin_destroying, find_payload
from app.referrals.making import begin_again, get_agreement_of_today
from app.referrals.means import Referrals
from app.referrals.models import Answered, By, DeclineReason, Notice, ReferralState
from app.referrals.refusals import Erased, ForwardingNotConsented, NoAgreement, TransitionRefused
from app.referrals.rules import FORWARDED_BY_CENTRE, moved
from app.referrals.tables import ReferralRow


async def receive(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: By) -> Answered:
    """The centre has seen it and may read it now."""
    return await _answer(referrals, reach, referral_id, ReferralState.RECEIVED, by=by)


async def accept(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: By) -> Answered:
    """The centre will call; it may do so after having declined by mistake, too."""
    return await _answer(referrals, reach, referral_id, ReferralState.ACCEPTED, by=by)


async def decline(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: By, reason: DeclineReason) -> Answered:
    return await _answer(referrals, reach, referral_id, ReferralState.DECLINED, by=by, reason=reason)


async def contact(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: By) -> Answered:
    """The centre has spoken with the caller."""
    return await _answer(referrals, reach, referral_id, ReferralState.CONTACTED, by=by)


async def complete(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: By) -> Answered:
    """The caller is counselled, or has an appointment: the referral is done."""
    return await _answer(referrals, reach, referral_id, ReferralState.COMPLETED, by=by)


async def forward(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: By, to_centre_id: str) -> Answered:
    """Hands the referral to another centre with an agreement, and erases what the first one could read.

    A centre forwards what it has received, the hotline also what was not answered or was declined. Raises
    ReferralUnknown, TransitionRefused, ForwardingNotConsented, NoAgreement or Erased.
    """
    async with transaction(referrals.database, reach) as session:
        await store.get_referral(session, referral_id)
    # The other centre's row is out of the first one's reach.
    async with transaction(referrals.database, EVERYTHING) as session:
        row = await store.get_referral(session, referral_id, lock=True)
        if row.state == ReferralState.FORWARDED:
            return Answered(store.referral_of(row), changed=False)
        if reach != EVERYTHING and ReferralState(row.state) not in FORWARDED_BY_CENTRE:
            raise TransitionRefused(ReferralState(row.state))
        await _forward(session, referrals, row, to_centre_id)
        forwarded = store.referral_of(row)
        await _tell_audit(session, referrals, by, ReferralState.FORWARDED, referral_id)
    await begin_destroying(referrals)
    return Answered(forwarded, changed=True)


async def _forward(session: AsyncSession, referrals: Referrals, row: ReferralRow, to_centre_id: str) -> None:
    at = referrals.clock()
    columns = moved(store.standing_of(row), ReferralState.FORWARDED, at)
    if not row.consent_forwarding:
        raise ForwardingNotConsented
    if to_centre_id == row.centre_id:
        raise NoAgreement
    agreement = await get_agreement_of_today(session, referrals, to_centre_id)
    payload = await find_payload(session, referrals, row.id)
    if payload is None:
        raise Erased
    await key_store.erase(session, [row.id])
    fresh = await begin_again(session, referrals, row, agreement, payload)
    await store.change(session, row, columns | {"changed_at": at, "forwarded_to": fresh.id})


async def _answer(  # noqa: PLR0913  Who answers what, and why.
    referrals: Referrals,
    reach: Reach,
    referral_id: UUID,
    to: ReferralState,
    *,
    by: By,
    reason: DeclineReason | None = None,
) -> Answered:
    at = referrals.clock()
    async with transaction(referrals.database, reach) as session:
        row = await store.get_referral(session, referral_id, lock=True)
        if row.state == to:
            return Answered(store.referral_of(row), changed=False)
        columns = moved(store.standing_of(row), to, at)
        await store.change(session, row, columns | {"changed_at": at, "reason": reason and reason.value})
        await outbox.put(session, Notice(to.value), referral_id, centre_id=row.centre_id, at=at)
        answered = store.referral_of(row)
        await _tell_audit(session, referrals, by, to, referral_id)
    return Answered(answered, changed=True)


async def _tell_audit(
    session: AsyncSession, referrals: Referrals, by: By, to: ReferralState, referral_id: UUID
) -> None:
    actor = by if isinstance(by, UUID) or by == "cli" else None
    await record(session, referrals.accounts, actor, Action(f"referral-{to}"), referral_id)
