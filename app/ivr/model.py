"""The book of flows, the session that travels with a call, and the words between engine and caller."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.ivr.flow import Facts, Flow, TargetSpec


@dataclass(frozen=True, slots=True)
class Book:
    """All flows, bound to the texts they speak; immutable, shared by every call.

    `slots` holds for each message the facts it speaks, `words` the spoken words of each choice by language.
    """

    main: str
    flows: Mapping[str, Flow]
    targets: Mapping[str, TargetSpec]
    languages: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[str, frozenset[str]]]
    fact_types: Mapping[str, str]
    content_hash: str


def content_hash(sources: Mapping[str, str]) -> str:
    """Eight hex digits that change when any flow file changes."""
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{sources[name]}\0".encode())
    return digest.hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Session:
    """A call's place in the flows: small, pure, JSON-able; never a number, a name or audio.

    `stack` holds (flow, node) from the main flow inwards; `again` is the node from which `*` repeats;
    `page` is the shown page of a long menu.
    """

    book: str
    stack: tuple[tuple[str, str], ...] = ()
    failures: int = 0
    page: int = 0
    again: str | None = None
    facts: Facts = field(default_factory=dict)

    @property
    def language(self) -> str | None:
        """The chosen language, if the caller has chosen one."""
        return self.facts.get("language")


@dataclass(frozen=True, slots=True)
class Message:
    """One message to speak: `slots` are (placeholder, fact type, value); `language` overrides the session's."""

    id: str
    slots: tuple[tuple[str, str, str], ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak messages one after the other."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Gather:
    """Ask for keys (and words, where speech is allowed).

    `menu` holds the composed lines; a key interrupts all of it and whatever is spoken just before it.
    `length` bounds the keys; `kind` "menu" takes one key, "digits" an entry that `*` ends.
    """

    kind: Literal["menu", "digits", "words"]
    question: tuple[Message, ...]
    menu: tuple[Message, ...]
    length: int
    speech: bool


@dataclass(frozen=True, slots=True)
class Perform:
    """Ask the outside for an effect; its outcome comes back as Done."""

    effect: str
    given: Facts


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait in a queue; a later input brings the outcome."""

    queue: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect to another telephone; a later input brings the outcome."""

    target: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says; a later input brings the outcome."""

    target: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""

    outcome: str


Verb = Speak | Gather | Perform | Wait | Connect | Record | Hangup


@dataclass(frozen=True, slots=True)
class Started:
    """The call came in."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys were pressed."""

    keys: str


@dataclass(frozen=True, slots=True)
class Said:
    """Words were heard."""

    words: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came in time."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The call comes back to where it stood, after a fault that was not the caller's."""


@dataclass(frozen=True, slots=True)
class Done:
    """An effect or a hand-over is done."""

    outcome: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller is gone."""


Input = Started | Pressed | Said | Silent | Resumed | Done | HungUp


@dataclass(frozen=True, slots=True)
class Walked:
    """An edge of a flow was taken; the report of unwalked edges and the diagrams use the same labels."""

    flow: str
    node: str
    label: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted dimension got a value; what wins is decided where contacts are counted."""

    dimension: str
    value: str


@dataclass(frozen=True, slots=True)
class Visited:
    """The call came to a place that its trail tells of; the session does not hold it."""

    place: str


Event = Walked | Counted | Visited


@dataclass(frozen=True, slots=True)
class Step:
    """What one input led to."""

    session: Session
    verbs: tuple[Verb, ...]
    events: tuple[Event, ...]
