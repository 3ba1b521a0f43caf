"""Turns a question into the terms that are looked up: its stems in a language, its pieces, its concepts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from app.knowledge.search.analysis import CONCEPT_WEIGHT, concepts_in, joined_pairs, query_grams
from app.knowledge.search.folding import fold
from app.knowledge.search.postings import QueryTerms, key_of
from app.knowledge.search.transliteration import script_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from app.knowledge.search.analysis import Analysis
    from app.knowledge.search.transliteration import Script

_PART = 0.5
_MOST_COMPLETIONS = 30
_COMPLETION = 0.8
_NOTHING = ""
_CACHED_WORDS = 20_000

Completions = Mapping[str, tuple[tuple[str, str], ...]]


def word_query(
    analysis: Analysis, language: str, words: Sequence[str], completed: Sequence[str], concepts: Collection[str]
) -> QueryTerms:
    """The terms of the words in a language written like them; `completed` has ways in which the last may go on."""
    query = concept_query(concepts, 0)
    for word in words:
        query.add(_term(analysis, word, language), 1.0, 1.0)
    if (split := analysis.splitters.get(language)) is not None:
        for word in words:
            for part in split(fold(word)):
                query.add(_term(analysis, part, language), _PART, 0.0)
        # Torn compounds in one piece again.
        for joined in joined_pairs(words):
            query.add(_term(analysis, joined, language), 1.0, 0.0)
    for completion in completed:
        query.add(_term(analysis, completion, language), _COMPLETION, 0.0)
    return query


def concept_query(concepts: Collection[str], number_of_words: int) -> QueryTerms:
    """What a text in another script can have of a question: its concepts, measured by as many words as were asked."""
    query = QueryTerms()
    query.add(_NOTHING, 0.0, float(number_of_words))
    for concept in concepts:
        query.add(f"*:{concept}", CONCEPT_WEIGHT, 0.0)
    return query


def _term(analysis: Analysis, word: str, language: str) -> str:
    return f"{language}:{analysis.stem(word, language)}"


def concepts_of(analysis: Analysis, words: Sequence[str], languages: Collection[str]) -> set[str]:
    """What the question speaks of in any of these languages: people mix them."""
    found: set[str] = set()
    for language in languages:
        if language in analysis.concepts:
            stems = [analysis.stem(word, language) for word in words]
            found |= concepts_in(analysis, stems, language)
    return found


def gram_query(words: Sequence[str], written: Script) -> QueryTerms:
    """The pieces of the words as they are looked for in texts of a script."""
    counts = Counter(key for word in words for key in gram_keys(word, written))
    often = [float(count) for count in counts.values()]
    return QueryTerms(list(counts), often, often)


@lru_cache(maxsize=_CACHED_WORDS)
def gram_keys(word: str, written: Script) -> tuple[int, ...]:
    return tuple(key_of(piece) for piece in query_grams(word, written))


def completions_of(completions: Completions, word: str) -> dict[str, list[str]]:
    """For each language the words that begin like the one being typed."""
    start, script = fold(word), script_of(word)
    found = {language: _starting(known, start) for language, known in completions.items()} if start else {}
    return {language: words for language, words in found.items() if words and script_of(words[0]) == script}


def _starting(known: tuple[tuple[str, str], ...], start: str) -> list[str]:
    first = bisect_left(known, (start, ""))
    return [word for folded, word in known[first : first + _MOST_COMPLETIONS] if folded.startswith(start)]
