"""Recognises that somebody is in danger now: violence, suicide or a life at risk, in every language of the line."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from app.kit.yamlfile import read_yaml
from app.knowledge.search.bound_letters import FEWEST_HEARD, NOT, find_denied, ways_to_hear, ways_to_write
from app.knowledge.search.emergency_lines import Line, Phrase, Places, read_line, read_right
from app.knowledge.search.folding import clean, fold, tokens
from app.knowledge.search.models import Emergency
from app.knowledge.search.transliteration import script_of, skeleton, sounds

# “I want to kill myself” also has the words for being killed.
_ORDER: Final[tuple[Emergency, ...]] = ("suicide", "violence", "medical")
_LONGEST = 2_000
_SENTENCE = re.compile(r"[.!?؟।;\n]+")
_SLIP_FORGIVEN_FROM = 5
# What stands before an apostrophe in French and Albanian, and the words that it is short for.
_ELIDED: Final[Mapping[str, tuple[str, ...]]] = {
    **{letter: (f"{letter}e",) for letter in ("m", "t", "l", "d", "n", "j", "c", "qu")},
    "s": ("se", "nuk"),
}
# Languages that callers also type in another script, and what of a word is then compared.
_HEARD_IN_LATIN: Final[Mapping[str, Callable[[str], str]]] = {
    **dict.fromkeys(("ru", "uk", "mk", "sr", "ka"), sounds),
    **dict.fromkeys(("ar", "fa"), skeleton),
}
# Georgian letters that are also typed as the Latin one on the same key or the nearest in shape.
_ALSO_TYPED: Final[Mapping[str, Mapping[str, str]]] = {"ka": {"ყ": "y", "წ": "w", "ჯ": "j", "ფ": "f"}}
# Fewer letters than this mean something harmless in some other language than the one that somebody is asked in.
_FEWEST_FOREIGN: Final = 9
# What the signs of a sentence must add up to, more where a rule is kept silent, and how many words may have them:
# in a long speech there is something of everything.
_ENOUGH: Final = 10
_ENOUGH_AGAINST_SILENCE: Final = 16
_MOST_WEIGHED: Final = 30

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of one language, the kind of danger it speaks of, and the lines that keep it silent."""

    language: str
    line: Line
    kind: Emergency
    unless: tuple[Line, ...]

    def matches(self, places: Places, length: int, asked: str) -> bool:
        return self.line.matches(places, length) and (
            self.language == asked or self.line.letters(places) >= _FEWEST_FOREIGN
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sign:
    """A line that says little alone: points towards a kind of danger or towards any, fewer than none against it."""

    line: Line
    kind: Emergency | None
    points: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Rules by each phrase of their first part, phrases by their first word, words that a slip may have made.

    `unless` has what keeps a language silent, for the words of a neighbouring language mean the same.
    `longer` has the words in which slips are forgiven by language and letter, `right` those that are no slips of them,
    `heard` the words of a language by what is heard of them, `signs` those of a language by each phrase of their first
    part.
    """

    rules: Mapping[Phrase, tuple[Rule, ...]]
    unless: Mapping[tuple[str, Emergency], tuple[Line, ...]]
    phrases: Mapping[str, tuple[Phrase, ...]]
    words: frozenset[str]
    right: Mapping[str, frozenset[str]]
    longer: Mapping[tuple[str, str], tuple[str, ...]]
    heard: Mapping[tuple[str, str], tuple[str, ...]]
    signs: Mapping[tuple[str, Phrase], tuple[Sign, ...]]


def find_emergency(text: str, language: str) -> Emergency | None:
    """The kind of danger that the text speaks of, None where it speaks of none.

    All languages are tried, for people do not keep to the one they were asked in; slips are forgiven in that one.
    """
    lexicon = _lexicon()
    asked = language.partition("-")[0]
    for words in _sentences(text):
        places = _places(lexicon, words, asked)
        signs = _signs_in(lexicon, places, len(words), asked)
        points = sum(sign.points for sign in signs)
        matched = _kinds_matched(lexicon, places, len(words), asked)
        told = {kind for kind, is_silenced in matched if not is_silenced}
        if told and points >= 0:
            return min(told, key=_ORDER.index)
        if points >= (_ENOUGH_AGAINST_SILENCE if matched else _ENOUGH):
            return max(_ORDER, key=lambda kind: sum(sign.points for sign in signs if sign.kind == kind))
    return None


def _kinds_matched(lexicon: Lexicon, places: Places, length: int, asked: str) -> set[tuple[Emergency, bool]]:
    """The kinds of danger that the rules tell of, each with whether something keeps its rule silent."""
    rules = chain.from_iterable(lexicon.rules.get(phrase, ()) for phrase in places)
    matching = {(rule.kind, rule.unless) for rule in rules if rule.matches(places, length, asked)}
    return {
        (kind, any(_is_silenced(lines, places, length) for lines in (unless, lexicon.unless.get((asked, kind), ()))))
        for kind, unless in matching
    }


def _signs_in(lexicon: Lexicon, places: Places, length: int, asked: str) -> list[Sign]:
    if length > _MOST_WEIGHED:
        return []
    begun = dict.fromkeys(chain.from_iterable(lexicon.signs.get((asked, phrase), ()) for phrase in places))
    return [sign for sign in begun if sign.line.matches(places, length)]


def _is_silenced(unless: Sequence[Line], places: Places, length: int) -> bool:
    return any(line.matches(places, length) for line in unless)


def _sentences(text: str) -> Iterator[list[str]]:
    for sentence in _SENTENCE.split(clean(text[:_LONGEST])[:_LONGEST]):
        if words := tokens(sentence):
            yield words


def _places(lexicon: Lexicon, words: Sequence[str], language: str) -> Places:
    meant = [
        _meant(lexicon, fold(word), language).union(_denied(lexicon, fold(word)), *_of_elided(lexicon, word))
        for word in words
    ]
    for at, (first, second) in enumerate(pairwise(words)):
        # Speech recognition tears words apart: two neighbours may be one.
        meant[at] |= _meant(lexicon, fold(first + second), "")
    places: dict[Phrase, list[int]] = {}
    for at, known in enumerate(meant):
        for phrase in chain.from_iterable(lexicon.phrases.get(word, ()) for word in known):
            if at + len(phrase) <= len(meant) and all(word in meant[at + step] for step, word in enumerate(phrase)):
                places.setdefault(phrase, []).append(at)
    return places


def _meant(lexicon: Lexicon, word: str, language: str) -> set[str]:
    """The words of the rules that this one may be; `language` is the one in which slips are forgiven."""
    written = ways_to_write(word)
    meant = set(lexicon.words & written)
    meant.update(_heard(lexicon, word, language))
    right = lexicon.right.get(language, frozenset())
    if not meant and len(word) >= _SLIP_FORGIVEN_FROM and right.isdisjoint(written):
        near = lexicon.longer.get((language, word[0]), ())
        return {known for known in near if _is_near(word, known)}
    return meant


def _denied(lexicon: Lexicon, word: str) -> set[str]:
    """What a verb means that is written together with “not”, and that it is denied."""
    verb = find_denied(word)
    known = lexicon.words & ways_to_write(verb) if verb else frozenset()
    return {NOT, *known} if known else set()


def _heard(lexicon: Lexicon, word: str, language: str) -> Iterator[str]:
    """The words of a language that sound like this one, which is typed in another script than the rules are."""
    key = _heard_of(word, language)
    if key and (language == "sr" or script_of(word) == "latin"):
        for form in ways_to_hear(key):
            yield from lexicon.heard.get((language, form), ())


def _heard_of(word: str, language: str) -> str:
    hear = _HEARD_IN_LATIN.get(language)
    if hear is None:
        return ""
    # Two letters of another script may come out as a pair that stands for one sound; the second time makes it one.
    key = hear(hear(word))
    return key.removesuffix("h") if hear is skeleton else key


def _of_elided(lexicon: Lexicon, word: str) -> Iterator[set[str]]:
    """What both words mean that an apostrophe binds together, as in “m'égorger”."""
    before, apostrophe, after = word.partition("'")
    if apostrophe and after and before in _ELIDED:
        for form in (after, *_ELIDED[before]):
            yield _meant(lexicon, fold(form), "")


def _is_near(word: str, known: str) -> bool:
    """Whether one slip makes the word the known one, or lets it begin so where any ending is allowed."""
    if not known.endswith("*"):
        return is_one_slip(word, known)
    return any(is_one_slip(word[:end], known[:-1]) for end in range(len(known) - 2, len(known) + 1))


def is_one_slip(word: str, wanted: str) -> bool:
    """Whether one letter is missing, too many, wrong, or two neighbours are swapped."""
    if abs(len(word) - len(wanted)) > 1:
        return False
    start = next((at for at, (one, other) in enumerate(zip(word, wanted, strict=False)) if one != other), None)
    if start is None:
        return True
    rest, wanted_rest = word[start:], wanted[start:]
    return (
        rest[1:] == wanted_rest[1:]
        or rest[1:] == wanted_rest
        or rest == wanted_rest[1:]
        or (rest[:2] == wanted_rest[1::-1] and rest[2:] == wanted_rest[2:])
    )


@cache
def _lexicon() -> Lexicon:
    raw = {file.stem: _read(file) for file in sorted(Path(__file__).with_name("emergencies").glob("*.yaml"))}
    rules = {language: tuple(_rules(language, written)) for language, written in raw.items()}
    signs = {language: tuple(_signs(written)) for language, written in raw.items()}
    spoken = {(language, phrase) for language in raw for phrase in _phrases(rules[language], signs[language])}
    words = {(language, word) for language, phrase in spoken for word in phrase}
    # What keeps a sentence silent has to be said as it is written here.
    parts = ((language, part) for language, known in rules.items() for rule in known for part in rule.line.parts)
    telling = {(language, word) for language, part in parts for phrase in part for word in phrase}
    return Lexicon(
        rules=_by_key((phrase, rule) for known in rules.values() for rule in known for phrase in rule.line.parts[0]),
        unless={(language, rule.kind): rule.unless for language, known in rules.items() for rule in known},
        phrases=_by_key(sorted({(phrase[0], phrase) for _, phrase in spoken})),
        words=frozenset(word for _, word in words),
        right={language: read_right(written) for language, written in raw.items()},
        longer=_by_key(sorted({((language, word[0]), word) for language, word in telling if _is_long(word)})),
        heard=_by_key(sorted(_all_heard(words))),
        signs=_by_key(
            ((language, phrase), sign)
            for language, known in signs.items()
            for sign in known
            for phrase in sign.line.parts[0]
        ),
    )


def _read(file: Path) -> Mapping[str, Any]:
    raw = read_yaml(file)
    assert isinstance(raw, dict)  # noqa: S101 - a file of this package, proved by its tests
    return raw


def _all_heard(words: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    for language, word in words:
        for typed in _typed(language, word.removesuffix("*")):
            key = _heard_of(typed, language)
            if len(key.removeprefix("~")) >= FEWEST_HEARD or (
                key and _HEARD_IN_LATIN[language] is sounds and not word.endswith("*")
            ):
                yield (language, key + "*" * word.endswith("*")), word


def _typed(language: str, word: str) -> set[str]:
    """The word with some of its letters already in Latin, which a writer of the language has more than one way for."""
    forms = {word}
    for letter, latin in _ALSO_TYPED.get(language, {}).items():
        forms |= {form.replace(letter, latin) for form in forms}
    return forms


def _is_long(word: str) -> bool:
    return len(word.removesuffix("*")) >= _SLIP_FORGIVEN_FROM


def _by_key(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    found: dict[_Key, list[_Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _phrases(rules: Iterable[Rule], signs: Iterable[Sign]) -> Iterator[Phrase]:
    lines = chain((sign.line for sign in signs), *((rule.line, *rule.unless) for rule in rules))
    return (phrase for line in lines for part in line.parts for phrase in part)


def _rules(language: str, raw: Mapping[str, Any]) -> Iterator[Rule]:
    """The rules of a language; raises KeyError where a line names a set that the language does not have."""
    sets = raw["sets"]
    for kind in _ORDER:
        unless = tuple(read_line(written, sets) for written in (*raw["unless"]["any"], *raw["unless"][kind]))
        yield from (Rule(language, read_line(written, sets), kind, unless) for written in raw[kind])


def _signs(raw: Mapping[str, Any]) -> Iterator[Sign]:
    kinds: dict[str, Emergency] = {kind: kind for kind in _ORDER}
    for kind, written in raw.get("signs", {}).items():
        for points, line in chain.from_iterable(sign.items() for sign in written):
            yield Sign(read_line(line, raw["sets"]), kinds.get(kind), int(points))
