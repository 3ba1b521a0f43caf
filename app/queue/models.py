"""What the waiting line speaks of: callers who wait, agents on duty, and calls that are offered to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import asyncpg

from app.kit.clock import Clock
from app.kit.crypto import KeyRing

if TYPE_CHECKING:
    from app.queue.plan_models import Plan

# How well an agent speaks a language: 1 basic, 2 fluent, 3 native.
Level = Literal[1, 2, 3]


class Status(StrEnum):
    """Where an agent is; the program alone sets `reserved`, `in-call` and `wrap-up`."""

    READY = "ready"
    RESERVED = "reserved"
    IN_CALL = "in-call"
    WRAP_UP = "wrap-up"
    BREAK = "break"
    AWAY = "away"


class Choice(StrEnum):
    """What ends the waiting other than an agent, named as the outcomes of the flows."""

    CALLBACK = "chose_callback"
    MESSAGE = "chose_message"
    TIMED_OUT = "timed_out"


class State(StrEnum):
    """Where a call stands in the line."""

    WAITING = "waiting"
    RESERVED = "reserved"
    CONNECTING = "connecting"
    TALKING = "talking"


class Via(StrEnum):
    """How caller and agent understand each other."""

    LANGUAGE = "language"
    SECOND = "second"
    INTERPRETER = "interpreter"


class Band(StrEnum):
    """How long a wait is announced: below 1, 1 to 3, 3 to 6, 6 to 12, 12 to 30 minutes, and longer."""

    SOON = "soon"
    FEW = "few"
    SOME = "some"
    MANY = "many"
    LONG = "long"
    VERY_LONG = "very_long"


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits. `also` are other languages that will do, the preferred first.

    `passed` counts the later callers whom an agent took although this one could have been served.
    """

    id: bytes
    language: str
    entered_at: datetime
    topic: str | None = None
    also: tuple[str, ...] = ()
    woman: bool = False
    first: bool = False
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """An agent who can take a call; no topics mean all of them."""

    agent_id: UUID
    languages: Mapping[str, int]
    ready_since: datetime
    topics: frozenset[str] = frozenset()
    woman: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Who is to be offered to whom."""

    waiter: Waiter
    agent_id: UUID
    via: Via


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as each of its wait requests tells of it; a due callback has neither `sid` nor `path`.

    `call_keys` are the keyed hashes of the call's Sid, the first key's first. `path` is where the call goes when it
    leaves the line. `trail` names the places of the flows by which the caller came, the last ones last.
    """

    call_keys: Sequence[bytes]
    sid: str
    path: str
    language: str
    entered_at: datetime
    topic: str | None = None
    land: str | None = None
    also: tuple[str, ...] = ()
    woman: bool = False
    callback_id: UUID | None = None
    trail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a call stands: how many of its language are ahead, and the name of its room once it is connecting."""

    state: State
    choice: Choice | None
    ahead: int
    band: Band
    woman_on_duty: bool
    room: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """How a call's stay in the line ended."""

    waited_seconds: int
    was_answered: bool
    callback_id: UUID | None


@dataclass(frozen=True, slots=True)
class Queued:
    """How many callers of a language wait, and since when the first of them."""

    language: str
    waiting: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call of the line as agents may see it: nothing in it leads to the caller."""

    language: str
    topic: str | None
    land: str | None
    entered_at: datetime
    state: State
    is_callback: bool
    woman: bool
    first: bool
    trail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reservation:
    """A call that is offered to one agent, and what became of the offer until the agent has wrapped up."""

    id: UUID
    agent_id: UUID
    call_key: bytes
    via: Via
    language: str
    topic: str | None
    land: str | None
    waited_seconds: int
    callback_id: UUID | None
    made_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    talking_at: datetime | None = None
    agent_left_at: datetime | None = None
    ended_at: datetime | None = None
    trail: tuple[str, ...] = ()
    note_sealed: str = field(default="", repr=False)

    @property
    def room(self) -> str:
        """The name of the conference in which caller and agent meet."""
        return f"room-{self.id}"


@dataclass(frozen=True, slots=True)
class Skills:
    """What an agent can do. `land` (DE-BY) says which public holidays count, `telephone` is the own one, if any."""

    languages: Mapping[str, int]
    topics: frozenset[str] = frozenset()
    woman: bool = False
    land: str = "DE"
    telephone: str | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of every week in German local time: weekday 0 is Monday; ends that are not later are on the next day."""

    weekday: int
    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as supervisors see one; `is_present` says whether calls can be offered or are being handled."""

    agent_id: UUID
    status: Status
    since: datetime
    seen_at: datetime
    is_present: bool
    skills: Skills


@dataclass(frozen=True, slots=True)
class Duty:
    """How many are on duty for a language now, how many of them are women, and when the next shift begins."""

    now: int
    women: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Somebody who interprets by telephone; `hours` as OpenStreetMap writes opening hours, None for always."""

    id: UUID
    name: str
    languages: tuple[str, ...]
    telephone: str
    pin: str = ""
    hours: str | None = None


@dataclass(slots=True)
class Memo:
    """What was read of the plan, and until when it need not be read again, by a clock that only goes on."""

    plan: "Plan | None" = None
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """What every verb of the waiting line works with; `memo` is kept by `app.queue.plan`."""

    pool: asyncpg.Pool
    keys: KeyRing
    clock: Clock
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)
