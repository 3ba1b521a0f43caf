"""The console's router, who may enter, and what its pages share: the knowledge, names, and decisions that are kept."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from babel import Locale

from app.accounts import service as accounts_service
from app.accounts.models import Action, Role
from app.accounts.service import Accounts
from app.kit.reach import EVERYTHING, NOTHING, AsyncSession, transaction
from app.knowledge.flags_rules import COUNTRY, LINE, kind_of
from app.knowledge.library import Library
from app.knowledge.models import CONTENT_LANGUAGES, Knowledge
from app.shell.access import only
from app.shell.answers import Page
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.provided import Provided
from app.shell.registry import PageRouter

_FOLDER: Final = Path(__file__).parent
router = PageRouter("console", templates=_FOLDER / "templates", static=_FOLDER / "static")
COUNSELLING: Final = only(Role.AGENT, Role.SUPERVISOR, Role.EDITOR)
# Who looks after the content; a supervisor is the second pair of eyes where there is one editor.
EDITING: Final = only(Role.EDITOR, Role.SUPERVISOR)
LOADING: Final = Page("loading.html", status=503)

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa"})
_LONGEST_TITLE: Final = 100


def find_knowledge(ask: Ask) -> Knowledge | None:
    """None while it is still being read."""
    library = ask.given(Library)
    return library.knowledge if library.ready else None


def may_edit(ask: Ask) -> bool:
    return ask.person().role in EDITING.roles


def asked_id(ask: Ask) -> UUID:
    """The id in the address; raises Missing where it is none."""
    try:
        return UUID(ask.path["id"])
    except ValueError:
        raise Missing from None


def direction_of(language: str) -> str:
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def language_choices(ask: Ask) -> list[tuple[str, str]]:
    """The languages of the content by their names in the reader's language."""
    names = Locale.parse(ask.language).languages
    return [(code, str(names.get("ku" if code == "kmr" else code, code))) for code in CONTENT_LANGUAGES]


def country_name(ask: Ask, iso: str) -> str:
    return str(Locale.parse(ask.language).territories.get(iso, iso))


def title_of(ask: Ask, knowledge: Knowledge, ref: str) -> str:
    """What editors call it; the bare name where the files do not have it any more."""
    kind = kind_of(knowledge, ref)
    return ref if kind is None else _TITLES[kind](ask, knowledge, ref)


def _answer_title(ask: Ask, knowledge: Knowledge, ref: str) -> str:
    texts = (knowledge.texts.get(language, {}).get(ref) for language in (ask.language, "de"))
    return next((text.title for text in texts if text is not None and text.title), ref)


def _fact_title(_ask: Ask, knowledge: Knowledge, ref: str) -> str:
    text = knowledge.facts[ref].text
    return text if len(text) <= _LONGEST_TITLE else f"{text[:_LONGEST_TITLE]}…"


_TITLES: Final[Mapping[str, Callable[[Ask, Knowledge, str], str]]] = {
    "answer": _answer_title,
    "offer": lambda _, knowledge, ref: knowledge.offers[ref].name,
    "fact": _fact_title,
    "advice": lambda _, knowledge, ref: knowledge.advice[ref.removeprefix("advice/")].name,
    "country": lambda ask, _, ref: country_name(ask, ref.removeprefix(COUNTRY)),
    "line": lambda _, knowledge, ref: knowledge.lines[ref.removeprefix(LINE)].name,
}


async def some_person(given: Provided, role: Role) -> UUID:
    """Somebody of that role, for examples of pages."""
    people = await accounts_service.list_people(given.get(Accounts), EVERYTHING)
    return next(person.id for person in people if person.role is role)


async def list_names(ask: Ask) -> Mapping[UUID, str]:
    """Everybody's name by id."""
    return {person.id: person.display_name for person in await accounts_service.list_people(ask.accounts, EVERYTHING)}


@asynccontextmanager
async def reading(ask: Ask) -> AsyncIterator[AsyncSession]:
    """A transaction in which nothing is decided."""
    async with transaction(ask.accounts.database, NOTHING) as session:
        yield session


@asynccontextmanager
async def deciding(ask: Ask, action: Action) -> AsyncIterator["Decision"]:
    """A transaction whose decision the audit tells; it is named within the block, once it is taken."""
    async with transaction(ask.accounts.database, NOTHING) as session:
        decision = Decision(session)
        yield decision
        # The audit takes names of records, in which a slash has no place.
        subject = decision.subject.replace("/", ":")
        await accounts_service.record(session, ask.accounts, ask.person().person_id, action, subject)


class Decision:
    """What is being decided: `subject` is the name of the content."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.subject = ""
