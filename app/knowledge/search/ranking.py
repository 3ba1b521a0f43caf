"""Weighs what words, pieces of words and meaning say about each entry, and puts the best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.knowledge.search.vectors import NOT_ENCODED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.knowledge.search.facets import Booleans
    from app.knowledge.search.postings import Floats, Integers

WORDS = 0.4
PIECES_ALONE = 0.8
OTHER_LANGUAGE = 0.85
OTHER_SCRIPT = 0.4
KINDS = {"answer": 1.0, "offer": 0.92, "country": 0.9, "line": 0.85, "advice": 0.85}

# How much meaning counts beside words, by the language asked in; measured on the development questions.
MEANING = 0.3
MEANING_WITHOUT_TEXTS = 0.6
WITH_TEXTS = frozenset({"de", "en", "tr", "ar", "ru", "kmr", "ka", "es", "mk", "sq", "sr", "fa", "fr"})
_SPREAD = 6.0


@dataclass(frozen=True, slots=True)
class Scores:
    """For each passage how much of the question it holds, by words and by pieces; for each entry the score.

    `best_passage` is the passage of each entry that fits best, `near` how far its meaning stands out, where known.
    """

    words: Floats
    pieces: Floats
    entries: Floats
    best_passage: Integers
    near: Floats | None


def lexical_scores(words: Floats, pieces: Floats, *, alike: bool) -> Floats:
    """Of passages written in the script of the question; in another script only pieces and concepts can fit."""
    return WORDS * words + (1 - WORDS if alike else PIECES_ALONE) * pieces


def best_of_each(scores: Floats, visible: Booleans, groups: Integers) -> tuple[Floats, Integers]:
    """The best visible score of each entry and its passage; what may not be seen scores below zero."""
    import numpy as np  # noqa: PLC0415

    seen = np.where(visible, scores, -1.0).astype(np.float32)
    best = np.maximum.reduceat(seen, groups)
    lengths = np.diff(np.append(groups, len(seen)))
    is_best = seen == np.repeat(best, lengths)
    places = np.flatnonzero(is_best)
    group_of = np.repeat(np.arange(len(groups)), lengths)[places]
    first = places[np.unique(group_of, return_index=True)[1]]
    return best, first.astype(np.int32)


def meaning_share(language: str) -> float:
    return MEANING if language.partition("-")[0] in WITH_TEXTS else MEANING_WITHOUT_TEXTS


def standing_out(near: Floats) -> Floats:
    """How many standard deviations each entry's nearness lies above the mean; 0 for those without a vector."""
    import numpy as np  # noqa: PLC0415

    encoded = near > NOT_ENCODED
    if not encoded.any():
        return np.zeros(len(near), dtype=np.float32)
    deviation = max(float(near[encoded].std()), 1e-6)
    distances: Floats = np.where(encoded, np.maximum((near - near[encoded].mean()) / deviation, 0), 0)
    return distances.astype(np.float32)


def with_meaning(entries: Floats, near: Floats, share: float) -> Floats:
    """Scores fused with how far the meaning stands out; what may not be seen stays below zero."""
    import numpy as np  # noqa: PLC0415

    fused: Floats = np.where(entries < 0, entries, (1 - share) * entries + share * np.minimum(near / _SPREAD, 1))
    return fused.astype(np.float32)


def top(entries: Floats, limit: int) -> NDArray[np.int64]:
    """The entries with the best scores above nothing, the best first."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(-entries, kind="stable")[:limit]
    best: NDArray[np.int64] = order[entries[order] > 0]
    return best
