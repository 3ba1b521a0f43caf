"""What delivery asks of a referral: its facts, that it arrived, what its calendar asks for, and whom to write to."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.kit.clock import today_in_germany
from app.kit.reach import AsyncSession
from app.referrals import outbox, store
from app.referrals.agreements import open_secrets
from app.referrals.erasure import find_payload
from app.referrals.means import Referrals
from app.referrals.models import Due, Facts, Notice, Payload, ReferralState, WebhookTarget
from app.referrals.rules import columns_of, is_valid_on, moved
from app.referrals.tables import AgreementRow, ReferralRow


async def mark_delivered(session: AsyncSession, referrals: Referrals, referral_id: UUID, centre_id: str) -> bool:
    """That the centre was told of it; False, and nothing, where it is past that or another centre's."""
    row = await store.find_referral(session, referral_id, lock=True)
    if row is None or row.centre_id != centre_id or row.state != ReferralState.REQUESTED:
        return False
    at = referrals.clock()
    await store.change(session, row, moved(store.standing_of(row), ReferralState.DELIVERED, at) | {"changed_at": at})
    return True


async def open_for_message(session: AsyncSession, referrals: Referrals, referral_id: UUID) -> Payload | None:
    """What was passed on, for a message to the caller that is sent now; None where it was erased.

    Raises KeyMissing, or SealBroken.
    """
    return await find_payload(session, referrals, referral_id)


async def find_facts(session: AsyncSession, referrals: Referrals, referral_id: UUID) -> Facts | None:
    """What delivery needs to know of a referral at this moment; None where it is gone."""
    row = await store.find_referral(session, referral_id)
    if row is None:
        return None
    agreement = await store.find_agreement(session, row.centre_id)
    today = today_in_germany(referrals.clock)
    valid = agreement is not None and is_valid_on(agreement.agreed_on, agreement.valid_to, today)
    return Facts(
        centre_id=row.centre_id,
        state=ReferralState(row.state),
        received_by=row.received_by,
        answered_by=row.answered_by,
        email=agreement.email if agreement and valid else None,
        webhook=_webhook_of(referrals, agreement) if agreement and valid else None,
        agreement_valid=valid,
        demo=agreement is not None and agreement.demo,
    )


async def claim_due(session: AsyncSession, referrals: Referrals, *, limit: int = 25) -> list[Due]:
    """Does what the calendar of referrals asks for by now, each step once however many nodes ask; none: all is done.

    A reminder and the end are put into the outbox in this transaction; an escalation shows with the hotline.
    """
    at = referrals.clock()
    rows = await store.claim_due(session, at, limit)
    done = [Due(row.id, row.centre_id, Notice(row.step or "")) for row in rows]
    await store.change_all(session, [(row, _after(row, due.kind, at)) for row, due in zip(rows, done, strict=True)])
    await outbox.put_all(session, [(due.kind, due.referral_id, due.centre_id) for due in done], at=at)
    return done


def _after(row: ReferralRow, step: Notice, at: datetime) -> dict[str, object]:
    """The columns after a step of the calendar."""
    standing = store.standing_of(row)
    match step:
        case Notice.EXPIRED:
            return moved(standing, ReferralState.EXPIRED, at) | {"changed_at": at}
        case Notice.ESCALATED:
            return columns_of(replace(standing, escalated_at=at))
        case _:
            return columns_of(replace(standing, reminded_at=at))


def _webhook_of(referrals: Referrals, row: AgreementRow) -> WebhookTarget | None:
    if row.webhook_url is None or row.webhook_secret_sealed is None:
        return None
    return WebhookTarget(row.webhook_url, open_secrets(referrals, row))
