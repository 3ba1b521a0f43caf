"""The index, and the search in it: by words, pieces of words, concepts and, where there is a vector, by meaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.knowledge.search import confidence as sureness
from app.knowledge.search.emergencies import find_emergency
from app.knowledge.search.facets import chosen_passages, count_facets, visible_passages
from app.knowledge.search.folding import query_tokens
from app.knowledge.search.languages import best_language, likely_languages
from app.knowledge.search.models import Found, Mask, Result
from app.knowledge.search.parts import of_passages
from app.knowledge.search.postings import shares
from app.knowledge.search.query import completions_of, concept_query, concepts_of, gram_query, word_query
from app.knowledge.search.ranking import (
    OTHER_LANGUAGE,
    OTHER_SCRIPT,
    Scores,
    best_of_each,
    lexical_scores,
    meaning_share,
    standing_out,
    top,
    with_meaning,
)
from app.knowledge.search.snippets import snippet_of, suggestions_for
from app.knowledge.search.transliteration import script_of
from app.knowledge.search.vectors import nearness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.knowledge.search.analysis import Analysis
    from app.knowledge.search.facets import Booleans, Facets, FacetTable
    from app.knowledge.search.models import Advice, Entry
    from app.knowledge.search.parts import Part
    from app.knowledge.search.postings import Floats, Integers
    from app.knowledge.search.query import Completions
    from app.knowledge.search.transliteration import Script
    from app.knowledge.search.vectors import Vector, Vectors

_ANYTHING = Mask()
# An entry counts in the facets when it fits at least so well, measured by the best.
_MATCHING = 0.5
_COMPARED_WITH = 10
# Beside the language asked in: people are asked for it wrongly, mix languages, and type without their letters.
_MOST_LIKELY = 2
ORIGINALS = ("de", "en")


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that a search needs, made by `build_index`; never changed, so any number may search at once.

    Passages are in the order of their entries; `groups` has the first passage of each entry.
    """

    passages: tuple[Entry, ...]
    analysis: Analysis
    parts: Mapping[str, Part]
    completions: Completions
    rough: Mapping[str, frozenset[str]]
    groups: Integers
    kind_weights: Floats
    facets: FacetTable
    vectors: Vectors | None = None

    def with_vectors(self, vectors: Vectors) -> Index:
        return replace(self, vectors=vectors)

    def search(  # noqa: PLR0913, PLR0917 - a question and all that narrows it
        self,
        query: str,
        language: str | None = None,
        limit: int = 5,
        mask: Mask = _ANYTHING,
        facets: Facets | None = None,
        vector: Vector | None = None,
        *,
        typing: bool = False,
    ) -> Found:
        """What fits the question best; any text is a question, and none is refused.

        `typing` takes the last word for the beginning of one. `vector` is the question as the index's encoder sees it.
        """
        words = query_tokens(query)
        asked = language or best_language(words, self.rough, self._scripts())
        emergency = find_emergency(query, asked)
        visible = chosen_passages(self.facets, visible_passages(self.facets, mask), facets or {})
        scores = self.scores(words, asked, visible, vector, typing=typing)
        best = top(scores.entries, max(limit, 0))
        results = tuple(self._result(scores, int(number), asked, words, visible) for number in best)
        confident = bool(results) and sureness.is_confident(self.features(scores))
        return Found(
            query=query,
            language=asked,
            results=results,
            confident=confident,
            advice=_advice(results, in_danger=emergency is not None, confident=confident),
            emergency=emergency,
            facets=count_facets(self.facets, _matching(scores.entries)),
            suggestions=suggestions_for(words, (result.entry for result in results)),
        )

    def features(self, scores: Scores) -> tuple[float, ...]:
        """What the decision “nothing fits” rests on, of the best entry."""
        first = top(scores.entries, _COMPARED_WITH)
        if not len(first):
            return sureness.features(0.0, 0.0, 0.0, None if scores.near is None else 0.0)
        best = int(first[0])
        place = int(scores.best_passage[best])
        lead = float(scores.entries[best] - scores.entries[first[-1]])
        near = None if scores.near is None else float(scores.near[best])
        return sureness.features(float(scores.words[place]), float(scores.pieces[place]), lead, near)

    def scores(
        self, words: Sequence[str], asked: str, visible: Booleans, vector: Vector | None, *, typing: bool
    ) -> Scores:
        by_words, pieces, mixed = self._lexical(words, asked, typing=typing)
        entries, best_passage = best_of_each(mixed * self.kind_weights, visible, self.groups)
        if vector is None or self.vectors is None:
            return Scores(by_words, pieces, entries, best_passage, None)
        near, _ = best_of_each(nearness(self.vectors, vector), visible, self.groups)
        near = standing_out(near)
        return Scores(by_words, pieces, with_meaning(entries, near, meaning_share(asked)), best_passage, near)

    def _lexical(self, words: Sequence[str], asked: str, *, typing: bool) -> tuple[Floats, Floats, Floats]:
        """For each passage its shares of words and of pieces, and both in one score."""
        import numpy as np  # noqa: PLC0415

        by_words, pieces, mixed = np.zeros((3, len(self.passages)), dtype=np.float32)
        script = script_of(" ".join(words))
        searched = self._searched(words, asked)
        concepts = concepts_of(self.analysis, words, searched)
        completed = completions_of(self.completions, words[-1]) if typing and words else {}
        pieces_by_script = {part.script: gram_query(words, part.script) for part in searched.values()}
        for language, part in searched.items():
            alike = part.script == script
            asked_words = (
                word_query(self.analysis, language, words, completed.get(language, ()), concepts)
                if alike
                else concept_query(concepts, len(words))
            )
            own = of_passages(part, shares(part.words, asked_words))
            cut = of_passages(part, shares(part.grams, pieces_by_script[part.script]))
            weight = 1.0 if language == asked.partition("-")[0] else OTHER_LANGUAGE if alike else OTHER_SCRIPT
            by_words[part.passages], pieces[part.passages] = own, cut
            mixed[part.passages] = lexical_scores(own, cut, alike=alike) * weight
        return by_words, pieces, mixed

    def _searched(self, words: Sequence[str], asked: str) -> dict[str, Part]:
        """The parts of the language asked in, of those that the words look like, and of the originals."""
        likely = likely_languages(words, self.rough, self._scripts())[:_MOST_LIKELY]
        wanted = dict.fromkeys((asked.partition("-")[0], *likely, *ORIGINALS))
        return {language: self.parts[language] for language in wanted if language in self.parts}

    def _scripts(self) -> dict[str, Script]:
        return {language: part.script for language, part in self.parts.items()}

    def _result(self, scores: Scores, number: int, asked: str, words: Sequence[str], visible: Booleans) -> Result:
        start = int(self.groups[number])
        end = int(self.groups[number + 1]) if number + 1 < len(self.groups) else len(self.passages)
        shown = [place for place in range(start, end) if visible[place]]
        matched = self.passages[int(scores.best_passage[number])]
        preferred = (asked, asked.partition("-")[0], "de", "en", matched.language)
        by_language = {self.passages[place].language: self.passages[place] for place in reversed(shown)}
        entry = next(by_language[language] for language in preferred if language in by_language)
        snippet = snippet_of(entry.text, words)
        return Result(entry, round(min(float(scores.entries[number]), 1.0), 4), snippet, matched.language)

    @property
    def size_bytes(self) -> int:
        """What the arrays take, without the texts themselves."""
        vectors = 0 if self.vectors is None else int(self.vectors.weights.nbytes)
        return sum(part.size_bytes for part in self.parts.values()) + vectors


def _matching(entries: Floats) -> Booleans:
    """Entries that fit at least half as well as the best; what may not be seen scores below zero."""
    matching: Booleans = entries >= max(float(entries.max(initial=0.0)) * _MATCHING, 1e-6)
    return matching


def _advice(results: Sequence[Result], *, in_danger: bool, confident: bool) -> Advice:
    if in_danger:
        return "emergency"
    return "none" if confident and not results[0].entry.sensitive else "agent"
