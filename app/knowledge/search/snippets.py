"""Shows where a text speaks of what was asked, and what a question that is being typed may become."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.knowledge.search.folding import clean, fold, persian, tokens
from app.knowledge.search.models import Entry

LONGEST_SNIPPET = 240
_MOST_SUGGESTIONS = 5
_CACHED_PHRASES = 20_000
# Letters by which two forms of a word are taken for the same.
_BEGINNING = 5
_SENTENCE = re.compile(r"(?<=[.!?؟።।])\s+|\n+")


def snippet_of(text: str, words: Sequence[str]) -> str:
    """The sentences of the text that hold most of the asked words, shortened to what fits in two lines."""
    sentences = [sentence for part in _SENTENCE.split(text) if (sentence := part.strip())]
    if not sentences:
        return ""
    beginnings = {f" {form[:_BEGINNING]}" for word in words for form in (word, persian(word))}
    held = [_held(f" {sentence.lower()}", beginnings) for sentence in sentences]
    best = held.index(max(held))
    return _shortened(" ".join(sentences[best : best + 2]))


def _held(sentence: str, beginnings: Iterable[str]) -> int:
    """How many of the words begin like one of the sentence; quicker than its stems, and right nearly as often."""
    return sum(beginning in sentence for beginning in beginnings)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= LONGEST_SNIPPET:
        return text
    return text[:LONGEST_SNIPPET].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def suggestions_for(words: Sequence[str], entries: Iterable[Entry]) -> tuple[str, ...]:
    """Titles and questions of these entries that go on from what has been typed; the last word may be unfinished."""
    typed = [fold(word) for word in words]
    phrases = (phrase for entry in entries for phrase in (*entry.questions, entry.title))
    fitting = dict.fromkeys(phrase for phrase in phrases if _goes_on(typed, phrase))
    return tuple(fitting)[:_MOST_SUGGESTIONS]


def _goes_on(typed: Sequence[str], phrase: str) -> bool:
    if not typed:
        return False
    known = _words_of(phrase)
    return known.issuperset(typed[:-1]) and any(word.startswith(typed[-1]) for word in known)


@lru_cache(maxsize=_CACHED_PHRASES)
def _words_of(phrase: str) -> frozenset[str]:
    return frozenset(fold(word) for word in tokens(clean(phrase)))
