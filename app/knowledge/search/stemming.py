"""Takes the endings off words, with the Snowball stemmer of the language where there is one."""

import importlib
from collections.abc import Callable, Mapping
from functools import lru_cache

from app.knowledge.search.folding import fold, persian

Stem = Callable[[str], str]

# Snowball has no stemmer for Kurmanji, Georgian, Macedonian and Albanian; the serbian one wants Latin letters.
_ALGORITHMS = {
    "ar": "arabic",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fa": "persian",
    "fr": "french",
    "hy": "armenian",
    "ru": "russian",
    "tr": "turkish",
}
_CACHED_WORDS = 20_000


def snowball_stemmers() -> Mapping[str, Stem]:
    """A stemmer for each language that Snowball knows here; each gives the folded stem of a cleaned word."""
    return {language: _stemmer(language, algorithm) for language, algorithm in _ALGORITHMS.items()}


def _stemmer(language: str, algorithm: str) -> Stem:
    # The module carries no types and is loaded only where an index is built.
    stem_word: Stem = importlib.import_module("Stemmer").Stemmer(algorithm, 0).stemWord

    @lru_cache(maxsize=_CACHED_WORDS)
    def stem(word: str) -> str:
        return fold(stem_word(persian(word)) if language == "fa" else stem_word(word))

    return stem
