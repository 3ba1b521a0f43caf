"""Finds what is wrong with facts, answers, countries, support lines and conditions, one sentence a fault."""

import re
from collections.abc import Iterator
from datetime import date

from phonenumbers import NumberParseException, is_valid_number, is_valid_short_number, parse

from app.knowledge.contacts import AdviceContact, SupportLine
from app.knowledge.faults import Fault, answer_file, country_file, fact_place
from app.knowledge.models import STAND_IN, Answer, CountryRule, Fact, Knowledge
from app.knowledge.rules import DEFAULT_RULE, is_usable, line_review_by

# Numbers for services of social value, the same all over the European Union (decision 2007/116/EC).
_HARMONISED = re.compile(r"116\d{3}")
_LINES = "support_lines/lines.yaml"
_ADVICE = "advice/advice.yaml"


def reference_faults(knowledge: Knowledge) -> list[Fault]:
    """What no day changes: references that lead nowhere and answers on facts that must never become one."""
    return [
        *_fact_faults(knowledge),
        *(fault for answer in knowledge.answers.values() for fault in _answer_faults(knowledge, answer)),
        *(fault for country in knowledge.countries.values() for fault in _country_faults(knowledge, country)),
        *(
            Fault(answer_file(id_), (), f"The answer “{id_}” is missing.")
            for id_ in (*DEFAULT_RULE, STAND_IN)
            if id_ not in knowledge.answers
        ),
    ]


def line_faults(knowledge: Knowledge) -> list[Fault]:
    """Numbers of support lines and advice contacts that no telephone network in Germany has."""
    return [
        *(fault for line in knowledge.lines.values() for fault in _line_faults(line)),
        *(fault for contact in knowledge.advice.values() for fault in _contact_faults(contact)),
    ]


def overdue_numbers(knowledge: Knowledge, today: date) -> list[Fault]:
    """Emergency numbers whose review is overdue."""
    due = {
        line.id: line_review_by(line, knowledge.lines_retrieved_on)
        for line in knowledge.lines.values()
        if line.kind == "emergency"
    }
    return [
        Fault(_LINES, ("lines", id_), f"The emergency number “{id_}” had to be confirmed by {day.isoformat()}.")
        for id_, day in due.items()
        if day < today
    ]


def _fact_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for offer in knowledge.offers.values():
        ids = [fact.id for fact in offer.facts]
        for place, id_ in enumerate(ids):
            if id_ in ids[:place]:
                steps = ("facts", place)
                yield Fault(f"offers/{offer.id}.yaml", steps, f"The fact “{offer.id}/{id_}” stands twice.")
    for fact in knowledge.facts.values():
        yield from (Fault(*fact_place(fact.ref), sentence) for sentence in _wrong_with(knowledge, fact))


def _wrong_with(knowledge: Knowledge, fact: Fact) -> Iterator[str]:
    for ref in fact.conflicts_with:
        other = knowledge.facts.get(ref)
        if other is None:
            yield f"The fact “{fact.ref}” conflicts with “{ref}”, which does not exist."
        elif fact.ref not in other.conflicts_with:
            yield f"The fact “{fact.ref}” conflicts with “{ref}”, but that fact does not say so."
    if fact.as_of is not None and fact.as_of.first_day() > fact.retrieved_on:
        yield f"The fact “{fact.ref}” is dated after the day it was read."
    if fact.valid_from and fact.valid_to and fact.valid_to < fact.valid_from:
        yield f"The fact “{fact.ref}” ends before it begins."
    if not fact.ref.startswith("advice/") and is_usable(fact):
        yield from (
            f"The fact “{fact.ref}” names {iso}, which has no file in countries."
            for iso in fact.countries
            if iso not in knowledge.countries
        )


def _answer_faults(knowledge: Knowledge, answer: Answer) -> Iterator[Fault]:
    file = answer_file(answer.id)
    if not answer.rests_on:
        sentence = f"The answer “{answer.id}” rests on no fact, so it has neither source nor date."
        yield Fault(file, ("rests_on",), sentence)
    yield from _rests_on_faults(knowledge, file, f"The answer “{answer.id}”", answer.rests_on)
    yield from _link_faults(knowledge, answer)
    if answer.sensitive and not answer.links.advice:
        yield Fault(file, ("links",), f"The answer “{answer.id}” is sensitive but leads to no independent advice.")


def _rests_on_faults(knowledge: Knowledge, file: str, who: str, refs: tuple[str, ...]) -> Iterator[Fault]:
    for place, ref in enumerate(refs):
        if sentence := unusable(knowledge, ref):
            yield Fault(file, ("rests_on", place), f"{who} rests on {sentence}")


def unusable(knowledge: Knowledge, ref: str) -> str:
    """Why nothing may rest on a fact, as the end of a sentence; empty where it may."""
    fact = knowledge.facts.get(ref)
    if fact is None:
        return f"“{ref}”, which does not exist."
    if not is_usable(fact):
        return f"“{ref}”, which is {fact.confidence.replace('_', ' ')} and must never be told."
    return ""


def _link_faults(knowledge: Knowledge, answer: Answer) -> Iterator[Fault]:
    links, file = answer.links, answer_file(answer.id)
    known = {
        "offers": ("offer", links.offers, knowledge.offers),
        "countries": ("country", links.countries, knowledge.countries),
        "lines": ("support line", links.lines, knowledge.lines),
        "advice": ("advice contact", links.advice, knowledge.advice),
    }
    for field, (kind, linked, there) in known.items():
        for place, id_ in enumerate(linked):
            steps = ("links", field, place)
            if id_ not in there:
                yield Fault(file, steps, f"The answer “{answer.id}” links to the {kind} “{id_}”, which does not exist.")
            elif field == "offers" and knowledge.offers[id_].state == "ended":
                yield Fault(file, steps, f"The answer “{answer.id}” links to the offer “{id_}”, which has ended.")


def _country_faults(knowledge: Knowledge, country: CountryRule) -> Iterator[Fault]:
    file = country_file(country.iso)
    for field, id_, kind in (("rule", country.rule, "country_rule"), ("follow_up", country.follow_up, "follow_up")):
        answer = knowledge.answers.get(id_)
        if answer is None or answer.kind != kind:
            sentence = f"The country “{country.iso}” names “{id_}”, which is not an answer of the kind {kind}."
            yield Fault(file, (field,), sentence)
    yield from _rests_on_faults(knowledge, file, f"The country “{country.iso}”", country.rests_on)
    for place, ref in enumerate(country.rests_on):
        if ref in knowledge.facts and country.iso not in knowledge.facts[ref].countries:
            sentence = f"The country “{country.iso}” rests on “{ref}”, which does not name it."
            yield Fault(file, ("rests_on", place), sentence)
    if not country.rests_on and (country.rule, country.follow_up) != DEFAULT_RULE:
        yield Fault(file, ("rests_on",), f"The country “{country.iso}” has a rule but rests on no fact.")


def _line_faults(line: SupportLine) -> Iterator[Fault]:
    steps = ("lines", line.id, "numbers")
    for place, number in enumerate(line.numbers):
        if not _is_number(number):
            sentence = f"The support line “{line.id}” has “{number}”, which is not a telephone number."
            yield Fault(_LINES, (*steps, place), sentence)
    if line.kind == "emergency" and not line.numbers:
        yield Fault(_LINES, steps, f"The emergency line “{line.id}” has no number.")


def _contact_faults(contact: AdviceContact) -> Iterator[Fault]:
    if contact.phone is None:
        return
    steps = ("advice", contact.id, "phone")
    if not _is_number(contact.phone):
        sentence = f"The advice contact “{contact.id}” has “{contact.phone}”, which is not a telephone number."
        yield Fault(_ADVICE, steps, sentence)
    if contact.phone_status is None:
        sentence = f"The advice contact “{contact.id}” has a number without saying how old it is."
        yield Fault(_ADVICE, steps, sentence)


def _is_number(number: str) -> bool:
    if _HARMONISED.fullmatch(number):
        return True
    try:
        parsed = parse(number, "DE")
    except NumberParseException:
        return False
    return is_valid_number(parsed) or is_valid_short_number(parsed)
