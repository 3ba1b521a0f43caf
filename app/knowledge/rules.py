"""Pure decisions about facts and answers: what may be relied on, how old an answer is, what may be said."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from app.knowledge.contacts import SupportLine
from app.knowledge.dates import AsOf, parse_as_of, review_due_on
from app.knowledge.models import Answer, AnswerState, CountryRule, Fact, TextEntry

USABLE = frozenset({"seen", "secondary", "conflicting"})
DEFAULT_RULE = ("rule-unknown", "follow-up-none")

_NOT_A_COUNTRY = "001"  # phonenumbers files worldwide services such as +800 under this region.
_LONGEST_GROUP = 4
_GERMAN_PREFIX = re.compile(r"^(?:\+|00)49[\s-]*")
_DIGITS = re.compile(r"[0-9]+")


def is_usable(fact: Fact) -> bool:
    """Whether an answer may rest on the fact at all: nobody repeats a guess or what has been replaced."""
    return fact.confidence in USABLE


def is_current(fact: Fact, today: date) -> bool:
    """Whether the fact holds today and its review is not overdue; the day of the review still counts."""
    begun = fact.valid_from is None or fact.valid_from <= today
    ended = fact.valid_to is not None and fact.valid_to < today
    return is_usable(fact) and begun and not ended and today <= fact.review_by


def may_be_spoken_as_amount(fact: Fact) -> bool:
    """An amount that a page was seen to state and that no other page contradicts."""
    return fact.amount is not None and fact.confidence == "seen" and not fact.conflicts_with


def state_for(amounts: Iterable[Fact], today: date, withdrawn: Collection[str] = ()) -> AnswerState:
    """An answer falls back to its form without amounts as soon as one of its amounts is due or withdrawn."""
    valid = all(is_current(amount, today) and amount.ref not in withdrawn for amount in amounts)
    return "current" if valid else "without_amount"


def is_contradicted(fact: Fact) -> bool:
    """Whether pages say different things about it."""
    return fact.confidence == "conflicting" or bool(fact.conflicts_with)


def oldest_date(facts: Iterable[Fact]) -> AsOf | None:
    """An answer is as old as its oldest dated fact; None where no fact has a date."""
    dates = [fact.as_of for fact in facts if fact.as_of is not None]
    return min(dates, key=AsOf.last_day, default=None)


def answer_date(facts: Iterable[Fact]) -> AsOf | None:
    """The date of what an answer says beside its amounts, or of its amounts where it says nothing else."""
    facts = tuple(facts)
    return oldest_date(fact for fact in facts if fact.kind != "amount") or oldest_date(facts)


def answer_review_by(answer: Answer, facts: Mapping[str, Fact]) -> date:
    """An answer is due with the first of its facts."""
    return min(facts[ref].review_by for ref in answer.rests_on)


def rule_of(country: CountryRule | None) -> tuple[str, str]:
    return DEFAULT_RULE if country is None else (country.rule, country.follow_up)


def country_by_dialling_code(digits: str) -> tuple[str, ...]:
    """The country of a dialling code written 90, +90 or 0090: several where they share it, none where nobody has it."""
    code = digits.strip().removeprefix("+").lstrip("0")
    if not (code.isascii() and code.isdigit()):
        return ()
    return tuple(iso for iso in COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()) if iso != _NOT_A_COUNTRY)


def line_review_by(line: SupportLine, retrieved_on: date) -> date:
    as_of = None if line.as_of is None else parse_as_of(line.as_of)
    return line.review_by or review_due_on("number", as_of, retrieved_on)


def fingerprint(original: TextEntry, translation: TextEntry) -> str:
    """Eight hexadecimal digits over those parts of a German original that the translation has too.

    So a translation of the spoken words alone does not grow stale when the original gets a form for the screen, and
    every change of a part that was translated is seen.
    """
    translated = translation.parts()
    parts = [f"{name}\0{text}\0" for name, text in original.parts().items() if name in translated]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:8]


def is_stale(original: TextEntry | None, translation: TextEntry) -> bool:
    """Whether the German original has changed since the translation was made from it."""
    return original is not None and translation.of is not None and translation.of != fingerprint(original, translation)


def is_withdrawn(answer: Answer, facts: Mapping[str, Fact], withdrawn: Collection[str]) -> bool:
    """Whether an answer may not be given: it is withdrawn itself, or what it says beside its amounts is.

    `withdrawn` holds answers by id and facts by `offer/fact`.
    """
    said = (ref for ref in answer.rests_on if ref not in facts or facts[ref].amount is None)
    return answer.id in withdrawn or any(ref in withdrawn for ref in said)


def spoken_number(number: str) -> str:
    """A telephone number digit by digit in groups that an ear can hold, in Latin digits for every language.

    `116016` becomes `1 1 6, 0 1 6`; a German number in the international form gets its leading zero back.
    """
    written = _GERMAN_PREFIX.sub("0", number.strip()).replace("+", "00")
    groups = [part for group in _DIGITS.findall(written) for part in _ear_groups(group)]
    return ", ".join(" ".join(group) for group in groups)


def _ear_groups(digits: str) -> list[str]:
    if len(digits) <= _LONGEST_GROUP:
        return [digits]
    size = 2 if len(digits) == _LONGEST_GROUP + 1 else 3
    return [digits[:size], *_ear_groups(digits[size:])]
