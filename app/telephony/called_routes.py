"""Twilio's door for people who are called back: neutral words first, and the agent only after a key."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from app.calls.called import PATH, Called, Reply, called_path, read_called, reply_to
from app.calls.waiting import in_time
from app.ivr.model import Hangup, Message, Speak, Verb
from app.kit.log import get_logger
from app.telephony.door import ENDED, Answer, Fields, Handler, Telephony
from app.telephony.endings import KEY_SECONDS, Ending, Listen, Meet
from app.telephony.line_addresses import room_address
from app.telephony.line_place import nothing
from app.telephony.sealing import RETRIES
from app.telephony.twiml import render

log = get_logger(__name__)

_UNKNOWN_LANGUAGE: Final = "de"
# Who does not answer the question is asked once more; the address counts.
_TIMES: Final = ("", "1", "2")


async def _called(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """Who answers hears the agreed word, and nothing that tells others why we call."""
    values = parse_qs(query)
    called = read_called(telephony.keys, values.get("c", [""])[0])
    if fields.get("CallStatus") in ENDED:
        return nothing()
    if called is None or "after" in values:
        return _document(telephony, None, (Hangup(""),))
    reply = await _reply(telephony, called, fields.get("Digits", ""))
    if reply is Reply.MEET:
        return _meet(telephony, called)
    if reply is not None:
        return _document(telephony, called, (Speak((Message(reply.value),)), Hangup("")))
    times = _TIMES.index(values.get("k", [""])[0]) if values.get("k", [""])[0] in _TIMES else 0
    if times == len(_TIMES) - 1:
        # Nobody who wants to speak: a mailbox presses no key. The end of the call says that nobody was reached.
        return _document(telephony, called, (Hangup(""),))
    return _ask(telephony, called, _TIMES[times + 1])


async def _reply(telephony: Telephony, called: Called, key: str) -> Reply | None:
    if not key or telephony.outside is None or telephony.outside.safe is None:
        return None
    try:
        return await in_time(reply_to(telephony.outside.safe, called, key))
    except Exception as error:  # noqa: BLE001  Nobody hears an English error.
        log.error("callback does not answer", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        # Whoever wants to speak is led to the agent, who waits in the room.
        return Reply.MEET if key == "1" else Reply.LATER


def _ask(telephony: Telephony, called: Called, times: str) -> Answer:
    word = telephony.setter.playbook.wording[_language(telephony, called)][f"callback.word.{called.word}"]
    said = (Message("called.word", (("word", "key", word),)), Message("called.ask"))
    address = f"{telephony.base_url}{called_path(telephony.keys, called)}&k={times}{RETRIES}"
    return _document(telephony, called, (Speak(said), Listen(KEY_SECONDS)), address)


def _meet(telephony: Telephony, called: Called) -> Answer:
    after = f"{telephony.base_url}{called_path(telephony.keys, called)}&after=talk{RETRIES}"
    room = room_address(telephony.base_url, called.room)
    return _document(telephony, called, (Meet(),), after, room, called.room, telephony.number)


def _document(telephony: Telephony, called: Called | None, verbs: tuple[Verb | Ending, ...], *addresses: str) -> Answer:
    language = None if called is None else _language(telephony, called)
    return Answer(HTTPStatus.OK, render(telephony.setter, verbs, language, *addresses))


def _language(telephony: Telephony, called: Called) -> str:
    return called.language if called.language in telephony.setter.playbook.wording else _UNKNOWN_LANGUAGE


CALLED_HANDLERS: Final[Mapping[str, Handler]] = {PATH: _called}
