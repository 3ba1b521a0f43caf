"""Pure decisions about withdrawals: what may be withdrawn, who may confirm, what disappears with it, what is due."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic_core import to_jsonable_python

from app.knowledge.flags_models import Flag, FlagRefused, FlagState
from app.knowledge.located import offer_facts
from app.knowledge.models import STAND_IN, Knowledge, TextEntry
from app.knowledge.rules import DEFAULT_RULE, is_withdrawn, rule_of

# A country is named by its code in capitals, so no answer, whose name has none, is taken for one.
COUNTRY: Final = "country-"
LINE: Final = "line/"
IN_FORCE: Final = frozenset({FlagState.AT_ONCE, FlagState.IN_FORCE, FlagState.LIFT_PROPOSED})
OPEN: Final = IN_FORCE | {FlagState.PROPOSED}
# What one person withdrew in a hurry another one looks at within a day.
SECOND_LOOK: Final = timedelta(days=1)

# Numbers of this length may be somebody's: a telephone number, a file number, a postal code.
_LONG_NUMBER: Final = re.compile(r"\d(?:[\s/().+–-]*\d){4,}")


def kind_of(knowledge: Knowledge, ref: str) -> str | None:
    """What a name stands for: answer, offer, fact, advice, country or line; None where nothing has it."""
    if ref in knowledge.facts:
        return "advice" if ref.startswith("advice/") else "fact"
    named = {
        "answer": ref in knowledge.answers,
        "offer": ref in knowledge.offers,
        "country": ref.startswith(COUNTRY) and ref.removeprefix(COUNTRY) in knowledge.countries,
        "line": ref.startswith(LINE) and ref.removeprefix(LINE) in knowledge.lines,
    }
    return next((kind for kind, there in named.items() if there), None)


def check_withdrawable(knowledge: Knowledge, ref: str) -> None:
    """Raises FlagRefused for what does not exist, and for what helps where all else is silent."""
    kind = kind_of(knowledge, ref)
    if kind is None:
        raise FlagRefused("unknown", f"There is nothing named “{ref}” that could be withdrawn.")
    if ref in {STAND_IN, *DEFAULT_RULE}:
        raise FlagRefused("stand-in", "This is what is said in place of what is withdrawn.")
    if kind == "line" and knowledge.lines[ref.removeprefix(LINE)].kind == "emergency":
        raise FlagRefused("emergency-line", "An emergency number is never silenced: correct it in its file.")


def check_other_person(by: UUID, first: UUID | None) -> None:
    """Raises FlagRefused where the same person would look twice."""
    if by == first:
        raise FlagRefused("same-eyes", "Somebody else must confirm this.")


def hidden(knowledge: Knowledge, withdrawn: AbstractSet[str]) -> frozenset[str]:
    """Everything that must not be found: what is withdrawn, and what rests on it."""
    if not withdrawn:
        return frozenset()
    answers = {id_ for id_, answer in knowledge.answers.items() if is_withdrawn(answer, knowledge.facts, withdrawn)}
    offers = {id_ for id_ in knowledge.offers if not withdrawn.isdisjoint(_said_of_offer(knowledge, id_))}
    countries = {
        f"{COUNTRY}{iso}"
        for iso, country in knowledge.countries.items()
        if not answers.isdisjoint(rule_of(country)) or not withdrawn.isdisjoint(country.rests_on)
    }
    return frozenset(withdrawn | answers | offers | countries)


def _said_of_offer(knowledge: Knowledge, offer_id: str) -> Iterable[str]:
    """The facts without which an offer is not shown: all but amounts, which have a form without them."""
    return (ref for ref in offer_facts(knowledge, offer_id) if knowledge.facts[ref].amount is None)


def content_hash(knowledge: Knowledge, ref: str) -> str:
    """Sixteen hexadecimal digits over what a name stands for, with its texts in all languages that are read.

    A fact that was looked up again counts as changed; who reviewed a text and when does not.
    """
    parts = _PARTS[kind_of(knowledge, ref) or "nothing"](knowledge, ref)
    written = json.dumps(to_jsonable_python(parts), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _answer_parts(knowledge: Knowledge, ref: str) -> object:
    facts = [_fact_parts(knowledge, fact) for fact in knowledge.answers[ref].rests_on]
    return knowledge.answers[ref].model_dump(exclude={"questions"}), facts, _texts(knowledge.texts, ref)


def _texts(texts: Mapping[str, Mapping[str, TextEntry]], id_: str) -> dict[str, dict[str, str]]:
    return {language: entries[id_].parts() for language, entries in texts.items() if id_ in entries}


def _offer_parts(knowledge: Knowledge, ref: str) -> object:
    offer = knowledge.offers[ref].model_dump(exclude={"facts", "retrieved_on"})
    facts = [_fact_parts(knowledge, f"{ref}/{fact.id}") for fact in knowledge.offers[ref].facts]
    return offer, facts, _texts(knowledge.offer_texts, ref)


def _fact_parts(knowledge: Knowledge, ref: str) -> object:
    return asdict(knowledge.facts[ref]) if ref in knowledge.facts else None


_PARTS: Final[Mapping[str, Callable[[Knowledge, str], object]]] = {
    "answer": _answer_parts,
    "offer": _offer_parts,
    "fact": _fact_parts,
    "advice": lambda knowledge, ref: knowledge.advice[ref.removeprefix("advice/")].model_dump(),
    "country": lambda knowledge, ref: knowledge.countries[ref.removeprefix(COUNTRY)].model_dump(),
    "line": lambda knowledge, ref: knowledge.lines[ref.removeprefix(LINE)].model_dump(),
    "nothing": lambda _knowledge, _ref: None,
}


def is_done_by_file(knowledge: Knowledge, flag: Flag) -> bool:
    """Whether the files say something else by now than what was withdrawn."""
    return flag.state in IN_FORCE and content_hash(knowledge, flag.ref) != flag.content_hash


def waits_too_long(flag: Flag, at: datetime) -> bool:
    """Whether nobody has looked at a hasty withdrawal in time; it stays in force, and is shown as open."""
    return flag.confirmed_by is None and flag.state in IN_FORCE and at >= flag.proposed_at + SECOND_LOOK


def without_numbers(words: str) -> str:
    """The words without any number that may be somebody's: those of five digits and more."""
    return _LONG_NUMBER.sub("…", words)
