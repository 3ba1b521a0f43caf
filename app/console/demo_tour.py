"""The guided tour on the desk, in the shift for practice alone: what comes next, and whether it was done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final, Protocol
from uuid import UUID

from app.console.door import router as console
from app.console.line_door import HOTLINE, LINE, line_of
from app.queue import service
from app.queue.models import Status
from app.shell.answers import Answer, Fragment, Redirect, Unchanged
from app.shell.ask import Ask
from app.shell.registry import PageRouter

_TOUR: Final = f"{LINE}/tour"
_MARK_BYTES: Final = 9
_OFF_DUTY: Final = frozenset({Status.BREAK, Status.AWAY})

router = PageRouter("demo_tour", templates=console.templates)


class Practice(Protocol):
    """The shift for practice: which call of how many it is, what that one practises, and what agents did meanwhile."""

    @property
    def place(self) -> int: ...
    @property
    def calls(self) -> int: ...
    @property
    def over(self) -> bool: ...
    @property
    def practises(self) -> Mapping[str, str]: ...
    @property
    def searches(self) -> int: ...
    @property
    def texts(self) -> int: ...
    def has_spoken(self, person_id: UUID) -> bool: ...
    def restart(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """How it stands: `searches` and `texts` count up, `spoke` is true once the agent said something in the call."""

    status: Status
    searches: int = 0
    texts: int = 0
    spoke: bool = False


@dataclass(frozen=True, slots=True)
class Tour:
    """How far somebody is; `before` are the facts with which the call began."""

    place: int = 0
    before: Facts | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Tours:
    """Everybody's tour; without a `practice` there is none."""

    practice: Practice | None
    by_person: dict[UUID, Tour] = field(default_factory=dict)


def _is_over(facts: Facts) -> bool:
    """In a call that is over there is nothing left to practise."""
    return facts.status is not Status.IN_CALL


# A step is done by what the line, the exchange and the tools know, never by somebody's word.
_STEPS: Final[Mapping[str, Callable[[Facts, Facts], bool]]] = {
    "ready": lambda facts, _: facts.status not in _OFF_DUTY,
    "accept": lambda facts, _: facts.status in {Status.IN_CALL, Status.WRAP_UP},
    "search": lambda facts, before: facts.searches > before.searches or _is_over(facts),
    "say": lambda facts, _: facts.spoke or _is_over(facts),
    "text": lambda facts, before: facts.texts > before.texts or _is_over(facts),
    "end": lambda facts, _: _is_over(facts),
    "wrap-up": lambda facts, _: facts.status not in {Status.IN_CALL, Status.WRAP_UP},
}
STEPS: Final = tuple(_STEPS)
# The deeds of the desk whose keys a step names.
_DEEDS: Final[Mapping[str, str]] = {
    "ready": "ready",
    "accept": "accept",
    "search": "search",
    "say": "phone",
    "text": "text",
    "end": "end",
}


def advance(tour: Tour, facts: Facts) -> Tour:
    """The tour after all steps that were done meanwhile."""
    while tour.place < len(STEPS):
        name = STEPS[tour.place]
        if not _STEPS[name](facts, tour.before or facts):
            break
        before = facts if name == "accept" else tour.before
        tour = replace(tour, place=tour.place + 1, before=before)
    return tour


@router.data(_TOUR, access=HOTLINE, renews=False)
async def show_tour(ask: Ask) -> Answer:
    """The panel; nothing where it is as the page has it, or where nobody practises."""
    tours, me = ask.given(Tours), ask.person().person_id
    if tours.practice is None:
        return Unchanged()
    facts = await _facts(ask, tours.practice, me)
    tour = tours.by_person.get(me, Tour())
    if not tour.left:
        tour = tours.by_person[me] = advance(tour, facts)
    view = await _view(ask, tours.practice, tour)
    mark = blake2b(repr((ask.language, view)).encode(), digest_size=_MARK_BYTES).hexdigest()
    return Unchanged() if ask.query.get("seen") == mark else Fragment("demo_tour.html", {**view, "mark": mark})


async def _facts(ask: Ask, practice: Practice, person_id: UUID) -> Facts:
    agents = await service.list_agents(line_of(ask))
    status = next((agent.status for agent in agents if agent.agent_id == person_id), Status.AWAY)
    return Facts(status, practice.searches, practice.texts, practice.has_spoken(person_id))


async def _view(ask: Ask, practice: Practice, tour: Tour) -> Mapping[str, object]:
    guided = tour.place < len(STEPS)
    step = STEPS[tour.place] if guided else "over" if practice.over else "on"
    keys = await service.get_keys(line_of(ask), ask.person().person_id)
    return {
        "left": tour.left,
        "step": step,
        "step_number": tour.place + 1 if guided else 0,
        "steps": len(STEPS),
        "key": keys.get(_DEEDS.get(step, ""), ""),
        "place": practice.place,
        "calls": practice.calls,
        "practises": practice.practises.get(ask.language, "") if not guided else "",
    }


@router.deed(f"{_TOUR}/skip", access=HOTLINE, back=LINE)
async def skip(ask: Ask) -> Answer:
    """One step is left out."""
    return await _change(ask, lambda tour, facts: advance(_skipped(tour, facts), facts))


def _skipped(tour: Tour, facts: Facts) -> Tour:
    return replace(tour, place=min(tour.place + 1, len(STEPS)), before=tour.before or facts)


@router.deed(f"{_TOUR}/leave", access=HOTLINE, back=LINE)
async def leave(ask: Ask) -> Answer:
    return await _change(ask, lambda tour, _: replace(tour, left=True))


@router.deed(f"{_TOUR}/return", access=HOTLINE, back=LINE)
async def come_back(ask: Ask) -> Answer:
    return await _change(ask, lambda tour, _: replace(tour, left=False))


@router.deed(f"{_TOUR}/restart", access=HOTLINE, back=LINE)
async def restart(ask: Ask) -> Answer:
    """From the first step, with the first caller."""
    practice = ask.given(Tours).practice
    if practice is not None:
        practice.restart()
    return await _change(ask, lambda _tour, _facts: Tour())


async def _change(ask: Ask, change: Callable[[Tour, Facts], Tour]) -> Answer:
    tours, me = ask.given(Tours), ask.person().person_id
    if tours.practice is not None:
        facts = await _facts(ask, tours.practice, me)
        tours.by_person[me] = change(tours.by_person.get(me, Tour()), facts)
    return Redirect(LINE)
