"""How hard a text is to read, by published measures."""

import re
from collections.abc import Sequence
from statistics import fmean

from app.knowledge.wording import ReadingLevel

# A colon before a list of reasons ends a thought for the reader as a full stop does (Björnsson counts it so too).
_SENTENCE_END = re.compile(r"[.!?:;\u061b\u061f\u06d4\u0964\u1362]+(?:\s+|$)|\n\s*\n")
_LONG_WORD_LETTERS = 6
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence; a placeholder counts as one short word."""
    plain = _PLACEHOLDER.sub("x", text)
    found = ([word for word in part.split() if any(map(str.isalnum, word))] for part in _SENTENCE_END.split(plain))
    return [words for words in found if words]


def lix(text: str) -> float:
    """Björnsson's readability index: words in a sentence plus the percentage of words of more than six letters.

    C. H. Björnsson, Läsbarhet, 1968. Below 30 very easy, 30 to 40 easy, 40 to 50 like newspapers, above 50 hard.
    """
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    if not words:
        return 0.0
    long = sum(sum(map(str.isalpha, word)) > _LONG_WORD_LETTERS for word in words)
    return len(words) / len(found) + 100 * long / len(words)


def words_per_sentence(found: Sequence[Sequence[str]]) -> float:
    return fmean(len(words) for words in found) if found else 0.0


def too_hard(text: str, level: ReadingLevel, *, of_an_offer: bool = False) -> str:
    """What makes the text harder than the level, as the end of a sentence; empty where nothing does."""
    at_most = level.offers_at_most if of_an_offer else level.at_most
    if level.measure == "lix":
        value, name = lix(text), "LIX"
    else:
        value, name = words_per_sentence(sentences(text)), "words in a sentence"
    return f"is hard to read: {name} {value:.0f}, but at most {at_most:.0f}." if value > at_most else ""


def hard_sentence(text: str, level: ReadingLevel) -> str:
    """That one sentence is too long, as the end of a sentence; empty where none is."""
    longest = max((len(words) for words in sentences(text)), default=0)
    if longest <= level.longest_sentence:
        return ""
    return f"has a sentence of {longest} words, but at most {level.longest_sentence} are easy to follow."
