"""The questions that the search is measured with: as written, with typing errors, as a speech recogniser hears them."""

import json
import random
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.kit.paths import PROJECT_ROOT
from bench.search_engines import SENTENCE_OF

DEVELOPMENT = PROJECT_ROOT / "tests" / "knowledge" / "search" / "development"

_NEIGHBOURS = {
    "a": "qsy", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "rz",
    "u": "zi", "v": "cb", "w": "qe", "x": "yc", "y": "xa", "z": "tu",
}  # fmt: skip
_WORD = re.compile(r"\w+")
# Letters that sound alike at the end or inside of German words.
_HOMOPHONES = (("dt", "t"), ("ss", "s"), ("ie", "i"), ("ah", "a"), ("eh", "e"), ("v", "f"), ("ai", "ei"), ("äu", "eu"))
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_SHORTEST_SENTENCE = 4
_SHORTEST_TORN = 11
_SHORTEST_SLIPPED = 4
_TYPO_SHARE = 0.4
_SOUND_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the language it is in, and what answers it: topics or a passage; nothing does for one off topic."""

    id: str
    text: str
    language: str
    answers: tuple[str, ...] = ()

    @property
    def for_tuning(self) -> bool:
        """Thresholds are fitted on one half, the other is reported."""
        return zlib.crc32(self.id.encode()) % 2 == 0


def read_development(name: str) -> list[Question]:
    return [
        Question(line["id"], line["text"], line["lang"], tuple(line.get("topics", ())))
        for line in _lines(DEVELOPMENT / f"{name}.jsonl")
    ]


def read_paragraphs(folder: Path) -> dict[str, str]:
    return {str(line["id"]): line["text"] for line in _lines(folder / "xquad_de_paragraphs.jsonl")}


def sentences_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Every sentence of more than three words as a passage of its own, its id that of the text with its number."""
    return {
        f"{id_}{SENTENCE_OF}{number}": sentence
        for id_, text in texts.items()
        for number, sentence in enumerate(_SENTENCE.split(text))
        if len(sentence.split()) >= _SHORTEST_SENTENCE
    }


def read_paragraph_questions(folder: Path, language: str) -> list[Question]:
    return [
        Question(line["id"], line["text"], language, (str(line["paragraph"]),))
        for line in _lines(folder / "xquad_questions.jsonl")
        if line["lang"] == language
    ]


def _lines(path: Path) -> Iterable[dict[str, object]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def with_typos(questions: Sequence[Question], seed: int) -> list[Question]:
    """One slip in two of five words of four letters or more: a neighbouring key, a letter lost, doubled or swapped."""
    dice = random.Random(seed)  # noqa: S311 - typing errors need no secrecy
    return [
        replace(question, text=_WORD.sub(lambda word: _slip(word[0], dice), question.text)) for question in questions
    ]


def _slip(word: str, dice: random.Random) -> str:
    if len(word) < _SHORTEST_SLIPPED or dice.random() >= _TYPO_SHARE:
        return word
    at = dice.randrange(1, len(word) - 1)
    kind = dice.choice(("key", "lost", "doubled", "swapped"))
    if kind == "key":
        return word[:at] + dice.choice(_NEIGHBOURS.get(word[at].lower(), word[at])) + word[at + 1 :]
    if kind == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + (word[at] * 2 if kind == "doubled" else "") + word[at + 1 :]


def as_recognised(questions: Sequence[Question], seed: int, known: frozenset[str]) -> list[Question]:
    """As a speech recogniser writes: small letters, no marks, compounds torn between two words, words misheard.

    `known` has the words of the texts, in small letters.
    """
    dice = random.Random(seed)  # noqa: S311 - mishearing needs no secrecy
    return [
        replace(question, text=" ".join(_heard(word, dice, known) for word in _WORD.findall(question.text.lower())))
        for question in questions
    ]


def _heard(word: str, dice: random.Random, known: frozenset[str]) -> str:
    if len(word) >= _SHORTEST_TORN:
        for at in range(4, len(word) - 3):
            if word[:at].removesuffix("s") in known and word[at:] in known:
                return f"{word[:at]} {word[at:]}"
    if len(word) > _SHORTEST_SLIPPED and dice.random() < _SOUND_SHARE:
        for written, sounded in _HOMOPHONES:
            if written in word:
                return word.replace(written, sounded, 1)
    return word
