"""Pure: verbs to TwiML. twilio builds each document once for its shape; a step fills the escaped slots."""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from twilio.twiml import TwiML
from twilio.twiml.voice_response import VoiceResponse

from app.calls.playbook import Playbook
from app.calls.speech import GERMAN_PARTS, spoken
from app.ivr.model import Gather, Hangup, Message, Speak, Verb
from app.texts.catalogue import legal
from app.texts.voices import voice_for

# Before a caller has chosen a language the line speaks these, one after the other.
UNCHOSEN = ("de", "en")
KEY_SECONDS = 10
_ACTION = -1
_STATIC_TYPES = frozenset({"key", "choice"})
_MARK = re.compile("\ue000(-?\\d+)\ue001")
_QUOTES = {'"': "&quot;"}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes: which message's slot, and in which language it is spoken."""

    message: int
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Template:
    """Fixed text and, between its pieces, slots; `None` is the address of the next step."""

    pieces: tuple[str, ...]
    slots: tuple[Slot | None, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """After what was said the call goes to another address."""


@dataclass(frozen=True, slots=True)
class Typesetter:
    """The playbook whose texts are set, and the documents that twilio has built so far.

    Shapes are as many as the ways through the flows, so `templates` stays small.
    """

    playbook: Playbook
    templates: dict[object, Template] = field(default_factory=dict)


def render(setter: Typesetter, verbs: tuple[Verb | Redirect, ...], language: str | None, next_url: str) -> str:
    """A TwiML document for what the call does next; raises KeyError for a verb the telephone cannot do."""
    messages = tuple(_messages(verbs))
    last = verbs[-1]
    shape = (language, _kind(last), tuple(_identity(message) for message in messages))
    template = setter.templates.get(shape)
    if template is None:
        template = setter.templates[shape] = _build(setter.playbook, messages, last, language)
    return _fill(setter.playbook, template, messages, next_url)


def _messages(verbs: tuple[Verb | Redirect, ...]) -> Iterator[Message]:
    for verb in verbs:
        if isinstance(verb, Speak):
            yield from verb.messages
        elif isinstance(verb, Gather):
            yield from verb.question
            yield from verb.menu


def _identity(message: Message) -> object:
    """What of a message fixes its text: a key and a choice do, a name or a date is filled in."""
    if not message.slots:
        return message.id, message.language
    return message.id, message.language, tuple(value for _, type_, value in message.slots if type_ in _STATIC_TYPES)


def _kind(verb: Verb | Redirect) -> object:
    match verb:
        case Gather():
            return verb.kind, verb.length, verb.speech
        case Hangup() | Redirect():
            return type(verb).__name__
        case _:
            raise KeyError(f"The telephone cannot do {type(verb).__name__}.")


@dataclass(frozen=True, slots=True)
class _Composition:
    """A document while twilio builds it: what speaks, from which texts, and the slots met so far."""

    parent: TwiML
    playbook: Playbook
    slots: list[Slot | None]


def _build(playbook: Playbook, messages: tuple[Message, ...], last: Verb | Redirect, language: str | None) -> Template:
    response = VoiceResponse()
    parent = response.gather(**_gather_attributes(last, language)) if isinstance(last, Gather) else response
    composition = _Composition(parent, playbook, [])
    _speak(composition, messages, language)
    if isinstance(last, Redirect):
        response.redirect(f"\ue000{_ACTION}\ue001", method="POST")
    elif isinstance(last, Hangup):
        response.hangup()
    return _split(str(response), composition.slots)


def _gather_attributes(gather: Gather, language: str | None) -> dict[str, object]:
    """Keys only, unless speech is allowed. No key ends an entry: Twilio may swallow a lone one, and `*` is a person."""
    attributes: dict[str, object] = {
        "input": "dtmf speech" if gather.speech else "dtmf",
        "action": f"\ue000{_ACTION}\ue001",
        "method": "POST",
        "num_digits": gather.length,
        "timeout": KEY_SECONDS,
        "finish_on_key": "",
        "action_on_empty_result": True,
    }
    heard = voice_for(language or UNCHOSEN[0]).gather_language
    if gather.speech and heard:
        attributes |= {"language": heard, "speech_timeout": "auto"}
    return attributes


def _speak(composition: _Composition, messages: tuple[Message, ...], language: str | None) -> None:
    """All messages in the caller's language, or in each common one; then those that bring their own language."""
    for spoken_in in (language,) if language else UNCHOSEN:
        for index, message in enumerate(messages):
            if message.language is None:
                _say(composition, index, message, spoken_in)
    for index, message in enumerate(messages):
        if message.language is not None:
            _say(composition, index, message, message.language)


def _say(composition: _Composition, index: int, message: Message, language: str) -> None:
    """One Say for each run of text in one voice: a German name within another language gets the German voice."""
    for voice_language, text in _runs(composition, index, message, language):
        if any(char.isalnum() or char == "\ue000" for char in text):
            voice = voice_for(voice_language)
            composition.parent.say(text.strip().lstrip(":.,;،؛ "), voice=voice.say_voice, language=voice.say_language)


def _runs(composition: _Composition, index: int, message: Message, language: str) -> Iterator[tuple[str, str]]:
    texts, slots = composition.playbook.wording[language], composition.slots
    facts = {name: (type_, value) for name, type_, value in message.slots}
    run = ""
    for literal, name, _, _ in string.Formatter().parse(texts[message.id]):
        run += literal
        type_, value = facts.get(name or "", ("", ""))
        if type_ == "key":
            run += value
        elif type_ == "choice":
            run += texts[f"choice.{value}"]
        elif type_:
            slots.append(Slot(index, str(name), language))
            mark = f"\ue000{len(slots) - 1}\ue001"
            if (type_, str(name).partition(".")[2]) in GERMAN_PARTS and language != "de":
                yield language, run
                yield "de", mark
                run = ""
            else:
                run += mark
    yield language, run


def _split(document: str, slots: list[Slot | None]) -> Template:
    pieces = _MARK.split(document)
    order = tuple(None if mark == str(_ACTION) else slots[int(mark)] for mark in pieces[1::2])
    return Template(tuple(pieces[::2]), order)


def _fill(playbook: Playbook, template: Template, messages: tuple[Message, ...], next_url: str) -> str:
    pieces = [template.pieces[0]]
    for slot, piece in zip(template.slots, template.pieces[1:], strict=True):
        value = next_url if slot is None else _value(playbook, slot, messages)
        # A value that ends with a stop ("г.") ends its sentence too.
        pieces.append(escape(value, _QUOTES)[: -1 if value.endswith(".") and piece.startswith(".") else None])
        pieces.append(piece)
    return "".join(pieces)


def _value(playbook: Playbook, slot: Slot, messages: tuple[Message, ...]) -> str:
    fact_type, value = next((type_, value) for name, type_, value in messages[slot.message].slots if name == slot.name)
    return legal(spoken(playbook, fact_type, slot.name.partition(".")[2], value, slot.language))
