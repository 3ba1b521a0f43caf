"""Voicemails: noted at once, fetched and sealed beside the calls, deleted at the provider, and forgotten in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from app.kit.crypto import SealBroken
from app.kit.log import get_logger
from app.kit.protocols import ProviderBusy, ProviderRefused, Telephony
from app.queue import voicemail_store as store
from app.queue.safe import Safe
from app.queue.sealing import destroy_keys, make_key, seal

log = get_logger(__name__)

LIFE: Final = timedelta(days=7)
# A recording that cannot be fetched for so long has failed, and is not spared at the provider any more.
PATIENCE: Final = timedelta(hours=6)
# The provider needs a while to store what was recorded; what it does not have by then it never will.
ABSENT_AFTER: Final = timedelta(minutes=10)
# A node that dies while it fetches keeps nobody waiting for longer.
LEASE: Final = timedelta(minutes=2)
_BATCH: Final = 20
_NOT_FOUND: Final = 404


class VoicemailState(StrEnum):
    """`awaited` is still to be fetched, `failed` never came, `handled` and `expired` are ends."""

    AWAITED = "awaited"
    KEPT = "kept"
    FAILED = "failed"
    HANDLED = "handled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A voicemail as agents see it before they open it."""

    id: UUID
    language: str
    topic: str | None
    left_at: datetime
    seconds: int | None
    state: VoicemailState
    expires_at: datetime


async def keep_voicemail(
    safe: Safe, recording_sid: str, *, language: str, topic: str | None = None, seconds: int | None = None
) -> None:
    """Note that somebody has left a recording; when it returns it will not be lost. The same again changes nothing."""
    hashes = safe.keys.keyed_hashes("recording", recording_sid)
    if len(hashes) > 1 and await store.knows(safe.pool, hashes[1:]):
        return
    moment = safe.clock()
    id_ = uuid4()
    await store.add(
        safe.pool,
        id_,
        hashes[0],
        sid_sealed=safe.keys.seal(recording_sid.encode(), bound_to=_bound(id_)),
        language=language,
        topic=topic,
        seconds=seconds,
        left_at=moment,
        expires_at=moment + LIFE,
    )


async def fetch_voicemails(safe: Safe, telephony: Telephony) -> int:
    """Fetch what was left and delete it at the provider; returns how many were tried. Any number of nodes may do so."""
    for count in range(_BATCH):
        row = await store.claim(safe.pool, safe.clock(), LEASE)
        if row is None:
            return count
        try:
            await _bring_home(safe, telephony, row)
        except ProviderBusy as busy:
            # The lease is the pause until the next try.
            log.info("a recording has to wait", reason=str(busy))
        except ProviderRefused as refused:
            log.error("the provider refuses a recording", status=refused.status)  # noqa: TRY400  It says it all.
    return _BATCH


async def _bring_home(safe: Safe, telephony: Telephony, row: asyncpg.Record) -> None:
    id_ = row["id"]
    try:
        sid = safe.keys.open(row["sid_sealed"], bound_to=_bound(id_)).decode()
    except SealBroken:
        # The key was taken out of the ring: the removal sweep deletes the recording.
        await _fail(safe, id_)
        await store.note_removed(safe.pool, id_)
        return
    if row["state"] == VoicemailState.AWAITED and not await _fetch(safe, telephony, id_, sid, row["left_at"]):
        return
    await telephony.delete_recording(sid)
    await store.note_removed(safe.pool, id_)


async def _fetch(safe: Safe, telephony: Telephony, id_: UUID, sid: str, left_at: datetime) -> bool:
    """Whether nothing of the recording is needed at the provider any more: it is kept, or has failed for good."""
    age = safe.clock() - left_at
    try:
        sound = await telephony.fetch_recording(sid)
    except ProviderRefused as refused:
        patience = ABSENT_AFTER if refused.status == _NOT_FOUND else PATIENCE
        return age > patience and await _fail(safe, id_)
    except ProviderBusy:
        return age > PATIENCE and await _fail(safe, id_)
    key_id, key = await make_key(safe.vault, id_)
    kept = await store.keep(safe.pool, id_, key_id, seal(key, id_, sound))
    # A try that was interrupted has left a key behind, and so has one that came second.
    await destroy_keys(safe.vault, id_, keep=key_id if kept else await store.find_key_id(safe.pool, id_))
    return True


async def _fail(safe: Safe, id_: UUID) -> bool:
    if await store.fail(safe.pool, id_):
        log.error("a voicemail could not be fetched")
    return True


async def list_voicemails(safe: Safe) -> tuple[Voicemail, ...]:
    """What waits for somebody to hear it, what is on its way, and what could not be fetched; the oldest first."""
    return tuple(
        Voicemail(**dict(row) | {"state": VoicemailState(row["state"])}) for row in await store.list_present(safe.pool)
    )


async def expire(safe: Safe) -> int:
    """Destroy the voicemails whose time is over; returns how many."""
    return len(await end(safe, await store.list_expired(safe.pool, safe.clock()), VoicemailState.EXPIRED))


async def end(safe: Safe, ids: list[UUID], state: VoicemailState) -> list[UUID]:
    """End them and destroy what they said; which of them had not ended before."""
    ended = await store.end(safe.pool, ids, state.value, safe.clock())
    for id_ in ended:
        await destroy_keys(safe.vault, id_)
        await store.note_key_gone(safe.pool, id_)
    return ended


def _bound(id_: UUID) -> bytes:
    return b"voicemail:" + id_.bytes
