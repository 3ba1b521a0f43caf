"""Folds spoken words, so that accents, vowel signs and capital letters do not matter."""

import re
import unicodedata


def folded_words(text: str) -> frozenset[str]:
    """The words of a text without accents and vowel signs, in small letters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return frozenset(re.findall(r"\w+", plain))
