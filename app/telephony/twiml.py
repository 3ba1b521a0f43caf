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
from app.ivr.model import Gather, Hangup, Message, Record, Speak, Verb, Wait
from app.telephony.endings import (
    Ending,
    Leave,
    Listen,
    Meet,
    Redirect,
    end,
    gather_attributes,
    waiting_attributes,
)
from app.texts.catalogue import legal
from app.texts.voices import voice_for

# Before a caller has chosen a language the line speaks these, one after the other.
UNCHOSEN = ("de", "en")
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
    """Fixed text and, between its pieces, slots; a number is the place of an address among those of the step."""

    pieces: tuple[str, ...]
    slots: tuple[Slot | int, ...]


@dataclass(frozen=True, slots=True)
class Typesetter:
    """The playbook whose texts are set, and the documents that twilio has built so far.

    Shapes are as many as the ways through the flows, so `templates` stays small.
    """

    playbook: Playbook
    templates: dict[object, Template] = field(default_factory=dict)


def render(setter: Typesetter, verbs: tuple[Verb | Ending, ...], language: str | None, *addresses: str) -> str:
    """A TwiML document for what the call does next; raises KeyError for a verb the telephone cannot do.

    The first address is where the call goes on; the second is the one that `Wait` asks while the call waits, and the
    one that hears of what `Record` recorded or of the room of `Meet`, whose name and caller's number come then.
    """
    messages = tuple(_messages(verbs))
    last = verbs[-1]
    shape = (language, _kind(last), tuple(_identity(message) for message in messages))
    template = setter.templates.get(shape)
    if template is None:
        template = setter.templates[shape] = _build(setter.playbook, messages, last, language)
    return _fill(setter.playbook, template, messages, addresses)


def _messages(verbs: tuple[Verb | Ending, ...]) -> Iterator[Message]:
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


def _kind(verb: Verb | Ending) -> object:
    match verb:
        case Gather():
            return verb.kind, verb.length, verb.speech
        case Listen() | Wait():
            return verb
        case Hangup() | Record() | Redirect() | Leave() | Meet():
            return type(verb).__name__
        case _:
            raise KeyError(f"The telephone cannot do {type(verb).__name__}.")


@dataclass(frozen=True, slots=True)
class _Composition:
    """A document while twilio builds it: what speaks, from which texts, and the slots met so far."""

    parent: TwiML
    playbook: Playbook
    slots: list[Slot]


def _build(playbook: Playbook, messages: tuple[Message, ...], last: Verb | Ending, language: str | None) -> Template:
    response = VoiceResponse()
    parent: TwiML = response
    if isinstance(last, Gather):
        parent = response.gather(**gather_attributes(last, language or UNCHOSEN[0]))
    elif isinstance(last, Listen):
        parent = response.gather(**waiting_attributes(last))
    composition = _Composition(parent, playbook, [])
    _speak(composition, messages, language)
    end(response, last)
    return _split(str(response), composition.slots)


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


def _split(document: str, slots: list[Slot]) -> Template:
    pieces = _MARK.split(document)
    order = tuple(-1 - place if (place := int(mark)) < 0 else slots[place] for mark in pieces[1::2])
    return Template(tuple(pieces[::2]), order)


def _fill(playbook: Playbook, template: Template, messages: tuple[Message, ...], addresses: tuple[str, ...]) -> str:
    pieces = [template.pieces[0]]
    for slot, piece in zip(template.slots, template.pieces[1:], strict=True):
        value = addresses[slot] if isinstance(slot, int) else _value(playbook, slot, messages)
        # A value that ends with a stop ("г.") ends its sentence too.
        pieces.append(escape(value, _QUOTES)[: -1 if value.endswith(".") and piece.startswith(".") else None])
        pieces.append(piece)
    return "".join(pieces)


def _value(playbook: Playbook, slot: Slot, messages: tuple[Message, ...]) -> str:
    fact_type, value = next((type_, value) for name, type_, value in messages[slot.message].slots if name == slot.name)
    return legal(spoken(playbook, fact_type, slot.name.partition(".")[2], value, slot.language))
