"""Sends by SMS what an agent has told: to the number that the caller calls from, asked for now and kept nowhere."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import phonenumbers
from babel.dates import format_date

from app.calls import meeting_store as store
from app.calls.calling_back import centre_text
from app.calls.desk import CALLER, Desk
from app.calls.legs import open_sid
from app.calls.numbers import WITHHELD
from app.calls.playbook import Playbook
from app.kit.crypto import SealBroken
from app.kit.log import get_logger
from app.kit.protocols import CallOver, ProviderBusy, ProviderRefused
from app.knowledge.models import Answer
from app.knowledge.showing import Shown
from app.queue import service as queue
from app.queue.models import Reservation
from app.queue.text_messages import COUNTRIES, Written, takes_texts, write_text
from app.texts.languages import LAUNCH_LANGUAGES, locale_of

__all__ = ["Refusal", "Sent", "answer_text", "centre_text", "consent_sentence", "is_live", "refusal_of", "send"]

log = get_logger(__name__)

_TRUSTED: Final = frozenset({"original", "reviewed"})


class Sent(StrEnum):
    """What became of an agent's wish to send something."""

    SENT = "sent"
    # This call has its message, or this number has had its messages of the day.
    ALREADY = "already"
    CAPPED = "capped"
    # What the number is that calls.
    LANDLINE = "landline"
    FOREIGN = "foreign"
    WITHHELD = "withheld"
    # Nobody is on the line, or the provider did not say who.
    NO_CALL = "no-call"
    BUSY = "busy"
    # Text messages are not set up here, or the provider refuses.
    NOT_POSSIBLE = "not-possible"


class Refusal(StrEnum):
    """Why an answer is not sent to anybody."""

    # Others read the telephone too.
    SENSITIVE = "sensitive"
    WITHDRAWN = "withdrawn"
    DRAFT = "draft"


_WRITTEN: Final[Mapping[Written, Sent]] = {
    Written.SENT: Sent.SENT,
    Written.ALREADY: Sent.ALREADY,
    Written.CAPPED: Sent.CAPPED,
}


def is_live(reservation: Reservation | None) -> bool:
    """Whether agent and caller talk just now."""
    return reservation is not None and reservation.talking_at is not None and reservation.ended_at is None


def refusal_of(answer: Answer, shown: Shown, *, demo: bool) -> Refusal | None:
    """Why this text of an answer is not sent; the demonstration sends drafts, too, for nobody gets its messages."""
    if answer.sensitive:
        return Refusal.SENSITIVE
    if shown.answer_state == "withdrawn":
        return Refusal.WITHDRAWN
    return None if demo or shown.state in _TRUSTED else Refusal.DRAFT


def answer_text(playbook: Playbook, shown: Shown, day: date) -> str:
    """What is sent of an answer: the words that are said, and the day; the frame is in a language of the line."""
    language = _line_language(playbook, shown.language)
    told = {"date": format_date(day, "medium", locale=locale_of(language)), "text": shown.spoken}
    words = playbook.wording[language]["sms.answer"]
    return words.replace("{date}", told["date"]).replace("{text}", told["text"])


def consent_sentence(playbook: Playbook, language: str) -> str | None:
    """What the agent asks before a message is sent; None where the line does not speak the language."""
    texts = playbook.wording.get(language)
    return None if texts is None else texts["agent.text_consent"]


def _line_language(playbook: Playbook, language: str) -> str:
    """The language itself, or English, which most have explained most easily."""
    spoken = (language, language.partition("-")[0], "en", *LAUNCH_LANGUAGES)
    return next(one for one in spoken if one in playbook.wording)


async def send(desk: Desk, agent_id: UUID, text: str, what: str) -> Sent:
    """Send a text to whoever the agent talks with; the same thing, named by `what`, is sent to a call but once.

    Nothing of the number is kept but what `write_text` seals until the message has left.
    """
    reservation = await queue.find_reservation(desk.line, agent_id)
    if reservation is None or not is_live(reservation):
        return Sent.NO_CALL
    if desk.telephony is None or desk.safe is None or not desk.texts:
        return Sent.NOT_POSSIBLE
    sid = await _find_sid(desk, reservation)
    if not sid:
        return Sent.NO_CALL
    number = await _ask_number(desk, sid)
    if isinstance(number, Sent):
        return number
    if unfit := _unfit(number):
        return unfit
    call = desk.line.keys.keyed_hashes("call", sid)[0]
    written = await write_text(desk.safe, number=number, text=text, call=call, origin=b"%b:%b" % (call, what.encode()))
    return _WRITTEN[written]


async def _find_sid(desk: Desk, reservation: Reservation) -> str:
    """The call of the caller, or the one by which they are called back; nothing where it is not known any more."""
    if reservation.callback_id is not None:
        people = await store.list_people(desk.line.pool, reservation.id)
        sealed = next((person.sid for person in people if person.label == CALLER), "")
        return open_sid(desk.line.keys, reservation.id, CALLER, sealed)
    try:
        found = await queue.find_caller(desk.line, reservation.id)
    except SealBroken:
        return ""
    return "" if found is None else found[0]


async def _ask_number(desk: Desk, sid: str) -> str | Sent:
    if desk.telephony is None:
        return Sent.NOT_POSSIBLE
    try:
        return await desk.telephony.get_number(sid)
    except CallOver:
        return Sent.NO_CALL
    except ProviderBusy:
        return Sent.BUSY
    except ProviderRefused as refused:
        log.error("the provider does not say who calls", status=refused.status)  # noqa: TRY400  The number says enough.
        return Sent.NOT_POSSIBLE


def _unfit(number: str) -> Sent | None:
    """Why no message goes to what the provider gave; None where one does."""
    if number in WITHHELD or not number.startswith("+"):
        return Sent.WITHHELD
    if takes_texts(number):
        return None
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return Sent.WITHHELD
    return Sent.LANDLINE if region in COUNTRIES else Sent.FOREIGN
