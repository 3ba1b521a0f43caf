"""Who can take calls: each agent's languages, topics, way of being reached, and weekly shifts."""

from collections.abc import Container, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.accounts import service as accounts_service
from app.accounts.models import Action, Person, Role, State
from app.calls.codes import TOPICS
from app.calls.desk import Desk
from app.console.door import asked_id, router, some_person
from app.console.line_door import (
    MOODS,
    MORE_LANGUAGES,
    PEOPLE,
    SUPERVISORS,
    ending,
    language_name,
    line_of,
    list_lands,
    list_languages,
    noted,
)
from app.console.line_forms import LEVELS, WEEK, NewShift, Skilled
from app.kit.extent import EVERYTHING
from app.knowledge.models import CONTENT_LANGUAGES
from app.queue import service
from app.queue.models import Agent, Shift, Skills
from app.shell.answers import Answer, Flash, Page, Question, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, blank
from app.shell.provided import Provided
from app.shell.registry import Menu
from app.shell.tables import Badge, Column, Link, Table

_ROLES: Final = frozenset({Role.AGENT, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may take calls, what they can do, and where they are; None for what is not known yet."""

    person: Person
    skills: Skills | None
    agent: Agent | None
    speaks: str

    @property
    def state(self) -> Badge | None:
        if not _is_in_team(self.person):
            return Badge("former", "danger")
        return Badge(self.agent.status.value, MOODS[self.agent.status]) if self.agent else None


def _topics(one: Member) -> str | None:
    if one.skills is None:
        return None
    return "some" if one.skills.topics else "all"


def _way(one: Member) -> str | None:
    if one.skills is None:
        return None
    return "telephone" if one.skills.telephone else "softphone"


MEMBERS: Final = Table[Member](
    "line.people",
    columns=(
        Column(
            "name",
            lambda one: Link(f"{PEOPLE}/{one.person.id}", one.person.display_name),
            sort=lambda one: one.person.display_name.casefold(),
        ),
        Column("state", lambda one: one.state, words="line.status"),
        Column("languages", lambda one: one.speaks or None),
        Column("topics", _topics, words="line.topics"),
        Column("way", _way, words="line.way"),
    ),
)


@router.page(PEOPLE, access=SUPERVISORS, title="line.people.title", menu=Menu("line", 20))
async def people_page(ask: Ask) -> Answer:
    agents = {agent.agent_id: agent for agent in await service.list_agents(line_of(ask))}
    skills = await service.list_skills(line_of(ask))
    rows = [
        Member(person, skills.get(person.id), agents.get(person.id), _speaks(ask, skills.get(person.id)))
        for person in await _team(ask, skills)
    ]
    return Page("line_people.html", {"people": MEMBERS.show(ask, rows)})


async def _somebody(given: Provided) -> Sequence[str]:
    """One with languages and shifts where there is one, and one that may have none."""
    known = list(await service.list_skills(given.get(Desk).line))[:1]
    return [f"{PEOPLE}/{person_id}" for person_id in (*known, await some_person(given, Role.AGENT))]


async def _some_question(given: Provided) -> Sequence[str]:
    return [f"{address}/remove" for address in (await _somebody(given))[:1]]


@router.page(f"{PEOPLE}/{{id}}", access=SUPERVISORS, title="line.person.title", parent=PEOPLE, example=_somebody)
async def person_page(ask: Ask) -> Answer:
    return await _shown(ask, await _asked(ask))


@router.deed(f"{PEOPLE}/{{id}}", access=SUPERVISORS, back=PEOPLE)
async def set_skills(ask: Ask) -> Answer:
    person, form = await _asked(ask), ask.read(Skilled)
    before = await service.get_skills(line_of(ask), person.id)
    kept = before.telephone if before else None
    wanted = form.value
    if wanted and wanted.own_telephone and not (wanted.number or kept):
        form = form.refused("number", "line.skills.number.missing")
    if wanted is None or form.value is None:
        return await _shown(ask, person, skilled=form)
    telephone = (wanted.number or kept) if wanted.own_telephone else None
    skills = Skills(wanted.languages, frozenset(wanted.topics), wanted.woman, wanted.land or "DE", telephone)
    await service.set_skills(line_of(ask), person.id, skills)
    await noted(ask, Action.SKILLS_SET, person.id)
    return Redirect(PEOPLE, flash=Flash("line.skills.set", {"name": person.display_name}))


@router.deed(f"{PEOPLE}/{{id}}/shifts", access=SUPERVISORS, back=PEOPLE)
async def add_shift(ask: Ask) -> Answer:
    person, form = await _asked(ask), ask.read(NewShift)
    if await service.get_skills(line_of(ask), person.id) is None:
        return Redirect(f"{PEOPLE}/{person.id}", flash=Flash("line.shifts.first", mood="warning"))
    if form.value is None:
        return await _shown(ask, person, shift=form)
    added = [Shift(day, form.value.begins, form.value.ends) for day in form.value.days]
    there = await service.get_shifts(line_of(ask), person.id)
    return await _keep_shifts(ask, person, {*there, *added}, "line.shift.added")


@router.deed(f"{PEOPLE}/{{id}}/shifts/remove", access=SUPERVISORS, back=PEOPLE)
async def remove_shift(ask: Ask) -> Answer:
    person, named = await _asked(ask), next(iter(ask.posted.get("shift", ())), "")
    there = await service.get_shifts(line_of(ask), person.id)
    return await _keep_shifts(ask, person, {one for one in there if name_of(one) != named}, "line.shift.removed")


async def _keep_shifts(ask: Ask, person: Person, shifts: AbstractSet[Shift], told: str) -> Answer:
    ordered = sorted(shifts, key=lambda shift: (shift.weekday, shift.begins))
    await service.set_shifts(line_of(ask), person.id, ordered)
    await noted(ask, Action.SHIFTS_SET, person.id)
    return Redirect(f"{PEOPLE}/{person.id}", flash=Flash(told))


@router.page(
    f"{PEOPLE}/{{id}}/remove", access=SUPERVISORS, title="line.person.title", parent=PEOPLE, example=_some_question
)
async def ask_to_remove(ask: Ask) -> Answer:
    person = await _asked(ask)
    back, slots = f"{PEOPLE}/{person.id}", {"name": person.display_name}
    return Question("line.people.remove", deed=ask.here, back=back, slots=slots, danger=True)


@router.deed(f"{PEOPLE}/{{id}}/remove", access=SUPERVISORS, back=PEOPLE)
async def remove(ask: Ask) -> Answer:
    """What is noted of somebody who is not there any more would still be counted on."""
    person = await _asked(ask)
    await service.remove_agent(line_of(ask), person.id)
    await noted(ask, Action.AGENT_REMOVED, person.id)
    return Redirect(PEOPLE, flash=Flash("line.people.removed", {"name": person.display_name}))


def name_of(shift: Shift) -> str:
    """How a form names a shift."""
    return f"{shift.weekday} {shift.begins:%H:%M} {shift.ends:%H:%M}"


def _is_in_team(person: Person) -> bool:
    return person.role in _ROLES and person.state is State.ACTIVE


async def _team(ask: Ask, skills: Container[UUID]) -> list[Person]:
    """Everybody who may take calls, and who did and is still noted, by name."""
    people = await accounts_service.list_people(ask.accounts, EVERYTHING)
    there = [person for person in people if _is_in_team(person) or person.id in skills]
    return sorted(there, key=lambda person: person.display_name.casefold())


async def _asked(ask: Ask) -> Person:
    person_id, skills = asked_id(ask), await service.list_skills(line_of(ask))
    person = next((person for person in await _team(ask, skills) if person.id == person_id), None)
    if person is None:
        raise Missing
    return person


def _speaks(ask: Ask, skills: Skills | None) -> str:
    """The languages with their levels, the best first."""
    if skills is None:
        return ""
    spoken = sorted(skills.languages.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{language_name(ask, code)} ({ask.translate(f'line.level.{level}')})" for code, level in spoken)


async def _shown(
    ask: Ask, person: Person, *, skilled: Form[Skilled] | None = None, shift: Form[NewShift] | None = None
) -> Page:
    skills, named = await service.get_skills(line_of(ask), person.id), list_languages(ask)
    form = skilled or _filled(skills)
    context = {
        "person": person,
        "known": skills is not None,
        "skilled": form,
        "shift": shift or blank(NewShift),
        "spoken": named[: len(CONTENT_LANGUAGES)],
        "more": named[len(CONTENT_LANGUAGES) :],
        "more_open": any(form.chosen("levels", f"{code}:{level}") for code in MORE_LANGUAGES for level in LEVELS[1:]),
        "levels": [(level, ask.translate(f"line.level.{level}")) for level in LEVELS],
        "topics": [(topic, ask.translate(f"referral.topic.{topic}")) for topic in TOPICS],
        "lands": list_lands(ask),
        "kept": ending((skills.telephone if skills else None) or ""),
        "days": [(day, ask.translate(f"line.day.{day}")) for day in WEEK],
        "shifts": [(name_of(one), one) for one in await service.get_shifts(line_of(ask), person.id)],
    }
    return Page("line_person.html", context, form=skilled or shift, heading=person.display_name)


def _filled(skills: Skills | None) -> Form[Skilled]:
    if skills is None:
        return blank(Skilled)
    levels = [f"{code}:{level}" for code, level in skills.languages.items()]
    land = "" if skills.land == "DE" else skills.land
    topics = sorted(skills.topics)
    own = skills.telephone is not None
    return blank(Skilled, levels=levels, topics=topics, woman=skills.woman, land=land, own_telephone=own)
