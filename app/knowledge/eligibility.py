"""Points to offers that may fit somebody, with the reasons; it decides nothing, a counsellor does."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import get_args

from app.knowledge.conditions import (
    OTHER_GROUP,
    Condition,
    Family,
    Fit,
    OfferConditions,
    Question,
    Residence,
    Stay,
    YesNo,
)
from app.knowledge.models import Fact, Knowledge
from app.knowledge.rules import is_current, may_be_spoken_as_amount

# Said with every result, whatever it is.
CLOSING = "a_counsellor_decides"

_QUESTIONS: tuple[Question, ...] = get_args(Question)
_WORSE: tuple[Fit, ...] = get_args(Fit)
_COUNTRY_OF: Mapping[Question, Question] = {"nationality_group": "nationality", "destination_group": "destination"}

# What is known of each question; a country may be in several groups. A question without an answer is absent.
Known = Mapping[Question, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What somebody said about themselves; None where it was not asked or not said.

    Countries are ISO 3166 codes. `nationality_group` and `destination_group` serve where only the group is asked.
    """

    nationality: str | None = None
    nationality_group: str | None = None
    residence: Residence | None = None
    destination: str | None = None
    destination_group: str | None = None
    family: Family | None = None
    stay: Stay | None = None
    can_pay: YesNo | None = None
    funded_before: YesNo | None = None
    exploited: YesNo | None = None
    woman: YesNo | None = None
    land: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an offer fits or not: the key of a sentence and the fact; `outdated` where the fact is due or has ended."""

    message: str
    fact: str
    outdated: bool


@dataclass(frozen=True, slots=True)
class Pointer:
    """One offer; `missing` are the questions whose answers could change how it fits."""

    offer: str
    fits: Fit
    reasons: tuple[Reason, ...]
    amounts: tuple[str, ...]
    missing: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Guidance:
    """Pointers from the likeliest to the excluded, what else would matter, and the sentence that always closes."""

    pointers: tuple[Pointer, ...]
    missing: tuple[Question, ...]
    closing: str = CLOSING


@dataclass(frozen=True, slots=True)
class _Judged:
    """A condition that holds (True) or may hold (None), and what it would still need to know."""

    condition: Condition
    fit: Fit
    holds: bool | None
    open: frozenset[Question]
    touched: bool
    outdated: bool


def point_to_offers(
    knowledge: Knowledge, situation: Situation, today: date, withdrawn: Collection[str] = ()
) -> Guidance:
    """Which offers may fit, from the conditions of the content; an offer about which nothing is known is left out."""
    known = _known(knowledge, situation)
    pointers: list[Pointer] = []
    missing: set[Question] = set()
    for id_, conditions in knowledge.conditions.offers.items():
        if knowledge.offers[id_].state == "ended" or id_ in withdrawn:
            continue
        judged = [
            verdict
            for condition in conditions.conditions
            if condition.fact not in withdrawn
            and (verdict := _judge(condition, knowledge.facts[condition.fact], known, today))
        ]
        missing |= {question for verdict in judged for question in verdict.open}
        if any(verdict.touched for verdict in judged):
            pointers.append(_pointer(knowledge, id_, judged, known, today=today, withdrawn=withdrawn))
    pointers.sort(key=lambda pointer: (_WORSE.index(pointer.fits), pointer.offer))
    return Guidance(tuple(pointers), _in_order(missing))


def _pointer(  # noqa: PLR0913 - everything that decides about one offer
    knowledge: Knowledge,
    offer: str,
    judged: list[_Judged],
    known: Known,
    *,
    today: date,
    withdrawn: Collection[str],
) -> Pointer:
    holding = [verdict for verdict in judged if verdict.holds]
    fits: Fit = max((verdict.fit for verdict in holding), key=_WORSE.index, default="possible")
    mattering = [v for v in judged if v.open and (not holding or _WORSE.index(v.condition.fit) != _WORSE.index(fits))]
    worsening = [verdict for verdict in mattering if _WORSE.index(verdict.condition.fit) > _WORSE.index(fits)]
    if fits == "likely" and worsening:
        fits = "possible"
    rules = knowledge.conditions.offers[offer]
    amounts = tuple(_amounts(knowledge, rules, known, today, withdrawn)) if fits == "likely" else ()
    reasons = tuple(Reason(v.condition.reason, v.condition.fact, v.outdated) for v in holding or judged if v.touched)
    missing = _in_order({question for verdict in mattering for question in verdict.open})
    return Pointer(offer, fits, reasons, amounts, () if fits == "excluded" else missing)


def _judge(condition: Condition, fact: Fact, known: Known, today: date) -> _Judged | None:
    """None where the condition does not hold."""
    wanted = dict(condition.when)
    if condition.listed is not None:
        wanted[condition.listed] = fact.countries
    needed = {question: _meets(known, question, answers) for question, answers in wanted.items()}
    spared = {question: _meets(known, question, answers) for question, answers in condition.unless.items()}
    if False in needed.values() or True in spared.values():
        return None
    open_ = frozenset(question for question, meets in (needed | spared).items() if meets is None)
    holds = None if None in needed.values() else True
    fit = condition.fit
    ended = fact.valid_to is not None and fact.valid_to < today
    if holds and open_ and fit == "excluded":
        fit = "unlikely"
    # What a rule that has ended excluded or granted is not known any more.
    if ended:
        fit = "possible"
    return _Judged(condition, fit, holds, open_, True in needed.values(), not is_current(fact, today))


def _meets(known: Known, question: Question, answers: Collection[str]) -> bool | None:
    """Whether the answer is one of these; None where it is not known."""
    return None if question not in known else not known[question].isdisjoint(answers)


def _known(knowledge: Knowledge, situation: Situation) -> Known:
    said: dict[Question, str | None] = asdict(situation)  # type: ignore[assignment]
    known = {question: frozenset({answer}) for question, answer in said.items() if answer is not None}
    for group, country in _COUNTRY_OF.items():
        if said[country] is not None:
            known[group] = frozenset(_groups_of(knowledge, str(said[country]))) or frozenset({OTHER_GROUP})
    return known


def _groups_of(knowledge: Knowledge, iso: str) -> Iterator[str]:
    for name, members in knowledge.conditions.groups.items():
        countries = knowledge.facts[members].countries if isinstance(members, str) else members
        if iso in countries:
            yield name


def _amounts(
    knowledge: Knowledge, rules: OfferConditions, known: Known, today: date, withdrawn: Collection[str]
) -> Iterator[str]:
    for rule in rules.amounts:
        fact = knowledge.facts[rule.fact]
        tellable = may_be_spoken_as_amount(fact) and is_current(fact, today) and rule.fact not in withdrawn
        if tellable and all(_meets(known, question, answers) for question, answers in rule.when.items()):
            yield rule.fact


def _in_order(questions: Collection[Question]) -> tuple[Question, ...]:
    """A country answers the question for its group."""
    asked = {_COUNTRY_OF.get(question, question) for question in questions}
    return tuple(question for question in _QUESTIONS if question in asked)
