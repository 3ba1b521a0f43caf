"""The texts of the pages in the reader's language, and how dates, moments and numbers are written in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from markupsafe import Markup, escape

from app.kit.clock import GERMANY
from app.kit.paths import PROJECT_ROOT

LANGUAGES: Final = ("de", "en")
DEFAULT_LANGUAGE: Final = "de"
# English is written the European way: day before month, 24 hours.
_LOCALES: Final[Mapping[str, str]] = {"de": "de_DE", "en": "en_GB"}


class UnknownText(LookupError):
    """A page asks for a message that the catalogue does not have."""


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue of one language. Slots are written `{name}`; `count` chooses the plural."""

    language: str
    catalogue: Translations

    @property
    def direction(self) -> str:
        """Either ltr or rtl."""
        return "ltr"

    def say(self, words: str, /, **slots: object) -> str:
        """The message with its slots filled; where a slot is Markup, the answer is Markup and the rest is escaped.

        Raises UnknownText for a message that is not in the catalogue.
        """
        text = self._find(words, slots.get("count"))
        if text is None:
            raise UnknownText(f"The {self.language} texts of the pages have no “{words}”.")
        if any(isinstance(slot, Markup) for slot in slots.values()):
            return Markup(escape(text)).format(**slots)  # noqa: S704  Every slot that is no Markup is escaped.
        return text.format(**slots) if slots else text

    def has(self, words: str) -> bool:
        return self._find(words, None) is not None

    def date(self, day: date) -> str:
        """A day, or the day of an instant in Germany."""
        shown = day.astimezone(GERMANY).date() if isinstance(day, datetime) else day
        return dates.format_date(shown, "medium", locale=_LOCALES[self.language])

    def moment(self, at: datetime) -> str:
        """An instant by the German wall clock."""
        clock = dates.format_time(at.astimezone(GERMANY), "short", tzinfo=GERMANY, locale=_LOCALES[self.language])
        return f"{self.date(at)}, {clock}"

    def number(self, value: float) -> str:
        return numbers.format_decimal(value, locale=_LOCALES[self.language])

    def _find(self, words: str, count: object) -> str | None:
        known = self.catalogue
        text = known.ngettext(words, words, count) if isinstance(count, int) else known.gettext(words)
        return None if text == words else text


@cache
def words_in(language: str) -> Words:
    """The texts in a language of LANGUAGES, read once."""
    return Words(language, _compile(PROJECT_ROOT / "locales" / language / "LC_MESSAGES" / "console.po", language))


def _compile(path: Path, language: str) -> Translations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, domain="console", abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="console")


def choose_language(chosen: str | None, person: str | None, accepted: str) -> str:
    """What was chosen in this browser, else what is noted of the person, else the browser's first that we have."""
    for language in (chosen, person, *_accepted(accepted)):
        if language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110), the dearest first."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, tag.strip().split("-")[0].lower()))
        except ValueError:
            continue
    return [language for _, _, language in sorted(weighed)]
