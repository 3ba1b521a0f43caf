"""Withdrawing consent, by code or by id: what was passed on is erased in the same moment."""

from datetime import datetime
from uuid import UUID

from app.accounts.audit import record
from app.accounts.models import Action
from app.kit.reach import EVERYTHING, AsyncSession, Reach, transaction
from app.referrals import key_store, outbox, store
from app.referrals.codes import charge, normal_code, open_code_keys
from app.referrals.erasure import begin_destroying
from app.referrals.means import Referrals
from app.referrals.models import Answered, By, Notice, ReferralState
from app.referrals.rules import KEPT_AFTER_END, moved
from app.referrals.tables import ReferralRow


async def withdraw_by_code(referrals: Referrals, code: str, *, source: str) -> bool:
    """Withdraws what has this code; False where nothing has. The same code once more is no fault.

    `source` is who tries, like "call:…", "web:…" or "person:…": whoever tries too often gets CodesThrottled.
    """
    await charge(referrals, source, stranger=not source.startswith("person:"))
    code_keys = await open_code_keys(referrals)
    code_hash = code_keys.code_hash(normal_code(code) or "")
    async with transaction(referrals.database, EVERYTHING) as session:
        row = await store.find_by_code(session, code_hash, lock=True)
        if row is None:
            return False
        changed = row.state != ReferralState.WITHDRAWN and await _withdraw(session, row, referrals.clock())
    if changed:
        await begin_destroying(referrals)
    return True


async def withdraw(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: By) -> Answered:
    """Withdraws for a caller who says so to an agent or a centre; raises ReferralUnknown or TransitionRefused."""
    async with transaction(referrals.database, reach) as session:
        row = await store.get_referral(session, referral_id, lock=True)
        if row.state == ReferralState.WITHDRAWN:
            return Answered(store.referral_of(row), changed=False)
        await _withdraw(session, row, referrals.clock())
        withdrawn = store.referral_of(row)
        if by != "caller":
            await record(
                session, referrals.accounts, None if by == "system" else by, Action.REFERRAL_WITHDRAWN, referral_id
            )
    await begin_destroying(referrals)
    return Answered(withdrawn, changed=True)


async def _withdraw(session: AsyncSession, row: ReferralRow, at: datetime) -> bool:
    """Nothing of the caller is left but that somebody withdrew; it goes no later than it would have."""
    columns = moved(store.standing_of(row), ReferralState.WITHDRAWN, at)
    columns |= {"has_number": False, "wants_sms": False, "erase_at": min(row.erase_at, at + KEPT_AFTER_END)}
    await store.change(session, row, columns | {"changed_at": at})
    await key_store.erase(session, [row.id])
    await outbox.put(session, Notice.WITHDRAWN, row.id, centre_id=row.centre_id, at=at)
    return True
