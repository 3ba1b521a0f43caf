"""Names and definitions of everything that is counted, in German and English, for pages, papers and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from app.kit.yamlfile import read_yaml
from app.statistics.codebook import HOURS

READERS_LANGUAGES: Final = ("de", "en")
MEASURES: Final = ("contacts", "interval", "reliability", "draws")
_HOUR_ENDS: Final = {"de": "{} bis {} Uhr", "en": "{}:00 to {}:00"}

# A label and a definition by language.
Told = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Texts:
    """What things are called and how they are defined; a code that is no longer in use is called by itself."""

    dimensions: Mapping[str, Told]
    codes: Mapping[tuple[str, str], Told]
    tables: Mapping[str, Told]
    measures: Mapping[str, Told]

    def dimension(self, id_: str, language: str) -> tuple[str, str]:
        """Label and definition."""
        return self.dimensions[id_][language] if id_ in self.dimensions else (id_, "")

    def table(self, id_: str, language: str) -> tuple[str, str]:
        """Label and definition."""
        return self.tables[id_][language] if id_ in self.tables else (id_, "")

    def measure(self, id_: str, language: str) -> tuple[str, str]:
        """Label and definition."""
        return self.measures[id_][language]

    def label(self, dimension: str, code: str, language: str) -> str:
        told = self.codes.get((dimension, code))
        return told[language][0] if told else code

    def codes_definition(self, dimension: str, code: str, language: str) -> str:
        """What a code means where its label does not say it; the empty text where it does."""
        told = self.codes.get((dimension, code))
        return told[language][1] if told else ""


@cache
def load_texts() -> Texts:
    written = read_yaml(Path(__file__).with_name("codebook_texts.yaml"))
    assert isinstance(written, dict)  # noqa: S101  The file is part of the program, and tests read it.
    codes = {
        (dimension, code): _told(texts)
        for dimension, entry in written["dimensions"].items()
        for code, texts in (entry["codes"] or {}).items()
    }
    hours = {("hour", hour): _hour(hour) for hour in HOURS}
    parts = [
        {id_: _told(texts) for id_, texts in written[part].items()} for part in ("dimensions", "tables", "measures")
    ]
    return Texts(parts[0], codes | hours, parts[1], parts[2])


def _told(texts: Mapping[str, object]) -> Told:
    """A text alone is a label that says all."""
    return {language: _pair(texts[language]) for language in READERS_LANGUAGES}


def _pair(text: object) -> tuple[str, str]:
    if isinstance(text, dict):
        return text["label"], text["definition"]
    return str(text), ""


def _hour(hour: str) -> Told:
    following = f"{int(hour) + 1:02}"
    return {language: (words.format(hour, following), "") for language, words in _HOUR_ENDS.items()}
