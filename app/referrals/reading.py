"""Reading referrals: the inbox of a reach, one referral, its sealed part on the record, and a reach's own figures."""

from collections.abc import Collection
from uuid import UUID

from app.accounts.audit import record
from app.accounts.models import Action
from app.kit.reach import EVERYTHING, Reach, transaction
from app.referrals import store
from app.referrals.codes import charge, normal_code, open_code_keys
from app.referrals.erasure import find_payload
from app.referrals.means import Referrals
from app.referrals.models import Figures, Payload, Referral, ReferralState, Tab
from app.referrals.refusals import Erased, TransitionRefused
from app.referrals.rules import READABLE, TABS


async def get_referral(referrals: Referrals, reach: Reach, referral_id: UUID) -> Referral:
    """Raises ReferralUnknown."""
    async with transaction(referrals.database, reach) as session:
        return store.referral_of(await store.get_referral(session, referral_id))


async def list_inbox(  # noqa: PLR0913  Each filter by its own name.
    referrals: Referrals, reach: Reach, tab: Tab, *, centre_id: str | None = None, limit: int = 50, offset: int = 0
) -> list[Referral]:
    """A tab of the inbox, what is due first coming first; of one centre or of all within reach."""
    async with transaction(referrals.database, reach) as session:
        rows = await store.list_tab(session, tab, _centres_in(reach, centre_id), limit, offset)
    return [store.referral_of(row) for row in rows]


async def count_inbox(referrals: Referrals, reach: Reach, *, centre_id: str | None = None) -> dict[Tab, int]:
    async with transaction(referrals.database, reach) as session:
        by_state = await store.count_states(session, _centres_in(reach, centre_id))
    return {tab: sum(by_state.get(state, 0) for state in states) for tab, states in TABS.items()}


async def list_escalated(referrals: Referrals, *, limit: int = 50) -> list[Referral]:
    """What centres have not answered in time and the hotline looks after now, the longest waiting first."""
    async with transaction(referrals.database, EVERYTHING) as session:
        return [store.referral_of(row) for row in await store.list_escalated(session, limit)]


async def figures(referrals: Referrals, reach: Reach) -> Figures:
    """How many referrals of the reach stand where, and how quickly they were answered, as far as they are kept."""
    async with transaction(referrals.database, reach) as session:
        centre_ids = _centres_in(reach, None)
        by_state = await store.count_states(session, centre_ids)
        received, answered = await store.find_median_hours(session, centre_ids)
    return Figures(by_state, received, answered)


async def open_payload(referrals: Referrals, reach: Reach, referral_id: UUID, *, by: UUID) -> Payload:
    """What the caller wished to be passed on; the audit notes who read it. A centre must have received it first.

    Raises ReferralUnknown, TransitionRefused or Erased.
    """
    async with transaction(referrals.database, reach) as session:
        row = await store.get_referral(session, referral_id)
        if ReferralState(row.state) not in READABLE:
            raise TransitionRefused(ReferralState(row.state))
        payload = await find_payload(session, referrals, referral_id)
        if payload is None:
            raise Erased
        await record(session, referrals.accounts, by, Action.REFERRAL_OPENED, referral_id)
    return payload


async def find_by_code(referrals: Referrals, reach: Reach, code: str, *, by: UUID) -> Referral | None:
    """The referral of a caller who says the code at the centre; raises CodesThrottled."""
    await charge(referrals, f"person:{by}", stranger=False)
    code_keys = await open_code_keys(referrals)
    async with transaction(referrals.database, reach) as session:
        row = await store.find_by_code(session, code_keys.code_hash(normal_code(code) or ""))
    return None if row is None else store.referral_of(row)


def _centres_in(reach: Reach, centre_id: str | None) -> Collection[str] | None:
    """The centres to ask for, None for all; the database itself shows nothing out of reach, whatever is asked."""
    if centre_id is not None:
        return [centre_id]
    return None if reach == EVERYTHING else reach.setting.split(",")
