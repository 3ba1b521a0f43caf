"""Translations: how many are in which state in each language, and the list of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.console.door import EDITING, LOADING, find_knowledge, language_choices, reading, router, title_of
from app.knowledge import reviews
from app.knowledge.models import CONTENT_LANGUAGES, ORIGINAL_LANGUAGE, Knowledge
from app.knowledge.reviews import Reviews, counting_review, find_text, state_with
from app.shell.answers import Answer, Mood, Page
from app.shell.ask import Ask
from app.shell.registry import Menu
from app.shell.tables import Badge, Cell, Column, Link, Table

STATES: Final = ("stale", "draft", "reviewed", "missing")
MOODS: Final[Mapping[str, Mood]] = {"stale": "danger", "draft": "warning", "reviewed": "success", "missing": "info"}


@dataclass(frozen=True, slots=True)
class Text:
    """A translation and its state, by its file and by the reviews that are not in the files yet."""

    kind: str
    id: str
    language: str
    language_name: str
    title: str
    state: str
    reviewed_as: str | None

    @property
    def address(self) -> str:
        return f"/editing/translations/{self.kind}/{self.language}/{self.id}"


@dataclass(frozen=True, slots=True)
class Line:
    """A language of the matrix."""

    language: str
    name: str
    states: Mapping[str, int]


TEXTS: Final = Table[Text](
    "editing.texts",
    columns=(
        Column("title", lambda text: Link(text.address, text.title) if text.state != "missing" else text.title),
        Column("language", lambda text: text.language_name, sort=lambda text: text.language_name),
        Column("kind", lambda text: text.kind, words="editing.kind"),
        Column("state", lambda text: Badge(text.state, MOODS[text.state]), words="editing.text"),
        Column("reviewed_as", lambda text: text.reviewed_as, words="editing.capacity"),
    ),
    download="/editing/translations/download",
)


def _count(line: Line, state: str) -> Cell:
    """A number that leads to its list."""
    number = line.states.get(state, 0)
    return Link(f"/editing/translations?language={line.language}&state={state}", str(number)) if number else "0"


MATRIX: Final = Table[Line](
    "editing.matrix",
    columns=(
        Column("language", lambda line: Link(f"/editing/translations?language={line.language}", line.name)),
        Column("stale", lambda line: _count(line, "stale")),
        Column("draft", lambda line: _count(line, "draft")),
        Column("reviewed", lambda line: _count(line, "reviewed")),
        Column("missing", lambda line: _count(line, "missing")),
    ),
)


@router.page(
    "/editing/translations",
    access=EDITING,
    title="editing.translations.title",
    parent="/editing",
    menu=Menu("content", 50),
)
async def translations_page(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    texts = await _all(ask, knowledge)
    context = {
        "matrix": MATRIX.shown(ask, _lines(texts), total=len(CONTENT_LANGUAGES) - 1),
        "texts": TEXTS.show(ask, _asked(ask, texts)),
        "languages_of_content": [choice for choice in language_choices(ask) if choice[0] != ORIGINAL_LANGUAGE],
        "wanted": ask.query.get("language", ""),
        "states": STATES,
        "state": ask.query.get("state", ""),
    }
    return Page("translations.html", context)


@router.download("/editing/translations/download", access=EDITING, back="/editing/translations")
async def translations_file(ask: Ask) -> Answer:
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    return TEXTS.download_file(ask, _asked(ask, await _all(ask, knowledge)))


async def _all(ask: Ask, knowledge: Knowledge) -> list[Text]:
    async with reading(ask) as session:
        return list_texts(ask, knowledge, await reviews.list_reviews(session))


def _asked(ask: Ask, texts: list[Text]) -> list[Text]:
    language, state = ask.query.get("language", ""), ask.query.get("state", "")
    return [text for text in texts if language in {"", text.language} and state in {"", text.state}]


def _lines(texts: list[Text]) -> list[Line]:
    lines: dict[str, dict[str, int]] = {}
    names = {text.language: text.language_name for text in texts}
    for text in texts:
        states = lines.setdefault(text.language, {})
        states[text.state] = states.get(text.state, 0) + 1
    return [Line(language, names[language], lines[language]) for language in CONTENT_LANGUAGES if language in lines]


def list_texts(ask: Ask, knowledge: Knowledge, found: Reviews) -> list[Text]:
    """Every text in every language it is to be translated into, those first that say what is not so any more."""
    names = dict(language_choices(ask))
    originals = [
        *(("answer", id_) for id_ in knowledge.texts[ORIGINAL_LANGUAGE]),
        *(("offer", id_) for id_ in knowledge.offer_texts[ORIGINAL_LANGUAGE]),
    ]
    titles = {place: title_of(ask, knowledge, place[1]) for place in originals}
    texts = [
        Text(
            kind,
            id_,
            language,
            names[language],
            titles[kind, id_],
            state_with(knowledge, found, kind, language, id_) or "missing",
            _capacity(knowledge, found, kind, language, id_),
        )
        for language in CONTENT_LANGUAGES
        if language != ORIGINAL_LANGUAGE
        for kind, id_ in originals
    ]
    return sorted(texts, key=lambda text: STATES.index(text.state))


def _capacity(knowledge: Knowledge, found: Reviews, kind: str, language: str, id_: str) -> str | None:
    review = counting_review(knowledge, found, kind, language, id_)
    return None if review is None else review.capacity.value


def is_text(knowledge: Knowledge, kind: str, language: str, id_: str) -> bool:
    known = kind in {"answer", "offer"} and language in CONTENT_LANGUAGES and language != ORIGINAL_LANGUAGE
    return known and find_text(knowledge, kind, language, id_) is not None
