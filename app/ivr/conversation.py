"""Conversations that counsellors can read, played against the engine, and the edges that they walk."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from app.ivr.engine import step
from app.ivr.model import (
    Book,
    Connect,
    Counted,
    Done,
    Event,
    Gather,
    Hangup,
    HungUp,
    Input,
    Message,
    Perform,
    Pressed,
    Record,
    Said,
    Session,
    Silent,
    Speak,
    Started,
    Step,
    Verb,
    Wait,
    Walked,
)

Turn = tuple[str, object]
Count = Callable[[Iterable[Counted]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """`given` are the guards that stand; `turns` are (verb, value) in order; `counted` what the call counts as."""

    title: str
    language: str | None
    given: Mapping[str, bool]
    turns: tuple[Turn, ...]
    counted: Mapping[str, str]


@dataclass
class Played:
    """What came of playing a conversation: one sentence a fault, the edges walked, what was counted on the way."""

    faults: list[str] = field(default_factory=list)
    walked: set[Walked] = field(default_factory=set)
    counted: list[Counted] = field(default_factory=list)


def read_conversation(raw: object) -> Conversation:
    """From parsed YAML; raises ValueError with one sentence."""
    if not isinstance(raw, dict) or not isinstance(raw.get("turns"), list):
        raise ValueError("A conversation has a title (“conversation”) and a list of “turns”.")  # noqa: TRY004  A file is wrong, not a caller of this function.
    unknown = sorted(set(raw) - _KEYS)
    if unknown or not raw["turns"]:
        raise ValueError(f"“{unknown[0]}” is not known here." if unknown else "There are no turns.")
    given = cast("Mapping[str, str]", raw.get("given", {}))
    return Conversation(
        title=str(raw.get("conversation", "")),
        language=cast("str | None", raw.get("language")),
        given={guard: value in {"yes", "true"} for guard, value in given.items()},
        turns=tuple(_turn(item) for item in raw["turns"]),
        counted=cast("Mapping[str, str]", raw.get("counted", {})),
    )


def _turn(raw: object) -> Turn:
    if isinstance(raw, str):
        return raw, None
    if isinstance(raw, dict) and len(raw) == 1:
        return cast("Turn", next(iter(raw.items())))
    raise ValueError(f"A turn is one verb with its value, not {raw!r}.")


def play(book: Book, conversation: Conversation, count: Count) -> Played:
    """Play every turn; stops at the first turn that does not fit, since the rest would only echo it.

    `count` decides which value of a dimension wins.
    """
    played = Played()
    place = _advance(played, book, conversation, Session(book.content_hash), Started())
    for number, turn in enumerate(conversation.turns, 1):
        fault, heard = _compare(place, turn)
        if fault:
            played.faults.append(f"{conversation.title}, turn {number} ({turn[0]}): {fault}.")
            return played
        if heard is not None:
            place = _advance(played, book, conversation, place.session, heard)
    counted = count(played.counted)
    chosen = conversation.language
    if chosen and place.session.language != chosen:
        played.faults.append(f"{conversation.title}: the language is {place.session.language}, expected {chosen}.")
    for dimension, value in conversation.counted.items():
        if counted.get(dimension) != value:
            found = counted.get(dimension, "nothing")
            played.faults.append(f"{conversation.title}: counted as {dimension} {found}, expected {value}.")
    return played


def _advance(played: Played, book: Book, conversation: Conversation, session: Session, heard: Input) -> Step:
    taken = step(book, conversation.given, session, heard)
    _note(played, taken.events)
    return taken


def _note(played: Played, events: tuple[Event, ...]) -> None:
    for event in events:
        if isinstance(event, Walked):
            played.walked.add(event)
        elif isinstance(event, Counted):
            played.counted.append(event)


def _compare(place: Step, turn: Turn) -> tuple[str | None, Input | None]:
    """What is wrong with this turn, if anything, and the input that it brings."""
    verb, value = turn
    if verb == "hears":
        heard, expected = heard_ids(place.verbs), value if isinstance(value, list) else [value]
        return (None if heard == expected else f"the caller hears {', '.join(heard) or 'nothing'}"), None
    if verb in _INPUTS:
        awaits = bool(place.verbs) and isinstance(place.verbs[-1], Gather)
        return (None if awaits or verb == "hangs up" else f"nothing is asked here, but {_name(place)}"), _input(turn)
    if verb == "it answers":
        asked = isinstance(place.verbs[-1] if place.verbs else None, Perform | Wait | Connect | Record)
        return (None if asked else f"nothing was looked up, but {_name(place)}"), _answer(value)
    expected_verbs = _EXPECTATIONS.get(verb)
    if expected_verbs is None:
        return f"there is no such verb; known are {', '.join(('hears', *_INPUTS, 'it answers', *_EXPECTATIONS))}", None
    last = place.verbs[-1] if place.verbs else None
    fits = isinstance(last, expected_verbs) and value == _named(last)
    return (None if fits else f"instead {_name(place)}"), None


_KEYS = frozenset({"conversation", "language", "given", "turns", "counted"})
_INPUTS = ("presses", "says", "waits", "hangs up")
_EXPECTATIONS: Mapping[str, tuple[type, ...]] = {
    "we look up": (Perform,),
    "is transferred to": (Wait, Connect, Record),
    "is hung up": (Hangup,),
}


def _input(turn: Turn) -> Input:
    match turn:
        case ("presses", keys):
            return Pressed(str(keys))
        case ("says", words):
            return Said(str(words))
        case ("waits", _):
            return Silent()
        case _:
            return HungUp()


def _answer(value: object) -> Done:
    """`it answers: failed`, or `it answers: {found: {centre: sn-caritas-leipzig}}`."""
    if isinstance(value, dict):
        outcome, facts = next(iter(value.items()))
        return Done(str(outcome), cast("Mapping[str, str]", facts or {}))
    return Done(str(value))


def heard_ids(verbs: tuple[Verb, ...]) -> list[str]:
    """What the caller hears, by message; the lines that every menu composes are left out."""
    messages: list[Message] = []
    for verb in verbs:
        if isinstance(verb, Speak):
            messages += verb.messages
        elif isinstance(verb, Gather):
            messages += verb.question
            messages += {line.id: line for line in verb.menu if line.id != "menu.choice"}.values()
    return [message.id for message in messages]


def _named(verb: Verb | None) -> str:
    match verb:
        case Perform():
            return verb.effect
        case Wait():
            return verb.queue
        case Connect() | Record():
            return verb.target
        case Hangup():
            return verb.outcome
        case _:
            return ""


def _name(place: Step) -> str:
    last = place.verbs[-1] if place.verbs else None
    match last:
        case Gather():
            return f"the caller is asked {', '.join(heard_ids(place.verbs))}"
        case None:
            return "the call is over"
        case _:
            return f"there is {type(last).__name__} {_named(last)}"
