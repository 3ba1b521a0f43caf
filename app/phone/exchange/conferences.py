"""Rooms of the exchange: who joins, who leaves, when they begin and end, and how a Dial comes to its end."""

from dataclasses import replace
from typing import Final
from urllib.parse import urljoin

from app.phone import player
from app.phone.awaiting import Request
from app.phone.document import Verb
from app.phone.exchange.models import Call, Conference, Dial, GoOn, Hook, Participant
from app.phone.exchange.notices import tell_conference
from app.phone.exchange.state import Exchange, new_sid, schedule

_TOGETHER: Final = 2


def end_dial(exchange: Exchange, call: Call, outcome: player.DialOutcome, leg: Call | None = None) -> None:
    """The Dial is over, the call goes on after it; for a call that has ended this is nothing."""
    dial, call.dial = call.dial, None
    if dial is None or call.ended:
        return
    call.moment += 1
    answered = leg.answered_seconds if leg is not None else dial.since_seconds
    seconds = round(exchange.now_seconds - answered) if answered is not None else 0
    step = player.finish_dial(dial.dialled, outcome, seconds)
    if isinstance(step, Request) and leg is not None:
        step = replace(step, params=(*step.params, ("DialCallSid", leg.sid)))
    schedule(exchange, GoOn(call.sid, call.moment, step))


def join(exchange: Exchange, call: Call, noun: Verb, dial: Dial) -> None:
    """Enter the room that the Conference element names; the first who comes makes it."""
    conference = _find_open(exchange, call.account_sid, noun.text) or _make(exchange, call, noun, dial.dialled.base_url)
    conference.participants[call.sid] = Participant(
        call.sid,
        exchange.now_seconds,
        label=noun.attributes.get("participantLabel", ""),
        muted=noun.attributes.get("muted") == "true",
        starts=noun.attributes.get("startConferenceOnEnter", "true") == "true",
        ends=noun.attributes.get("endConferenceOnExit", "false") == "true",
    )
    call.dial = replace(dial, conference_sid=conference.sid)
    tell_conference(exchange, conference, "participant-join", call.sid)
    _begin_if_possible(exchange, conference)


def leave(exchange: Exchange, conference: Conference, call_sid: str) -> None:
    """Leave the room; it ends with its last participant, and with one whose going ends it."""
    participant = conference.participants.get(call_sid)
    if participant is None:
        return
    tell_conference(exchange, conference, "participant-leave", call_sid)
    del conference.participants[call_sid]
    if participant.ends:
        finish(exchange, conference, "participant-with-end-conference-on-exit-left", call_sid)
    elif not conference.participants:
        finish(exchange, conference, "last-participant-left", call_sid)


def finish(exchange: Exchange, conference: Conference, reason: str, ended_by: str = "") -> None:
    """End the room; everybody in it goes on after their Dial."""
    if conference.status == "completed":
        return
    conference.status, conference.ended_reason, conference.ended_by = "completed", reason, ended_by
    conference.updated_seconds = exchange.now_seconds
    for call_sid in tuple(conference.participants):
        tell_conference(exchange, conference, "participant-leave", call_sid)
        del conference.participants[call_sid]
        end_dial(exchange, exchange.calls[call_sid], "completed")
    exchange.talks.pop(conference.sid, None)
    tell_conference(exchange, conference, "conference-end")


def _find_open(exchange: Exchange, account_sid: str, name: str) -> Conference | None:
    rooms = exchange.conferences.values()
    same = (room for room in rooms if room.account_sid == account_sid and room.name == name)
    return next((room for room in same if room.status != "completed"), None)


def _make(exchange: Exchange, call: Call, noun: Verb, base_url: str) -> Conference:
    sid, serial = new_sid(exchange, "CF")
    now = exchange.now_seconds
    conference = Conference(sid, serial, call.account_sid, noun.text, now, hook_of(noun, base_url), updated_seconds=now)
    exchange.conferences[sid] = conference
    return conference


def hook_of(noun: Verb, base_url: str, events: str = "") -> Hook:
    """The status callback that an element names; `events` where it does not choose them."""
    address = noun.attributes.get("statusCallback", "")
    method = noun.attributes.get("statusCallbackMethod", "POST").upper()
    chosen = frozenset(noun.attributes.get("statusCallbackEvent", events).split())
    return Hook(urljoin(base_url, address) if address else "", method, chosen)


def _begin_if_possible(exchange: Exchange, conference: Conference) -> None:
    people = conference.participants.values()
    if conference.status == "init" and len(people) >= _TOGETHER and any(person.starts for person in people):
        conference.status, conference.updated_seconds = "in-progress", exchange.now_seconds
        tell_conference(exchange, conference, "conference-start")
