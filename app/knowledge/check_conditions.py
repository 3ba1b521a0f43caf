"""Finds what is wrong with the conditions of offers, one sentence a fault."""

from collections.abc import Iterator

from app.knowledge.check import unusable
from app.knowledge.conditions import OPTIONS, OTHER_GROUP, Condition
from app.knowledge.faults import Fault
from app.knowledge.models import Knowledge
from app.knowledge.rules import may_be_spoken_as_amount

_FILE = "offers/conditions.yaml"


def condition_faults(knowledge: Knowledge) -> list[Fault]:
    """Conditions on facts that do not exist or may not be told, and answers that no question has."""
    return [*_offer_faults(knowledge), *_group_faults(knowledge)]


def _offer_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for id_, offer in knowledge.conditions.offers.items():
        if id_ not in knowledge.offers:
            yield Fault(_FILE, ("offers", id_), f"The conditions name the offer “{id_}”, which does not exist.")
        for place, condition in enumerate(offer.conditions):
            steps = ("offers", id_, "conditions", place)
            named = f"The condition “{condition.reason}” of “{id_}”"
            yield from (Fault(_FILE, steps, f"{named} {fault}") for fault in _condition_faults(knowledge, condition))
        for place, amount in enumerate(offer.amounts):
            fact = knowledge.facts.get(amount.fact)
            if fact is None or not may_be_spoken_as_amount(fact):
                sentence = f"The amount “{amount.fact}” of “{id_}” may not be told."
                yield Fault(_FILE, ("offers", id_, "amounts", place), sentence)


def _condition_faults(knowledge: Knowledge, condition: Condition) -> Iterator[str]:
    if reason := unusable(knowledge, condition.fact):
        yield f"rests on {reason}"
    elif condition.listed is not None and not knowledge.facts[condition.fact].countries:
        yield f"asks for a country of “{condition.fact}”, which lists none."
    for question, answers in (*condition.when.items(), *condition.unless.items()):
        groups = (*knowledge.conditions.groups, OTHER_GROUP)
        options = groups if question.endswith("_group") else OPTIONS.get(question)
        for answer in answers:
            if options is not None and answer not in options:
                yield f"asks for “{question}: {answer}”, which nobody can answer."


def _group_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for name, members in knowledge.conditions.groups.items():
        if isinstance(members, str) and not (knowledge.facts.get(members) and knowledge.facts[members].countries):
            sentence = f"The group “{name}” is no list of countries and no fact that has one."
            yield Fault(_FILE, ("groups", name), sentence)
