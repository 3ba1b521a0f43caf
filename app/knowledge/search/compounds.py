"""Splits long words into words that the texts themselves use, as German writes several words in one.

After Koehn and Knight, “Empirical Methods for Compound Splitting” (EACL 2003): of all ways to take a word apart the one
whose parts are the most frequent on the geometric mean, where no part is rarer than seldom.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import exp, log

Split = Callable[[str], tuple[str, ...]]

SPLIT_LANGUAGES = frozenset({"de"})

_SHORTEST_PART = 4
_SHORTEST_WORD = 2 * _SHORTEST_PART
_MOST_PARTS = 4
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_CACHED_WORDS = 20_000


def learn_splitter(words: Iterable[str]) -> Split:
    """A function that gives the parts of a folded word, or nothing for a word that is in one piece."""
    counts: Mapping[str, int] = Counter(word for word in words if len(word) >= _SHORTEST_PART and word.isalpha())

    @lru_cache(maxsize=_CACHED_WORDS)
    def split(word: str) -> tuple[str, ...]:
        if len(word) < _SHORTEST_WORD:
            return ()
        ways = [parts for parts in _ways(word, counts, _MOST_PARTS) if len(parts) > 1]
        return max(ways, key=lambda parts: _mean_count(parts, counts), default=())

    return split


def _ways(word: str, counts: Mapping[str, int], most: int) -> list[tuple[str, ...]]:
    ways: list[tuple[str, ...]] = [(word,)] if word in counts else []
    if most == 1:
        return ways
    for end in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        head = _known(word[:end], counts)
        if head is not None:
            ways += [(head, *rest) for rest in _ways(word[end:], counts, most - 1)]
    return ways


def _known(part: str, counts: Mapping[str, int]) -> str | None:
    """The part as the texts have it, without the letters that only link it to the next."""
    bare = (part.removesuffix(link) if part.endswith(link) else "" for link in _LINKS)
    return next((word for word in bare if len(word) >= _SHORTEST_PART and word in counts), None)


def _mean_count(parts: tuple[str, ...], counts: Mapping[str, int]) -> float:
    return exp(sum(log(counts[part]) for part in parts) / len(parts))
