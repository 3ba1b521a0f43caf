"""Says in which ways the rules for emergencies may write a word that has letters bound to it, as Arabic does."""

from collections.abc import Iterator
from typing import Final

# Fewer letters than this say nothing of an Arabic or Persian word.
FEWEST_HEARD: Final = 3
# What “not” becomes where it is written together with its verb.
NOT: Final = "ما"
_NOT_AFTER: Final = "ش"
_LONG_ENOUGH: Final = 5
_CLITICS = frozenset("وفبلس")
_AND: Final = "و"
# Before the verb of Arabic: it happens now or will happen; after it the person of the verb.
_TENSES, _PERSONS = frozenset("كتدهحغ"), frozenset("ينت")
_ARTICLE: Final = "ال"
# What an indefinite noun ends in as an object, and a verb of many after its last letter, which many leave out.
_SILENT_END: Final = "ا"
# All letters that may stand before a verb, in Arabic letters and as the consonants of Latin ones.
_BOUND = frozenset("وفبلسكتدهحغاينم")
_BOUND_IN_LATIN = frozenset("bdghklmnst")
_MOST_BOUND: Final = 3


def ways_to_write(word: str) -> set[str]:
    """The word itself, `begin*` for each beginning and `~end` without letters bound before it, also as `~middle*`."""
    forms = {word, *_without_clitic(word)}
    forms |= {form[:-1] for form in forms if form.endswith(_SILENT_END) and len(form) > FEWEST_HEARD}
    ends = {f"~{stem}" for stem in _stems(word, _BOUND)}
    beginnings = {f"{form[:end]}*" for form in forms for end in range(1, len(form) + 1)}
    middles = {f"{form[:end]}*" for form in ends for end in range(FEWEST_HEARD, len(form) + 1)}
    return forms | ends | beginnings | middles


def ways_to_hear(consonants: str) -> Iterator[str]:
    """The same for what is heard of a word in Latin letters, each also with any ending."""
    for form in (consonants, *(f"~{stem}" for stem in _stems(consonants, _BOUND_IN_LATIN))):
        yield form
        yield from (f"{form[:end]}*" for end in range(FEWEST_HEARD, len(form) + 1))


def find_denied(word: str) -> str | None:
    """The verb that “not” is written together with, as in “mabyrodsh”, does not answer."""
    word = word.removeprefix(_AND)
    ends = word.endswith(_NOT_AFTER) and len(word) > _LONG_ENOUGH
    if not word.startswith(NOT) and not (ends and word.startswith(NOT[0])):
        return None
    verb = word.removeprefix(NOT[0]).removeprefix(NOT[1]).removesuffix(_NOT_AFTER if ends else "")
    return verb if len(verb) >= FEWEST_HEARD else None


def _without_clitic(word: str) -> Iterator[str]:
    """An Arabic word without “and”, “with”, “for”, “will” or its tense, which are written together with it."""
    if (word[0] in _CLITICS and len(word) >= _LONG_ENOUGH) or (word[0] == _AND and len(word) > len(_AND) + 1):
        yield word[1:]
    if word[0] in _TENSES and word[1:2] in _PERSONS and len(word) >= _LONG_ENOUGH:
        yield word[1:]


def _stems(word: str, bound: frozenset[str]) -> Iterator[str]:
    for start in range(_MOST_BOUND + 1):
        # A letter that is half of the article is not bound to a verb.
        halves = start > 0 and word[start - 1 : start + 1] == _ARTICLE
        if len(word) - start >= FEWEST_HEARD and bound.issuperset(word[:start]) and not halves:
            yield word[start:]
