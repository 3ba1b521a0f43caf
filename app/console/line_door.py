"""What the pages of the waiting line share: who may enter, how languages and Länder are called, and marks of parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from typing import Final
from uuid import UUID

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po

from app.accounts.models import Action
from app.accounts.service import record
from app.calls.codes import LAENDER
from app.calls.desk import Desk
from app.console.referral_list import HOTLINE, SUPERVISORS
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import NOTHING, transaction
from app.knowledge.models import CONTENT_LANGUAGES
from app.queue.models import Line, Status
from app.queue.safe import Safe
from app.shell.answers import Mood
from app.shell.ask import Ask
from app.statistics.texts import load_texts
from app.texts.languages import LAUNCH_LANGUAGES

__all__ = ["HOTLINE", "SUPERVISORS"]

LINE: Final = "/line"
PEOPLE: Final = f"{LINE}/people"
INTERPRETERS: Final = f"{LINE}/interpreters"
# Languages that callers ask for although the content does not have them yet: agents and interpreters may speak them.
MORE_LANGUAGES: Final = (
    "am", "az", "bg", "bn", "bs", "ckb", "fa-AF", "ha", "hi", "hr", "hy", "pa", "pl", "ps", "ro", "so", "sw", "ta",
    "tg", "ti", "uk", "ur", "uz", "vi",
)  # fmt: skip
LANGUAGES: Final = (*CONTENT_LANGUAGES, *MORE_LANGUAGES)
# What CLDR names in another way than people do.
_SPELLED: Final = {"kmr": "ku", "fa-AF": "fa_AF"}
_MARK_BYTES: Final = 9
_SHOWN_DIGITS: Final = 3
_AGREED: Final = "callback.word."

MOODS: Final[Mapping[Status, Mood]] = {
    Status.READY: "success",
    Status.RESERVED: "warning",
    Status.IN_CALL: "info",
    Status.WRAP_UP: "info",
    Status.BREAK: "warning",
    Status.AWAY: "info",
}


@dataclass(frozen=True)
class Part:
    """A part of a page that is exchanged by itself; two of one mark show the same.

    What is `shared` is drawn once for all readers of a language: its template uses nothing of the reader.
    """

    name: str
    view: object
    language: str
    shared: bool = False

    @cached_property
    def mark(self) -> str:
        return blake2b(repr((self.language, self.view)).encode(), digest_size=_MARK_BYTES).hexdigest()


def line_of(ask: Ask) -> Line:
    return ask.given(Desk).line


def find_safe(ask: Ask) -> Safe | None:
    """What callbacks and voicemails are kept with; None where the hotline keeps none."""
    return ask.given(Desk).safe


def ending(number: str) -> str:
    """The end of a number that is kept sealed: enough to know it again, too little to call it."""
    return number[-_SHOWN_DIGITS:]


async def noted(ask: Ask, action: Action, subject: UUID) -> None:
    """Adds to the audit who changed what."""
    async with transaction(ask.accounts.database, NOTHING) as session:
        await record(session, ask.accounts, ask.person().person_id, action, subject)


def language_name(ask: Ask, code: str) -> str:
    """A caller's language by its name in the reader's language; who chose none is in the German branch."""
    return _language_names(ask.language).get(code, code) if code else ask.translate("line.language.none")


@cache
def own_language_name(code: str) -> str:
    """A language by its own name; nothing where CLDR does not know it, or for who chose none."""
    try:
        locale = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return ""
    return locale.get_language_name() or ""


def list_languages(ask: Ask) -> list[tuple[str, str]]:
    """Those of the content in their own order, then all others by their names."""
    names = _language_names(ask.language)
    more = sorted(MORE_LANGUAGES, key=lambda code: names[code].casefold())
    return [(code, names[code]) for code in (*CONTENT_LANGUAGES, *more)]


def land_name(ask: Ask, land: str | None) -> str | None:
    """A Land (DE-BY) by its name, None where it is not known."""
    return None if land is None or land == "unknown" else load_texts().label("land", land, ask.language)


def list_lands(ask: Ask) -> list[tuple[str, str]]:
    named = [(code, load_texts().label("land", code, ask.language)) for code in LAENDER if code != "unknown"]
    return sorted(named, key=lambda land: land[1].casefold())


def agreed_word(language: str, word: str) -> str:
    """A word of a callback as its caller heard it; in German where the line does not speak the language."""
    return _agreed_words(language if language in LAUNCH_LANGUAGES else LAUNCH_LANGUAGES[0])[word]


@cache
def _agreed_words(language: str) -> Mapping[str, str]:
    with (PROJECT_ROOT / "locales" / language / "LC_MESSAGES" / "ivr.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    spoken = ((str(message.id), str(message.string)) for message in catalogue)
    return {id_.removeprefix(_AGREED): words for id_, words in spoken if id_.startswith(_AGREED)}


@cache
def _language_names(language: str) -> Mapping[str, str]:
    locale = Locale.parse(language)
    return {code: _named(locale, code) for code in LANGUAGES}


def _named(locale: Locale, code: str) -> str:
    return str(locale.languages.get(_SPELLED.get(code, code), code))
