"""Carries out what conversations need of the telephone provider: once each, again where it was busy, by any node.

What is wished is written down before it is asked, so that a node that dies leaves its errands to the others. Where an
answer did not come, the next try first looks whether the deed was done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from app.calls import errand_store, ringing, room_deeds
from app.calls import meeting_store as store
from app.calls.desk import Desk
from app.calls.dialling import NotDialled
from app.calls.errand_store import Errand
from app.calls.work import ASK, CALL, HOLD, MEET, OF_THE_ROOM, PART, REMOVE, RING, STOP, WORDS, Work
from app.kit.log import get_logger
from app.kit.protocols import CallOver, ProviderBusy, ProviderRefused, Telephony

log = get_logger(__name__)

_AT_ONCE: Final = 10
_FIRST_PAUSE: Final = timedelta(seconds=0.25)
_LONGEST_PAUSE: Final = timedelta(seconds=10)
# What may have been done shows by now.
_UNSURE_PAUSE: Final = timedelta(seconds=2)
_MOST_TRIES: Final = 30
# So many tries take the provider out of the range of what is usual.
_UNUSUAL_TRIES: Final = 5

_DEEDS: Mapping[str, Callable[[Work], Awaitable[None]]] = {
    MEET: room_deeds.meet,
    PART: room_deeds.part,
    HOLD: room_deeds.hold,
    WORDS: room_deeds.words,
    REMOVE: room_deeds.remove,
    ASK: room_deeds.ask,
    RING: ringing.ring,
    STOP: ringing.stop,
    CALL: ringing.call_back,
}


async def run_errands(desk: Desk, reservation_id: UUID | None = None) -> int:
    """Carry out what is due, of one conversation or of all; returns how many errands were taken.

    Those of one conversation follow each other. A desk without a telephone leaves them to the keeper.
    """
    if desk.telephony is None:
        return 0
    errands = await errand_store.claim(desk.line.pool, desk.line.clock(), reservation_id)
    gate = asyncio.Semaphore(_AT_ONCE)
    by_room = sorted(errands, key=lambda errand: (errand.reservation_id, errand.id))
    rooms = [list(group) for _, group in groupby(by_room, key=lambda errand: errand.reservation_id)]
    await asyncio.gather(*(_in_order(desk, desk.telephony, gate, group) for group in rooms))
    return len(errands)


async def count_stuck(desk: Desk) -> int:
    """How much the provider was asked for again and again without an answer."""
    return await errand_store.count_tried(desk.line.pool, _UNUSUAL_TRIES)


async def _in_order(desk: Desk, telephony: Telephony, gate: asyncio.Semaphore, errands: list[Errand]) -> None:
    async with gate:
        for errand in errands:
            room = await store.find_room(desk.line.pool, errand.reservation_id)
            await _carry(Work(desk, telephony, errand, room))


async def _carry(work: Work) -> None:
    errand, pool, moment = work.errand, work.desk.line.pool, work.desk.line.clock()
    over = work.room is None or work.room.ended_at is not None
    if errand.tries <= _MOST_TRIES and not (over and errand.kind in OF_THE_ROOM):
        try:
            await _DEEDS[errand.kind](work)
        except ProviderBusy as busy:
            pause = min(_FIRST_PAUSE * 2**errand.tries, _LONGEST_PAUSE)
            unsure = busy.maybe_done or errand.unsure
            due_at = moment + (max(pause, _UNSURE_PAUSE) if unsure else pause)
            await errand_store.again(pool, errand, due_at, unsure=unsure)
            return
        except CallOver:
            # Whoever it was for has gone, and the door is told so by itself.
            pass
        except (ProviderRefused, NotDialled) as refused:
            log.error("errand refused", kind=errand.kind, error=type(refused).__name__)  # noqa: TRY400  It may name a number.
    await errand_store.done(pool, errand, work.desk.line.clock())
