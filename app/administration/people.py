"""The list of the people who may log in, and adding one."""

from typing import ClassVar, Final

from pydantic import Field

from app.accounts import service
from app.accounts.models import FirstPassword, Language, Person, Role, SignIn, State
from app.accounts.refusals import AccountRefused, PersonRefused
from app.administration.door import ADMINISTRATORS, router
from app.centres.models import Directory
from app.kit.extent import EVERYTHING
from app.shell.answers import Answer, Flash, Mood, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import Form, FormModel, blank
from app.shell.registry import Menu
from app.shell.tables import Badge, Column, Link, Table

MOODS: Final[dict[State, Mood]] = {State.ACTIVE: "success", State.PROPOSED: "warning", State.DISABLED: "danger"}
OPERATOR: Final = "operator:"

PEOPLE: Final = Table[Person](
    "people",
    columns=(
        Column(
            "name",
            lambda person: Link(f"/people/{person.id}", person.display_name),
            sort=lambda person: person.display_name.casefold(),
        ),
        Column("login", lambda person: person.login, sort=lambda person: person.login),
        Column("role", lambda person: person.role.value, words="role", sort=lambda person: person.role.value),
        Column("state", lambda person: Badge(person.state.value, MOODS[person.state]), words="people.state"),
        Column("sign_in", lambda person: person.sign_in.value, words="people.sign_in"),
        Column("since", lambda person: person.created_at, sort=lambda person: person.created_at),
    ),
    download="/people/download",
)


class NewPerson(FormModel):
    """Somebody who shall be able to log in."""

    words: ClassVar[str] = "people.add"
    display_name: str = Field(min_length=1, max_length=100)
    login: str = Field(min_length=3, max_length=100)
    role: Role
    centre_id: str | None = None
    sign_in: SignIn = SignIn.PASSWORD
    language: Language = "de"


@router.page("/people", access=ADMINISTRATORS, title="people.title", menu=Menu("administration", 10))
async def people_page(ask: Ask) -> Answer:
    return Page("people.html", {"people": PEOPLE.show(ask, await service.list_people(ask.accounts, EVERYTHING))})


@router.download("/people/download", access=ADMINISTRATORS, step_up=True, back="/people")
async def people_file(ask: Ask) -> Answer:
    return PEOPLE.download_file(ask, await service.list_people(ask.accounts, EVERYTHING))


@router.page("/people/new", access=ADMINISTRATORS, title="people.add.title", parent="/people", step_up=True)
async def new_person_page(ask: Ask) -> Answer:
    return _form_page(ask, blank(NewPerson))


@router.deed("/people/new", access=ADMINISTRATORS, step_up=True, back="/people/new")
async def add_person(ask: Ask) -> Answer:
    form = ask.read(NewPerson)
    new = form.value
    if new is None:
        return _form_page(ask, form)
    if new.centre_id and new.centre_id not in {value for value, _ in _centre_choices(ask)}:
        return _form_page(ask, form.refused("centre_id", "people.centre-malformed"))
    try:
        made = await service.add_person(ask.accounts, by=ask.person().person_id, **new.model_dump())
    except PersonRefused as refused:
        return _form_page(ask, form.refused(refused.field, f"people.{refused.code}"))
    except AccountRefused as refused:
        return _form_page(ask, form.refused("", f"people.{refused.code}"))
    return told_password(ask, made) if made.password else _added(made)


def told_password(ask: Ask, made: FirstPassword) -> Page:
    """The page that shows a password made for somebody, once."""
    heading = ask.translate("people.password.title", name=made.person.display_name)
    return Page("first_password.html", {"made": made}, heading=heading)


def _added(made: FirstPassword) -> Redirect:
    return Redirect(f"/people/{made.person.id}", flash=Flash("people.added", {"name": made.person.display_name}))


def _form_page(ask: Ask, form: Form[NewPerson]) -> Page:
    context = {"roles": role_choices(ask), "centres": _centre_choices(ask), "by_provider": _sign_in_choices(ask)}
    return Page("new_person.html", context, form=form)


def role_choices(ask: Ask) -> list[tuple[str, str]]:
    return [(role.value, ask.translate(f"role.{role.value}")) for role in Role]


def _sign_in_choices(ask: Ask) -> list[tuple[str, str]]:
    return [(way.value, ask.translate(f"people.sign_in.{way.value}")) for way in SignIn]


def _centre_choices(ask: Ask) -> list[tuple[str, str]]:
    """Every centre that callers can be led to, and every operator of several, by name."""
    centres = ask.given(Directory).centres.values()
    named = [(centre.id, f"{centre.name}, {centre.city}" if centre.city else centre.name) for centre in centres]
    return sorted(named, key=lambda choice: choice[1].casefold())
