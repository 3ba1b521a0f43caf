"""Lets time pass on the exchange: whatever is due happens, in order, one thing at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from app.phone import player
from app.phone.document import PlayerFault, read_document
from app.phone.exchange.conferences import end_dial, leave
from app.phone.exchange.ending import end_call, end_unneeded
from app.phone.exchange.messages import move, recording_is_ready
from app.phone.exchange.models import (
    Call,
    DialLimit,
    Event,
    GoOn,
    MessageMoves,
    PickUp,
    PutDown,
    RecordingReady,
    Ring,
    Silence,
    Tell,
)
from app.phone.exchange.outbound import pick_up, ring
from app.phone.exchange.playing import fall_back, go_on, reach
from app.phone.exchange.state import Exchange, take_due
from app.phone.webhook import LineFault

_TICK_SECONDS = 0.05


async def pass_time(exchange: Exchange, seconds: float = 0.0) -> None:
    """Let so much time pass; with none only what is due now happens. Nobody waits for real but for the webhooks."""
    async with exchange.turn:
        until_seconds = exchange.now_seconds + seconds
        while (event := take_due(exchange, until_seconds)) is not None:
            await _happen(exchange, event)
        exchange.now_seconds = until_seconds


async def keep_time(exchange: Exchange, clock: Callable[[], float] = monotonic) -> None:
    """Let the exchange's time pass at the pace of the real one, for ever."""
    last = clock()
    while True:
        await asyncio.sleep(_TICK_SECONDS)
        now = clock()
        await pass_time(exchange, now - last)
        last = now


async def _happen(exchange: Exchange, event: Event) -> None:
    match event:
        case Tell():
            await _deliver(exchange, event)
        case MessageMoves(sid, status):
            move(exchange, sid, status)
        case RecordingReady(sid, hook):
            recording_is_ready(exchange, sid, hook)
        case _:
            call = exchange.calls.get(event.call_sid)
            # A record may be deleted while something is still due for its call.
            if call is not None and not call.ended:
                await _happen_to(exchange, call, event)


async def _happen_to(
    exchange: Exchange, call: Call, event: GoOn | Silence | Ring | PickUp | PutDown | DialLimit
) -> None:
    match event:
        case Ring():
            ring(exchange, call)
        case PickUp():
            pick_up(exchange, call)
        case PutDown(status=status, moment=moment) if moment in {None, call.moment}:
            end_call(exchange, call, status)
        case GoOn(moment=moment, step=step) if moment == call.moment and call.played_by is not None:
            call.played_by(step)
        case GoOn(moment=moment, step=step) if moment == call.moment:
            await go_on(exchange, call, step)
        case Silence(moment=moment) if moment == call.moment:
            await _stay_silent(exchange, call)
        case DialLimit(moment=moment) if moment == call.moment:
            _end_dial_in_time(exchange, call)


async def _stay_silent(exchange: Exchange, call: Call) -> None:
    if call.awaiting is None:
        return
    try:
        step = player.stay_silent(call.awaiting)
    except PlayerFault as fault:
        await fall_back(exchange, call, call.awaiting, fault)
    else:
        await go_on(exchange, call, step)


def _end_dial_in_time(exchange: Exchange, call: Call) -> None:
    dial = call.dial
    if dial is None:
        return
    end_dial(exchange, call, "completed")
    if dial.conference_sid:
        leave(exchange, exchange.conferences[dial.conference_sid], call.sid)
    for leg_sid in dial.leg_sids:
        end_unneeded(exchange, exchange.calls[leg_sid])


async def _deliver(exchange: Exchange, notice: Tell) -> None:
    """A notice that does not arrive, and a document that cannot be heard on hold, trouble nobody on the telephone."""
    call = exchange.calls.get(notice.call_sid or dict(notice.params).get("CallSid", ""))
    try:
        answered = await reach(exchange, notice.account_sid, notice.request, notice.params)
        played = player.play_verbs(read_document(answered.answer), notice.request.url) if notice.call_sid else None
    except (LineFault, PlayerFault) as fault:
        if call is not None:
            call.faults.append(str(fault))
    else:
        if played is not None and call is not None:
            call.heard += played.heard
            if call.played_by is not None and call.awaiting is not None:
                call.played_by(replace(played, awaiting=call.awaiting))
