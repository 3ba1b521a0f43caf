"""What a caller's input means to a question: pure readings, one for each thing a question may expect."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.ivr.flow import LANGUAGES_A_PAGE, MENU_LIMIT, Ask, Facts
from app.ivr.model import Book, Input, Message, Pressed, Said
from app.ivr.words import folded_words

CONSENT_CHOICES = ("yes", "no")
MORE_LANGUAGES_KEY = str(LANGUAGES_A_PAGE + 1)
LENGTHS = {"postal_code": 5, "country_code": 5, "phone_number": 16, "referral_code": 10}
SPOKEN_ONLY = frozenset({"town", "words"})
# Beside what these expect they may offer choices, on the last keys.
WITH_CHOICES_BESIDE = frozenset({"listed", "words"})
NEVER_SPOKEN = frozenset({"language", "listed", "phone_number", "referral_code"})
EXPECTED_OUTCOMES = {
    "language": frozenset({"given"}),
    "listed": frozenset({"given"}),
    "postal_code": frozenset({"given"}),
    "country_code": frozenset({"given"}),
    "phone_number": frozenset({"given"}),
    "referral_code": frozenset({"given"}),
    "town": frozenset({"given"}),
    "words": frozenset({"given"}),
    "consent": frozenset(CONSENT_CHOICES),
}
INTO_TYPES = {
    "language": "language",
    "postal_code": "area_code",
    "country_code": "dialling_code",
    "phone_number": "phone_number",
    "referral_code": "referral_code",
    "town": "town",
    "words": "words",
}
_DIGITS = {
    "postal_code": re.compile(r"\d{5}"),
    "country_code": re.compile(r"0*[1-9]\d{0,4}"),
    "phone_number": re.compile(r"\d{5,16}"),
    "referral_code": re.compile(r"\d{10}"),
}


@dataclass(frozen=True, slots=True)
class Understood:
    """The edge to take and the value to remember, if any."""

    label: str
    value: str | None = None


def language_pages(languages: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """All languages on one page while they fit a menu, else pages of four and a key for more."""
    if len(languages) <= MENU_LIMIT:
        return (languages,)
    return tuple(languages[i : i + LANGUAGES_A_PAGE] for i in range(0, len(languages), LANGUAGES_A_PAGE))


def offered(book: Book, node: Ask, facts: Facts, page: int) -> tuple[str, ...]:
    """The values on keys 1, 2, … of a question that offers values instead of named choices."""
    if node.expects == "language":
        pages = language_pages(book.languages)
        return pages[page % len(pages)]
    if node.expects == "listed" and node.among:
        listed = facts.get(node.among, "")
        return tuple(listed.split(","))[: MENU_LIMIT - len(node.choices)] if listed else ()
    return ()


def menu_lines(book: Book, node: Ask, facts: Facts, page: int) -> tuple[Message, ...]:
    """The composed part of a menu, so that the spoken key and the key map cannot drift apart."""
    return (*_value_lines(book, node, facts, page), *(_choice_line(choice.name, choice.key) for choice in node.choices))


def _value_lines(book: Book, node: Ask, facts: Facts, page: int) -> tuple[Message, ...]:
    if node.expects == "consent":
        return tuple(_choice_line(name, str(key)) for key, name in enumerate(CONSENT_CHOICES, 1))
    values = offered(book, node, facts, page)
    if node.expects == "language":
        return _invitations(book, values, page)
    return tuple(_option_line(book, node, value, str(key)) for key, value in enumerate(values, 1))


def _choice_line(name: str, key: str) -> Message:
    return Message("menu.choice", (("choice", "choice", name), ("key", "key", key)))


def _option_line(book: Book, node: Ask, value: str, key: str) -> Message:
    label, member = node.label or "", book.fact_types.get(node.into or "", "")
    slots = tuple((slot, "key", key) if slot == "key" else (slot, member, value) for slot in book.slots.get(label, ()))
    return Message(label, slots)


def _invitations(book: Book, languages: tuple[str, ...], page: int) -> tuple[Message, ...]:
    lines = [
        Message("language.invitation", (("key", "key", str(key)),), language)
        for key, language in enumerate(languages, 1)
    ]
    pages = language_pages(book.languages)
    if len(pages) > 1:
        following = pages[(page + 1) % len(pages)][0]
        lines.append(Message("language.more", (("key", "key", MORE_LANGUAGES_KEY),), following))
    return tuple(lines)


def understand(book: Book, node: Ask, facts: Facts, page: int, heard: Input) -> Understood | None:
    """Read an input as an answer to this question; None is a no-match (or silence)."""
    return _READERS.get(node.expects, _read_entry)(book, node, facts, page, heard)


def _read_choice(book: Book, node: Ask, facts: Facts, _page: int, heard: Input) -> Understood | None:
    if isinstance(heard, Pressed):
        return _pressed_choice(node, heard)
    return _spoken_choice(book, tuple(choice.name for choice in node.choices), facts, heard)


def _pressed_choice(node: Ask, heard: Pressed) -> Understood | None:
    return next((Understood(choice.name) for choice in node.choices if choice.key == heard.keys), None)


def _read_consent(book: Book, _node: Ask, facts: Facts, _page: int, heard: Input) -> Understood | None:
    if isinstance(heard, Pressed):
        return {"1": Understood("yes"), "2": Understood("no")}.get(heard.keys)
    return _spoken_choice(book, CONSENT_CHOICES, facts, heard)


def _spoken_choice(book: Book, names: tuple[str, ...], facts: Facts, heard: Input) -> Understood | None:
    """The one choice whose words were heard; two of them are a no-match, never a guess."""
    if not isinstance(heard, Said):
        return None
    known = book.words.get(facts.get("language", ""), {})
    spoken = folded_words(heard.words)
    matches = [name for name in names if known.get(name, frozenset()) & spoken]
    return Understood(matches[0]) if len(matches) == 1 else None


def _read_offered(book: Book, node: Ask, facts: Facts, page: int, heard: Input) -> Understood | None:
    if not isinstance(heard, Pressed):
        return None
    values = dict(enumerate(offered(book, node, facts, page), 1))
    value = values.get(int(heard.keys)) if heard.keys.isascii() and heard.keys.isdigit() else None
    return Understood("given", value) if value is not None else _pressed_choice(node, heard)


def _read_entry(_book: Book, node: Ask, _facts: Facts, _page: int, heard: Input) -> Understood | None:
    if node.expects in SPOKEN_ONLY:
        if isinstance(heard, Pressed):
            return _pressed_choice(node, heard)
        words = heard.words.strip() if isinstance(heard, Said) else ""
        return Understood("given", words) if words else None
    entered = heard.keys if isinstance(heard, Pressed) else _spoken_digits(heard)
    return Understood("given", entered) if _DIGITS[node.expects].fullmatch(entered, 0) else None


def _spoken_digits(heard: Input) -> str:
    """Digits of a spoken code as recognisers write them ("0 41 09"); other scripts' digits count too."""
    if not isinstance(heard, Said):
        return ""
    return "".join(str(int(char)) for char in heard.words if char.isdecimal())


_Reader = Callable[[Book, Ask, Facts, int, Input], Understood | None]
_READERS: dict[str, _Reader] = {
    "choices": _read_choice,
    "consent": _read_consent,
    "language": _read_offered,
    "listed": _read_offered,
}
