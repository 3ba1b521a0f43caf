"""The telephone window of agents in the demonstration: callers' words stand there as text, and are answered so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol
from uuid import UUID

from pydantic import Field

from app.console.door import router as console
from app.console.line_door import HOTLINE, LINE, Part, language_name, line_of
from app.console.phone_window import PhoneWindow
from app.knowledge.models import CONTENT_LANGUAGES
from app.queue import service
from app.shell.answers import Answer, Data, Flash, Redirect
from app.shell.ask import Ask
from app.shell.forms import FormModel
from app.shell.headers import Powers
from app.shell.registry import PageRouter

_WINDOW: Final = f"{LINE}/phone"
_DEMO: Final = f"{_WINDOW}/demo"
_HEARD: Final = frozenset({"heard", "alone"})

router = PageRouter("demo_phone", templates=console.templates)


class Spoken(Protocol):
    """Something that was said: `who` is caller, agent, interpreter or supervisor; `meaning` is it by language."""

    @property
    def number(self) -> int: ...
    @property
    def who(self) -> str: ...
    @property
    def own(self) -> bool: ...
    @property
    def language(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def meaning(self) -> Mapping[str, str]: ...


class Conversation(Protocol):
    """How a person's conversation stands; `language` is the one the caller spoke last."""

    @property
    def muted(self) -> bool: ...
    @property
    def may_speak(self) -> bool: ...
    @property
    def held(self) -> bool: ...
    @property
    def caller_here(self) -> bool: ...
    @property
    def language(self) -> str: ...
    @property
    def lines(self) -> Sequence[Spoken]: ...


class Phones(Protocol):
    """The agents' telephones on the demonstration's exchange."""

    def find_talk(self, person_id: UUID) -> Conversation | None: ...
    def speak(self, person_id: UUID, words: str, language: str) -> str: ...
    def mute(self, person_id: UUID, *, muted: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class DemoTelephones:
    """What the demonstration puts in for its window."""

    phones: Phones


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of talk as it stands in the window."""

    number: int
    who: str
    own: bool
    language: str
    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Talking:
    """The conversation in the window; `state` is none, in-call or held."""

    state: str
    muted: bool = False
    may_speak: bool = False
    caller_here: bool = False
    lines: tuple[Shown, ...] = ()


class Saying(FormModel):
    """What the agent says; without a language it is said in the caller's."""

    words: ClassVar[str] = "demo_phone"
    said: str = Field(min_length=1, max_length=500)
    language: str = ""


class Muting(FormModel):
    """Whether the agent is heard."""

    words: ClassVar[str] = "demo_phone"
    muted: bool


async def gather(ask: Ask) -> tuple[Part, ...]:
    """What the window shows besides the seat."""
    return (Part("talk", _talking(ask), ask.language),)


def _talking(ask: Ask) -> Talking:
    talk = _phones(ask).find_talk(ask.person().person_id)
    if talk is None:
        return Talking("none")
    return Talking(
        state="held" if talk.held else "in-call",
        muted=talk.muted,
        may_speak=talk.may_speak,
        caller_here=talk.caller_here,
        lines=tuple(_shown(ask, line) for line in talk.lines),
    )


def _shown(ask: Ask, line: Spoken) -> Shown:
    primary = line.language.partition("-")[0]
    meaning = "" if primary == ask.language else line.meaning.get(ask.language, "")
    return Shown(line.number, line.who, line.own, line.language, line.text, meaning)


def _phones(ask: Ask) -> Phones:
    return ask.given(DemoTelephones).phones


def demo_phone_window() -> PhoneWindow:
    """The window of the demonstration, whose telephone is typed on; some browsers can write what is said."""
    return PhoneWindow(
        "demo_phone.html", powers=Powers(("microphone",)), context=_context, parts=gather, own_telephone=True
    )


async def _context(ask: Ask) -> Mapping[str, object]:
    """The languages that agents may write in instead of the caller's."""
    named = [(code, language_name(ask, code)) for code in CONTENT_LANGUAGES]
    return {"languages_of_talk": sorted(named, key=lambda one: one[1].casefold())}


@router.deed(f"{_DEMO}/say", access=HOTLINE, back=_WINDOW)
async def say(ask: Ask) -> Answer:
    form, me = ask.read(Saying), ask.person().person_id
    if form.value is None:
        return Redirect(_WINDOW)
    heard = _phones(ask).speak(me, form.value.said, form.value.language or await _language(ask, me))
    if ask.is_htmx:
        return Data({"heard": heard})
    return Redirect(_WINDOW, flash=None if heard in _HEARD else Flash(f"demo_phone.not.{heard}", mood="warning"))


async def _language(ask: Ask, person_id: UUID) -> str:
    """The language that the caller spoke last, else the one of the call."""
    talk = _phones(ask).find_talk(person_id)
    if talk is not None and talk.language:
        return talk.language
    reservation = await service.find_reservation(line_of(ask), person_id)
    return reservation.language if reservation is not None and reservation.language else ask.language


@router.deed(f"{_DEMO}/mute", access=HOTLINE, back=_WINDOW)
async def mute(ask: Ask) -> Answer:
    form = ask.read(Muting)
    if form.value is not None:
        _phones(ask).mute(ask.person().person_id, muted=form.value.muted)
    return Data({}) if ask.is_htmx else Redirect(_WINDOW)
