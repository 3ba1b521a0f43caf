"""Deletes at the provider what it keeps of calls, messages and recordings, also of those the application never saw."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.kit.log import get_logger
from app.kit.protocols import ProviderBusy, ProviderRecord, ProviderRefused, Telephony
from app.queue import chore_store, voicemail_store
from app.queue.safe import Safe
from app.queue.voicemails import PATIENCE

log = get_logger(__name__)

EVERY: Final = timedelta(hours=1)
# A round that could not even list everything, or whose node died, is done again so soon.
AGAIN: Final = timedelta(minutes=5)
# The webhooks of a call or a message that ended so long ago have come.
SETTLED_AFTER: Final = timedelta(hours=1)
# After an outage a recording is fetched first, but it does not stay at the provider for a day.
LONGEST: Final = timedelta(hours=20)
_CHORE: Final = "removal"
# Lists are long and come in pages: a page that is lost costs the whole list.
_TRIES: Final = 8
# Twilio does not limit deletions by the second, but its connections are few.
_LANES: Final = 4


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    list_: Callable[[], Awaitable[list[ProviderRecord]]]
    delete: Callable[[str], Awaitable[None]]


async def remove_records(safe: Safe, telephony: Telephony) -> int:
    """Once an hour in the cluster, whoever asks first; returns how many records were deleted.

    What the provider does not let go yet, or does not answer for, is asked for again in the next round.
    """
    moment = safe.clock()
    if not await chore_store.take(safe.pool, _CHORE, moment, moment + AGAIN):
        return 0
    deleted, complete = 0, True
    for kind in _kinds(safe, telephony, moment):
        try:
            deleted += await _delete_all(kind, await _listed(kind))
        except (ProviderBusy, ProviderRefused) as fault:
            complete = False
            log.error("records cannot be listed", kind=kind.name, reason=str(fault))  # noqa: TRY400  It says it all.
    if complete:
        await chore_store.put_off(safe.pool, _CHORE, moment + EVERY)
    return deleted


def _kinds(safe: Safe, telephony: Telephony, moment: datetime) -> tuple[_Kind, ...]:
    settled = moment - SETTLED_AFTER

    async def recordings() -> list[ProviderRecord]:
        # Listed before it is asked which are awaited: what is left meanwhile is younger than what is spared.
        found = await telephony.list_recordings(moment)
        awaited = await voicemail_store.list_awaited(safe.pool)
        return [one for one in found if _is_over(safe, one, moment, awaited)]

    return (
        _Kind("calls", lambda: telephony.list_calls(settled), telephony.delete_call),
        _Kind("messages", lambda: telephony.list_messages(settled), telephony.delete_message),
        _Kind("recordings", recordings, telephony.delete_recording),
    )


def _is_over(safe: Safe, recording: ProviderRecord, moment: datetime, awaited: frozenset[bytes]) -> bool:
    """Whatever was fetched is deleted by who fetched it: here go the others, unless they may still be fetched."""
    age = moment - recording.at
    is_awaited = not awaited.isdisjoint(safe.keys.keyed_hashes("recording", recording.sid))
    return age >= (LONGEST if is_awaited else PATIENCE)


async def _listed(kind: _Kind) -> list[ProviderRecord]:
    for _ in range(_TRIES - 1):
        try:
            return await kind.list_()
        except ProviderBusy:
            await asyncio.sleep(0)
    return await kind.list_()


async def _delete_all(kind: _Kind, records: Iterable[ProviderRecord]) -> int:
    waiting = iter(records)
    return sum(await asyncio.gather(*(_delete_some(kind, waiting) for _ in range(_LANES))))


async def _delete_some(kind: _Kind, waiting: Iterable[ProviderRecord]) -> int:
    deleted = 0
    for record in waiting:
        try:
            await kind.delete(record.sid)
            deleted += 1
        except (ProviderBusy, ProviderRefused) as fault:
            log.info("a record has to wait", kind=kind.name, reason=str(fault))
    return deleted
