"""Turns texts and questions into terms: stems, parts of compounds and concepts, each with its weight."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.knowledge.search.compounds import Split
from app.knowledge.search.folding import clean, fold, tokens
from app.knowledge.search.models import Thesaurus
from app.knowledge.search.stemming import Stem
from app.knowledge.search.transliteration import Script, script_of, skeleton, sounds

PART_WEIGHT = 0.6
CONCEPT_WEIGHT = 1.0
_CONCEPT_WORDS = 4
_GRAM = 4
_SKELETON_GRAM = 3

# Under which writings the words of texts in a script are indexed; see `grams`.
_INDEXED: Mapping[Script, tuple[str, ...]] = {"cyrillic": ("s",), "georgian": ("s",), "arabic": ("p", "k")}
# Under which writing a word of one script is looked for in texts of another.
_LOOKED_FOR: Mapping[Script, Mapping[str, tuple[Script, ...]]] = {
    "latin": {"p": ("latin",), "s": ("cyrillic", "georgian"), "k": ("arabic",)},
    "cyrillic": {"s": ("cyrillic", "georgian"), "t": ("latin",)},
    "georgian": {"s": ("cyrillic", "georgian")},
    "arabic": {"p": ("arabic",)},
}

Concepts = Mapping[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is needed to analyse a text of any language: stemmers, splitters and concepts by language."""

    stemmers: Mapping[str, Stem]
    splitters: Mapping[str, Split]
    concepts: Mapping[str, Concepts]

    def stem(self, word: str, language: str) -> str:
        stemmer = self.stemmers.get(language)
        return fold(word) if stemmer is None else stemmer(word)


def read_concepts(
    thesaurus: Thesaurus, stemmers: Mapping[str, Stem]
) -> dict[str, dict[tuple[str, ...], tuple[str, ...]]]:
    """The concepts by language and by the stems of each way to say them."""
    plain = Analysis(stemmers, {}, {})
    found: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {}
    for concept, languages in thesaurus.items():
        for language, forms in languages.items():
            for form in forms:
                stems = tuple(plain.stem(word, language) for word in tokens(clean(form)))
                if 0 < len(stems) <= _CONCEPT_WORDS:
                    known = found.setdefault(language, {})
                    known[stems] = (*known.get(stems, ()), concept)
    return found


def word_terms(analysis: Analysis, words: Sequence[str], language: str) -> Iterator[tuple[str, float]]:
    """The stems of a text with the parts of its compounds, and the concepts it speaks of."""
    split = analysis.splitters.get(language)
    stems = [analysis.stem(word, language) for word in words]
    yield from ((f"{language}:{stem}", 1.0) for stem in stems)
    if split is not None:
        yield from (
            (f"{language}:{analysis.stem(part, language)}", PART_WEIGHT) for word in words for part in split(fold(word))
        )
    yield from ((f"*:{concept}", 1.0) for concept in concepts_in(analysis, stems, language))


def concepts_in(analysis: Analysis, stems: Sequence[str], language: str) -> set[str]:
    """The concepts that a text in this language names, by its stems."""
    known = analysis.concepts.get(language, {})
    return {concept for window in _windows(stems) for concept in known.get(window, ())} if known else set()


def _windows(stems: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(len(stems)):
        for end in range(start + 1, min(start + _CONCEPT_WORDS, len(stems)) + 1):
            yield tuple(stems[start:end])


def joined_pairs(words: Sequence[str]) -> Iterator[str]:
    """Neighbouring words as one, for compounds that speech recognition has torn."""
    return (first + second for first, second in pairwise(words))


def indexed_grams(word: str, script: Script) -> list[str]:
    """The pieces of a cleaned word under which a text is found that is written in this script.

    A Latin word in an Arabic text is indexed like the others of the text, so that shares of a question can be compared.
    """
    writings = ("k",) if script == "arabic" and script_of(word) == "latin" else _INDEXED.get(script, ("p",))
    return [gram for writing in writings for gram in grams(word, writing)]


def query_grams(word: str, written: Script) -> Iterator[str]:
    """The pieces of a word of a question that are looked for in texts of a script."""
    script = script_of(word)
    for writing, scripts in _LOOKED_FOR.get(script, {"p": (script,)}).items():
        if written in scripts:
            yield from grams(word, writing)


def grams(word: str, writing: str) -> list[str]:
    """Pieces of a cleaned word: `p` plain letters, `s` and `t` sounds in Latin letters, `k` consonants.

    Each begins with its writing, so that pieces of one writing never meet those of another; `t` meets `p`.
    """
    folded = fold(word)
    if writing == "p":
        return _cut(folded, _GRAM, "p")
    if writing == "k":
        consonants = skeleton(folded).removesuffix("h")
        return _cut(consonants, _SKELETON_GRAM, "k") if len(consonants) > 1 else []
    return _cut(sounds(folded), _GRAM, "s" if writing == "s" else "p")


def _cut(word: str, size: int, writing: str) -> list[str]:
    padded = f" {word} "
    if len(padded) <= size:
        return [writing + padded]
    return [writing + padded[start : start + size] for start in range(len(padded) - size + 1)]
