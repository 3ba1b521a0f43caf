"""What is searched of one language: its passages, their units, and the postings of words and of pieces of words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from app.knowledge.search.analysis import indexed_grams, word_terms
from app.knowledge.search.postings import build_postings, key_of
from app.knowledge.search.transliteration import script_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.knowledge.search.analysis import Analysis
    from app.knowledge.search.postings import Floats, Integers, Keys, Postings
    from app.knowledge.search.transliteration import Script
    from app.knowledge.search.units import Unit

_CACHED_WORDS = 50_000

# How much of a passage's share is that of its best question; the rest is that of its texts.
BEST_QUESTION = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """`passages` are numbers of the index's passages; `starts` has the first unit of each, which is its texts."""

    language: str
    script: Script
    passages: Integers
    starts: Integers
    words: Postings
    grams: Postings

    @property
    def size_bytes(self) -> int:
        return self.words.size_bytes + self.grams.size_bytes


def build_part(analysis: Analysis, language: str, units: Sequence[Unit]) -> Part:
    """The part of a language from the units of its passages, in their order."""
    import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

    script = script_of("".join(chain.from_iterable(field.words for unit in units[:10] for field in unit.fields)))
    owners = np.array([unit.passage for unit in units], dtype=np.int32)
    starts = np.flatnonzero(np.diff(owners, prepend=-1)).astype(np.int32)
    words = [_word_weights(analysis, unit, language) for unit in units]
    grams = [_gram_weights(unit, script) for unit in units]
    return Part(
        language=language,
        script=script,
        passages=owners[starts],
        starts=starts,
        words=build_postings([keys for keys, _ in words], [weights for _, weights in words]),
        grams=build_postings([keys for keys, _ in grams], [weights for _, weights in grams]),
    )


def _word_weights(analysis: Analysis, unit: Unit, language: str) -> tuple[Keys, Floats]:
    import numpy as np  # noqa: PLC0415

    found = [
        (key_of(term), part * field.weight)
        for field in unit.fields
        for term, part in word_terms(analysis, field.words, language)
    ]
    return np.array([key for key, _ in found], dtype=np.uint32), np.array([one for _, one in found], dtype=np.float32)


def _gram_weights(unit: Unit, script: Script) -> tuple[Keys, Floats]:
    import numpy as np  # noqa: PLC0415

    found = [[key for word in field.words for key in gram_keys(word, script)] for field in unit.fields]
    weights = np.array([field.weight for field in unit.fields], dtype=np.float32)
    keys = np.array(list(chain.from_iterable(found)), dtype=np.uint32)
    return keys, np.repeat(weights, [len(known) for known in found])


@lru_cache(maxsize=_CACHED_WORDS)
def gram_keys(word: str, script: Script) -> tuple[int, ...]:
    return tuple(key_of(gram) for gram in indexed_grams(word, script))


def of_passages(part: Part, shares: Floats) -> Floats:
    """The share of each passage of the part from those of its units."""
    import numpy as np  # noqa: PLC0415

    texts = shares[part.starts]
    asked = shares.copy()
    asked[part.starts] = 0
    mixed: Floats = np.maximum(
        texts, BEST_QUESTION * np.maximum.reduceat(asked, part.starts) + (1 - BEST_QUESTION) * texts
    )
    return mixed
