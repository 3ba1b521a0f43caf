"""Erasure that lasts: what is erased is gone at once, and the key that opened it elsewhere is destroyed after it.

A copy of the database, its log or a backup holds the record's key wrapped by the key of its bucket, which lies outside;
a bucket holds the records of one week. So the bucket gets a fresh key, the records that stay are wrapped by that, and
the older keys are destroyed:

1. `_renew` makes the fresh key the present one, in one transaction. Old records still open with the old key.
2. `_rewrap` goes through the old records in small transactions, so that no call waits for long.
3. `_clean` destroys all other keys when every record was gone through, while nobody can make another.

Each step can be done again, and by several at once: whoever finds a bucket with `cleaned` below `erasures` begins at
the first. The bucket's row is what they lock: as long as a transaction has it, its key is the present one and stays.
"""

import asyncio
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.accounts.audit import record
from app.accounts.models import Action, Actor
from app.kit.crypto import SealBroken
from app.kit.errors import HotlineError
from app.kit.log import get_logger
from app.kit.reach import EVERYTHING, AsyncSession, transaction
from app.kit.vault import KeyMissing
from app.referrals import key_store
from app.referrals.means import Referrals
from app.referrals.models import Payload
from app.referrals.rules import LIFE, week_of
from app.referrals.sealing import new_record_key, open_payload, seal_payload, unwrap, wrap
from app.referrals.tables import SecretRow

log = get_logger(__name__)

_BATCH: Final = 200
# How long somebody who withdraws waits for the older keys to go; the sweep goes on with what is left.
_PATIENCE_SECONDS: Final = 0.5
# No record is put into a week that is over for so long, and none of it is left.
_EMPTY_AFTER: Final = LIFE + timedelta(days=10)
# The loop itself keeps no task alive.
_UNDER_WAY: Final[set[asyncio.Task[None]]] = set()


async def keep_secret(
    session: AsyncSession, referrals: Referrals, referral_id: UUID, centre_id: str, payload: Payload
) -> None:
    """Seals a payload under a new key, wrapped by the present key of this week."""
    bucket, key_id = await _present_key(session, referrals, week_of(referrals.clock()))
    bucket_key = await asyncio.to_thread(referrals.vault.read, bucket, key_id)
    record_key = new_record_key()
    row = SecretRow(
        referral_id=referral_id,
        centre_id=centre_id,
        bucket=bucket,
        key_id=key_id,
        wrapped=wrap(bucket_key, referral_id, record_key),
        sealed=seal_payload(record_key, referral_id, payload),
    )
    await key_store.add_secret(session, row)


async def find_record_key(session: AsyncSession, referrals: Referrals, referral_id: UUID) -> bytes | None:
    """The key of a record within reach; None where it was erased. Raises KeyMissing, or SealBroken."""
    row = await key_store.find_secret(session, referral_id)
    return None if row is None else await _record_key(referrals, row)


async def find_payload(session: AsyncSession, referrals: Referrals, referral_id: UUID) -> Payload | None:
    """What was sealed of a referral within reach; None where it was erased. Raises KeyMissing, or SealBroken."""
    row = await key_store.find_secret(session, referral_id)
    return None if row is None else open_payload(await _record_key(referrals, row), referral_id, row.sealed)


async def destroy_old_keys(referrals: Referrals) -> int:
    """Finishes every erasure whose older keys may still be there; returns how many buckets were cleaned."""
    async with transaction(referrals.database, EVERYTHING) as session:
        buckets = await key_store.list_unclean(session)
    for bucket in buckets:
        await _rotate(referrals, bucket)
    return len(buckets)


async def begin_destroying(referrals: Referrals) -> None:
    """Destroys the older keys; whoever withdraws waits a moment for it, and it goes on without them."""
    task = asyncio.create_task(_destroy_some_time(referrals))
    _UNDER_WAY.add(task)
    task.add_done_callback(_UNDER_WAY.discard)
    await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)


async def _destroy_some_time(referrals: Referrals) -> None:
    """After a fault the sweep begins again."""
    try:
        await destroy_old_keys(referrals)
    except (OSError, SQLAlchemyError, HotlineError) as error:
        log.error("older keys wait to be destroyed", error=type(error).__name__)  # noqa: TRY400  See above.


async def rotate_keys(referrals: Referrals, *, by: Actor) -> int:
    """Gives every bucket a fresh key and destroys the older ones; returns how many buckets there are."""
    async with transaction(referrals.database, EVERYTHING) as session:
        buckets = await key_store.list_buckets(session)
        for bucket in buckets:
            await key_store.count_erasures(session, bucket, 1)
        await record(session, referrals.accounts, by, Action.REFERRAL_KEYS_ROTATED)
    for bucket in buckets:
        await _rotate(referrals, bucket)
    return len(buckets)


async def forget_empty_buckets(referrals: Referrals) -> None:
    """Destroys the keys of weeks that are long over and hold nothing."""
    last = week_of(referrals.clock() - _EMPTY_AFTER)
    async with transaction(referrals.database, EVERYTHING) as session:
        buckets = [bucket for bucket in await key_store.list_buckets(session) if bucket < last]
    for bucket in buckets:
        async with transaction(referrals.database, EVERYTHING) as session:
            await key_store.lock_bucket(session, bucket)
            if await key_store.is_empty(session, bucket):
                referrals.vault.destroy_others(bucket, None)
                await key_store.delete_bucket(session, bucket)


async def _present_key(session: AsyncSession, referrals: Referrals, week: str) -> tuple[str, str]:
    """The bucket of a week and the id of its present key; of several that make it at once one wins."""
    shared = await key_store.share_week(session, week)
    if shared is not None:
        return shared
    made = f"{week}-{secrets.token_hex(4)}"
    await key_store.add_bucket(session, made, week, await asyncio.to_thread(referrals.vault.make, made))
    shared = await key_store.share_week(session, week)
    if shared is None:
        raise KeyMissing("The week's key vanished while it was made: try again.")
    if shared[0] != made:
        referrals.vault.destroy_others(made, None)
    return shared


async def _record_key(referrals: Referrals, row: SecretRow) -> bytes:
    bucket_key = await asyncio.to_thread(referrals.vault.read, row.bucket, row.key_id)
    return unwrap(bucket_key, row.referral_id, row.wrapped)


async def _rotate(referrals: Referrals, bucket: str) -> None:
    key_id = await _renew(referrals, bucket)
    while key_id is not None:
        await _rewrap(referrals, bucket, key_id)
        key_id = await _clean(referrals, bucket, key_id)


async def _renew(referrals: Referrals, bucket: str) -> str | None:
    """The bucket's present key: a fresh one, unless it is younger than all erasures; None where there is no bucket."""
    async with transaction(referrals.database, EVERYTHING) as session:
        row = await key_store.lock_bucket(session, bucket)
        if row is None:
            return None
        if row.rekeyed < row.erasures:
            row.key_id = await asyncio.to_thread(referrals.vault.make, bucket)
            row.rekeyed = row.erasures
        return row.key_id


async def _rewrap(referrals: Referrals, bucket: str, key_id: str) -> None:
    """Wraps every record of the bucket by this key, as long as it is the present one."""
    fresh = await asyncio.to_thread(referrals.vault.read, bucket, key_id)
    after: UUID | None = None
    while True:
        async with transaction(referrals.database, EVERYTHING) as session:
            present = await key_store.lock_bucket(session, bucket)
            if present is None or present.key_id != key_id:
                return
            rows = await key_store.lock_old(session, bucket, key_id, after, _BATCH)
            if not rows:
                return
            after = rows[-1].referral_id
            await key_store.save_wrapped(session, key_id, _wrapped_anew(referrals, rows, fresh))


def _wrapped_anew(referrals: Referrals, rows: list[SecretRow], fresh: bytes) -> dict[UUID, bytes]:
    """The record keys under the fresh key; a record whose key is lost opens for nobody and stays as it is."""
    old: dict[str, bytes] = {}
    wrapped = {}
    for row in rows:
        with suppress(KeyMissing, SealBroken):
            if row.key_id not in old:
                old[row.key_id] = referrals.vault.read(row.bucket, row.key_id)
            record_key = unwrap(old[row.key_id], row.referral_id, row.wrapped)
            wrapped[row.referral_id] = wrap(fresh, row.referral_id, record_key)
    if len(wrapped) < len(rows):
        log.error("records whose key is lost", count=len(rows) - len(wrapped))
    return wrapped


async def _clean(referrals: Referrals, bucket: str, key_id: str) -> str | None:
    """Destroys all keys but this one; where another has become the present key meanwhile, returns that instead."""
    async with transaction(referrals.database, EVERYTHING) as session:
        row = await key_store.lock_bucket(session, bucket)
        if row is None:
            return None
        if row.key_id != key_id:
            return row.key_id
        # Not in a thread: that would go on after a cancellation, when others may already make a key.
        referrals.vault.destroy_others(bucket, key_id)
        row.cleaned = row.rekeyed
        return None
