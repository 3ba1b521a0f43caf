"""What supervisors plan for the line: hours and closures, what every caller is told now, and how calls are offered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.accounts.models import LineSetting
from app.kit.errors import HotlineError
from app.queue.models import Shift


class Bounds(NamedTuple):
    """What a setting is until somebody changes it, and between which values it may lie, both included.

    Where there are `choices`, it is one of these.
    """

    default: int
    least: int
    most: int
    choices: tuple[int, ...] = ()

    @property
    def is_switch(self) -> bool:
        return (self.least, self.most) == (0, 1)

    def allows(self, value: int) -> bool:
        return value in self.choices if self.choices else self.least <= value <= self.most


BOUNDS: Final[Mapping[LineSetting, Bounds]] = {
    LineSetting.OFFER_SECONDS: Bounds(25, 15, 60),
    LineSetting.UNANSWERED_OFFERS: Bounds(2, 1, 5),
    LineSetting.WRAP_UP_MINUTES: Bounds(15, 5, 60),
    LineSetting.SECOND_LANGUAGE_SECONDS: Bounds(90, 0, 600),
    LineSetting.INTERPRETER_SECONDS: Bounds(120, 0, 600),
    LineSetting.LONGEST_WAIT_MINUTES: Bounds(30, 5, 60),
    LineSetting.NOBODY_MINUTES: Bounds(3, 1, 15),
    # What is counted within these is all that is counted.
    LineSetting.SERVICE_LEVEL_SECONDS: Bounds(20, 20, 30, (20, 30)),
    LineSetting.CALLBACKS: Bounds(1, 0, 1),
    LineSetting.VOICEMAIL: Bounds(1, 0, 1),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How calls are offered and what callers are offered, named as `LineSetting` has it."""

    offer_seconds: int = BOUNDS[LineSetting.OFFER_SECONDS].default
    unanswered_offers: int = BOUNDS[LineSetting.UNANSWERED_OFFERS].default
    wrap_up_minutes: int = BOUNDS[LineSetting.WRAP_UP_MINUTES].default
    second_language_seconds: int = BOUNDS[LineSetting.SECOND_LANGUAGE_SECONDS].default
    interpreter_seconds: int = BOUNDS[LineSetting.INTERPRETER_SECONDS].default
    longest_wait_minutes: int = BOUNDS[LineSetting.LONGEST_WAIT_MINUTES].default
    nobody_minutes: int = BOUNDS[LineSetting.NOBODY_MINUTES].default
    service_level_seconds: int = BOUNDS[LineSetting.SERVICE_LEVEL_SECONDS].default
    callbacks: bool = True
    voicemail: bool = True


@dataclass(frozen=True, slots=True)
class Closure:
    """A time in which nobody can be spoken to; `reason` is for colleagues alone."""

    id: UUID
    begins_at: datetime
    ends_at: datetime
    reason: str
    made_by: UUID
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Announcement:
    """What every caller is told once, by language; who chose another language hears nothing of it."""

    id: UUID
    texts: Mapping[str, str]
    set_by: UUID
    set_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """An announcement that somebody is writing, as they will hear it before everybody does."""

    texts: Mapping[str, str]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What holds for the line: no hours mean always, `holidays` (DE, DE-BY) whose public holidays are off.

    `closures` are running or still to come, the first first.
    """

    settings: Settings = field(default_factory=Settings)
    hours: tuple[Shift, ...] = ()
    holidays: str | None = None
    closures: tuple[Closure, ...] = ()
    announcement: Announcement | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """Who last changed a setting or the hours, and when."""

    by: UUID
    at: datetime


class PlanRefused(HotlineError):
    """A plan that a rule stands against; `code` names the text that a page shows."""

    code: str

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)
