"""What a caller understands of a line that speaks its language: keys of named choices, and known sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.ivr.flow import Wording
from app.phone.simulation.scenes import squeezed

_SLOT = re.compile(r"\\\{.*?\\\}")


@dataclass(frozen=True, slots=True)
class Ear:
    """One language's knowledge: `choices` by their words, the longest first; `texts` of messages.

    Two choices of different menus may have the same words.
    """

    language: str
    choices: Mapping[str, tuple[tuple[str, ...], re.Pattern[str]]]
    option_line: str
    invitation: re.Pattern[str]
    texts: Mapping[str, str]


def ear_for(wording: Wording, language: str) -> Ear:
    """The ear of a caller who knows this language and no other."""
    texts = {id_: squeezed(text) for id_, text in wording[language].items()}
    named = [id_ for id_ in texts if id_.startswith("choice.") and not id_.endswith(".words")]
    words = sorted({texts[id_] for id_ in named}, key=len, reverse=True)
    choices = {
        spoken: (
            tuple(id_.removeprefix("choice.") for id_ in named if texts[id_] == spoken),
            re.compile(_pattern(texts["menu.choice"], {"choice": spoken})),
        )
        for spoken in words
    }
    invitation = re.compile(_pattern(texts["language.invitation"], {}))
    return Ear(language, choices, texts["centre.place_option"], invitation, texts)


def invited_key(ear: Ear, heard: str) -> str | None:
    """The key that chooses this ear's language, if the line named it."""
    found = ear.invitation.search(heard)
    return found["key"] if found else None


def keys_of_choices(ear: Ear, heard: str) -> dict[str, str]:
    """The key of each choice that was named; a choice's name within a longer one is not taken for it."""
    keys: dict[str, str] = {}
    for words, (names, line) in ear.choices.items():
        found = line.search(heard) if words in heard else None
        if found and found["key"] not in keys.values():
            keys |= dict.fromkeys(names, found["key"])
    return keys


def key_of_place(ear: Ear, heard: str, place: str) -> str | None:
    """The key of a place that was offered by name."""
    name = squeezed(place)
    found = re.search(_pattern(ear.option_line, {"option.name": name}), heard) if name in heard else None
    return found["key"] if found else None


def hears(ear: Ear, heard: str, *messages: str) -> bool:
    """Whether one of the messages was spoken in this ear's language."""
    return any(ear.texts[message] in heard for message in messages)


def _pattern(line: str, known: Mapping[str, str]) -> str:
    """A line's template as a pattern: known slots filled, the key caught, a colon heard or not."""
    for slot, text in known.items():
        line = line.replace("{" + slot + "}", text)
    return _SLOT.sub(r"(?P<key>\\d)", re.escape(line).replace(":", ":?"), count=1)
