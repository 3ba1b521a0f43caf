"""Texts side by side: in the caller's language, to be said, and in the agent's, to be understood."""

from dataclasses import dataclass
from typing import Final

from app.console.knowledge_pages import shown_texts
from app.console.line_door import language_name
from app.console.tool_door import PresentCall
from app.knowledge.models import CONTENT_LANGUAGES, Knowledge
from app.knowledge.service import Shown
from app.shell.ask import Ask

# Shown where there is no text in the caller's language: one of them can be interpreted from.
_OTHERWISE: Final = ("de", "en")


@dataclass(frozen=True, slots=True)
class Reading:
    """The caller's language, which may be none, by its code and its name, and the agent's own."""

    wanted: str | None
    name: str
    own: str

    def chosen(self, texts: list[Shown]) -> tuple[Shown, ...]:
        """Of the texts that there are, those to show: the caller's first."""
        there = {text.language: text for text in texts}
        served = self.wanted is None or self.wanted in there
        languages = dict.fromkeys((self.wanted or self.own, self.own) if served else _OTHERWISE)
        return tuple(there[code] for code in languages if code in there)


def reading_of(ask: Ask, call: PresentCall | None) -> Reading:
    """By what the address asks for, else by the call, else in the agent's language alone."""
    asked = ask.query.get("language", "")
    wanted = asked if asked in CONTENT_LANGUAGES else call.language if call else None
    return Reading(wanted, language_name(ask, wanted) if wanted else "", ask.language)


async def texts_for(ask: Ask, knowledge: Knowledge, kind: str, id_: str, reading: Reading) -> tuple[Shown, ...]:
    """A text as it may be told today, in the languages in which it is read here."""
    languages = tuple(dict.fromkeys((reading.wanted or reading.own, reading.own, *_OTHERWISE)))
    return reading.chosen(await shown_texts(ask, knowledge, kind, id_, languages))
