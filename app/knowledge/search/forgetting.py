"""Empties what the search remembers of words, so that a caller's own end with the search."""

from collections.abc import Callable, Iterable
from typing import Protocol, cast

from app.knowledge.search import parts, query
from app.knowledge.search.folding import fold
from app.knowledge.search.index import Index


class _Remembering(Protocol):
    """A function that remembers what it was given, as `functools.lru_cache` makes it."""

    def cache_clear(self) -> None: ...


def forget_words(index: Index | None = None) -> None:
    """Forget every word that was folded, stemmed, taken apart or cut into pieces; the next search does that anew."""
    own: Iterable[Callable[..., object]] = (
        () if index is None else (*index.analysis.stemmers.values(), *index.analysis.splitters.values())
    )
    for remembering in (fold, query.gram_keys, parts.gram_keys, *own):
        cast("_Remembering", remembering).cache_clear()
