"""What a question is compared with: the texts of a passage together, and each way to ask for it by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.knowledge.search.folding import clean, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.knowledge.search.models import Entry

# How much a word counts in each field, and how far a field's length takes away from it (BM25F's w and b).
_FIELD_WEIGHTS = {"title": 2.0, "question": 3.0, "questions": 1.0, "text": 0.5}
_FIELD_LENGTH = {"title": 0.4, "question": 0.4, "questions": 0.4, "text": 0.5}


@dataclass(frozen=True, slots=True)
class Field:
    """The words of a part of a passage, and what one of them weighs."""

    words: list[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Unit:
    """Fields of the passage with this number that are compared with a question as one."""

    passage: int
    fields: tuple[Field, ...]


def read_units(passages: Sequence[Entry]) -> tuple[Unit, ...]:
    """For each passage its title and text as one unit, and then each of its questions."""
    parts = [list(_parts(entry)) for entry in passages]
    lengths = _mean_lengths(passages, parts)
    return tuple(
        Unit(number, tuple(Field(words, _weight(name, words, lengths[entry.language])) for name, words in unit))
        for number, (entry, units) in enumerate(zip(passages, parts, strict=True))
        for unit in units
    )


def _parts(entry: Entry) -> Iterator[list[tuple[str, list[str]]]]:
    together = [("title", entry.title), ("questions", " ".join(entry.questions)), ("text", entry.text)]
    yield [(name, tokens(clean(text))) for name, text in together]
    asked = [words for question in dict.fromkeys([entry.title, *entry.questions]) if (words := tokens(clean(question)))]
    yield from ([("question", words)] for words in asked)


def _mean_lengths(
    passages: Sequence[Entry], parts: Sequence[list[list[tuple[str, list[str]]]]]
) -> dict[str, dict[str, float]]:
    sums: dict[str, Counter[str]] = {}
    counts: dict[str, Counter[str]] = {}
    for entry, units in zip(passages, parts, strict=True):
        for name, words in (field for unit in units for field in unit):
            sums.setdefault(entry.language, Counter())[name] += len(words)
            counts.setdefault(entry.language, Counter())[name] += 1
    return {
        language: {name: max(total / counts[language][name], 1.0) for name, total in known.items()}
        for language, known in sums.items()
    }


def _weight(name: str, words: list[str], lengths: Mapping[str, float]) -> float:
    return _FIELD_WEIGHTS[name] / (1 - _FIELD_LENGTH[name] * (1 - len(words) / lengths[name]))
