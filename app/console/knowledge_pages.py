"""The knowledge for those who counsel: three words in any language, and the answer in two."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.console.door import (
    COUNSELLING,
    LOADING,
    direction_of,
    find_knowledge,
    language_choices,
    may_edit,
    reading,
    router,
    title_of,
)
from app.kit.clock import today_in_germany
from app.knowledge import reviews
from app.knowledge.flags_rules import hidden
from app.knowledge.library import Library, StillLoading
from app.knowledge.models import CONTENT_LANGUAGES, Fact, Knowledge
from app.knowledge.search.models import Found, Result
from app.knowledge.service import Shown, show_answer, show_offer
from app.shell.answers import Answer, Fragment, Page
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.provided import Provided
from app.shell.registry import Menu

_LONGEST_QUESTION: Final = 500
# Unicode's marks around a run from left to right (UAX 9).
_ISOLATE, _POP = "\u2066", "\u2069"
_DIGITS: Final = re.compile(r"\d+(?:[ ,]+\d+)+")
_MOST_HITS: Final = 6


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
        found = await _find(ask, question, language, _MOST_HITS) if question else None
    except StillLoading:
        return LOADING
    context = {
        "question": question,
        "asked_in": language or "",
        "languages_of_content": language_choices(ask),
        "found": found,
        "hits": _hits(found, language),
        "today": today_in_germany(),
    }
    if ask.is_htmx:
        return Fragment("hits.html", context)
    return Page("knowledge.html", context)


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
    knowledge = find_knowledge(ask)
    if knowledge is None:
        return LOADING
    if not _is_there(knowledge, kind, id_):
        raise Missing
    withdrawn = hidden(knowledge, ask.given(Library).withdrawn)
    if kind == "offer" and id_ in withdrawn:
        return Page("withdrawn.html", {"ref": id_, "editing": may_edit(ask)}, heading=title_of(ask, knowledge, id_))
    wanted = [ask.language, *([language] if language and language != ask.language else [])]
    texts = await shown_texts(ask, knowledge, kind, id_, wanted)
    if not texts or texts[0].language != ask.language:
        raise Missing
    return Page("text.html", _context(ask, knowledge, texts, language), heading=title_of(ask, knowledge, id_))


def _context(ask: Ask, knowledge: Knowledge, texts: list[Shown], language: str | None) -> Mapping[str, object]:
    own = texts[0]
    return {
        "texts": texts,
        "wanted": language,
        "absent": bool(language) and all(text.language != language for text in texts),
        "facts": [fact_shown(knowledge.facts[ref]) for ref in own.facts],
        "contradicted": own.contradicted,
        "withdrawn": own.answer_state == "withdrawn",
        "directions": {text.language: direction_of(text.language) for text in texts},
        "here_in": ask.here,
        "question": _question(ask),
        "languages_of_content": language_choices(ask),
        "names": dict(language_choices(ask)),
        "today": today_in_germany(),
        "ref": own.id,
        "editing": may_edit(ask),
        "back_here": f"{ask.here}?language={language}" if language else ask.here,
    }


def _is_there(knowledge: Knowledge, kind: str, id_: str) -> bool:
    answer = knowledge.answers.get(id_) if kind == "answer" else None
    return (answer is not None and answer.kind == "topic") or (kind == "offer" and id_ in knowledge.offers)


async def shown_texts(ask: Ask, knowledge: Knowledge, kind: str, id_: str, languages: Sequence[str]) -> list[Shown]:
    """The texts as they may be told today, reviewed where somebody has reviewed just this wording.

    Languages without a text are left out.
    """
    withdrawn, today = ask.given(Library).withdrawn, today_in_germany()
    show = show_answer if kind == "answer" else show_offer
    texts = [text for code in languages if (text := show(knowledge, code, id_, today, withdrawn)) is not None]
    async with reading(ask) as session:
        found = await reviews.list_reviews(session)
    states = [reviews.state_with(knowledge, found, kind, text.language, id_) for text in texts]
    return [
        _readable(text if state is None or text.answer_state == "withdrawn" else replace(text, state=state))
        for text, state in zip(texts, states, strict=True)
    ]


def _readable(text: Shown) -> Shown:
    """Digits that are said one by one stay in their order in a text from right to left, too."""
    if direction_of(text.language) == "ltr":
        return text
    written = None if text.written is None else _apart(text.written)
    return replace(text, spoken=_apart(text.spoken), written=written)


def _apart(text: str) -> str:
    return _DIGITS.sub(lambda digits: f"{_ISOLATE}{digits[0]}{_POP}", text)


def fact_shown(fact: Fact) -> Mapping[str, object]:
    return {"text": fact.text, "source": fact.source, "as_of": fact.as_of, "review_by": fact.review_by, "ref": fact.ref}


def _hits(found: Found | None, language: str | None) -> list[Hit]:
    return [] if found is None else [_hit(result, language or found.language) for result in found.results]


def _hit(result: Result, language: str) -> Hit:
    entry = result.entry
    there = entry.kind in {"answer", "offer"}
    address = f"/knowledge/{entry.kind}/{entry.id}?language={language}" if there else None
    return Hit(result, address, direction_of(entry.language))


async def _find(ask: Ask, question: str, language: str | None, limit: int = 10) -> Found:
    """By meaning too where that is learnt: in a thread, for it takes longer than others may wait."""
    return await asyncio.to_thread(ask.given(Library).find, question, language, today_in_germany(), limit)


def _question(ask: Ask) -> str:
    return ask.query.get("q", "").strip()[:_LONGEST_QUESTION]


def _language(ask: Ask) -> str | None:
    asked = ask.query.get("language")
    return asked if asked in CONTENT_LANGUAGES else None
