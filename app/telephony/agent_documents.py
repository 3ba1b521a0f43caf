"""The documents of agents' legs, and of what somebody in a conversation hears alone."""

from twilio.twiml.voice_response import VoiceResponse

from app.calls.desk import SUPERVISOR
from app.calls.legs import Leg, leg_url, room_url
from app.ivr.model import Hangup, Message, Speak
from app.telephony.door import Telephony
from app.telephony.endings import MEETING_SECONDS
from app.telephony.twiml import UNCHOSEN, render
from app.texts.voices import voice_for

# A key of a leg whose telephone may have been answered by a mailbox, and of a caller who is asked something.
KEY_SECONDS = 10
# What is heard on hold begins anew after this long.
_PAUSE_SECONDS = 20
_EVENTS = "start end join leave mute hold"
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
HANG_UP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'


def room_document(telephony: Telephony, leg: Leg) -> str:
    """Into the room, which does not end with this leg; whoever only listens is not heard."""
    response = VoiceResponse()
    dial = response.dial(
        action=leg_url(telephony.base_url, "/voice/agent/after", telephony.keys, leg),
        method="POST",
        time_limit=MEETING_SECONDS,
        caller_id=telephony.number,
    )
    dial.conference(
        leg.room,
        participant_label=leg.label,
        muted=leg.role == SUPERVISOR,
        start_conference_on_enter=leg.role != SUPERVISOR,
        end_conference_on_exit=False,
        beep="false",
        record="do-not-record",
        status_callback=room_url(telephony.base_url, leg.reservation_id),
        status_callback_method="POST",
        status_callback_event=_EVENTS,
    )
    return str(response)


def offer_document(telephony: Telephony, leg: Leg) -> str:
    """Whoever answered takes the call by any key: a mailbox presses none."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf",
        action=leg_url(telephony.base_url, "/voice/agent/taken", telephony.keys, leg),
        method="POST",
        num_digits=1,
        timeout=KEY_SECONDS,
        finish_on_key="",
    )
    for language in UNCHOSEN:
        _say(telephony, gather, language, "agent.offer")
    response.hangup()
    return str(response)


def again_document(url: str) -> str:
    """A second of silence, then the same question again."""
    response = VoiceResponse()
    response.pause(length=1)
    response.redirect(url, method="POST")
    return str(response)


def told_document(telephony: Telephony, message: str) -> str:
    """Say something to a counsellor and hang up."""
    verbs = (Speak((Message(message),)), Hangup("abandoned"))
    return render(telephony.setter, verbs, None, "")


def words_document(telephony: Telephony, language: str, message: str) -> str:
    """What is heard on hold, or once in a conversation."""
    response = VoiceResponse()
    for spoken in spoken_languages(telephony, language):
        _say(telephony, response, spoken, message)
    if message in HELD_WORDS:
        response.pause(length=_PAUSE_SECONDS)
    return str(response)


# Heard again and again until somebody comes back.
HELD_WORDS = frozenset({"room.agent_away", "wait.agent_lost"})


def question_document(telephony: Telephony, language: str, message: str, url: str) -> str:
    """Ask a caller for one key; silence is an answer, too."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf",
        action=url,
        method="POST",
        num_digits=1,
        timeout=KEY_SECONDS,
        finish_on_key="",
        action_on_empty_result=True,
    )
    for spoken in spoken_languages(telephony, language):
        _say(telephony, gather, spoken, message)
    return str(response)


def spoken_languages(telephony: Telephony, language: str) -> tuple[str, ...]:
    """The caller's language, or the common ones where it is not known."""
    return (language,) if language in telephony.setter.playbook.wording else UNCHOSEN


def _say(telephony: Telephony, parent: VoiceResponse, language: str, message: str) -> None:
    voice = voice_for(language)
    text = telephony.setter.playbook.wording[language][message]
    parent.say(text, voice=voice.say_voice, language=voice.say_language)
