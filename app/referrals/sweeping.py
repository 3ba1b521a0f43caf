"""The sweep: what has outlived its time is erased, and keys that an erasure left behind are destroyed."""

from typing import Final

from app.kit.reach import EVERYTHING, transaction
from app.referrals import key_store, store
from app.referrals.erasure import destroy_old_keys, forget_empty_buckets
from app.referrals.means import Referrals

_BATCH: Final = 500


async def sweep(referrals: Referrals) -> int:
    """Deletes the referrals whose time is over; returns how many. Several nodes may sweep at once."""
    erased = 0
    while count := await _erase_some(referrals):
        erased += count
    await destroy_old_keys(referrals)
    await forget_empty_buckets(referrals)
    return erased


async def overdue(referrals: Referrals) -> dict[str, int]:
    """What waits to be done by the sweep and the calendar, as counts."""
    async with transaction(referrals.database, EVERYTHING) as session:
        referrals_left, steps_left = await store.count_overdue(session, referrals.clock())
        return {"referrals": referrals_left, "keys": await key_store.count_unclean(session), "steps": steps_left}


async def _erase_some(referrals: Referrals) -> int:
    async with transaction(referrals.database, EVERYTHING) as session:
        rows = await store.claim_erasable(session, referrals.clock(), _BATCH)
        ids = [row.id for row in rows]
        if ids:
            await key_store.erase(session, ids)
            await store.delete_referrals(session, ids)
    return len(ids)
