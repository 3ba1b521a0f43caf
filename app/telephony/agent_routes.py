"""Twilio's door for agents: their telephones and softphones, their guests, and what happens in the rooms."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import wraps
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from app.calls.desk import INTERPRETER, Desk, Listening
from app.calls.legs import RETRIES, Leg, leg_url, mark_of, open_leg, open_question, open_words, question_url, room_url
from app.calls.rooms import answer_question, note_presence
from app.calls.seats import Stay, ended, find_seat, left, stay, take
from app.calls.waiting import after_talk_path, in_time
from app.ivr.model import Message, Speak
from app.kit.log import get_logger
from app.telephony.agent_documents import (
    HANG_UP,
    NOTHING,
    again_document,
    offer_document,
    question_document,
    room_document,
    told_document,
    words_document,
)
from app.telephony.door import ENDED, Answer, Fields, Handler, Refused, Telephony
from app.telephony.endings import Meet
from app.telephony.softphone import find_person
from app.telephony.twiml import render

log = get_logger(__name__)

_GONE: Final = "agent.caller_gone"
_HERE: Final[Mapping[str, bool]] = {"participant-join": True, "participant-leave": False}
_ALLOWS: Final = "1"


def _document(text: str) -> Answer:
    return Answer(HTTPStatus.OK, text)


def _guarded(
    otherwise: Callable[[Telephony, Fields, str], Answer],
) -> Callable[[Handler], Handler]:
    """Where the database is away or something else is wrong, what is answered instead."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(telephony: Telephony, fields: Fields, query: str) -> Answer:
            try:
                return await handler(telephony, fields, query)
            except Refused:
                raise
            except Exception as error:  # noqa: BLE001  No leg of a conversation hears an English error.
                log.error("agent's webhook failed", error=type(error).__name__)  # noqa: TRY400  It may quote a number.
                return otherwise(telephony, fields, query)

        return guarded

    return decorate


def _told_gone(telephony: Telephony, _fields: Fields, _query: str) -> Answer:
    return _document(told_document(telephony, _GONE))


def _back_to_room(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """A conversation goes on without the database."""
    leg = _leg(telephony, query)
    return _document(HANG_UP if leg is None or _over(fields) else room_document(telephony, leg))


def _asked_again(_telephony: Telephony, _fields: Fields, _query: str) -> Answer:
    """Twilio repeats a notice that was not taken."""
    return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "", "text/plain; charset=utf-8")


def _nothing(_telephony: Telephony, _fields: Fields, _query: str) -> Answer:
    return _document(NOTHING)


def _desk(telephony: Telephony) -> Desk:
    """What is to be asked of the provider is left to the keeper; raises ConnectionError without a line."""
    if telephony.line is None:
        raise ConnectionError
    return Desk(telephony.line, None, telephony.base_url, telephony.number)


def _value(query: str, name: str) -> str:
    return parse_qs(query).get(name, [""])[0]


def _leg(telephony: Telephony, query: str) -> Leg | None:
    return open_leg(telephony.keys, _value(query, "a"))


def _over(fields: Fields) -> bool:
    return fields.get("CallStatus") in ENDED


def _reservation(query: str) -> UUID:
    """Raises Refused for an address that we never gave out."""
    try:
        return UUID(_value(query, "r"))
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None


@_guarded(_told_gone)
async def _agent(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """A softphone comes by itself into its conversation; a telephone that was rung is asked for a key first."""
    leg = _leg(telephony, query)
    if leg is None:
        leg = await _softphone_leg(telephony, fields.get("From", ""))
    elif leg.label == INTERPRETER:
        leg = leg if await in_time(take(_desk(telephony), leg)) else None
    else:
        return _document(offer_document(telephony, leg))
    return _document(told_document(telephony, _GONE) if leg is None else room_document(telephony, leg))


async def _softphone_leg(telephony: Telephony, caller: str) -> Leg | None:
    person_id = find_person(caller)
    return None if person_id is None else await in_time(find_seat(_desk(telephony), person_id))


@_guarded(_told_gone)
async def _taken(telephony: Telephony, _fields: Fields, query: str) -> Answer:
    leg = _leg(telephony, query)
    taken = leg is not None and await in_time(take(_desk(telephony), leg))
    return _document(room_document(telephony, leg) if taken and leg else told_document(telephony, _GONE))


@_guarded(_back_to_room)
async def _after(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """The room has ended for this leg: because the caller went, or was sent into it a second time."""
    leg = _leg(telephony, query)
    if leg is None:
        return _document(HANG_UP)
    if _over(fields):
        await in_time(left(_desk(telephony), leg))
        return _document(NOTHING)
    match await in_time(stay(_desk(telephony), leg)):
        case Stay.AGAIN:
            return _document(room_document(telephony, leg))
        case Stay.WAIT:
            return _document(again_document(leg_url(telephony.base_url, "/voice/agent/after", telephony.keys, leg)))
        case Stay.CALLER_GONE:
            return _document(told_document(telephony, _GONE))
        case Stay.OVER:
            return _document(HANG_UP)


@_guarded(_asked_again)
async def _ended(telephony: Telephony, fields: Fields, query: str) -> Answer:
    leg = _leg(telephony, query)
    if leg is not None and _over(fields):
        await in_time(ended(_desk(telephony), leg, fields["CallStatus"]))
    return Answer(HTTPStatus.NO_CONTENT)


@_guarded(_asked_again)
async def _room(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """Who joined or left; the room's own beginning and end follow from that."""
    here = _HERE.get(fields.get("StatusCallbackEvent", ""))
    label = fields.get("ParticipantLabel", "")
    if here is not None and label:
        mark = mark_of(_instant(telephony, fields.get("Timestamp", "")), _number(fields.get("SequenceNumber", "")))
        await in_time(note_presence(_desk(telephony), _reservation(query), label, here=here, mark=mark))
    return Answer(HTTPStatus.NO_CONTENT)


def _instant(telephony: Telephony, text: str) -> datetime:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return telephony.clock()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


@_guarded(_nothing)
async def _words(telephony: Telephony, _fields: Fields, query: str) -> Answer:
    opened = open_words(telephony.keys, _value(query, "w"))
    return _document(NOTHING if opened is None else words_document(telephony, *opened))


@_guarded(_nothing)
async def _ask(telephony: Telephony, _fields: Fields, query: str) -> Answer:
    """The caller hears that a supervisor would like to listen."""
    reservation_id, token = _reservation(query), _value(query, "w")
    opened = open_question(telephony.keys, reservation_id, token)
    if opened is None:
        return _document(HANG_UP)
    url = question_url(telephony.base_url, "/voice/room/asked", telephony.keys, reservation_id, opened)
    return _document(question_document(telephony, opened[0], "room.supervisor", url))


@_guarded(_nothing)
async def _asked(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """Back into the room, with the answer; one that cannot be kept is a refusal."""
    reservation_id = _reservation(query)
    opened = open_question(telephony.keys, reservation_id, _value(query, "w"))
    if opened is None:
        return _document(HANG_UP)
    language, path = opened
    allowed = fields.get("Digits") == _ALLOWS and await _kept(telephony, reservation_id, Listening.ALLOWED)
    if not allowed:
        await _kept(telephony, reservation_id, Listening.REFUSED)
    said = () if allowed else (Speak((Message("room.supervisor_refused"),)),)
    after = f"{telephony.base_url}{after_talk_path(path)}{RETRIES}"
    told = room_url(telephony.base_url, reservation_id)
    known = language if language in telephony.setter.playbook.wording else None
    room = f"room-{reservation_id}"
    return _document(render(telephony.setter, (*said, Meet()), known, after, told, room, telephony.number))


async def _kept(telephony: Telephony, reservation_id: UUID, answer: Listening) -> bool:
    try:
        return await in_time(answer_question(_desk(telephony), reservation_id, answer))
    except Exception as error:  # noqa: BLE001  The caller goes back into the conversation, whatever happens.
        log.error("answer not kept", error=type(error).__name__)  # noqa: TRY400  One word is enough.
        return False


AGENT_HANDLERS: Mapping[str, Callable[[Telephony, Fields, str], Awaitable[Answer]]] = {
    "/voice/agent": _agent,
    "/voice/agent/taken": _taken,
    "/voice/agent/after": _after,
    "/voice/agent/ended": _ended,
    "/voice/room": _room,
    "/voice/room/words": _words,
    "/voice/room/ask": _ask,
    "/voice/room/asked": _asked,
}
