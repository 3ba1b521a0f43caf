import io
import tarfile
from datetime import date
from hashlib import sha512

import pytest

from app.texts.derive_twilio_lists import as_text, derive
from app.texts.voices import (
    VOICES,
    NoVoice,
    TwilioLists,
    can_say,
    find_voice_locale,
    is_known_attribute,
    is_known_pair,
    is_known_value,
    known_values,
    twilio_lists,
    voice_for,
)

SAID = ["de", "en", "fr", "es", "ru", "uk", "tr", "ar", "sr", "ro", "pl", "bg", "vi", "hi", "ta", "bn", "pa", "am"]
ONLY_HEARD = ["fa", "sq", "ka", "hy", "az", "ur", "mk", "uz", "hr", "sw"]
NEITHER = ["fa-AF", "ps", "kmr", "ckb", "ti", "so", "ha", "tg", "bs", "rom"]

DECLARATIONS = b"""
declare namespace VoiceResponse {
    type Colour = "red" | "dark-blue";
    type Shape = "r\xc3\xb6und";
    /**
     * Attributes to pass to paint
     */
    export interface PaintAttributes {
        /** colour - "green"?: string; */
        colour?: Colour;
        /** shapes - Shapes */
        shapes?: Shape[];
        /** xml:lang - Language */
        "xml:lang"?: string;
    }
    export interface PaintAttributes {
        /** loop - Times */
        loop?: number;
    }
}
"""
PROGRAM = b"""
        return new VoiceResponse.Paint(this.say.ele("paint-it", attributes, words));
        return new VoiceResponse.Wash(this.say.ele("Wash", attributes));
"""


def package(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("language", VOICES)
def test_every_voice_is_one_that_twilio_has_for_the_language(language: str) -> None:
    voice = voice_for(language)
    assert voice.say_voice in known_values("SayVoice")
    assert voice.say_language in known_values("SayLanguage")
    assert find_voice_locale(voice.say_voice) == voice.say_language
    assert is_known_pair(voice.say_voice, voice.say_language)
    assert voice.say_language.split("-")[0] == language


@pytest.mark.parametrize("language", VOICES)
def test_every_language_that_is_said_is_also_heard(language: str) -> None:
    heard = voice_for(language).gather_language
    assert heard is not None
    assert heard in known_values("GatherLanguage")
    assert heard.split("-")[0] == language


@pytest.mark.parametrize("language", SAID)
def test_languages_that_twilio_says(language: str) -> None:
    assert can_say(language)
    assert any(locale.split("-")[0] == language for locale in known_values("SayLanguage"))


@pytest.mark.parametrize("language", ONLY_HEARD + NEITHER)
def test_languages_that_need_recordings(language: str) -> None:
    assert not can_say(language)
    with pytest.raises(NoVoice, match=language):
        voice_for(language)
    base = language.partition("-")[0]
    assert not [voice for voice in known_values("SayVoice") if (find_voice_locale(voice) or "").split("-")[0] == base]
    heard = {locale.split("-")[0] for locale in known_values("GatherLanguage")}
    assert (base in heard) == (language in [*ONLY_HEARD, "fa-AF"])


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("Polly.Vicki-Neural", "de-AT"),
        ("Polly.Vicki-Neural", "zz-ZZ"),
        ("Polly.Joanna-Neural", "en-US"),
        ("Google.ar-XA-Wavenet-A", "ar-AE"),
        ("Google.de-DE-Wavenet-Z", "de-DE"),
        ("woman", "en-GB"),
        ("", ""),
    ],
)
def test_other_pairs_of_voice_and_language_are_not_known(voice: str, language: str) -> None:
    assert not is_known_pair(voice, language)


@pytest.mark.parametrize(
    ("verb", "name", "value"),
    [
        ("Say", "voice", "Polly.Amy-Neural"),
        ("Say", "loop", "2"),
        ("Gather", "input", "dtmf speech"),
        ("Gather", "actionOnEmptyResult", "true"),
        ("Gather", "finishOnKey", ""),
        ("Gather", "speechTimeout", "auto"),
        ("Redirect", "method", "POST"),
        ("Prompt", "attempt", "1 2"),
        ("break", "strength", "x-strong"),
        ("lang", "xml:lang", "de-DE"),
        ("say-as", "interpret-as", "digits"),
    ],
)
def test_attributes_that_twilio_knows(verb: str, name: str, value: str) -> None:
    assert is_known_attribute(verb, name)
    assert is_known_value(verb, name, value)


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("Say", "Voice"),
        ("Gather", "action_on_empty_result"),
        ("Hangup", "reason"),
        ("SsmlBreak", "time"),
        ("Shout", "voice"),
    ],
)
def test_attributes_that_twilio_does_not_know(verb: str, name: str) -> None:
    assert not is_known_attribute(verb, name)
    assert not is_known_value(verb, name, "1")


@pytest.mark.parametrize(
    ("verb", "name", "value"),
    [
        ("Say", "language", "zz-ZZ"),
        ("Say", "loop", "twice"),
        ("Say", "loop", "²"),
        ("Gather", "input", "dtmf, speech"),
        ("Gather", "input", ""),
        ("Gather", "bargeIn", "True"),
        ("Prompt", "attempt", "1 two"),
    ],
)
def test_values_that_twilio_does_not_know(verb: str, name: str, value: str) -> None:
    assert is_known_attribute(verb, name)
    assert not is_known_value(verb, name, value)


def test_an_unknown_enumeration_is_an_error() -> None:
    with pytest.raises(KeyError):
        known_values("SayVoices")


def test_the_lists_are_whole_and_say_where_they_come_from() -> None:
    lists = twilio_lists()
    assert len(lists.values) == 56
    assert sum(bool(table) for table in lists.attributes.values()) == 46
    assert all(lists.values.values())
    kinds = {kind.removesuffix("[]") for table in lists.attributes.values() for kind in table.values()}
    assert kinds == {*lists.values, "string", "number", "boolean"}
    assert lists.source["package"] == "npm twilio"
    assert date.fromisoformat(lists.source["retrieved_on"]) >= date(2026, 11, 22)
    assert lists.source["integrity"].startswith("sha512-")


def test_the_generator_reads_enumerations_tables_and_names_of_elements() -> None:
    about = b'{"name": "twilio", "version": "1.2.3", "license": "MIT"}'
    packed = package(
        **{"package.json": about, "lib/twiml/VoiceResponse.d.ts": DECLARATIONS, "lib/twiml/VoiceResponse.js": PROGRAM}
    )
    lists = derive(packed, date(2026, 1, 2))
    assert lists["values"] == {"Colour": ["red", "dark-blue"], "Shape": ["röund"]}
    assert lists["attributes"] == {
        "Wash": {},
        "paint-it": {"colour": "Colour", "loop": "number", "shapes": "Shape[]", "xml:lang": "string"},
    }
    read = TwilioLists.model_validate_json(as_text(lists))
    assert (read.source["version"], read.source["retrieved_on"]) == ("1.2.3", "2026-01-02")
    assert len(read.source["integrity"]) == len("sha512-") + 4 * -(-sha512().digest_size // 3)
    assert read.attributes["paint-it"] == lists["attributes"]["paint-it"]
