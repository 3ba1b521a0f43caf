"""What goes into the search and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["answer", "offer", "country", "advice", "line"]
Advice = Literal["none", "agent", "emergency"]
Emergency = Literal["violence", "suicide", "medical"]
# Concept -> language -> the ways in which people say it.
Thesaurus = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found, in one language; the same id in several languages is the same thing.

    `refs` are the facts under the text: withdrawing one of them, or the id itself, hides the entry. `valid_until` is
    the last day before it is due for review; after `shown_until` it is hidden.
    """

    id: str
    kind: Kind
    topics: tuple[str, ...]
    language: str
    title: str
    source: str
    questions: tuple[str, ...] = ()
    text: str = ""
    valid_until: date | None = None
    shown_until: date | None = None
    refs: tuple[str, ...] = ()
    sensitive: bool = False
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mask:
    """What may be found at all: nothing withdrawn, and nothing past its last day; without a day all are fine."""

    today: date | None = None
    withdrawn: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """Something found: the entry in the asker's language where it has one, and how well it fits, from 0 to 1."""

    entry: Entry
    score: float
    snippet: str
    matched_language: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search; `language` is the one asked in, given or detected."""

    query: str
    language: str
    results: tuple[Result, ...]
    confident: bool
    advice: Advice
    emergency: Emergency | None = None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
