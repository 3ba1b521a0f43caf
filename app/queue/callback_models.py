"""What callbacks are: when somebody wishes to be called, how, and what came of each attempt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kit.errors import HotlineError


class Window(StrEnum):
    """When the caller wishes to be called, by German clocks; `callback_rules.HOURS` has the hours."""

    SOON = "soon"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class CallbackState(StrEnum):
    """`making` has no number yet and was promised to nobody; all after `dialling` are ends."""

    MAKING = "making"
    OPEN = "open"
    DIALLING = "dialling"
    REACHED = "reached"
    WRONG_PERSON = "wrong_person"
    MISSED = "missed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Result(StrEnum):
    """What an attempt came to: they spoke, nobody came, another time was asked for, or it was somebody else.

    `failed` is our own side's fault, or the provider's, and is not counted.
    """

    REACHED = "reached"
    MISSED = "missed"
    FAILED = "failed"
    LATER = "later"
    WRONG_PERSON = "wrong_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a caller wishes: everything about a callback but the number. `entered_at` is the place in the line."""

    language: str
    window: Window
    show_number: bool
    others_may_answer: bool
    entered_at: datetime
    topic: str | None = None
    land: str | None = None
    also: tuple[str, ...] = ()
    woman: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A callback that the database has, and the word that was agreed on."""

    id: UUID
    word: str


@dataclass(frozen=True, slots=True)
class Slot:
    """When a callback may be dialled."""

    due_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Callback:
    """An open callback as agents see it: never a number."""

    id: UUID
    language: str
    topic: str | None
    land: str | None
    window: Window
    word: str
    show_number: bool
    others_may_answer: bool
    attempts: int
    made_at: datetime
    due_at: datetime
    expires_at: datetime
    dialling: bool


@dataclass(frozen=True, slots=True)
class Dialling:
    """One attempt: whom to call, and how. For whoever places the call alone."""

    callback_id: UUID
    attempt: int
    number: str
    language: str
    show_number: bool
    others_may_answer: bool
    word: str

    def __repr__(self) -> str:
        return f"Dialling({self.callback_id}, attempt={self.attempt})"


class CallbackGone(HotlineError):
    """The callback was done, withdrawn or has expired, or is being dialled already."""

    def __init__(self) -> None:
        super().__init__("This callback needs no call any more, or somebody else is calling: look at the list again.")
