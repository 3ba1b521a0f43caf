"""Calls that the exchange places: at the pace of the account, ringing, answered or not."""

from dataclasses import replace

from app.phone.awaiting import Request, request_for
from app.phone.exchange.ending import end_unneeded
from app.phone.exchange.models import (
    LONGEST_BACKLOG_SECONDS,
    Account,
    Call,
    Callee,
    CallStatus,
    Dial,
    Direction,
    Document,
    Ends,
    ExchangeRefusal,
    GoOn,
    Instructions,
    PickUp,
    PutDown,
    Ring,
)
from app.phone.exchange.notices import tell_progress
from app.phone.exchange.state import Exchange, new_sid, schedule


def new_call(
    exchange: Exchange, account: Account, ends: Ends, direction: Direction, instructions: Instructions
) -> Call:
    """A call at its beginning: one from outside rings, one of ours waits for its turn."""
    sid, serial = new_sid(exchange, "CA")
    status: CallStatus = "ringing" if direction == "inbound" else "queued"
    call = Call(
        sid,
        serial,
        account.sid,
        ends.from_number,
        ends.to_number,
        direction,
        status,
        exchange.now_seconds,
        instructions,
    )
    exchange.calls[sid] = call
    return call


def create_call(exchange: Exchange, account: Account, ends: Ends, instructions: Instructions) -> Call:
    """A call by the REST API: it leaves at the account's pace; raises ExchangeRefusal beyond a day's backlog."""
    slot_seconds = max(exchange.now_seconds, account.next_slot_seconds)
    if slot_seconds - exchange.now_seconds > LONGEST_BACKLOG_SECONDS:
        raise ExchangeRefusal(429, 20429, "Too Many Requests")
    account.next_slot_seconds = slot_seconds + 1 / account.calls_a_second
    call = new_call(exchange, account, ends, "outbound-api", instructions)
    schedule(exchange, Ring(call.sid), slot_seconds - exchange.now_seconds)
    return call


def start_leg(exchange: Exchange, parent: Call, ends: Ends, instructions: Instructions) -> Call:
    """The other side of a Dial; it rings at once, as the provider's pace does not hold for it."""
    account = exchange.accounts[parent.account_sid]
    leg = new_call(exchange, account, ends, "outbound-dial", instructions)
    leg.parent_sid = parent.sid
    schedule(exchange, Ring(leg.sid))
    return leg


def ring(exchange: Exchange, call: Call) -> None:
    """The other side rings, and will answer or not as it is set to."""
    if call.ended:
        return
    tell_progress(exchange, call, "initiated", "initiated")
    call.status = "ringing"
    tell_progress(exchange, call, "ringing")
    callee = exchange.callees.get(call.to_number, Callee())
    if callee.outcome == "no-answer" or callee.rings_seconds > call.instructions.ring_seconds:
        schedule(exchange, PutDown(call.sid, "no-answer"), call.instructions.ring_seconds)
    elif callee.outcome == "answers":
        schedule(exchange, PickUp(call.sid), callee.rings_seconds)
    else:
        schedule(exchange, PutDown(call.sid, callee.outcome), callee.rings_seconds)


def pick_up(exchange: Exchange, call: Call) -> None:
    """The other side answers: it hears the call's document, or is connected with whoever dialled."""
    if call.ended:
        return
    be_answered(exchange, call)
    callee = exchange.callees.get(call.to_number, Callee())
    if callee.talks_seconds is not None:
        schedule(exchange, PutDown(call.sid, "completed"), callee.talks_seconds)
    parent = exchange.calls.get(call.parent_sid)
    if parent is not None and parent.dial is not None:
        _connect(exchange, parent, parent.dial, call)
    if (step := first_step(call.instructions)) is not None:
        schedule(exchange, GoOn(call.sid, call.moment, step))


def be_answered(exchange: Exchange, call: Call) -> None:
    """The call is connected from now on, for as long as it may last."""
    call.status, call.answered_seconds = "in-progress", exchange.now_seconds
    tell_progress(exchange, call, "answered")
    schedule(exchange, PutDown(call.sid, "completed"), call.instructions.limit_seconds)


def first_step(instructions: Instructions) -> Request | Document | None:
    """What a call begins with."""
    if instructions.twiml:
        return Document(instructions.twiml)
    voice = instructions.voice
    return request_for(voice.url, voice.method) if voice.url else None


def _connect(exchange: Exchange, parent: Call, dial: Dial, leg: Call) -> None:
    """Who answers first gets the call; it stops ringing for the others."""
    others = [sid for sid in dial.leg_sids if sid != leg.sid]
    parent.dial = replace(dial, leg_sids=(leg.sid,))
    for sid in others:
        end_unneeded(exchange, exchange.calls[sid])
