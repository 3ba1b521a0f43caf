"""The way to a person, a callback or a message: short in every language, neutral for whoever else listens."""

import pytest

from app.calls.opening import DOOR_MESSAGES, WRITTEN_MESSAGES
from app.calls.speech import spoken
from app.ivr.engine import step
from app.ivr.load import slots_of
from app.ivr.model import (
    Done,
    Gather,
    Input,
    Message,
    Perform,
    Pressed,
    Record,
    Session,
    Silent,
    Speak,
    Started,
    Verb,
    Wait,
)
from app.phone.awaiting import CHARACTERS_A_SECOND
from app.texts.languages import LAUNCH_LANGUAGES
from tests.cast import demo_playbook

IN_PRODUCTION = {"speaking_drafts": False, "speech_allowed": False, "number_may_hide": True}
LONG = Done("now", {"band": "very_long"})
LATER = Done("later", {"opens": "2026-11-23T09:00"})
# What would tell somebody else who listens or reads what the line is for.
TELLING = {
    "de": ("rückkehr", "berat", "asyl", "hotline"),
    "en": ("return", "counsel", "asylum", "hotline"),
    "tr": ("dönüş", "danış", "iltica"),
    "ar": ("عودة", "استشار", "لجوء"),
    "ru": ("возвращ", "консульт", "убежищ"),
}


class Listener:
    """A caller who presses a key as soon as its line was heard, and counts the seconds of prompts until then."""

    def __init__(self, language: str) -> None:
        self.language, self.seconds = language, 0.0
        self.texts = demo_playbook().wording[language]
        self.place = step(demo_playbook().book, IN_PRODUCTION, Session(demo_playbook().book.content_hash), Started())

    def listens(self, until: str | None = None) -> str:
        """Hears all, or all until a line of the menu; the key of that line."""
        for message in self._messages():
            self.seconds += len(self._text(message)) / CHARACTERS_A_SECOND
            slots = {slot: value for slot, _, value in message.slots}
            if until and (slots.get("choice") == until or message.language == until):
                return slots["key"]
        assert until is None, f"nobody named “{until}”"
        return ""

    def goes_on(self, *inputs: Input) -> None:
        for heard in inputs:
            self.place = step(demo_playbook().book, IN_PRODUCTION, self.place.session, heard)

    def chooses(self, *choices: str) -> None:
        for choice in choices:
            self.goes_on(Pressed(self.listens(choice)))

    def asked(self) -> Verb:
        """What the line waits for."""
        return self.place.verbs[-1]

    def _messages(self) -> list[Message]:
        heard: list[Message] = []
        for verb in self.place.verbs:
            heard += verb.messages if isinstance(verb, Speak) else ()
            heard += (*verb.question, *verb.menu) if isinstance(verb, Gather) else ()
        return heard

    def _text(self, message: Message) -> str:
        language = message.language or self.language
        text = demo_playbook().wording[language][message.id]
        for slot, type_, value in message.slots:
            text = text.replace("{" + slot + "}", self._slot(slot, type_, value))
        return text

    def _slot(self, slot: str, type_: str, value: str) -> str:
        if type_ == "choice":
            return self.texts[f"choice.{value}"]
        return value if type_ == "key" else spoken(demo_playbook(), type_, slot.partition(".")[2], value, self.language)


def at_the_main_menu(language: str) -> Listener:
    listener = Listener(language)
    listener.chooses(language)
    return listener


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
@pytest.mark.parametrize("choice", ["wait_in_line", None])
def test_a_person_is_a_minute_of_prompts_away_by_key_and_by_silence(language: str, choice: str | None) -> None:
    listener = at_the_main_menu(language)
    listener.chooses("person")
    listener.goes_on(LONG)
    if choice is None:
        listener.listens()
        listener.goes_on(Silent())
    else:
        listener.chooses(choice)
    assert listener.place.verbs == (Wait("counselling"),)
    assert listener.seconds <= 60


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
@pytest.mark.parametrize("duty", [LONG, LATER])
@pytest.mark.parametrize("choice", ["callback", "message"])
def test_a_callback_and_a_message_are_a_minute_of_prompts_away(language: str, duty: Done, choice: str) -> None:
    listener = at_the_main_menu(language)
    listener.chooses("person")
    listener.goes_on(duty)
    listener.chooses(choice)
    assert listener.place.session.stack[-1][0] == choice
    assert listener.seconds <= 60


def test_nothing_is_recorded_before_the_caller_has_agreed_by_key() -> None:
    listener = at_the_main_menu("de")
    listener.chooses("person")
    listener.goes_on(LATER)
    listener.chooses("message")
    assert isinstance(listener.asked(), Gather)
    listener.chooses("speak_now")
    assert listener.asked() == Record("message")


def test_no_callback_is_made_before_the_caller_has_agreed_by_key() -> None:
    listener = at_the_main_menu("de")
    listener.chooses("person")
    listener.goes_on(LATER)
    listener.chooses("callback")
    listener.goes_on(Done("possible"), Done("usable"))
    listener.chooses("this_number", "only_me", "number_hidden", "evening")
    listener.goes_on(Done("untyped"))
    assert isinstance(listener.asked(), Gather)
    listener.chooses("agree")
    wished = {"reach": "this_number", "who_answers": "only_me", "show_number": "hidden", "window": "evening"}
    assert listener.asked() == Perform("make_callback", wished)


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
def test_what_somebody_else_may_hear_or_read_does_not_tell_what_the_line_is_for(language: str) -> None:
    texts = demo_playbook().wording[language]
    neutral = [id_ for id_ in DOOR_MESSAGES | WRITTEN_MESSAGES if id_.startswith(("called.", "sms.", "callback.word."))]
    assert len(neutral) == 21
    telling = [(id_, word) for id_ in neutral for word in TELLING[language] if word in texts[id_].casefold()]
    assert telling == []


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
def test_the_agreed_words_are_twelve_single_words(language: str) -> None:
    texts = demo_playbook().wording[language]
    words = [texts[id_] for id_ in DOOR_MESSAGES if id_.startswith("callback.word.")]
    assert len({word.casefold() for word in words}) == 12
    assert all(word.isalpha() for word in words)


def test_doors_find_the_slots_that_they_fill() -> None:
    texts = demo_playbook().wording["de"]
    slots = {id_: slots_of(texts[id_]) for id_ in DOOR_MESSAGES | {"sms.centre", "sms.answer"}}
    assert {id_: filled for id_, filled in slots.items() if filled} == {
        **dict.fromkeys((id_ for id_ in DOOR_MESSAGES if id_.startswith("wait.key.")), ("key",)),
        "called.word": ("word",),
        "sms.centre": ("name", "street", "phone"),
        "sms.answer": ("date", "text"),
    }
