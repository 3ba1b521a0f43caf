"""A small application of a few pages in the shell, with real accounts: what the shell's own tests open."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, ClassVar

from fastapi import FastAPI
from pydantic import Field, SecretStr

from app.accounts.models import Role, Stage
from app.accounts.service import Accounts
from app.kit.crypto import KeyRing
from app.kit.reach import open_database
from app.shell.access import PUBLIC, SIGNED_IN, at_stage, only
from app.shell.answers import Answer, Data, Download, Flash, Fragment, Page, Question, Redirect, Undo
from app.shell.ask import Ask
from app.shell.forms import FormModel, blank
from app.shell.opening import Shell, furnish
from app.shell.provided import Provided, provide
from app.shell.registry import Menu, PageRouter

SETTING = "c2hlbGxzaGVsbHNoZWxsc2hlbGxzaGVsbHNoZWxsc2g="
KEYS = KeyRing.from_setting(SETTING)
ADMINISTRATOR = only(Role.ADMINISTRATOR)
PROVIDER = "https://provider.example"


@dataclass
class Done:
    """What the toy's deeds have done, in order."""

    deeds: list[str] = field(default_factory=list)


class Note(FormModel):
    """The toy's form; its words are those of the page of examples."""

    words: ClassVar[str] = "styleguide.form"
    name: Annotated[str, Field(min_length=3)]
    secret: SecretStr
    note: str = ""


def toy_router() -> PageRouter:
    router = PageRouter("toy", templates=Path(__file__).parent / "templates")
    add_pages(router)
    add_deeds(router)
    return router


def add_pages(router: PageRouter) -> None:
    router.page("/", access=SIGNED_IN, title="shell.area", menu=Menu("work", 1))(plain_page)
    router.page("/login", access=PUBLIC, title="shell.name")(plain_page)
    router.page("/step-up", access=SIGNED_IN, title="idle.title")(plain_page)
    router.page("/login/enrol", access=at_stage(Stage.ENROL), title="menu.content")(plain_page)
    router.page("/desk", access=only(Role.AGENT, Role.SUPERVISOR), title="menu.work", menu=Menu("work", 2))(plain_page)
    router.page("/people", access=ADMINISTRATOR, title="menu.administration", menu=Menu("administration", 1))(note)
    router.page("/secret", access=SIGNED_IN, title="styleguide.form.secret", step_up=True)(plain_page)
    router.page("/account", access=SIGNED_IN, title="role.agent", menu=Menu("account", 1))(plain_page)
    router.page("/people/{name}", access=ADMINISTRATOR, title="styleguide.fruit.title", parent="/people", example=ada)(
        ask_first
    )
    router.page("/broken", access=only(Role.REVIEWER), title="fault.broken.title", example=nowhere)(broken)
    router.download("/file", access=SIGNED_IN, step_up=True, back="/secret")(file)
    router.data("/quiet", access=SIGNED_IN, renews=False)(quiet)


def add_deeds(router: PageRouter) -> None:
    router.deed("/people", access=ADMINISTRATOR)(send_note)
    router.deed("/people/{name}", access=ADMINISTRATOR, back="/people")(disable)
    router.deed("/undo", access=ADMINISTRATOR, back="/people")(undo)
    router.deed("/public", access=PUBLIC, back="/login")(public_deed)
    router.deed("/logout", access=SIGNED_IN)(public_deed)


async def ada(_given: Provided) -> list[str]:
    return ["/people/Ada"]


async def nowhere(_given: Provided) -> list[str]:
    return []


async def plain_page(ask: Ask) -> Answer:
    return Page("plain.html", {"next_page": ask.next_page()})


async def note(_ask: Ask) -> Answer:
    return Page("note.html", form=blank(Note))


async def send_note(ask: Ask) -> Answer:
    form = ask.read(Note)
    if form.value is None:
        return Fragment("plain.html", {"next_page": ""}) if ask.is_htmx else Page("note.html", form=form)
    if form.value.name == "taken":
        return Page("note.html", form=form.refused("name", "form.fault.other"))
    ask.given(Done).deeds.append(f"note {form.value.name}")
    return Redirect("/people", flash=Flash("styleguide.form.sent", {"name": form.value.name}))


async def ask_first(ask: Ask) -> Answer:
    return Question("styleguide.question", deed=ask.here, back="/people", slots={"name": ask.path["name"]}, danger=True)


async def disable(ask: Ask) -> Answer:
    ask.given(Done).deeds.append(f"disable {ask.path['name']}")
    button = Undo("/undo", {"name": ask.path["name"]})
    return Redirect("/people", flash=Flash("styleguide.done", {"name": ask.path["name"]}, undo=button))


async def undo(ask: Ask) -> Answer:
    ask.given(Done).deeds.append(f"enable {ask.undone('/undo')['name']}")
    return Redirect("/people")


async def public_deed(ask: Ask) -> Answer:
    ask.given(Done).deeds.append("public")
    return Redirect(ask.next_page("/login"))


async def broken(_ask: Ask) -> Answer:
    raise ZeroDivisionError("a secret that no page may show")


async def file(_ask: Ask) -> Answer:
    return Download(b"content", "Übersicht.txt", "text/plain")


async def quiet(ask: Ask) -> Answer:
    return Data({"language": ask.language})


def toy_application(
    url: str, database_url: str, clock: Callable[[], datetime], done: Done, *, demo: bool = True
) -> FastAPI:
    """The toy with accounts of its own, opened and closed with it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await open_database(database_url, most=3)
        provide(app, Accounts(database, KEYS, clock, demo=demo))
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    shell = Shell(keys=KEYS, base_url=url, clock=clock, demo=demo, form_targets=(PROVIDER,))
    furnish(app, shell, [toy_router()])
    provide(app, done)
    return app
