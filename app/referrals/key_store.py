"""The tables of what is sealed and of the keys of its buckets: the only SQL on them."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.kit.reach import AsyncSession
from app.referrals.tables import BucketRow, MessageRow, SecretRow

_REWRAP = text(
    "UPDATE referral_secret SET key_id = :key_id, wrapped = fresh.wrapped"
    " FROM unnest(:ids, :wrapped) AS fresh (referral_id, wrapped)"
    " WHERE referral_secret.referral_id = fresh.referral_id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("wrapped", type_=ARRAY(LargeBinary)))


async def share_week(session: AsyncSession, week: str) -> tuple[str, str] | None:
    """The week's bucket and the id of its present key, which stays so until the end of the transaction."""
    chosen = select(col(BucketRow.bucket), col(BucketRow.key_id)).where(col(BucketRow.week) == week)
    row = (await session.execute(chosen.with_for_update(read=True))).first()
    return None if row is None else (row[0], row[1])


async def add_bucket(session: AsyncSession, bucket: str, week: str, key_id: str) -> None:
    """Nothing where the week has a bucket already."""
    values = {"bucket": bucket, "week": week, "key_id": key_id}
    await session.execute(insert(BucketRow).values(**values).on_conflict_do_nothing())


async def lock_bucket(session: AsyncSession, bucket: str) -> BucketRow | None:
    statement = select(BucketRow).where(col(BucketRow.bucket) == bucket).with_for_update()
    row: BucketRow | None = await session.scalar(statement.execution_options(populate_existing=True))
    return row


async def count_erasures(session: AsyncSession, bucket: str, count: int) -> None:
    statement = update(BucketRow).where(col(BucketRow.bucket) == bucket)
    await session.execute(statement.values(erasures=BucketRow.erasures + count))


async def list_buckets(session: AsyncSession) -> Sequence[str]:
    """All buckets, the oldest first."""
    return (await session.scalars(select(col(BucketRow.bucket)).order_by(col(BucketRow.bucket)))).all()


async def list_unclean(session: AsyncSession) -> Sequence[str]:
    """The buckets of which an older key may still be there after an erasure."""
    unclean = col(BucketRow.cleaned) < col(BucketRow.erasures)
    return (await session.scalars(select(col(BucketRow.bucket)).where(unclean).order_by(col(BucketRow.bucket)))).all()


async def delete_bucket(session: AsyncSession, bucket: str) -> None:
    await session.execute(delete(BucketRow).where(col(BucketRow.bucket) == bucket))


async def add_secret(session: AsyncSession, row: SecretRow) -> None:
    session.add(row)
    await session.flush()


async def find_secret(session: AsyncSession, referral_id: UUID) -> SecretRow | None:
    statement = select(SecretRow).where(col(SecretRow.referral_id) == referral_id)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def lock_old(session: AsyncSession, bucket: str, key_id: str, after: UUID | None, limit: int) -> list[SecretRow]:
    """The next records by id whose key is wrapped by another key than this, kept from all others."""
    old = (col(SecretRow.bucket) == bucket) & (col(SecretRow.key_id) != key_id)
    statement = select(SecretRow).where(old).order_by(col(SecretRow.referral_id)).limit(limit).with_for_update()
    if after is not None:
        statement = statement.where(col(SecretRow.referral_id) > after)
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def is_empty(session: AsyncSession, bucket: str) -> bool:
    """Whether the bucket holds no record."""
    return (
        await session.scalar(select(col(SecretRow.referral_id)).where(col(SecretRow.bucket) == bucket).limit(1)) is None
    )


async def save_wrapped(session: AsyncSession, key_id: str, wrapped: dict[UUID, bytes]) -> None:
    """Writes the record keys as they are wrapped by another key now."""
    await session.execute(_REWRAP, {"key_id": key_id, "ids": list(wrapped), "wrapped": list(wrapped.values())})


async def erase(session: AsyncSession, referral_ids: Collection[UUID]) -> int:
    """Deletes what is sealed of referrals and counts it with their buckets; returns how many held anything.

    Everywhere buckets are locked before records, in their order, so that nobody waits in a circle.
    """
    chosen = col(SecretRow.referral_id).in_(referral_ids)
    for bucket in sorted(set(await session.scalars(select(col(SecretRow.bucket)).where(chosen)))):
        await lock_bucket(session, bucket)
    await session.execute(delete(MessageRow).where(col(MessageRow.referral_id).in_(referral_ids)))
    gone = Counter(await session.scalars(delete(SecretRow).where(chosen).returning(col(SecretRow.bucket))))
    for bucket, count in sorted(gone.items()):
        await count_erasures(session, bucket, count)
    return gone.total()


async def count_unclean(session: AsyncSession) -> int:
    statement = select(func.count()).select_from(BucketRow).where(col(BucketRow.cleaned) < col(BucketRow.erasures))
    return await session.scalar(statement) or 0
