"""What a caller understands of a line that speaks its language: keys of named choices, and known sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.ivr.model import Wording
from app.phone.simulation.scenes import squeezed

_SLOT = re.compile(r"\\\{.*?\\\}")


@dataclass(frozen=True, slots=True)
class Ear:
    """One language's knowledge: `choices` by name, the longest first, `texts` of whole messages, templates of lines."""

    language: str
    choices: Mapping[str, str]
    choice_line: str
    option_line: str
    invitation: re.Pattern[str]
    texts: Mapping[str, str]


def ear_for(wording: Wording, language: str) -> Ear:
    """The ear of a caller who knows this language and no other."""
    texts = {id_: squeezed(text) for id_, text in wording[language].items()}
    choices = {
        id_.removeprefix("choice."): text
        for id_, text in texts.items()
        if id_.startswith("choice.") and not id_.endswith(".words")
    }
    by_length = dict(sorted(choices.items(), key=lambda item: -len(item[1])))
    return Ear(
        language,
        by_length,
        texts["menu.choice"],
        texts["centre.place_option"],
        re.compile(_pattern(texts["language.invitation"], {})),
        texts,
    )


def invited_key(ear: Ear, heard: str) -> str | None:
    """The key that chooses this ear's language, if the line named it."""
    found = ear.invitation.search(heard)
    return found["key"] if found else None


def keys_of_choices(ear: Ear, heard: str) -> dict[str, str]:
    """The key of each choice that was named; a choice's name within a longer one is not taken for it."""
    keys: dict[str, str] = {}
    for name, text in ear.choices.items():
        if text not in heard:
            continue
        found = re.search(_pattern(ear.choice_line, {"choice": text}), heard)
        if found and found["key"] not in keys.values():
            keys[name] = found["key"]
    return keys


def key_of_place(ear: Ear, heard: str, place: str) -> str | None:
    """The key of a place that was offered by name."""
    found = re.search(_pattern(ear.option_line, {"option.name": squeezed(place)}), heard)
    return found["key"] if found else None


def hears(ear: Ear, heard: str, *messages: str) -> bool:
    """Whether one of the messages was spoken in this ear's language."""
    return any(ear.texts[message] in heard for message in messages)


def _pattern(line: str, known: Mapping[str, str]) -> str:
    """A line's template as a pattern: known slots filled, the key caught."""
    for slot, text in known.items():
        line = line.replace("{" + slot + "}", text)
    return _SLOT.sub(r"(?P<key>\\d)", re.escape(line), count=1)
