"""Fills the placeholders of a text with amounts, dates and numbers in the way of its language."""

import re
from collections.abc import Sequence
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency

from app.kit.errors import HotlineError
from app.knowledge.dates import AsOf
from app.knowledge.models import Amount, Fact, Knowledge
from app.knowledge.rules import answer_date, may_be_spoken_as_amount, oldest_date, spoken_number

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_AMOUNT = "amount:"
_DOUBLE_STOP = re.compile(r"\.\.+")

# CLDR knows Kurmanji under the macrolanguage's code.
_CLDR_NAMES = {"kmr": "ku"}

DATES = frozenset({"as_of", "amounts_as_of", "seen_on"})


class UnfillableText(HotlineError):
    """A placeholder names nothing that may be spoken; the message says which and why."""


def placeholders(text: str) -> tuple[str, ...]:
    """What stands between braces, in the order of the text."""
    return tuple(_PLACEHOLDER.findall(text))


def plain(text: str) -> str:
    """The text without its placeholders."""
    return _PLACEHOLDER.sub("", text)


def amounts_in(text: str) -> tuple[str, ...]:
    """The facts whose amounts the text speaks."""
    return tuple(name.removeprefix(_AMOUNT) for name in placeholders(text) if name.startswith(_AMOUNT))


def amount_facts(knowledge: Knowledge, text: str) -> tuple[Fact, ...]:
    """The amounts that a text names; raises UnfillableText for one that may not be spoken."""
    return tuple(_spoken_amount(knowledge, ref)[0] for ref in amounts_in(text))


def fill(knowledge: Knowledge, rests_on: Sequence[str], text: str, language: str, *, written: bool = False) -> str:
    """The text as a voice or, where `written`, a screen gets it; `rests_on` are the facts whose dates it names.

    Raises UnfillableText where a placeholder cannot be filled.
    """
    locale = locale_of(language)

    def replace(match: re.Match[str]) -> str:
        kind, _, ref = match[1].partition(":")
        if kind == "number":
            return _number(knowledge, ref, written=written)
        if match[1] in DATES:
            return _dated(_date_of(knowledge, rests_on, text, kind), kind, locale)
        return _value(knowledge, kind, ref, locale)

    return _DOUBLE_STOP.sub(".", _PLACEHOLDER.sub(replace, text))


def locale_of(language: str) -> Locale:
    """Babel's rules for a BCP 47 language; raises UnfillableText where there are none."""
    try:
        return Locale.parse(_CLDR_NAMES.get(language, language), sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise UnfillableText(f"No way to write dates and amounts in “{language}” is known.") from error


def _value(knowledge: Knowledge, kind: str, ref: str, locale: Locale) -> str:
    match kind:
        case "amount":
            return _in_words(_spoken_amount(knowledge, ref)[1], locale)
        case "valid_from" | "valid_to":
            return _day(_fact(knowledge, ref), kind, locale)
        case _:
            raise UnfillableText(f"“{{{kind}{':' if ref else ''}{ref}}}” is not a placeholder that can be filled.")


def _date_of(knowledge: Knowledge, rests_on: Sequence[str], text: str, kind: str) -> AsOf | None:
    facts = [_fact(knowledge, ref) for ref in rests_on]
    if kind == "as_of":
        return answer_date(facts)
    if kind == "amounts_as_of":
        return oldest_date(amount_facts(knowledge, text))
    retrieved_on = min((fact.retrieved_on for fact in facts), default=None)
    return None if retrieved_on is None else AsOf(retrieved_on.year, retrieved_on.month)


def spoken_as_of(as_of: AsOf, locale: Locale) -> str:
    """Month and year, or the year alone where nothing more exact is known: a day would claim too much."""
    pattern = "y" if as_of.month is None else "yMMMM"
    return _spaces(format_skeleton(pattern, as_of.last_day(), locale=locale))


def _dated(as_of: AsOf | None, kind: str, locale: Locale) -> str:
    if as_of is None:
        raise UnfillableText(f"“{{{kind}}}” cannot be filled: no fact that the text rests on has that date.")
    return spoken_as_of(as_of, locale)


def _day(fact: Fact, kind: str, locale: Locale) -> str:
    day: date | None = fact.valid_from if kind == "valid_from" else fact.valid_to
    if day is None:
        raise UnfillableText(f"“{{{kind}:{fact.ref}}}” cannot be filled: the fact has no such date.")
    return _spaces(format_date(day, "long", locale=locale))


def _in_words(amount: Amount, locale: Locale) -> str:
    words = format_currency(
        amount.value, amount.currency, "0", locale=locale, format_type="name", currency_digits=False
    )
    return _spaces(words)


def _spoken_amount(knowledge: Knowledge, ref: str) -> tuple[Fact, Amount]:
    fact = _fact(knowledge, ref)
    if fact.amount is None or not may_be_spoken_as_amount(fact):
        raise UnfillableText(f"The amount “{ref}” may not be spoken: it is contradicted, unsure or has no value.")
    return fact, fact.amount


def _fact(knowledge: Knowledge, ref: str) -> Fact:
    if ref not in knowledge.facts:
        raise UnfillableText(f"There is no fact “{ref}”.")
    return knowledge.facts[ref]


def _number(knowledge: Knowledge, line_id: str, *, written: bool) -> str:
    line = knowledge.lines.get(line_id)
    if line is None or line.kind != "emergency" or not line.numbers:
        raise UnfillableText(f"“{{number:{line_id}}}” names no emergency line with a number.")
    return line.numbers[0] if written else spoken_number(line.numbers[0])


def _spaces(text: str) -> str:
    """Voices know the usual no-break space, not the narrow one."""
    return text.replace("\u202f", "\u00a0")
