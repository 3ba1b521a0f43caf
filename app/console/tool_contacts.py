"""Numbers and independent advice as the tools name them: who answers in which languages, from which source, how old."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import Locale

from app.knowledge.contacts import AdviceContact, SupportLine
from app.knowledge.dates import parse_as_of, review_due_on
from app.knowledge.flags_rules import LINE
from app.knowledge.models import Answer, Knowledge
from app.knowledge.rules import line_review_by
from app.shell.ask import Ask

# What the files of the lines call Kurmanji, which callers' languages name more exactly.
_SPELLED: Final = {"kmr": "ku"}
_MOST_OF_THE_LAND: Final = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A line to name; `spoken` are its languages by name, `speaks` whether the caller's is one of them.

    `due` is the last day before somebody has to look at it again.
    """

    id: str
    name: str
    numbers: tuple[str, ...]
    for_whom: str
    hours: str
    cost: str
    spoken: tuple[str, ...]
    speaks: bool
    source: str
    as_of: str
    due: date
    emergency: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """A body to name that is independent of return offers; `phone` is empty where it may not be said any more."""

    id: str
    name: str
    phone: str
    unsure: bool
    city: str
    hours: str
    website: str
    for_whom: str
    spoken: tuple[str, ...]
    speaks: bool
    independent: bool
    source: str
    as_of: str


def number_of(ask: Ask, knowledge: Knowledge, line: SupportLine, language: str | None) -> Number:
    return Number(
        id=line.id,
        name=line.name,
        numbers=line.numbers,
        for_whom=line.for_whom,
        hours=line.hours or "",
        cost=line.cost or "",
        spoken=_names(ask, line.languages),
        speaks=_speaks(line.languages, language),
        source=line.source,
        as_of=line.as_of or "",
        due=line_review_by(line, knowledge.lines_retrieved_on),
        emergency=line.kind == "emergency",
    )


def list_numbers(
    ask: Ask, knowledge: Knowledge, ids: tuple[str, ...], language: str | None, hidden: frozenset[str]
) -> tuple[Number, ...]:
    """The lines of these names that are not withdrawn."""
    shown = (knowledge.lines[id_] for id_ in ids if f"{LINE}{id_}" not in hidden)
    return tuple(number_of(ask, knowledge, line, language) for line in shown)


def advice_of(ask: Ask, knowledge: Knowledge, contact: AdviceContact, language: str | None, today: date) -> Advice:
    sayable = may_say_phone(knowledge, contact, today)
    return Advice(
        id=contact.id,
        name=contact.name,
        phone=(contact.phone or "") if sayable else "",
        unsure=contact.phone is not None and not sayable,
        city=contact.city or "",
        hours=contact.hours or "",
        website=contact.website or "",
        for_whom=contact.for_whom or "",
        spoken=_names(ask, contact.languages),
        speaks=_speaks(contact.languages, language),
        independent=contact.independent_of_authorities,
        source=contact.source,
        as_of=contact.as_of or "",
    )


def list_advice(  # noqa: PLR0913, PLR0917  What decides which ones are named.
    ask: Ask, knowledge: Knowledge, answer: Answer, language: str | None, land: str | None, hidden: frozenset[str],
    today: date,
) -> tuple[Advice, ...]:  # fmt: skip
    """Where an answer leads, and some of the caller's Land that are there for the same."""
    named = [knowledge.advice[id_] for id_ in answer.links.advice]
    near = [one for one in knowledge.advice.values() if land and one.area == land and _is_for(one, answer.id)]
    wanted = [*named, *(one for one in near if one not in named)][: len(named) + _MOST_OF_THE_LAND]
    shown = (one for one in wanted if one.status != "ended" and f"advice/{one.id}" not in hidden)
    return tuple(advice_of(ask, knowledge, one, language, today) for one in shown)


def may_say_phone(knowledge: Knowledge, contact: AdviceContact, today: date) -> bool:
    """A number that is undated or two years old is not said before somebody confirms it; an emergency number always."""
    if contact.phone is None:
        return False
    if any(contact.phone in line.numbers for line in knowledge.lines.values() if line.kind == "emergency"):
        return True
    dated = contact.phone_as_of or contact.as_of
    if contact.phone_status != "current_at_as_of" or dated is None:
        return False
    return today <= review_due_on("number", parse_as_of(dated), knowledge.facts[f"advice/{contact.id}"].retrieved_on)


def _is_for(contact: AdviceContact, answer_id: str) -> bool:
    return answer_id in contact.topics and contact.audience == "callers" and contact.status == "active_at_as_of"


def _names(ask: Ask, languages: tuple[str, ...]) -> tuple[str, ...]:
    known = Locale.parse(ask.language).languages
    return tuple(str(known.get(code, code)) for code in languages)


def _speaks(languages: tuple[str, ...], language: str | None) -> bool:
    return language is not None and _SPELLED.get(language, language) in languages
