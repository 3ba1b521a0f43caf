"""Builds the index from entries: analyses every text once and lays its terms down in arrays."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from app.knowledge.search.analysis import Analysis, read_concepts
from app.knowledge.search.compounds import SPLIT_LANGUAGES, learn_splitter
from app.knowledge.search.facets import read_facets
from app.knowledge.search.folding import fold
from app.knowledge.search.index import Index
from app.knowledge.search.languages import rough_forms
from app.knowledge.search.parts import build_part
from app.knowledge.search.ranking import KINDS
from app.knowledge.search.units import read_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.knowledge.search.models import Entry, Thesaurus
    from app.knowledge.search.stemming import Stem
    from app.knowledge.search.units import Unit


def build_index(entries: Iterable[Entry], thesaurus: Thesaurus, stemmers: Mapping[str, Stem]) -> Index:
    """An index over these entries, never changed afterwards; replace it as a whole when the content changes."""
    import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

    passages = tuple(sorted(entries, key=_order))
    units = _by_language(passages)
    analysis = _analysis(units, thesaurus, stemmers)
    completions = {language: _completions(known) for language, known in units.items()}
    groups = np.array([number for number in range(len(passages)) if _is_first(passages, number)], dtype=np.int32)
    return Index(
        passages=passages,
        analysis=analysis,
        parts={language: build_part(analysis, language, known) for language, known in units.items()},
        completions=completions,
        rough={language: rough_forms(word for word, _ in known) for language, known in completions.items()},
        groups=groups,
        kind_weights=np.array([KINDS[entry.kind] for entry in passages], dtype=np.float32),
        facets=read_facets(passages, groups),
    )


def _by_language(passages: Sequence[Entry]) -> dict[str, list[Unit]]:
    units: dict[str, list[Unit]] = {language: [] for language in sorted({entry.language for entry in passages})}
    for unit in read_units(passages):
        units[passages[unit.passage].language].append(unit)
    return units


def _order(entry: Entry) -> tuple[str, str, date]:
    """Of two forms of a text the one that is hidden first stands first: it says more."""
    return entry.id, entry.language, entry.shown_until or date.max


def _is_first(passages: Sequence[Entry], number: int) -> bool:
    return number == 0 or passages[number].id != passages[number - 1].id


def _analysis(units: Mapping[str, Sequence[Unit]], thesaurus: Thesaurus, stemmers: Mapping[str, Stem]) -> Analysis:
    splitters = {
        language: learn_splitter(fold(word) for word in _words_of(units.get(language, ())))
        for language in SPLIT_LANGUAGES
    }
    return Analysis(stemmers, splitters, read_concepts(thesaurus, stemmers))


def _words_of(units: Sequence[Unit]) -> Iterator[str]:
    return chain.from_iterable(field.words for unit in units for field in unit.fields)


def _completions(units: Sequence[Unit]) -> tuple[tuple[str, str], ...]:
    """The words of a language in order, folded and as they were written, to complete a word that is being typed."""
    return tuple(sorted({(fold(word), word) for word in _words_of(units)}))
