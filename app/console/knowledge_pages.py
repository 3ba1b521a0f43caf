"""The knowledge for those who counsel: three words in any language, and the answer in two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from babel import Locale

from app.accounts.models import Role
from app.kit.clock import today_in_germany
from app.knowledge.library import Library, StillLoading
from app.knowledge.models import CONTENT_LANGUAGES, Fact, Knowledge
from app.knowledge.search.models import Found, Result
from app.knowledge.service import Shown, show_answer, show_offer
from app.shell.access import only
from app.shell.answers import Answer, Data, Fragment, Page
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.provided import Provided
from app.shell.registry import Menu, PageRouter

_FOLDER: Final = Path(__file__).parent
router = PageRouter("console", templates=_FOLDER / "templates", static=_FOLDER / "static")
COUNSELLING: Final = only(Role.AGENT, Role.SUPERVISOR, Role.EDITOR)
_LONGEST_QUESTION: Final = 500
_MOST_HITS: Final = 6
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A result as the page shows it; `address` is None where the line says all of it."""

    result: Result
    address: str | None
    direction: str


@router.page("/knowledge", access=COUNSELLING, title="knowledge.title", menu=Menu("work", 10))
async def search_page(ask: Ask) -> Answer:
    question, language = _question(ask), _language(ask)
    try:
        found = ask.given(Library).search(question, language, today_in_germany(), _MOST_HITS) if question else None
    except StillLoading:
        return Page("loading.html", status=503)
    context = {
        "question": question,
        "asked_in": language or "",
        "languages_of_content": _language_choices(ask),
        "found": found,
        "hits": _hits(found, language),
        "today": today_in_germany(),
    }
    if ask.is_htmx:
        return Fragment("hits.html", context)
    return Page("knowledge.html", context)


@router.data("/api/v1/search", access=COUNSELLING)
async def search_data(ask: Ask) -> Answer:
    """The same as JSON, for programs of people who are logged in."""
    # Loaded with the index, not with the page.
    from app.knowledge.search.lines import search_line  # noqa: PLC0415

    try:
        found = ask.given(Library).search(_question(ask), _language(ask), today_in_germany())
    except StillLoading as loading:
        return Data({"error": str(loading)})
    return Data(search_line(found))


async def _some_answers(_given: Provided) -> Sequence[str]:
    return ["/knowledge/answer/how-much-money?language=ar", "/knowledge/offer/reag-garp-2"]


@router.page(
    "/knowledge/{kind}/{id}",
    access=COUNSELLING,
    title="knowledge.text.title",
    parent="/knowledge",
    example=_some_answers,
)
async def text_page(ask: Ask) -> Answer:
    kind, id_, language = ask.path["kind"], ask.path["id"], _language(ask)
    try:
        knowledge = ask.given(Library).knowledge
    except StillLoading:
        return Page("loading.html", status=503)
    today = today_in_germany()
    own = _shown(knowledge, kind, id_, ask.language, today)
    theirs = _shown(knowledge, kind, id_, language, today) if language and language != ask.language else None
    if own is None:
        raise Missing
    context = {
        "texts": [text for text in (own, theirs) if text is not None],
        "wanted": language,
        "absent": bool(language) and language != ask.language and theirs is None,
        "facts": [_fact(knowledge.facts[ref]) for ref in own.facts],
        "contradicted": own.contradicted,
        "directions": {text.language: _direction(text.language) for text in (own, theirs) if text is not None},
        "here_in": ask.here,
        "question": _question(ask),
        "languages_of_content": _language_choices(ask),
        "names": dict(_language_choices(ask)),
        "today": today,
    }
    return Page("text.html", context, heading=own.title or id_)


def _shown(knowledge: Knowledge, kind: str, id_: str, language: str, today: date) -> Shown | None:
    if kind == "answer" and id_ in knowledge.answers and knowledge.answers[id_].kind == "topic":
        return show_answer(knowledge, language, id_, today)
    if kind == "offer" and id_ in knowledge.offers:
        return show_offer(knowledge, language, id_, today)
    return None


def _fact(fact: Fact) -> Mapping[str, object]:
    return {"text": fact.text, "source": fact.source, "as_of": fact.as_of, "review_by": fact.review_by, "ref": fact.ref}


def _hits(found: Found | None, language: str | None) -> list[Hit]:
    return [] if found is None else [_hit(result, language or found.language) for result in found.results]


def _hit(result: Result, language: str) -> Hit:
    entry = result.entry
    there = entry.kind in {"answer", "offer"}
    address = f"/knowledge/{entry.kind}/{entry.id}?language={language}" if there else None
    return Hit(result, address, _direction(entry.language))


def _direction(language: str) -> str:
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def _question(ask: Ask) -> str:
    return ask.query.get("q", "").strip()[:_LONGEST_QUESTION]


def _language(ask: Ask) -> str | None:
    asked = ask.query.get("language")
    return asked if asked in CONTENT_LANGUAGES else None


def _language_choices(ask: Ask) -> list[tuple[str, str]]:
    """The languages of the content by their names in the reader's language."""
    names = Locale.parse(ask.language).languages
    return [(code, str(names.get("ku" if code == "kmr" else code, code))) for code in CONTENT_LANGUAGES]
