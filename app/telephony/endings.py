"""How a TwiML document ends: what the line does after what it said, as twilio builds it."""

from dataclasses import dataclass

from twilio.twiml.voice_response import VoiceResponse

from app.ivr.model import Gather, Hangup, Record, Verb, Wait
from app.texts.voices import voice_for

KEY_SECONDS = 10
# A message is at most so long, and ends after so much silence.
MESSAGE_SECONDS = 120
SILENCE_SECONDS = 5
# A conversation ends after two hours, whoever forgot it.
MEETING_SECONDS = 7200
_MEETING_EVENTS = "start end join leave mute hold"


@dataclass(frozen=True, slots=True)
class Redirect:
    """After what was said the call goes to another address."""


@dataclass(frozen=True, slots=True)
class Listen:
    """In the waiting line: a key is heard during what was said, and so long after it."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Leave:
    """The call leaves the waiting line."""


@dataclass(frozen=True, slots=True)
class Meet:
    """The caller joins a room; behind the two addresses come the room's name and the hotline's own number."""


# What ends a document beside the engine's own verbs.
Ending = Redirect | Listen | Leave | Meet


def address(place: int) -> str:
    """The mark where an address of the step is filled in; marks from 0 on are those of what is spoken."""
    return f"\ue000{-1 - place}\ue001"


def end(response: VoiceResponse, last: Verb | Ending) -> None:
    """Add what ends the document to all that is spoken before it."""
    match last:
        case Redirect():
            response.redirect(address(0), method="POST")
        case Hangup():
            response.hangup()
        case Wait():
            response.enqueue(last.queue, action=address(0), method="POST", wait_url=address(1), wait_url_method="POST")
        case Record():
            _record(response)
        case Leave():
            response.leave()
        case Meet():
            _meet(response)


def _record(response: VoiceResponse) -> None:
    """Who says nothing goes on to the same address, there without a recording."""
    response.record(
        action=address(0),
        method="POST",
        timeout=SILENCE_SECONDS,
        max_length=MESSAGE_SECONDS,
        finish_on_key="#",
        play_beep=True,
        trim="do-not-trim",
        recording_status_callback=address(1),
        recording_status_callback_method="POST",
        recording_status_callback_event="completed absent",
    )
    response.redirect(address(0), method="POST")


def _meet(response: VoiceResponse) -> None:
    """The room ends with its caller and with nobody else; nothing said in it is recorded."""
    dial = response.dial(action=address(0), method="POST", time_limit=MEETING_SECONDS, caller_id=address(3))
    dial.conference(
        address(2),
        participant_label="caller",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        beep="false",
        record="do-not-record",
        status_callback=address(1),
        status_callback_method="POST",
        status_callback_event=_MEETING_EVENTS,
    )


def gather_attributes(gather: Gather, language: str) -> dict[str, object]:
    """Keys only, unless speech is allowed. No key ends an entry: Twilio may swallow a lone one, and `*` is a person."""
    attributes: dict[str, object] = {
        "input": "dtmf speech" if gather.speech else "dtmf",
        "action": address(0),
        "method": "POST",
        "num_digits": gather.length,
        "timeout": KEY_SECONDS,
        "finish_on_key": "",
        "action_on_empty_result": True,
    }
    heard = voice_for(language).gather_language
    if gather.speech and heard:
        attributes |= {"language": heard, "speech_timeout": "auto"}
    return attributes


def waiting_attributes(listen: Listen) -> dict[str, object]:
    """Silence leads on, too, so that the line goes on talking with whoever waits."""
    return {
        "input": "dtmf",
        "action": address(0),
        "method": "POST",
        "num_digits": 1,
        "timeout": listen.seconds,
        "finish_on_key": "",
        "action_on_empty_result": True,
    }
