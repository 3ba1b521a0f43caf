"""The voice that speaks each language, and what Twilio's own lists let a voice document hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel

from app.kit.errors import HotlineError


class NoVoice(HotlineError):
    """Twilio has no voice for the language: it needs recordings."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How Twilio speaks a language: `<Say>`'s voice and language, and the language of speech in `<Gather>`."""

    say_voice: str
    say_language: str
    gather_language: str | None


class TwilioLists(BaseModel):
    """What `derive_twilio_lists.py` took from Twilio's package."""

    source: Mapping[str, str]
    values: Mapping[str, frozenset[str]]
    attributes: Mapping[str, Mapping[str, str]]


# The languages of callers that `<Say>` speaks, each in the best kind of voice that Twilio lists for it. Where speech
# differs by region, the region follows where callers come from: Latin America, Sri Lanka, Bangladesh, and Lebanon
# because Twilio does not list Syria. Arabic is read in its standard form (ar-XA), not in that of one region.
VOICES: Final[Mapping[str, Voice]] = MappingProxyType(
    {
        "de": Voice("Polly.Vicki-Neural", "de-DE", "de-DE"),
        "en": Voice("Polly.Amy-Neural", "en-GB", "en-GB"),
        "tr": Voice("Google.tr-TR-Wavenet-A", "tr-TR", "tr-TR"),
        "ar": Voice("Google.ar-XA-Wavenet-A", "ar-XA", "ar-LB"),
        "ru": Voice("Google.ru-RU-Wavenet-A", "ru-RU", "ru-RU"),
        "am": Voice("Google.am-ET-Wavenet-A", "am-ET", "am-ET"),
        "bg": Voice("Google.bg-BG-Standard-A", "bg-BG", "bg-BG"),
        "bn": Voice("Google.bn-IN-Wavenet-A", "bn-IN", "bn-BD"),
        "es": Voice("Google.es-US-Neural2-A", "es-US", "es-CO"),
        "fr": Voice("Google.fr-FR-Neural2-A", "fr-FR", "fr-FR"),
        "hi": Voice("Google.hi-IN-Neural2-A", "hi-IN", "hi-IN"),
        "pa": Voice("Google.pa-IN-Wavenet-A", "pa-IN", "pa-guru-IN"),
        "pl": Voice("Google.pl-PL-Wavenet-A", "pl-PL", "pl-PL"),
        "ro": Voice("Google.ro-RO-Wavenet-A", "ro-RO", "ro-RO"),
        "sr": Voice("Google.sr-RS-Standard-A", "sr-RS", "sr-RS"),
        "ta": Voice("Google.ta-IN-Wavenet-A", "ta-IN", "ta-LK"),
        "uk": Voice("Google.uk-UA-Wavenet-A", "uk-UA", "uk-UA"),
        "vi": Voice("Google.vi-VN-Neural2-A", "vi-VN", "vi-VN"),
    }
)

# A Google voice carries its locale in its name, an Amazon voice does not. These are the ones in use, by Amazon's
# "Available voices" (docs.aws.amazon.com/polly/latest/dg/available-voices.html, seen 2026-11-22).
_POLLY_LOCALES: Final = MappingProxyType({"Amy": "en-GB", "Vicki": "de-DE"})
_GOOGLE_VOICE: Final = re.compile(r"Google\.(\w+-\w+)-(?:Standard|Wavenet|Neural2|Chirp3-HD)-\w+")
_POLLY_VOICE: Final = re.compile(r"Polly\.(\w+?)(?:-Neural|-Generative)?")


def can_say(language: str) -> bool:
    """Whether a text in the language can be spoken without recordings; no other language's voice ever stands in."""
    return language in VOICES


def voice_for(language: str) -> Voice:
    """Raises NoVoice where `can_say` says no."""
    try:
        return VOICES[language]
    except KeyError as error:
        raise NoVoice(f"No voice speaks the language {language}: it needs recordings.") from error


@cache
def twilio_lists() -> TwilioLists:
    return TwilioLists.model_validate_json(Path(__file__).with_name("twilio_lists.json").read_bytes())


def known_values(enum: str) -> frozenset[str]:
    """The values of one of Twilio's enumerations, such as SayVoice; raises KeyError for an unknown one."""
    return twilio_lists().values[enum]


def is_known_attribute(verb: str, name: str) -> bool:
    """Whether the TwiML element, named as in the document ("Say", "break"), takes the attribute."""
    return name in twilio_lists().attributes.get(verb, {})


def is_known_value(verb: str, name: str, value: str) -> bool:
    """Whether the attribute's text fits its type; a list of values is separated by spaces, as in the document."""
    kind = twilio_lists().attributes.get(verb, {}).get(name)
    if kind is None:
        return False
    values = value.split(" ") if kind.endswith("[]") else [value]
    return all(_fits(kind.removesuffix("[]"), each) for each in values)


def _fits(kind: str, value: str) -> bool:
    match kind:
        case "string":
            return True
        case "boolean":
            return value in {"true", "false"}
        case "number":
            return value.isascii() and value.isdigit()
    return value in known_values(kind)


def find_voice_locale(voice: str) -> str | None:
    """The locale that a voice of Twilio's list speaks; None for one whose locale is not known here."""
    if google := _GOOGLE_VOICE.fullmatch(voice):
        return google[1]
    polly = _POLLY_VOICE.fullmatch(voice)
    return _POLLY_LOCALES.get(polly[1]) if polly else None


def is_known_pair(voice: str, language: str) -> bool:
    """Whether Twilio lists both the voice and the language and the voice speaks just that language."""
    listed = voice in known_values("SayVoice") and language in known_values("SayLanguage")
    return listed and find_voice_locale(voice) == language
