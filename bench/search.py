"""How well and how quickly the knowledge is found, with slips and mishearings, and beside other engines."""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.kit.paths import PROJECT_ROOT
from app.knowledge.search.building import build_index
from app.knowledge.search.embedders import installed_embedder
from app.knowledge.search.entries import concept_rings, entries_of
from app.knowledge.search.folding import clean, tokens
from app.knowledge.search.index import Index
from app.knowledge.search.lines import search_text
from app.knowledge.search.models import Entry, Mask, Thesaurus
from app.knowledge.search.phrases import learn_phrases
from app.knowledge.search.stemming import snowball_stemmers
from app.knowledge.search.vectors import Embedder, encode_passages, encoded_phrases
from app.knowledge.service import load_knowledge
from bench.measures import Measure, at_least, at_most
from bench.search_engines import Search, engines, first_right
from bench.search_questions import (
    Question,
    as_recognised,
    read_development,
    read_paragraph_questions,
    read_paragraphs,
    sentences_of,
    with_typos,
)

SEED = 20261122
TIMES_THE_REAL_SIZE = 10
PARAGRAPHS = "paragraphs"
SENTENCES = "sentences"
MEANING = "hotline, by meaning"
_EACH_OF_SENTENCES = 3
_TIMED = 200
_LIMIT = 5
_NOBODY = Mask()

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the reported half of a language's questions: how many, right at first, among three, and told confidently."""

    questions: int
    first: float
    among_three: float
    confident: float


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """How long a question takes, and how much of that the processor works for it, whatever else runs here."""

    median: float
    p99: float
    p99_worked: float


@dataclass(frozen=True, slots=True)
class SearchResults:
    """All figures: measures with goals, quality by language and way, R@1 by pool and engine, milliseconds."""

    measures: tuple[Measure, ...]
    quality: Mapping[str, Mapping[str, Quality]]
    paragraphs: Mapping[str, Mapping[str, Mapping[str, float]]]
    milliseconds: Mapping[str, Milliseconds]
    entries: int
    megabytes: float
    build_seconds: float
    encoder: str | None


def measure_search(say: Say, paragraphs: Path | None = None) -> SearchResults:
    """Measure on the shipped content; `paragraphs` is a folder with XQuAD in German, left out where there is none."""
    knowledge = load_knowledge(PROJECT_ROOT)
    entries, thesaurus = entries_of(knowledge), concept_rings(knowledge)
    started = time.perf_counter()
    index = build_index(entries, thesaurus, snowball_stemmers())
    build_seconds = time.perf_counter() - started
    embedder = installed_embedder()
    quality = {"words": _quality(index, None)}
    if embedder is not None:
        say(f"encoding with {embedder.name}")
        encoded = index.with_vectors(encode_passages(index.passages, embedder, _phrases(index, embedder)))
        quality["meaning"] = _quality(encoded, embedder)
    say("comparing with other engines")
    others = {} if paragraphs is None else _beside_others(paragraphs, entries)
    say(f"timing at {TIMES_THE_REAL_SIZE} times the real size")
    milliseconds = _timings(entries, thesaurus, embedder)
    return SearchResults(
        measures=tuple(_measures(quality, others, milliseconds)),
        quality=quality,
        paragraphs=others,
        milliseconds=milliseconds,
        entries=len(entries),
        megabytes=index.size_bytes / 1e6,
        build_seconds=build_seconds,
        encoder=None if embedder is None else embedder.name,
    )


def _quality(index: Index, embedder: Embedder | None) -> dict[str, Quality]:
    reported = [question for question in read_development("topics") if not question.for_tuning]
    written = {(entry.language, entry.id) for entry in index.passages}
    groups: dict[str, list[Question]] = {}
    for question in reported:
        first_language = (question.language, question.answers[0]) in written
        group = (
            question.language if question.language in ("de", "en") else "other" if first_language else "without content"
        )
        groups.setdefault(group, []).append(question)
    off_topic = [question for question in read_development("off_topic") if not question.for_tuning]
    return {name: _share(index, embedder, questions) for name, questions in (*groups.items(), ("off topic", off_topic))}


def _share(index: Index, embedder: Embedder | None, questions: Sequence[Question]) -> Quality:
    found = [search_text(index, question.text, question.language, _LIMIT, _NOBODY, embedder) for question in questions]
    topics = [[result.entry.id for result in one.results] for one in found]
    pairs = list(zip(questions, topics, strict=True))
    return Quality(
        questions=len(questions),
        first=sum(bool(set(ids[:1]) & set(question.answers)) for question, ids in pairs) / len(questions),
        among_three=sum(bool(set(ids[:3]) & set(question.answers)) for question, ids in pairs) / len(questions),
        confident=sum(one.confident for one in found) / len(questions),
    )


def _beside_others(folder: Path, entries: Sequence[Entry]) -> dict[str, dict[str, dict[str, float]]]:
    """R@1 on the questions to German paragraphs, by pool and engine: clean, with typing errors, as heard.

    The paragraphs alone are too few to tell engines apart, so the second pool has the sentences of them and of all
    German texts of the knowledge, each for itself; there every third question is asked.
    """
    texts = read_paragraphs(folder)
    questions = read_paragraph_questions(folder, "de")
    known = frozenset(word for text in texts.values() for word in tokens(clean(text)))
    ways = {
        "clean": questions,
        "typos": with_typos(questions, SEED),
        "speech": as_recognised(questions, SEED, known),
    }
    knowledge = {
        f"{entry.kind} {entry.id} {number}": entry.text
        for number, entry in enumerate(entries)
        if entry.language == "de"
    }
    pools = {PARAGRAPHS: (texts, 1), SENTENCES: (sentences_of({**texts, **knowledge}), _EACH_OF_SENTENCES)}
    return {
        f"{name}, {len(pool)}": {engine: _by_way(search, ways, each) for engine, search in engines(pool, 1).items()}
        for name, (pool, each) in pools.items()
    }


def _by_way(search: Search, ways: Mapping[str, Sequence[Question]], each: int) -> dict[str, float]:
    return {
        way: first_right(search, [(question.text, question.answers[0]) for question in asked[::each]])
        for way, asked in ways.items()
    }


def _phrases(index: Index, embedder: Embedder) -> Mapping[str, NDArray[np.float32]]:
    """The vectors of all phrases, kept from one run to the next."""
    kept = PROJECT_ROOT / ".cache" / "bench" / "phrases.npz"
    return learn_phrases(kept, encoded_phrases(index.passages), embedder, lambda: True) or {}


def _timings(entries: Sequence[Entry], thesaurus: Thesaurus, embedder: Embedder | None) -> dict[str, Milliseconds]:
    """Milliseconds at ten times the real size: median, 99th percentile, 99th percentile of processor time alone."""
    many = _multiplied(entries)
    questions = [question.text for name in ("topics", "off_topic") for question in read_development(name)][:_TIMED]
    index = build_index(many, thesaurus, snowball_stemmers())
    others = engines({f"{entry.id} {entry.language}": entry.title + entry.text for entry in many}, _LIMIT)
    searches: dict[str, Search] = {
        "hotline": lambda query: [result.entry.id for result in index.search(query, None, _LIMIT).results],
        **{name: search for name, search in others.items() if name != "hotline"},
    }
    if embedder is not None:
        # The copies answer the same as their originals, so the vectors are those of the originals alone.
        encoded = index.with_vectors(encode_passages(index.passages, embedder, _phrases(index, embedder)))
        searches[MEANING] = lambda query: [
            result.entry.id for result in search_text(encoded, query, None, _LIMIT, _NOBODY, embedder).results
        ]
    return {name: _timed(search, questions) for name, search in searches.items()}


def _multiplied(entries: Sequence[Entry]) -> list[Entry]:
    """The entries many times over, each copy with its words in another order, so that no text stands twice."""
    dice = np.random.default_rng(SEED)
    copies = list(entries)
    for copy in range(1, TIMES_THE_REAL_SIZE):
        for entry in entries:
            words = entry.text.split()
            text = " ".join(words[place] for place in dice.permutation(len(words)))
            copies.append(replace(entry, id=f"{entry.id}-{copy}", text=text))
    return copies


def _timed(search: Search, questions: Sequence[str]) -> Milliseconds:
    for question in questions[:20]:
        search(question)
    gc.collect()
    taken, worked = [], []
    for question in questions:
        start, began = time.perf_counter(), time.thread_time()
        search(question)
        worked.append(1000 * (time.thread_time() - began))
        taken.append(1000 * (time.perf_counter() - start))
    return Milliseconds(*(float(np.quantile(times, at)) for times, at in ((taken, 0.5), (taken, 0.99), (worked, 0.99))))


def _measures(
    quality: Mapping[str, Mapping[str, Quality]],
    paragraphs: Mapping[str, Mapping[str, Mapping[str, float]]],
    milliseconds: Mapping[str, Milliseconds],
) -> list[Measure]:
    best = quality.get("meaning", quality["words"])
    goals = {"de": 0.92, "en": 0.92, "other": 0.85, "without content": 0.7}
    measures = [
        Measure(
            f"among_three_{name.replace(' ', '_')}",
            f"right among the first three, {name}",
            round(best[name].among_three, 3),
            at_least(goal),
        )
        for name, goal in goals.items()
        if name in best
    ]
    unsure = 1 - best["off topic"].confident
    measures.append(Measure("off_topic_not_confident", "off topic, not confident", round(unsure, 3), at_least(0.8)))
    others = next((engines for name, engines in paragraphs.items() if name.startswith(SENTENCES)), {})
    for way, goal in (("typos", 1.2), ("speech", 1.1)):
        ratio = round(others["hotline"][way] / others["tantivy"][way], 3) if others else None
        measures.append(
            Measure(f"{way}_times_tantivy", f"R@1 with {way}, times tantivy", ratio, at_least(goal) if others else None)
        )
    measures.append(
        Measure("words_p99_ms", "words alone, p99 ms", round(milliseconds["hotline"].p99_worked, 2), at_most(20))
    )
    if MEANING in milliseconds:
        measures.append(
            Measure("meaning_p99_ms", "by meaning, p99 ms", round(milliseconds[MEANING].p99_worked, 1), at_most(200))
        )
    return measures
