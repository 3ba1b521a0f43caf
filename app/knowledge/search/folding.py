"""Brings a text into the form in which it is compared: one writing for what people write in several ways."""

import re
import unicodedata
from functools import lru_cache

LONGEST_QUERY = 1_000
MOST_TOKENS = 80

_CACHED_WORDS = 50_000

_ZERO_WIDTH_AND_TATWEEL = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x0640])
_ONE_LETTER = str.maketrans(
    {
        "ی": "ي", "ى": "ي", "ې": "ي", "ے": "ي", "ێ": "ي",
        "ک": "ك", "ڪ": "ك", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۀ": "ه", "ۆ": "و",
        "ı": "i", "’": "'", "ʼ": "'", "‘": "'", "`": "'",
    }
)  # fmt: skip
_TO_PERSIAN = str.maketrans({"ي": "ی", "ك": "ک"})
_ROUNDED = str.maketrans(
    {"ة": "ه", "ø": "o", "đ": "d", "ł": "l", "æ": "a", "œ": "o", "ð": "d", "þ": "th", "ә": "a", "ё": "е", "ґ": "г"}
)
_UMLAUT_AS_TWO = re.compile(r"ae|oe|ue")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_DIGIT = re.compile(r"\d")


def clean(text: str) -> str:
    """Lower case, composed letters, no marks that are only seen; letters keep what stemmers need to know."""
    text = unicodedata.normalize("NFKC", text).translate(_ZERO_WIDTH_AND_TATWEEL)
    # Lower case of the Turkish capital İ leaves a combining dot behind, which composes with nothing.
    text = text.lower().replace("i̇", "i").translate(_ONE_LETTER)
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0], digit[0])), text)


def tokens(text: str) -> list[str]:
    """The words of a text that `clean` has been through; an apostrophe inside a word stays inside."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=_CACHED_WORDS)
def fold(text: str) -> str:
    """A cleaned text without accents, and ä, ae and a the same: what somebody without the right keyboard writes."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter)
    )
    return _UMLAUT_AS_TWO.sub(lambda pair: pair[0][0], bare.translate(_ROUNDED)).replace("'", "")


def persian(text: str) -> str:
    """A cleaned text with the Persian forms of ya and kaf."""
    return text.translate(_TO_PERSIAN)


def query_tokens(query: str) -> list[str]:
    """The words of a question; what is longer than anybody asks is cut off."""
    return tokens(clean(query[:LONGEST_QUERY]))[:MOST_TOKENS]
