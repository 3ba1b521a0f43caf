"""The shapes of the files that say how a language may sound: phrases, reading level, numbers, obligatory sentences."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from app.knowledge.entry import Entry, Text

# What an answer must say in its own words; the phrases by which it is recognised stand in each language's file.
SentenceKind = Literal["safe_way", "independent_advice", "no_entitlement", "contradiction"]


class ReadingLevel(Entry):
    """How hard a text may be; `lix` is Björnsson's index, the other the mean number of words in a sentence.

    Offers may be harder, because the names of programmes and bodies are long.
    """

    measure: Literal["lix", "words_per_sentence"]
    at_most: Annotated[float, Field(gt=0)]
    offers_at_most: Annotated[float, Field(gt=0)]
    longest_sentence: Annotated[int, Field(gt=0)]
    source: Text


class Wording(Entry):
    """One language: phrases that press, frighten or promise, and what else its texts are measured by.

    `numbers` are the words for a number, `percent` the words for a share, `sentences` the phrases of each obligatory
    sentence, of which a text needs one. Everything is compared without regard to capital letters.
    """

    avoid: tuple[Text, ...]
    reading: ReadingLevel
    percent: tuple[Text, ...]
    numbers: Mapping[int, tuple[Text, ...]]
    sentences: Mapping[SentenceKind, tuple[Text, ...]]


class Obligation(Entry):
    """Which answers must say a sentence: the named ones, and where `all` says so every one of a sort.

    `where` is `opening` where the first three sentences must say it.
    """

    topics: tuple[str, ...] = ()
    all: Literal["sensitive", "contradicted"] | None = None
    where: Literal["opening", "anywhere"]
    forms: tuple[Literal["spoken", "written"], ...]
