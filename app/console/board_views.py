"""What the wallboard shows: who waits, how the day went, where everybody is, and what is to be put right."""

from dataclasses import dataclass, field
from datetime import datetime

from app.console.board_hours import Picture
from app.shell.answers import Mood


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """A language that is waited for or spoken: `mood` is a warning where somebody waits and nobody speaks it."""

    name: str
    waiting: int
    since: datetime | None
    on_duty: int
    ready: int
    mood: Mood


@dataclass(frozen=True, slots=True)
class Now:
    """The line at this moment; `talking` counts conversations."""

    waiting: int
    since: datetime | None
    talking: int
    on_duty: int
    ready: int
    callbacks_due: int
    callbacks_later: int
    voicemails: int
    is_open: bool
    languages: tuple[LanguageRow, ...]
    mood: Mood


@dataclass(frozen=True, slots=True)
class Level:
    """A service level with the numbers that it comes from, and the share that the field asks for."""

    seconds: int
    share: int | None
    within: int
    counted: int
    asked_for: int
    mood: Mood


@dataclass(frozen=True, slots=True)
class Day:
    """Today's figures and their picture by the hour."""

    levels: tuple[Level, ...]
    answered: int
    abandoned: int
    timed_out: int
    diverted: int
    callbacks: int
    mean_wait: int | None
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class AgentRow:
    """Where an agent is; `note` says what deserves a look, `settable` where a supervisor may put them."""

    id: str
    name: str
    status: str
    mood: Mood
    since: datetime
    languages: str
    call: str = ""
    note: str = ""
    settable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agents:
    """Everybody who is there or on a break, and how many are away."""

    rows: tuple[AgentRow, ...]
    away: int
    may_set: bool
    may_listen: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something to put right, and where; without an address the technical operator has to."""

    kind: str
    count: int | None
    mood: Mood
    address: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class PlanNote:
    """A closure or an announcement that holds, or the next closure to come."""

    kind: str
    begins_at: datetime
    ends_at: datetime
    languages: str = ""


@dataclass(frozen=True, slots=True)
class Alarms:
    """What is to be done, the urgent first, and what is planned."""

    alarms: tuple[Alarm, ...]
    notes: tuple[PlanNote, ...] = field(default=())
    may_plan: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """When the page was last told of anything."""

    at: datetime
    session_ends_at: datetime | None
