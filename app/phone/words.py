"""The words on the telephone page, in each language that the page speaks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

INTERFACE_FOLDER = Path(__file__).parent / "interface"
INTERFACE_LANGUAGES: Mapping[str, str] = {"de": "Deutsch", "en": "English", "ar": "العربية"}
_RIGHT_TO_LEFT = frozenset({"ar"})


@dataclass(frozen=True, slots=True)
class Interface:
    """The page's words in one language, and the direction in which they are written."""

    language: str
    direction: str
    words: Mapping[str, str]


@cache
def get_interface(language: str) -> Interface:
    """Raises KeyError for a language the page does not have."""
    if language not in INTERFACE_LANGUAGES:
        raise KeyError(language)
    words = json.loads((INTERFACE_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return Interface(language, "rtl" if language in _RIGHT_TO_LEFT else "ltr", words)


def interface_language(asked: str | None, accepted: str) -> str:
    """The language asked for, else the first of the browser's that the page has, else German."""
    wanted = [asked or "", *(part.partition(";")[0].strip() for part in accepted.split(","))]
    tags = (tag.partition("-")[0].lower() for tag in wanted)
    return next((tag for tag in tags if tag in INTERFACE_LANGUAGES), "de")
