"""Knowledge beside the call: found while it is typed, and read out in the caller's language."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.calls.texting import Refusal, refusal_of
from app.console.door import country_name, find_knowledge, router, title_of
from app.console.knowledge_pages import fact_shown
from app.console.line_door import HOTLINE, LINE
from app.console.tool_contacts import Advice, Number, advice_of, list_numbers
from app.console.tool_door import TOOL, PresentCall, consents_of, drawn, find_call, loading
from app.console.tool_reading import Reading, reading_of, texts_for
from app.console.tool_safety import Safety, find_safety, situation_of
from app.kit.clock import today_in_germany
from app.knowledge.flags_rules import COUNTRY, hidden
from app.knowledge.flags_rules import LINE as LINE_REF
from app.knowledge.library import Library
from app.knowledge.models import Fact, Knowledge
from app.knowledge.search.models import Entry, Found
from app.knowledge.service import Shown, country_rule
from app.shell.answers import Answer
from app.shell.ask import Ask
from app.shell.provided import Provided

_NAME: Final = "knowledge"
_LONGEST_QUESTION: Final = 500
_MOST_HITS: Final = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, by its title in the agent's language; `ref` is its kind and its name."""

    ref: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What is read: each text in the caller's and the agent's language, and what it leads to.

    `texts` has one group for each answer that is said, a country has two. `refusal` says why it is not sent as SMS;
    `sendable` is the language of the text that is, or None where nothing is sent at all.
    """

    hit: Hit
    texts: tuple[tuple[Shown, ...], ...] = ()
    facts: tuple[Fact, ...] = ()
    contradicted: bool = False
    offers: tuple[Hit, ...] = ()
    numbers: tuple[Number, ...] = ()
    advice: tuple[Advice, ...] = ()
    refusal: Refusal | None = None
    sendable: str | None = None


async def _some_questions(_given: Provided) -> Sequence[str]:
    return [f"{TOOL}/{_NAME}", f"{TOOL}/{_NAME}?q=geld&chosen=answer/how-much-money&language=ar"]


@router.page(f"{TOOL}/{_NAME}", access=HOTLINE, title="tool.knowledge.title", parent=LINE, example=_some_questions)
async def knowledge_tool(ask: Ask) -> Answer:
    knowledge, call = find_knowledge(ask), await find_call(ask)
    if knowledge is None:
        return loading(ask, _NAME)
    reading, question = reading_of(ask, call), ask.query.get("q", "").strip()[:_LONGEST_QUESTION]
    found = await _find(ask, question) if question else None
    hits = tuple(_hit(ask, knowledge, result.entry) for result in found.results) if found else ()
    opened = await _opened(ask, knowledge, _chosen(ask, knowledge, hits), reading)
    context = {
        "question": question,
        "reading": reading,
        "found": found,
        "hits": hits,
        "opened": opened,
        "safety": await _danger(ask, knowledge, found, reading, call),
        "consents": consents_of(ask, opened.sendable) if call and call.live and opened and opened.sendable else (),
        "facts": [fact_shown(fact) for fact in opened.facts] if opened else [],
        "today": today_in_germany(),
    }
    return drawn(ask, _NAME, call, context)


async def _find(ask: Ask, question: str) -> Found:
    """While it is typed, by words alone, which takes milliseconds; who presses Enter also asks for the meaning.

    The language is guessed from the words: what is typed may be German or the caller's.
    """
    library, today = ask.given(Library), today_in_germany()
    if ask.query.get("by") == "meaning":
        return await asyncio.to_thread(library.find, question, None, today, _MOST_HITS)
    return library.index().search(question, None, _MOST_HITS, library.mask(today), typing=True)


def _hit(ask: Ask, knowledge: Knowledge, entry: Entry) -> Hit:
    # Some answers have names that begin like those of countries.
    id_ = entry.id.removeprefix({"country": COUNTRY, "line": LINE_REF}.get(entry.kind, ""))
    return Hit(f"{entry.kind}/{id_}", entry.kind, _title(ask, knowledge, entry.kind, id_) or entry.title)


def _title(ask: Ask, knowledge: Knowledge, kind: str, id_: str) -> str:
    if kind in {"answer", "offer"}:
        return title_of(ask, knowledge, id_)
    return country_name(ask, id_) if kind == "country" else ""


def _chosen(ask: Ask, knowledge: Knowledge, hits: tuple[Hit, ...]) -> Hit | None:
    """The one that the address names, as long as there is such a thing, else the best."""
    named = ask.query.get("chosen", "")
    among = next((hit for hit in hits if hit.ref == named), None)
    kind, _, id_ = named.partition("/")
    if among is None and _is_there(knowledge, kind, id_):
        return Hit(named, kind, _title(ask, knowledge, kind, id_) or _name(knowledge, kind, id_))
    return among or next(iter(hits), None)


def _is_there(knowledge: Knowledge, kind: str, id_: str) -> bool:
    if kind == "answer":
        return id_ in knowledge.answers and knowledge.answers[id_].kind == "topic"
    shelves: Mapping[str, Mapping[str, object]] = {
        "offer": knowledge.offers,
        "country": knowledge.countries,
        "advice": knowledge.advice,
        "line": knowledge.lines,
    }
    return id_ in shelves.get(kind, {})


def _name(knowledge: Knowledge, kind: str, id_: str) -> str:
    return knowledge.advice[id_].name if kind == "advice" else knowledge.lines[id_].name


async def _opened(ask: Ask, knowledge: Knowledge, hit: Hit | None, reading: Reading) -> Opened | None:
    if hit is None:
        return None
    gone, id_ = hidden(knowledge, ask.given(Library).withdrawn), hit.ref.partition("/")[2]
    if hit.kind == "line":
        return Opened(hit, numbers=list_numbers(ask, knowledge, (id_,), reading.wanted, gone))
    if hit.kind == "advice":
        contact = knowledge.advice[id_]
        named = contact.status != "ended" and f"advice/{id_}" not in gone
        advice = (advice_of(ask, knowledge, contact, reading.wanted, today_in_germany()),) if named else ()
        return Opened(hit, advice=advice)
    if hit.kind == "country":
        said = country_rule(knowledge, id_, ask.given(Library).withdrawn)
        return _told(knowledge, hit, [await texts_for(ask, knowledge, "answer", one, reading) for one in said])
    opened = _told(knowledge, hit, [await texts_for(ask, knowledge, hit.kind, id_, reading)])
    return opened if hit.kind == "offer" else _linked(ask, knowledge, opened, id_, reading, gone)


def _told(knowledge: Knowledge, hit: Hit, texts: list[tuple[Shown, ...]]) -> Opened:
    groups = tuple(group for group in texts if group)
    refs = dict.fromkeys(ref for group in groups for ref in group[0].facts)
    contradicted = any(group[0].contradicted for group in groups)
    return Opened(hit, groups, tuple(knowledge.facts[ref] for ref in refs), contradicted)


def _linked(  # noqa: PLR0913, PLR0917  An answer, and all that decides what may be named beside it.
    ask: Ask, knowledge: Knowledge, opened: Opened, id_: str, reading: Reading, gone: frozenset[str]
) -> Opened:
    """An answer with the programmes and lines that it leads to, and whether it may be sent."""
    answer = knowledge.answers[id_]
    first = opened.texts[0][0] if opened.texts else None
    refusal = refusal_of(answer, first, demo=ask.accounts.demo) if first else None
    offers = tuple(
        Hit(f"offer/{offer}", "offer", title_of(ask, knowledge, offer))
        for offer in answer.links.offers
        if offer not in gone
    )
    return replace(
        opened,
        offers=offers,
        numbers=list_numbers(ask, knowledge, answer.links.lines, reading.wanted, gone),
        refusal=refusal,
        sendable=first.language if first and refusal is None else None,
    )


async def _danger(
    ask: Ask, knowledge: Knowledge, found: Found | None, reading: Reading, call: PresentCall | None
) -> Safety | None:
    """What stands above everything where the words tell of danger."""
    if found is None or found.emergency is None:
        return None
    return await find_safety(ask, knowledge, situation_of(found.emergency), reading, call)
