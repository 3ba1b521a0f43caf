"""The parts of a call flow as its file names them, and the names that flows may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# A session may hold facts of these types and of no other: nothing that names or reaches a person.
LASTING_TYPES = frozenset(
    {
        "agreed_word",
        "area_code",
        "best_time",
        "centre",
        "centre_kind",
        "contact",
        "count_topic",
        "countries",
        "country",
        "dialling_code",
        "district",
        "districts",
        "family",
        "follow_up",
        "forwarding",
        "freshness",
        "land",
        "language",
        "means",
        "nationality",
        "offer",
        "offer_reason",
        "offers",
        "opening",
        "other_kind",
        "reach",
        "reason",
        "referral_topic",
        "residence",
        "rule",
        "show_number",
        "startup",
        "text_message",
        "topic",
        "topics",
        "wait_band",
        "who_answers",
        "window",
    }
)
# Facts of these types reach the effect that follows the question, or are said once, and are then forgotten.
PASSING_TYPES = frozenset({"phone_number", "referral_code", "town", "words"})
# A list fact is its members joined by commas; a question with `among` offers them on keys.
MEMBER_TYPES: Mapping[str, str] = {
    "countries": "country",
    "districts": "district",
    "offers": "offer",
    "topics": "topic",
}

DEFAULT_LANGUAGE = "de"
REPEAT_KEY, HOME_KEY, PERSON_KEY = "*", "#", "0"
MENU_LIMIT = 5
LANGUAGES_A_PAGE = 4

Facts = Mapping[str, str]
# A guard stands or does not, for everybody or for callers in these languages.
Guards = Mapping[str, bool | frozenset[str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One key of a menu; `remember` sets facts to constants when it is chosen.

    `unless` is the guard under which it is not offered.
    """

    key: str
    name: str
    then: str
    remember: Facts = field(default_factory=dict)
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """Speak and go on."""

    messages: tuple[str, ...]
    then: str
    counts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the caller; `into` names the fact that takes an answer which is not a choice.

    Each failure asks again with the next message of `retry`; after the last, or at once where there is none, `give_up`.
    Where words or one of several values are expected, `choices` are the other ways out, on the last keys of the menu.
    """

    question: tuple[str, ...]
    expects: str
    retry: tuple[str, ...]
    give_up: str
    choices: tuple[Choice, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    into: str | None = None
    among: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Do:
    """Ask the outside for an effect; `given` maps its parameters to facts."""

    effect: str
    given: Mapping[str, str]
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Branch:
    """Go on by the first guard that stands."""

    arms: tuple[tuple[str, str], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Call:
    """Run another flow and go on by the name of its end."""

    flow: str
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the call to a queue, a centre or a recorder and wait for what becomes of it."""

    target: str
    messages: tuple[str, ...]
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """The end of a flow; the end of the main flow hangs up."""

    outcome: str
    messages: tuple[str, ...] = ()


Node = Say | Ask | Do | Branch | Call | Transfer | End


@dataclass(frozen=True, slots=True)
class Flow:
    """One file of `ivr_flows/`; only the main flow has `home` and `person`.

    `trail` are the nodes whose names an agent is told when a caller who came by them waits.
    """

    name: str
    title: str
    start: str
    remembers: Mapping[str, str]
    nodes: Mapping[str, Node]
    home: str | None = None
    person: str | None = None
    trail: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EffectSpec:
    """What a registered effect takes, may answer and gives back (facts by type, for each outcome)."""

    takes: Mapping[str, str]
    outcomes: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """Where a transfer may lead: `kind` decides the verb and, with it, the closed set of outcomes."""

    kind: Literal["wait", "connect", "record"]


TARGET_OUTCOMES: Mapping[str, frozenset[str]] = {
    "wait": frozenset({"served", "chose_callback", "chose_message", "timed_out", "agent_lost", "failed"}),
    "connect": frozenset({"answered", "busy", "no_answer", "failed"}),
    "record": frozenset({"recorded", "no_audio", "failed"}),
}


@dataclass(frozen=True, slots=True)
class Register:
    """The names that flows may use, and what the checker must know of them.

    `values`: the closed set of values of a fact type, absent where it is open.
    `parts`: what a message may speak of a fact, by fact type ("centre": {"name", "city"}).
    `counts`: the codes of each counted dimension.
    """

    effects: Mapping[str, EffectSpec]
    guards: frozenset[str]
    targets: Mapping[str, TargetSpec]
    values: Mapping[str, frozenset[str]]
    parts: Mapping[str, frozenset[str]]
    counts: Mapping[str, frozenset[str]]


# Texts by language and message id; `{slot}` marks what is filled in.
Wording = Mapping[str, Mapping[str, str]]


def stands(guards: Guards, guard: str, language: str | None) -> bool:
    """Whether a guard stands for a caller; before a language is chosen none stands that does for some languages."""
    held = guards.get(guard, False)
    return held if isinstance(held, bool) else language in held
