"""Twilio's door for messages that callers leave: what they said goes to the safe, and the call goes on."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from app.calls.waiting import FAILED, in_time, keep_message
from app.kit.log import get_logger
from app.telephony.door import Answer, Fields, Handler, Telephony
from app.telephony.line_place import Place, Request, find_place, go_on, start_again

log = get_logger(__name__)

RECORDED_PATH, RECORDING_PATH = "/voice/recorded", "/voice/recording"


async def _recorded(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """The caller has spoken, or kept silent. What is thanked for is kept: the thanks come after the database."""
    request = Request(fields, RECORDED_PATH, query)
    place = find_place(telephony, request)
    if place is None:
        return await start_again(telephony, request)
    outcome = "no_audio"
    if _seconds(fields):
        outcome = "recorded" if await _keep(telephony, fields, place) else FAILED
    return await go_on(telephony, place, outcome)


async def _recording(telephony: Telephony, fields: Fields, query: str) -> Answer:
    """The provider has stored a recording; it asks again where that could not be noted."""
    place = find_place(telephony, Request(fields, RECORDING_PATH, query))
    if place is None or fields.get("RecordingStatus") != "completed" or not _seconds(fields):
        return Answer(HTTPStatus.NO_CONTENT)
    kept = await _keep(telephony, fields, place)
    return Answer(HTTPStatus.NO_CONTENT if kept else HTTPStatus.SERVICE_UNAVAILABLE)


async def _keep(telephony: Telephony, fields: Fields, place: Place) -> bool:
    recording_sid, safe = _recording_sid(fields), telephony.outside.safe if telephony.outside else None
    if not recording_sid or safe is None:
        return False
    try:
        await in_time(keep_message(safe, place.call, recording_sid, _seconds(fields)))
    except Exception as error:  # noqa: BLE001  The flow says honestly that it did not work.
        log.error("message not kept", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        return False
    return True


def _recording_sid(fields: Fields) -> str:
    """Its identifier, which is also the end of its address."""
    return fields.get("RecordingSid") or fields.get("RecordingUrl", "").rpartition("/")[2]


def _seconds(fields: Fields) -> int:
    text = fields.get("RecordingDuration", "")
    return int(text) if text.isascii() and text.isdecimal() else 0


MESSAGE_HANDLERS: Final[Mapping[str, Handler]] = {RECORDED_PATH: _recorded, RECORDING_PATH: _recording}
