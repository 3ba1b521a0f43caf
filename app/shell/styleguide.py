"""The page of examples: every pattern that pages are built of, for people who build pages; in the demo only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from app.shell.access import PUBLIC
from app.shell.answers import Answer, Crumb, Flash, Page, Question, Redirect, Undo
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import FormModel, blank
from app.shell.provided import Provided
from app.shell.registry import PageRouter
from app.shell.tables import Badge, Column, Link, Table


class ExampleForm(FormModel):
    """One field of each kind."""

    words: ClassVar[str] = "styleguide.form"
    name: Annotated[str, Field(min_length=3, max_length=60)]
    secret: Annotated[SecretStr, Field(min_length=12)]
    code: Annotated[str, Field(pattern=r"^\d{6}$")]
    count: Annotated[int, Field(ge=1, le=20)]
    kind: Literal["one", "two", "three"]
    way: Literal["post", "telephone"]
    days: Annotated[list[Literal["weekday", "weekend"]], Field(min_length=1)]
    note: Annotated[str, Field(max_length=500)] = ""
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Fruit:
    """A row of the example table."""

    name: str
    ripe: Literal["ripe", "unripe"]
    weight: int
    picked_on: date
    weighed_at: datetime


_NAMES = (
    "Apfel",
    "Birne",
    "Quitte",
    "Feige",
    "Granatapfel",
    "Dattel",
    "Aprikose",
    "Kirsche",
    "Pflaume",
    "Maulbeere",
    "=1+1",
    "Olive",
)
FRUITS = tuple(
    Fruit(
        name,
        "ripe" if number % 3 else "unripe",
        1234 * (number + 1),
        date(2026, 3, 1) + timedelta(days=number * 9),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC) + timedelta(hours=number * 7),
    )
    for number, name in enumerate(_NAMES)
)


def _leading_to(fruit: Fruit) -> Link:
    return Link(f"/styleguide/fruits/{FRUITS.index(fruit)}", fruit.name)


def _ripeness(fruit: Fruit) -> Badge:
    return Badge(fruit.ripe, "success" if fruit.ripe == "ripe" else "warning")


FRUIT_TABLE = Table[Fruit](
    "styleguide.fruits",
    columns=(
        Column("name", _leading_to, sort=lambda fruit: fruit.name),
        Column("ripe", _ripeness, words="styleguide.fruits"),
        Column("weight", lambda fruit: fruit.weight, sort=lambda fruit: fruit.weight),
        Column("picked", lambda fruit: fruit.picked_on, sort=lambda fruit: fruit.picked_on),
        Column("weighed", lambda fruit: fruit.weighed_at),
    ),
    download="/styleguide/fruits/file",
    page_size=5,
)
EMPTY_TABLE = Table[Fruit]("styleguide.nothing", columns=FRUIT_TABLE.columns)


def styleguide_router() -> PageRouter:
    router = PageRouter("styleguide", templates=Path(__file__).parent / "templates" / "styleguide")
    router.page("/styleguide", access=PUBLIC, title="styleguide.title")(show_all)
    router.page("/styleguide/rtl", access=PUBLIC, title="styleguide.rtl.title", parent="/styleguide")(show_from_right)
    router.page("/styleguide/form", access=PUBLIC, title="styleguide.form.title", parent="/styleguide")(show_form)
    router.deed("/styleguide/form", access=PUBLIC)(send_form)
    router.page("/styleguide/question", access=PUBLIC, title="styleguide.question.title", parent="/styleguide")(
        ask_first
    )
    router.deed("/styleguide/question", access=PUBLIC, back="/styleguide")(do_it)
    router.deed("/styleguide/undo", access=PUBLIC, back="/styleguide")(undo_it)
    router.download("/styleguide/fruits/file", access=PUBLIC, back="/styleguide")(download_fruits)
    router.page(
        "/styleguide/fruits/{number}",
        access=PUBLIC,
        title="styleguide.fruit.title",
        parent="/styleguide",
        example=some_fruit,
    )(show_fruit)
    return router


async def some_fruit(_provided: Provided) -> list[str]:
    return ["/styleguide/fruits/0"]


async def show_all(ask: Ask) -> Answer:
    return Page("all.html", _examples(ask))


async def show_from_right(ask: Ask) -> Answer:
    return Page("all.html", _examples(ask), direction="rtl", trail=(Crumb("/styleguide", "دليل الأنماط"),))


def _examples(ask: Ask) -> dict[str, object]:
    wrong = blank(ExampleForm, name="Al", kind="two").refused("name", "form.fault.string_too_short", min_length=3)
    return {
        "fruits": FRUIT_TABLE.show(ask, FRUITS),
        "nothing": EMPTY_TABLE.show(ask, ()),
        "wrong": wrong.refused("kind", "form.fault.missing"),
        "fresh": blank(ExampleForm, way="post"),
        "number_of": len(FRUITS),
        "at": FRUITS[0].weighed_at,
    }


async def show_form(_ask: Ask) -> Answer:
    return Page("form.html", form=blank(ExampleForm, count=2))


async def send_form(ask: Ask) -> Answer:
    form = ask.read(ExampleForm)
    if form.value is None:
        return Page("form.html", form=form)
    return Redirect("/styleguide", flash=Flash("styleguide.form.sent", {"name": form.value.name}))


async def ask_first(ask: Ask) -> Answer:
    return Question("styleguide.question", deed=ask.here, back="/styleguide", slots={"name": "Quitte"}, danger=True)


async def do_it(_ask: Ask) -> Answer:
    undo = Undo("/styleguide/undo", {"name": "Quitte"})
    return Redirect("/styleguide", flash=Flash("styleguide.done", {"name": "Quitte"}, undo=undo))


async def undo_it(ask: Ask) -> Answer:
    fields = ask.undone("/styleguide/undo")
    return Redirect("/styleguide", flash=Flash("styleguide.undone", {"name": fields["name"]}, mood="info"))


async def show_fruit(ask: Ask) -> Answer:
    number = ask.path["number"]
    fruit = FRUITS[int(number)] if number.isascii() and number.isdecimal() and int(number[:4]) < len(FRUITS) else None
    if fruit is None:
        raise Missing
    return Page("fruit.html", {"fruit": fruit}, heading=fruit.name)


async def download_fruits(ask: Ask) -> Answer:
    return FRUIT_TABLE.download_file(ask, FRUITS)
