"""Twilio's door for calls in the waiting line: what they hear there, how they leave it, where they meet an agent."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from app.calls.wait_rounds import Round, Turn, comfort
from app.calls.waiting import FAILED, SERVED, after_talk, end_wait, in_time, leave_line, wait_on
from app.ivr.model import Message, Speak, Wait
from app.kit.log import get_logger
from app.queue.models import Standing
from app.telephony.door import ENDED, Answer, Fields, Handler, Telephony
from app.telephony.endings import Leave, Listen, Meet
from app.telephony.line_addresses import meet_addresses, read_round, round_address, wait_addresses
from app.telephony.line_place import Place, Request, find_place, go_on, nothing, start_again
from app.telephony.safe import comes_back, safe_document
from app.telephony.twiml import render

log = get_logger(__name__)

# The one line in which callers wait for a person.
QUEUE: Final = "counselling"
# Where nothing can be said: at its end Twilio asks the wait address again.
SILENCE: Final = '<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="10"/></Response>'
_REDIRECTED: Final = frozenset({"redirected", "redirected-from-bridged", "bridged", "bridging-in-process"})
_NO_PLACE: Final = frozenset({"queue-full", "error", "system-error"})
_WAIT, _LEFT, _MEET = "/voice/wait", "/voice/left", "/voice/meet"
_AFTER_TALK: Final = "after=talk"


class LineAway(Exception):
    """This node cannot reach the line yet."""


async def _wait(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """One round in line. Who cannot be told from the address leaves it, and begins anew outside."""
    place = find_place(telephony, Request(fields, _WAIT, query))
    if place is None:
        return Answer(HTTPStatus.OK, render(telephony.setter, (Leave(),), None))
    present = read_round(query)
    turn = await _turn(telephony, place, present, fields.get("Digits", ""))
    try:
        return Answer(HTTPStatus.OK, _round_document(telephony, place, turn))
    except Exception as error:  # noqa: BLE001  Whatever breaks, the call keeps its place.
        log.error("wait document failed", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        return Answer(HTTPStatus.OK, SILENCE)


async def _turn(telephony: Telephony, place: Place, present: Round, key: str) -> Turn:
    """What the line says; while it does not answer, comfort, and the call keeps its place with the provider."""
    line, outside = telephony.line, telephony.outside
    if line is None or outside is None:
        return comfort(present)
    try:
        return await in_time(wait_on(line, outside.memory, place.call, present, key))
    except Exception as error:  # noqa: BLE001  Whatever breaks, the call keeps its place.
        log.error("line does not answer", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        return comfort(present)


def _round_document(telephony: Telephony, place: Place, turn: Turn) -> str:
    if turn.leaves:
        return render(telephony.setter, (Leave(),), None)
    address = round_address(telephony.base_url, place.query, turn.following)
    return render(telephony.setter, (Speak(turn.messages), Listen(turn.seconds)), _spoken(telephony, place), address)


async def _left(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """The call has left the line, or comes from its conversation."""
    request, result = Request(fields, _LEFT, query), fields.get("QueueResult", "")
    if result in _REDIRECTED:
        return nothing()
    if result == "hangup" or fields.get("CallStatus") in ENDED:
        await _end(telephony, fields)
        return nothing()
    place = find_place(telephony, request)
    if place is None:
        return await start_again(telephony, request)
    if result in _NO_PLACE:
        return await go_on(telephony, place, FAILED)
    if _AFTER_TALK in query:
        return await _after_talk(telephony, place)
    return await _way_out(telephony, place)


async def _end(telephony: Telephony, fields: Fields) -> None:
    """The end of the call tells it again, so this may fail."""
    if telephony.line is not None:
        try:
            await in_time(end_wait(telephony.line, telephony.keys.keyed_hashes("call", fields["CallSid"])))
        except Exception as error:  # noqa: BLE001
            log.error("end of a wait not noted", error=type(error).__name__)  # noqa: TRY400


async def _meet(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """The call was taken out of the line for its agent; where nobody is there any more it goes back to its place."""
    request = Request(fields, _MEET, query)
    place = find_place(telephony, request)
    return await start_again(telephony, request) if place is None else await _way_out(telephony, place)


async def _way_out(telephony: Telephony, place: Place) -> Answer:
    try:
        way = await in_time(_ask_way(telephony, place))
        if isinstance(way, Standing):
            return Answer(HTTPStatus.OK, _place_document(telephony, place, way))
    except Exception as error:  # noqa: BLE001  Nobody hears an English error.
        log.error("line does not answer", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        if place.request.path == _MEET:
            return Answer(HTTPStatus.OK, _place_document(telephony, place, None))
        if not comes_back(place.request.query):
            return _safe(telephony, place)
        way = FAILED
    return await go_on(telephony, place, way)


async def _ask_way(telephony: Telephony, place: Place) -> str | Standing:
    if telephony.line is None or telephony.outside is None:
        raise LineAway
    return await leave_line(telephony.line, telephony.outside.memory, place.call)


async def _after_talk(telephony: Telephony, place: Place) -> Answer:
    try:
        outcome = await in_time(_ask_after_talk(telephony, place))
    except Exception as error:  # noqa: BLE001  Nobody hears an English error.
        log.error("line does not answer", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        if not comes_back(place.request.query):
            return _safe(telephony, place)
        outcome = SERVED
    return await go_on(telephony, place, outcome)


async def _ask_after_talk(telephony: Telephony, place: Place) -> str:
    if telephony.line is None:
        raise LineAway
    return await after_talk(telephony.line, place.call)


def _place_document(telephony: Telephony, place: Place, standing: Standing | None) -> str:
    """Into the room of the call's agent, or into the line where it has none."""
    setter, language = telephony.setter, _spoken(telephony, place)
    if standing is not None and standing.room:
        addresses = meet_addresses(telephony.base_url, place.query, standing.room)
        return render(setter, (Meet(),), language, *addresses, standing.room, telephony.number)
    comforting = Speak((Message("wait.comfort"),))
    return render(setter, (comforting, Wait(QUEUE)), language, *wait_addresses(telephony.base_url, place.query))


def _safe(telephony: Telephony, place: Place) -> Answer:
    path, query = place.request.path, place.request.query
    document = safe_document(telephony.setter, _spoken(telephony, place), path, query, telephony.base_url)
    return Answer(HTTPStatus.OK, document)


def _spoken(telephony: Telephony, place: Place) -> str | None:
    """The caller's language, if it is still spoken here."""
    language = place.session.language
    return language if language in telephony.setter.playbook.wording else None


LINE_HANDLERS: Final[Mapping[str, Handler]] = {_WAIT: _wait, _LEFT: _left, _MEET: _meet}
