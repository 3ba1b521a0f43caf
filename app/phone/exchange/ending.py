"""How a call leaves the place where it is, and how it ends: once, with one final status."""

from dataclasses import replace
from typing import Final, Literal

from app.phone import player
from app.phone.awaiting import Ended, Played, Request
from app.phone.exchange.conferences import end_dial, leave
from app.phone.exchange.models import Call, CallStatus
from app.phone.exchange.notices import params_of, tell, tell_progress
from app.phone.exchange.state import Exchange

_DIAL_OUTCOMES: Final[dict[CallStatus, player.DialOutcome]] = {
    "completed": "completed",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no-answer",
    "canceled": "canceled",
}


def end_call(exchange: Exchange, call: Call, status: CallStatus) -> None:
    """End the call; a call that has ended stays as it ended."""
    if call.ended:
        return
    call.status, call.ended_seconds = status, exchange.now_seconds
    leave_place(exchange, call, "hangup")
    call.awaiting = Ended("hangup")
    tell_progress(exchange, call, "completed")


def leave_place(exchange: Exchange, call: Call, why: Literal["hangup", "redirected"]) -> None:
    """Leave the queue, the conference or the other side; whatever was due for the call is void."""
    call.moment += 1
    call.chain = 0
    if call.place is not None:
        _leave_queue(exchange, call, why)
    _leave_dial(exchange, call)
    if call.parent_sid:
        _tell_parent(exchange, call)


def take_from_queue(exchange: Exchange, call: Call, why: str) -> Request | Played | None:
    """Give up the place and say what follows, None for a call that has none; its document is the waiting one's again.

    A document that the action of the Enqueue answers with counts only where the call left by itself.
    """
    place, call.place = call.place, None
    if place is None:
        return None
    exchange.queues[place.queue_sid].call_sids.remove(call.sid)
    call.verbs = place.verbs
    step = player.leave_queue(place.queued, why, round(exchange.now_seconds - place.since_seconds))
    if isinstance(step, Request):
        step = replace(step, params=(*step.params, ("QueueSid", place.queue_sid)))
    return step


def _leave_queue(exchange: Exchange, call: Call, why: str) -> None:
    step = take_from_queue(exchange, call, why)
    if isinstance(step, Request):
        tell(exchange, call.account_sid, step, params_of(call))


def _leave_dial(exchange: Exchange, call: Call) -> None:
    dial, call.dial = call.dial, None
    if dial is None:
        return
    if dial.conference_sid:
        leave(exchange, exchange.conferences[dial.conference_sid], call.sid)
    for leg_sid in dial.leg_sids:
        end_unneeded(exchange, exchange.calls[leg_sid])


def end_unneeded(exchange: Exchange, call: Call) -> None:
    """Hang up on somebody who may not have answered yet."""
    end_call(exchange, call, "completed" if call.status == "in-progress" else "canceled")


def _tell_parent(exchange: Exchange, leg: Call) -> None:
    """A leg is gone: its Dial is over once nobody else rings for it."""
    parent = exchange.calls.get(leg.parent_sid)
    if parent is None or parent.dial is None or leg.sid not in parent.dial.leg_sids:
        return
    dial = parent.dial
    others = tuple(sid for sid in dial.leg_sids if sid != leg.sid)
    if leg.answered_seconds is None and others:
        parent.dial = replace(dial, leg_sids=others)
        return
    end_dial(exchange, parent, _DIAL_OUTCOMES.get(leg.status, "completed"), leg)
