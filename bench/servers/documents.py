"""Writes a document with twilio's own builder, as its pages show it."""

from twilio.twiml.voice_response import VoiceResponse

from bench.requests import Spoken
from bench.servers.script import NEXT_STEP

_PYTHON_NAMES = {
    "actionOnEmptyResult": "action_on_empty_result",
    "finishOnKey": "finish_on_key",
    "numDigits": "num_digits",
    "speechTimeout": "speech_timeout",
}


def write_document(spoken: Spoken) -> str:
    """The whole document: one Gather that says everything."""
    response = VoiceResponse()
    attributes = {_PYTHON_NAMES.get(name, name): value for name, value in spoken.gather.items()}
    gather = response.gather(action=NEXT_STEP, **attributes)
    for voice, language, text in spoken.says:
        gather.say(text, voice=voice, language=language)
    return str(response)
