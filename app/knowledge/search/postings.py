"""An inverted index in compact arrays: which units a term stands in, and how strongly."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int32]
    Keys = NDArray[np.uint32]

# A term's strength in a unit is kept in one byte.
_STRONGEST = 255
_SATURATION = 1.2
# A term that stands in more than this share of many units tells nothing and costs the most time.
_COMMON_SHARE = 0.25
_COMMON_FROM = 500


@dataclass(frozen=True, slots=True)
class Postings:
    """Units and strengths of the term with `keys[n]` lie from `starts[n]` to `starts[n + 1]`; keys are in order."""

    keys: Keys
    starts: Integers
    units: Integers
    strengths: NDArray[np.uint8]
    number_of_units: int

    @property
    def size_bytes(self) -> int:
        return int(self.keys.nbytes + self.starts.nbytes + self.units.nbytes + self.strengths.nbytes)


def key_of(term: str) -> int:
    return zlib.crc32(term.encode())


def build_postings(terms: Sequence[Keys], weights: Sequence[Floats]) -> Postings:
    """Postings from the keys of the terms of each unit and their weights, which may name a term several times."""
    import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

    size = max(len(terms), 1)
    owners = np.repeat(np.arange(len(terms), dtype=np.int64), [len(found) for found in terms])
    pairs = np.concatenate([np.zeros(0, dtype=np.uint32), *terms]).astype(np.int64) * size + owners
    unique, place = np.unique(pairs, return_inverse=True)
    sums = np.bincount(place, np.concatenate([np.zeros(0), *weights]), minlength=len(unique))
    keys, starts = np.unique(unique // size, return_index=True)
    return Postings(
        keys=keys.astype(np.uint32),
        starts=np.append(starts, len(unique)).astype(np.int32),
        units=(unique % size).astype(np.int32),
        strengths=np.rint(_STRONGEST * sums / (_SATURATION + sums)).astype(np.uint8),
        number_of_units=len(terms),
    )


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """Terms of a question: key, weight in the score, weight in the ideal, which is to hold all that was asked."""

    keys: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    ideals: list[float] = field(default_factory=list)

    def add(self, term: str, weight: float, ideal: float) -> None:
        self.keys.append(key_of(term))
        self.weights.append(weight)
        self.ideals.append(ideal)


def shares(postings: Postings, query: QueryTerms) -> Floats:
    """For each unit how much of the question it holds, from 0 to about 1, rare words counting more (BM25's idf)."""
    import numpy as np  # noqa: PLC0415

    size = postings.number_of_units
    if not query.keys or not len(postings.keys):
        return np.zeros(size, dtype=np.float32)
    firsts, counts = _spans(postings, query.keys)
    rarity = np.log1p((size - counts + 0.5) / (counts + 0.5))
    told = counts <= max(_COMMON_SHARE * size, _COMMON_FROM)
    ideal = float((rarity * told) @ np.array(query.ideals))
    if ideal <= 0:
        return np.zeros(size, dtype=np.float32)
    counts = np.where(told, counts, 0)
    ends = np.cumsum(counts)
    places = np.arange(ends[-1]) + np.repeat(firsts - ends + counts, counts)
    weights = np.repeat((rarity * query.weights / (_STRONGEST * ideal)).astype(np.float32), counts)
    scores = np.bincount(postings.units[places], weights * postings.strengths[places], minlength=size)
    # A unit that repeats a word may hold more than all.
    return np.minimum(scores, 1).astype(np.float32)


def _spans(postings: Postings, keys: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the postings of each key begin, and how many there are."""
    import numpy as np  # noqa: PLC0415

    wanted = np.array(keys, dtype=np.uint32)
    places = np.minimum(np.searchsorted(postings.keys, wanted), len(postings.keys) - 1)
    firsts = postings.starts[places].astype(np.int64)
    counts = np.where(postings.keys[places] == wanted, postings.starts[places + 1] - firsts, 0)
    return firsts, counts
