"""One person's page, and what administrators do with an account."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from app.accounts import service
from app.accounts.means import Accounts
from app.accounts.models import CLI, Person, Role, State
from app.accounts.refusals import AccountRefused, NotAllowed, PersonRefused, PersonUnknown
from app.administration.door import ADMINISTRATORS, asked_id, router
from app.administration.people import MOODS, role_choices, told_password
from app.kit.extent import EVERYTHING
from app.shell.answers import Answer, Flash, Mood, Page, Question, Redirect, Undo
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.provided import Provided


class PersonForm(FormModel):
    """What administrators change of a person in one go."""

    words: ClassVar[str] = "people.change"
    display_name: str = Field(min_length=1, max_length=100)
    role: Role


async def _some_person(given: Provided) -> Sequence[str]:
    return [f"/people/{(await _make_person(given)).id}"]


async def _some_question(given: Provided) -> Sequence[str]:
    person = await _make_person(given)
    return [f"/people/{person.id}/{deed}" for deed in ("disable", "reset", "factor", "propose")]


async def _make_person(given: Provided) -> Person:
    login = f"example-{uuid4().hex[:12]}"
    made = await service.add_person(given.get(Accounts), by=CLI, login=login, display_name="Beispiel", role=Role.EDITOR)
    return made.person


# Registered before the pages of single people, whose addresses look alike.
@router.deed("/people/undo", access=ADMINISTRATORS, back="/people")
async def undo_disable(ask: Ask) -> Answer:
    person_id = UUID(ask.undone("/people/undo")["id"])
    person = await service.get_person(ask.accounts, EVERYTHING, person_id)
    return await _enable(ask, person)


@router.page("/people/{id}", access=ADMINISTRATORS, title="people.person.title", parent="/people", example=_some_person)
async def person_page(ask: Ask) -> Answer:
    person = await _asked(ask)
    return _page(ask, person, blank(PersonForm, display_name=person.display_name, role=person.role))


@router.deed("/people/{id}", access=ADMINISTRATORS, step_up=True, back="/people")
async def change_person(ask: Ask) -> Answer:
    person, form, by = await _asked(ask), ask.read(PersonForm), ask.person().person_id
    if form.value is None:
        return _page(ask, person, form)
    try:
        if form.value.display_name != person.display_name:
            await service.rename(ask.accounts, by=by, person_id=person.id, display_name=form.value.display_name)
        if form.value.role is not person.role:
            await service.change_role(
                ask.accounts, by=by, person_id=person.id, role=form.value.role, centre_id=person.centre_id
            )
    except PersonRefused as refused:
        field = refused.field if refused.field in PersonForm.model_fields else "role"
        return _page(ask, person, form.refused(field, f"people.{refused.code}"))
    except NotAllowed as refused:
        return _page(ask, person, form.refused("role", f"people.{refused.code}"))
    return _back(person, "people.changed")


@router.page(
    "/people/{id}/{deed}",
    access=ADMINISTRATORS,
    title="people.person.title",
    parent="/people",
    example=_some_question,
    step_up=True,
)
async def ask_first(ask: Ask) -> Answer:
    person, deed = await _asked(ask), ask.path["deed"]
    if deed not in _DEEDS:
        raise Missing
    words = f"people.{deed}"
    return Question(
        words, deed=ask.here, back=f"/people/{person.id}", slots={"name": person.display_name}, danger=deed == "disable"
    )


@router.deed("/people/{id}/{deed}", access=ADMINISTRATORS, step_up=True, back="/people")
async def do(ask: Ask) -> Answer:
    person, deed = await _asked(ask), _DEEDS.get(ask.path["deed"])
    if deed is None:
        raise Missing
    try:
        return await deed(ask, person)
    except AccountRefused as refused:
        return _back(person, f"people.{refused.code}", mood="danger")


def _back(person: Person, words: str, mood: Mood = "success") -> Redirect:
    return Redirect(f"/people/{person.id}", flash=Flash(words, {"name": person.display_name}, mood=mood))


async def _asked(ask: Ask) -> Person:
    try:
        return await service.get_person(ask.accounts, EVERYTHING, asked_id(ask))
    except PersonUnknown:
        raise Missing from None


def _page(ask: Ask, person: Person, form: Form[PersonForm]) -> Page:
    context = {
        "person": person,
        "mood": MOODS[person.state],
        "roles": [choice for choice in role_choices(ask) if _may_be_chosen(person, choice[0])],
        "deeds": list_deeds(person, own=person.id == ask.person().person_id),
    }
    return Page("person.html", context, form=form, heading=person.display_name)


def _may_be_chosen(person: Person, role: str) -> bool:
    """Administrators are proposed, not chosen; staff of a centre begin as such, because they belong to it."""
    return role == person.role.value or role not in {Role.ADMINISTRATOR.value, Role.CENTRE_STAFF.value}


def list_deeds(person: Person, *, own: bool) -> list[str]:
    """What can be done with this account now, by the words of its question."""
    if own or person.demo:
        return []
    if person.proposed_by is not None:
        return ["confirm", "decline"]
    if person.state is State.DISABLED:
        return ["enable"]
    by_password = ["reset"] if person.sign_in.value == "password" and person.role is not Role.ADMINISTRATOR else []
    factor = ["factor"] if by_password and person.has_second_factor else []
    propose = [] if person.role in {Role.ADMINISTRATOR, Role.CENTRE_STAFF} else ["propose"]
    return [*by_password, *factor, *propose, "disable"]


async def _disable(ask: Ask, person: Person) -> Answer:
    await service.disable(ask.accounts, by=ask.person().person_id, person_id=person.id)
    undo = Undo("/people/undo", {"id": str(person.id)}) if person.role is not Role.ADMINISTRATOR else None
    flash = Flash("people.disabled", {"name": person.display_name}, undo=undo)
    return Redirect(f"/people/{person.id}", flash=flash)


async def _enable(ask: Ask, person: Person) -> Answer:
    await service.enable(ask.accounts, by=ask.person().person_id, person_id=person.id)
    return _back(person, "people.enabled")


async def _reset_password(ask: Ask, person: Person) -> Answer:
    made = await service.reset_password(ask.accounts, by=ask.person().person_id, person_id=person.id)
    return told_password(ask, made)


async def _reset_factor(ask: Ask, person: Person) -> Answer:
    await service.reset_second_factor(ask.accounts, by=ask.person().person_id, person_id=person.id)
    return _back(person, "people.factor_reset")


async def _propose(ask: Ask, person: Person) -> Answer:
    await service.propose_administrator(ask.accounts, by=ask.person().person_id, person_id=person.id)
    return _back(person, "people.proposed")


async def _confirm(ask: Ask, person: Person) -> Answer:
    await service.confirm_administrator(ask.accounts, by=ask.person().person_id, person_id=person.id)
    return _back(person, "people.confirmed")


async def _decline(ask: Ask, person: Person) -> Answer:
    await service.decline_administrator(ask.accounts, by=ask.person().person_id, person_id=person.id)
    return _back(person, "people.declined")


_DEEDS: dict[str, Callable[[Ask, Person], Awaitable[Answer]]] = {
    "disable": _disable,
    "enable": _enable,
    "reset": _reset_password,
    "factor": _reset_factor,
    "propose": _propose,
    "confirm": _confirm,
    "decline": _decline,
}
