"""The interpreters that can be called into a conversation: their languages, hours and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import uuid4

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # The stubs lack it.
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from app.accounts.models import Action
from app.calls.desk import Desk
from app.console.door import asked_id, router
from app.console.line_door import (
    INTERPRETERS,
    LANGUAGES,
    SUPERVISORS,
    ending,
    language_name,
    line_of,
    list_languages,
    noted,
)
from app.console.line_forms import callable_number
from app.queue import service
from app.queue.models import Interpreter, Line
from app.shell.answers import Answer, Flash, Page, Question, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.provided import Provided
from app.shell.registry import Menu
from app.shell.tables import Column, Link, Table

_ONE: Final = f"{INTERPRETERS}/{{id}}"
# The Federal Network Agency keeps 030 23125 000 to 999 free for films and the like: nobody has such a number.
EXAMPLE_NUMBER: Final = "+493023125456"


class Entry(FormModel):
    """What is noted of an interpreter; a number or PIN that is left out stays as it is."""

    words: ClassVar[str] = "line.interpreters"
    name: str = Field(min_length=2, max_length=100)
    languages: list[str] = Field(min_length=1)
    number: str = Field(default="", max_length=40)
    pin: str = Field(default="", pattern=r"^[0-9#*w]{0,20}$")
    hours: str = Field(default="", max_length=200)

    @field_validator("languages")
    @classmethod
    def _known(cls, languages: list[str]) -> list[str]:
        if not set(LANGUAGES).issuperset(languages):
            raise PydanticCustomError("form.fault.enum", "")
        return languages

    _callable = field_validator("number")(callable_number)

    @field_validator("hours")
    @classmethod
    def _readable(cls, hours: str) -> str:
        try:
            OpeningHours(hours or "24/7")
        except ParserError:
            raise PydanticCustomError("line.interpreters.hours.unreadable", "") from None
        return hours


class NewEntry(Entry):
    """Somebody new needs a number."""

    number: str = Field(max_length=40)


@dataclass(frozen=True, slots=True)
class Row:
    """An interpreter as the list shows one."""

    interpreter: Interpreter
    speaks: str


LISTED: Final = Table[Row](
    "line.interpreters",
    columns=(
        Column(
            "name",
            lambda row: Link(f"{INTERPRETERS}/{row.interpreter.id}", row.interpreter.name),
            sort=lambda row: row.interpreter.name.casefold(),
        ),
        Column("languages", lambda row: row.speaks),
        Column("hours", lambda row: row.interpreter.hours),
    ),
)


@router.page(INTERPRETERS, access=SUPERVISORS, title="line.interpreters.title", menu=Menu("line", 30))
async def interpreters_page(ask: Ask) -> Answer:
    there = await service.list_interpreters(line_of(ask))
    rows = [Row(one, ", ".join(language_name(ask, code) for code in one.languages)) for one in there]
    return Page("line_interpreters.html", {"interpreters": LISTED.show(ask, rows)})


@router.page(f"{INTERPRETERS}/new", access=SUPERVISORS, title="line.interpreters.new.title", parent=INTERPRETERS)
async def new_interpreter(ask: Ask) -> Answer:
    return _form(ask, blank(NewEntry), None)


@router.deed(f"{INTERPRETERS}/new", access=SUPERVISORS, back=INTERPRETERS)
async def add_interpreter(ask: Ask) -> Answer:
    return await _saved(ask, ask.read(NewEntry), None)


async def _someone(given: Provided) -> Sequence[str]:
    interpreter = await _make_example(given.get(Desk).line)
    return [f"{INTERPRETERS}/{interpreter.id}"]


async def _some_question(given: Provided) -> Sequence[str]:
    return [f"{address}/remove" for address in await _someone(given)]


async def _make_example(line: Line) -> Interpreter:
    if there := await service.list_interpreters(line):
        return there[0]
    made = Interpreter(uuid4(), "Beispiel", ("ti",), EXAMPLE_NUMBER)
    await service.save_interpreter(line, made)
    return made


@router.page(_ONE, access=SUPERVISORS, title="line.interpreters.one.title", parent=INTERPRETERS, example=_someone)
async def interpreter_page(ask: Ask) -> Answer:
    one = await _asked(ask)
    form = blank(Entry, name=one.name, languages=list(one.languages), hours=one.hours or "")
    return _form(ask, form, one)


@router.deed(_ONE, access=SUPERVISORS, back=INTERPRETERS)
async def change_interpreter(ask: Ask) -> Answer:
    return await _saved(ask, ask.read(Entry), await _asked(ask))


@router.page(
    f"{_ONE}/remove",
    access=SUPERVISORS,
    title="line.interpreters.remove.title",
    parent=INTERPRETERS,
    example=_some_question,
)
async def ask_to_remove(ask: Ask) -> Answer:
    one = await _asked(ask)
    back, slots = f"{INTERPRETERS}/{one.id}", {"name": one.name}
    return Question("line.interpreters.remove", deed=ask.here, back=back, slots=slots, danger=True)


@router.deed(f"{_ONE}/remove", access=SUPERVISORS, back=INTERPRETERS)
async def remove(ask: Ask) -> Answer:
    one = await _asked(ask)
    await service.remove_interpreter(line_of(ask), one.id)
    await noted(ask, Action.INTERPRETER_REMOVED, one.id)
    return Redirect(INTERPRETERS, flash=Flash("line.interpreters.removed", {"name": one.name}))


async def _asked(ask: Ask) -> Interpreter:
    one = await service.find_interpreter(line_of(ask), asked_id(ask))
    if one is None:
        raise Missing
    return one


async def _saved(ask: Ask, form: Form[Entry] | Form[NewEntry], before: Interpreter | None) -> Answer:
    typed = form.value
    if typed is None:
        return _form(ask, form, before)
    one = Interpreter(
        id=before.id if before else uuid4(),
        name=typed.name,
        languages=tuple(typed.languages),
        telephone=typed.number or (before.telephone if before else ""),
        pin=typed.pin or (before.pin if before else ""),
        hours=typed.hours or None,
    )
    await service.save_interpreter(line_of(ask), one)
    await noted(ask, Action.INTERPRETER_SAVED, one.id)
    return Redirect(INTERPRETERS, flash=Flash("line.interpreters.saved", {"name": one.name}))


def _form(ask: Ask, form: Form[Entry] | Form[NewEntry], one: Interpreter | None) -> Page:
    kept = ending(one.telephone if one else "")
    context = {"one": one, "address": ask.here, "spoken": list_languages(ask), "kept": kept}
    return Page("line_interpreter.html", context, form=form, heading=one.name if one else None)
