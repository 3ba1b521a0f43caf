"""What the tools beside the call share: their addresses, the present call, and how they stand in the desk's panel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.calls.desk import Desk
from app.calls.playbook import Playbook
from app.calls.texting import consent_sentence, is_live
from app.console.door import LOADING, direction_of, language_choices
from app.console.line_door import LINE, language_name
from app.knowledge.models import CONTENT_LANGUAGES, ORIGINAL_LANGUAGE
from app.queue import service as queue
from app.shell.answers import Answer, Fragment, Page
from app.shell.ask import Ask

TOOL: Final = f"{LINE}/tool"
# A tool's page is drawn into this where it stands in the desk's panel.
_PANEL: Final = "console/tool_frame.html"


@dataclass(frozen=True, slots=True)
class PresentCall:
    """What the tools know of the agent's call: never who calls. `live`: the two talk just now."""

    language: str
    topic: str | None
    land: str | None
    live: bool


@dataclass(frozen=True, slots=True)
class Consent:
    """What is asked aloud before something is sent, in a language."""

    language: str
    direction: str
    words: str


async def find_call(ask: Ask) -> PresentCall | None:
    """The call that is in the agent's hands, offered to them, or to be wrapped up."""
    reservation = await queue.find_reservation(ask.given(Desk).line, ask.person().person_id)
    if reservation is None:
        return None
    land = None if reservation.land == "unknown" else reservation.land
    return PresentCall(reservation.language or ORIGINAL_LANGUAGE, reservation.topic, land, is_live(reservation))


def _choices(ask: Ask, call: PresentCall | None) -> dict[str, object]:
    """What every tool's template needs to name and write languages."""
    asked = ask.query.get("language", "")
    return {
        "asked_in": asked if asked in CONTENT_LANGUAGES else "",
        "call": call,
        "call_language": language_name(ask, call.language) if call else "",
        "languages_of_content": language_choices(ask),
        "names": dict(language_choices(ask)),
        "directions": {code: direction_of(code) for code in CONTENT_LANGUAGES},
    }


def consents_of(ask: Ask, language: str) -> tuple[Consent, ...]:
    """The question in the caller's language where the line speaks it, and in the agent's."""
    playbook = ask.given(Playbook)
    asked = ((code, consent_sentence(playbook, code)) for code in dict.fromkeys((language, ask.language)))
    return tuple(Consent(code, direction_of(code), words) for code, words in asked if words is not None)


def drawn(ask: Ask, name: str, call: PresentCall | None, context: Mapping[str, object]) -> Answer:
    """A tool in the desk's panel, or as a page of its own where no script puts it there."""
    page = Page(f"tool_{name}.html", {**_choices(ask, call), **context})
    return in_panel(ask, name, page, follows_call=True)


def in_panel(ask: Ask, name: str, page: Page, *, follows_call: bool) -> Answer:
    """A page as a tool; one that `follows_call` is drawn anew when another call begins."""
    context = {**page.context, "tool": name, "follows_call": follows_call}
    if not ask.is_htmx:
        return replace(page, context=context)
    heading = page.heading if page.heading is not None else ""
    return Fragment(page.template, {**context, "layout": _PANEL, "tool_heading": heading}, form=page.form)


def loading(ask: Ask, name: str) -> Answer:
    """While the knowledge is still being read."""
    return in_panel(ask, name, Page("tool_loading.html"), follows_call=True) if ask.is_htmx else LOADING
