"""The meaning of questions as vectors: what is encoded, and how near a question is to what each entry answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from app.knowledge.search.models import Entry
    from app.knowledge.search.postings import Floats, Integers

    Matrix = NDArray[np.float32]
    Vector = NDArray[np.float32]

# An encoder of many languages needs the originals only.
ENCODED_LANGUAGES = ("de", "en")
# Countries, lines and contacts are found by their names.
ENCODED_KINDS = ("answer", "offer")
NOT_ENCODED = -1.0

# How strongly the regression is held back from learning the few questions by heart.
_RIDGE = 1.0


class Embedder(Protocol):
    """Turns questions into vectors of length 1, in any language that it knows."""

    # With the version of its package: the vectors of another one say something else.
    name: str

    def encode_query(self, text: str) -> Vector: ...

    def knows(self, language: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Vectors:
    """`weights` tells from a vector how likely each encoded entry answers it; `entries` has the entry of each passage.

    An entry that is not encoded is -1. `phrases` are the vectors of all that was encoded.
    """

    encoder: str
    weights: Matrix
    entries: Integers
    phrases: Mapping[str, Vector]


def encode_passages(
    passages: Sequence[Entry], embedder: Embedder, known: Mapping[str, Vector] | None = None
) -> Vectors:
    """Learns from titles and questions of the originals; `known` has the vectors of those that need no encoding."""
    import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

    known = known or {}
    asked = {(entry.id, phrase): None for entry in passages if _is_encoded(entry) for phrase in phrases_of(entry)}
    phrases = {phrase: known[phrase] if phrase in known else embedder.encode_query(phrase) for _, phrase in asked}
    numbers = {id_: number for number, id_ in enumerate(dict.fromkeys(id_ for id_, _ in asked))}
    matrix = np.array([phrases[phrase] for _, phrase in asked], dtype=np.float32).reshape(len(asked), -1)
    weights = _regression(matrix, np.array([numbers[id_] for id_, _ in asked], dtype=np.int32), len(numbers))
    entries = np.array([numbers.get(entry.id, -1) for entry in passages], dtype=np.int32)
    return Vectors(embedder.name, weights, entries, phrases)


def encoded_phrases(passages: Sequence[Entry]) -> list[str]:
    """All phrases that `encode_passages` needs the vectors of."""
    return list(dict.fromkeys(phrase for entry in passages if _is_encoded(entry) for phrase in phrases_of(entry)))


def _is_encoded(entry: Entry) -> bool:
    return entry.language in ENCODED_LANGUAGES and entry.kind in ENCODED_KINDS


def phrases_of(entry: Entry) -> list[str]:
    """What is encoded of an entry: its title and each question; sentences of its text made the ranking no better."""
    return list(dict.fromkeys([entry.title, *entry.questions]))


def _regression(matrix: Matrix, entries: Integers, number_of_entries: int) -> Matrix:
    """Ridge regression from vectors to the entries that they ask for, each entry weighing the same.

    Far better than the nearest phrase: it learns which directions of meaning tell the entries apart.
    """
    import numpy as np  # noqa: PLC0415

    counts = np.bincount(entries, minlength=number_of_entries)
    share = counts.mean() / counts[entries] if len(entries) else np.zeros(0)
    wanted = np.eye(number_of_entries)[entries]
    weighted = matrix * share[:, None]
    spread = weighted.T @ matrix + _RIDGE * np.eye(matrix.shape[1])
    weights: Matrix = np.linalg.solve(spread, weighted.T @ wanted).astype(np.float32)
    return weights


def nearness(vectors: Vectors, query: Vector) -> Floats:
    """For each passage how likely its entry answers the question, about 0 to 1, -1 for one that is not encoded."""
    import numpy as np  # noqa: PLC0415

    near = np.append(np.maximum(query @ vectors.weights, NOT_ENCODED / 2), NOT_ENCODED)
    of_passages: Floats = near[vectors.entries].astype(np.float32)
    return of_passages
