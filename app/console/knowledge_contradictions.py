"""What official pages contradict each other about, side by side with sources, for those who counsel and who edit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.console.door import COUNSELLING, LOADING, find_knowledge, may_edit, router, title_of
from app.knowledge.models import Fact, Knowledge
from app.knowledge.rules import is_contradicted
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.registry import Menu


@dataclass(frozen=True, slots=True)
class Side:
    """One of the statements; `note` says what the reader of the source noted."""

    fact: Fact
    note: str | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all be true, of one offer, and the answers that rest on any of them."""

    offer: str
    sides: tuple[Side, ...]
    answers: tuple[str, ...]


@router.page(
    "/knowledge/contradictions",
    access=COUNSELLING,
    title="contradictions.title",
    parent="/knowledge",
    menu=Menu("work", 12),
)
async def contradictions_page(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    found = list_contradictions(knowledge)
    titles = {id_: title_of(ask, knowledge, id_) for one in found for id_ in (one.offer, *one.answers)}
    context = {"found": found, "titles": titles, "topics": _topics(knowledge), "editing": may_edit(ask)}
    return Page("contradictions.html", context)


def _topics(knowledge: Knowledge) -> frozenset[str]:
    """The answers that have a page."""
    return frozenset(id_ for id_, answer in knowledge.answers.items() if answer.kind == "topic")


def list_contradictions(knowledge: Knowledge) -> list[Contradiction]:
    """Each group of statements once, those that answers rest on first."""
    notes = {
        f"{offer.id}/{fact.id}": fact.confidence_note for offer in knowledge.offers.values() for fact in offer.facts
    }
    found = [
        Contradiction(
            refs[0].partition("/")[0],
            tuple(Side(knowledge.facts[ref], notes.get(ref)) for ref in refs),
            tuple(id_ for id_, answer in knowledge.answers.items() if not set(refs).isdisjoint(answer.rests_on)),
        )
        for refs in _groups(knowledge)
    ]
    return sorted(found, key=lambda one: (not one.answers, one.offer))


def _groups(knowledge: Knowledge) -> Iterator[tuple[str, ...]]:
    """The facts that contradict each other, directly or by others; a fact that only pages outside deny stands alone."""
    against: Mapping[str, set[str]] = {ref: set(fact.conflicts_with) for ref, fact in knowledge.facts.items()}
    for ref, others in list(against.items()):
        for other in others:
            against[other].add(ref)
    seen: set[str] = set()
    for ref, fact in knowledge.facts.items():
        if ref in seen or not (is_contradicted(fact) or against[ref]):
            continue
        group, waiting = [], [ref]
        while waiting:
            one = waiting.pop(0)
            if one not in seen:
                seen.add(one)
                group.append(one)
                waiting += sorted(against[one])
        yield tuple(group)
