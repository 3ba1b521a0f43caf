"""Reads the lines that tell of an emergency and says whether the words of a sentence match one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from app.knowledge.search.folding import clean, fold

_WINDOW: Final = 12
_SET: Final = re.compile(r"<(\w+)>")

Phrase = tuple[str, ...]
# Where in a sentence each phrase begins.
Places = Mapping[Phrase, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Line:
    """All parts must stand near each other; a part is a choice of phrases. `whole`: nothing else may be said."""

    parts: tuple[frozenset[Phrase], ...]
    whole: bool

    def matches(self, places: Places, length: int) -> bool:
        found = []
        for part in self.parts:
            said = places.keys() & part
            if not said:
                return False
            found.append([at for phrase in said for at in places[phrase]])
        return length in self._lengths(places) if self.whole else _near(found)

    def letters(self, places: Places) -> int:
        """How many letters of a sentence that it matches are its own."""
        return sum(max(len("".join(phrase)) for phrase in places.keys() & part) for part in self.parts)

    def _lengths(self, places: Places) -> set[int]:
        said = ({len(phrase) for phrase in places.keys() & part} for part in self.parts)
        return {sum(lengths) for lengths in product(*said)}


def read_line(written: str, sets: Mapping[str, str]) -> Line:
    """The line as README.md describes it; raises KeyError where it names a set that there is none of."""
    filled = _fill(written, sets)
    return Line(tuple(map(_part, filled.strip("^$ ").split("+"))), whole=filled.startswith("^"))


def read_word(written: str) -> str:
    bare = fold(clean(written.removeprefix("~").removesuffix("*")))
    return "~" * written.startswith("~") + bare + "*" * written.endswith("*")


def read_right(raw: Mapping[str, Any]) -> frozenset[str]:
    """The words of a language that are no slips of others: those that were told, and the common ones."""
    return frozenset(map(read_word, (*raw.get("right", ()), *raw.get("common", ()))))


def _fill(written: str, sets: Mapping[str, str]) -> str:
    """The line with its sets written out, and those that they name themselves."""
    return _SET.sub(lambda name: _fill(sets[name[1]], sets), written)


def _part(written: str) -> frozenset[Phrase]:
    return frozenset(tuple(map(read_word, phrase.split())) for phrase in written.split("|"))


def _near(places: Sequence[Sequence[int]]) -> bool:
    return any(all(any(abs(other - first) < _WINDOW for other in found) for found in places) for first in places[0])
