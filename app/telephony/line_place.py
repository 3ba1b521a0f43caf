"""Where a call of the waiting line stands, read from its address; and how it goes on from there."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from app.calls.waiting import HOME, Since, WaitingCall, left_path, milliseconds_of, since_in
from app.ivr.model import Done, Input, Session, Silent, Started
from app.telephony.door import Answer, Arrival, Fields, Telephony
from app.telephony.line_addresses import place_query
from app.telephony.sealing import read_query, read_session, read_trail, unseal
from app.telephony.steps import new_session, take_step

NOTHING: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
# Who chose no language is served in German first.
_UNCHOSEN: Final = "de"


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook of a call: its form, and the address it came to."""

    fields: Fields
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Place:
    """The session and the wait of a call, and the part of its addresses that says both."""

    request: Request
    session: Session
    call: WaitingCall
    query: str


def find_place(telephony: Telephony, request: Request) -> Place | None:
    """None for a token that does not open: of another call, of a key that is gone, or changed."""
    call_sid, (sequence, token) = request.fields["CallSid"], read_query(request.query)
    plain = unseal(telephony.keys, call_sid, sequence, token)
    session = read_session(plain) if plain is not None else None
    if plain is None or session is None:
        return None
    since = since_in(request.query)
    query, now = place_query(sequence, token, since), milliseconds_of(telephony.clock())
    call = WaitingCall(
        keys=telephony.keys.keyed_hashes("call", call_sid),
        sid=call_sid,
        path=left_path(query),
        sequence=sequence,
        language=session.language or _UNCHOSEN,
        since=since or Since(now, now),
        trail=read_trail(plain),
    )
    return Place(request, session, call, query)


def nothing() -> Answer:
    """Nobody hears the answer."""
    return Answer(HTTPStatus.OK, NOTHING)


async def start_again(telephony: Telephony, request: Request) -> Answer:
    """Whose place cannot be read begins anew, politely."""
    sequence, _ = read_query(request.query)
    return await take_step(telephony, _arrival(request, sequence, new_session(telephony), Started()))


async def go_on(telephony: Telephony, place: Place, outcome: str) -> Answer:
    """The flow goes on with what the wait or the recording came to; from HOME, in the main menu."""
    session: Session = place.session
    heard: Input = Done(outcome)
    if outcome == HOME:
        # A session that stands nowhere goes to the main menu with what it remembers.
        session, heard = replace(session, stack=()), Silent()
    arrival = _arrival(place.request, place.call.sequence, session, heard)
    return await take_step(telephony, replace(arrival, trail=place.call.trail))


def _arrival(request: Request, sequence: int, session: Session, heard: Input) -> Arrival:
    fields = request.fields
    return Arrival(fields["CallSid"], fields.get("From", ""), sequence, session, heard, request.path, request.query)
