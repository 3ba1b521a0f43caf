"""Finds what is wrong with facts, answers, countries and support lines, one sentence a fault."""

import re
from collections.abc import Iterator
from datetime import date

from phonenumbers import NumberParseException, is_valid_number, is_valid_short_number, parse

from app.knowledge.models import AdviceContact, Answer, CountryRule, Fact, Knowledge
from app.knowledge.rules import DEFAULT_RULE, is_usable, line_review_by

# Numbers for services of social value, the same all over the European Union (decision 2007/116/EC).
_HARMONISED = re.compile(r"116\d{3}")


def reference_faults(knowledge: Knowledge) -> list[str]:
    """What no day changes: references that lead nowhere and answers on facts that must never become one."""
    return [
        *_fact_faults(knowledge),
        *(fault for answer in knowledge.answers.values() for fault in _answer_faults(knowledge, answer)),
        *(fault for country in knowledge.countries.values() for fault in _country_faults(knowledge, country)),
        *(f"The answer “{id_}” is missing." for id_ in DEFAULT_RULE if id_ not in knowledge.answers),
    ]


def line_faults(knowledge: Knowledge) -> list[str]:
    """Numbers of support lines and advice contacts that no telephone network in Germany has."""
    faults = [
        f"The support line “{line.id}” has “{number}”, which is not a telephone number."
        for line in knowledge.lines.values()
        for number in line.numbers
        if not _is_number(number)
    ]
    faults += [
        f"The emergency line “{line.id}” has no number."
        for line in knowledge.lines.values()
        if line.kind == "emergency" and not line.numbers
    ]
    return faults + [fault for contact in knowledge.advice.values() for fault in _contact_faults(contact)]


def overdue_numbers(knowledge: Knowledge, today: date) -> list[str]:
    """Emergency numbers whose review is overdue."""
    due = {
        line.id: line_review_by(line, knowledge.lines_retrieved_on)
        for line in knowledge.lines.values()
        if line.kind == "emergency"
    }
    return [
        f"The emergency number “{id_}” had to be confirmed by {day.isoformat()}."
        for id_, day in due.items()
        if day < today
    ]


def _fact_faults(knowledge: Knowledge) -> Iterator[str]:
    refs = [f"{offer.id}/{fact.id}" for offer in knowledge.offers.values() for fact in offer.facts]
    yield from (f"The fact “{ref}” stands twice." for ref in sorted({ref for ref in refs if refs.count(ref) > 1}))
    for fact in knowledge.facts.values():
        yield from _conflict_faults(knowledge, fact)
        if fact.as_of is not None and fact.as_of.first_day() > fact.retrieved_on:
            yield f"The fact “{fact.ref}” is dated after the day it was read."
        if fact.valid_from and fact.valid_to and fact.valid_to < fact.valid_from:
            yield f"The fact “{fact.ref}” ends before it begins."


def _conflict_faults(knowledge: Knowledge, fact: Fact) -> Iterator[str]:
    for ref in fact.conflicts_with:
        other = knowledge.facts.get(ref)
        if other is None:
            yield f"The fact “{fact.ref}” conflicts with “{ref}”, which does not exist."
        elif fact.ref not in other.conflicts_with:
            yield f"The fact “{fact.ref}” conflicts with “{ref}”, but that fact does not say so."


def _answer_faults(knowledge: Knowledge, answer: Answer) -> Iterator[str]:
    if not answer.rests_on:
        yield f"The answer “{answer.id}” rests on no fact, so it has neither source nor date."
    yield from _rests_on_faults(knowledge, f"The answer “{answer.id}”", answer.rests_on)
    yield from _link_faults(knowledge, answer)
    if answer.sensitive and not answer.links.advice:
        yield f"The answer “{answer.id}” is sensitive but leads to no independent advice."


def _rests_on_faults(knowledge: Knowledge, who: str, refs: tuple[str, ...]) -> Iterator[str]:
    for ref in refs:
        fact = knowledge.facts.get(ref)
        if fact is None:
            yield f"{who} rests on “{ref}”, which does not exist."
        elif not is_usable(fact):
            yield f"{who} rests on “{ref}”, which is {fact.confidence.replace('_', ' ')} and must never be told."


def _link_faults(knowledge: Knowledge, answer: Answer) -> Iterator[str]:
    links = answer.links
    known = {
        "offer": (links.offers, knowledge.offers),
        "country": (links.countries, knowledge.countries),
        "support line": (links.lines, knowledge.lines),
        "advice contact": (links.advice, knowledge.advice),
    }
    for kind, (linked, there) in known.items():
        yield from (
            f"The answer “{answer.id}” links to the {kind} “{id_}”, which does not exist."
            for id_ in linked
            if id_ not in there
        )
    for id_ in links.offers:
        if id_ in knowledge.offers and knowledge.offers[id_].state == "ended":
            yield f"The answer “{answer.id}” links to the offer “{id_}”, which has ended."


def _country_faults(knowledge: Knowledge, country: CountryRule) -> Iterator[str]:
    for id_, kind in ((country.rule, "country_rule"), (country.follow_up, "follow_up")):
        answer = knowledge.answers.get(id_)
        if answer is None or answer.kind != kind:
            yield f"The country “{country.iso}” names “{id_}”, which is not an answer of the kind {kind}."
    yield from _rests_on_faults(knowledge, f"The country “{country.iso}”", country.rests_on)
    for ref in country.rests_on:
        if ref in knowledge.facts and country.iso not in knowledge.facts[ref].countries:
            yield f"The country “{country.iso}” rests on “{ref}”, which does not name it."
    if not country.rests_on and (country.rule, country.follow_up) != DEFAULT_RULE:
        yield f"The country “{country.iso}” has a rule but rests on no fact."


def _contact_faults(contact: AdviceContact) -> Iterator[str]:
    if contact.phone is None:
        return
    if not _is_number(contact.phone):
        yield f"The advice contact “{contact.id}” has “{contact.phone}”, which is not a telephone number."
    if contact.phone_status is None:
        yield f"The advice contact “{contact.id}” has a number without saying how old it is."


def _is_number(number: str) -> bool:
    if _HARMONISED.fullmatch(number):
        return True
    try:
        parsed = parse(number, "DE")
    except NumberParseException:
        return False
    return is_valid_number(parsed) or is_valid_short_number(parsed)
