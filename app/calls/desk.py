"""What agents do with a call works with this, and what they are told of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kit.protocols import Telephony
from app.queue.models import Line, Reservation
from app.queue.safe import Safe

CALLER = "caller"
INTERPRETER = "interpreter"
SUPERVISOR = "supervisor"


class Told(StrEnum):
    """What an agent is told of what they asked for."""

    DONE = "done"
    # It is kept in the database; the keeper repeats what the provider was too busy for.
    UNDER_WAY = "under-way"
    # The offer was another's or has expired, or the call is over.
    TOO_LATE = "too-late"
    # There is nobody to do it with, or it is switched off.
    NOT_POSSIBLE = "not-possible"


class Presence(StrEnum):
    """Where somebody is who belongs to a conversation; the last five do not come by themselves."""

    ASKED = "asked"
    COMING = "coming"
    RINGING = "ringing"
    HERE = "here"
    GONE = "gone"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    DECLINED = "declined"


class Listening(StrEnum):
    """Whether the caller lets a supervisor listen."""

    NO = ""
    ASKED = "asked"
    ALLOWED = "allowed"
    REFUSED = "refused"


# Whoever is not in the room and is not on the way there.
AWAY = frozenset({Presence.GONE, Presence.BUSY, Presence.NO_ANSWER, Presence.FAILED, Presence.DECLINED})


@dataclass(frozen=True, slots=True)
class Desk:
    """The line, the telephone and what the hotline's own calls show.

    A webhook's desk has no `telephony`: what is to be asked of the provider is kept in the database, and the keeper
    asks it. `quiet_number` is shown to people who do not want the line's own to show; `texts`: text messages leave from
    some number. `softphone` connects the agent's telephone in the demonstration, where no browser does.
    """

    line: Line
    telephony: Telephony | None
    base_url: str
    number: str
    safe: Safe | None = None
    quiet_number: str = ""
    texts: bool = True
    listening: bool = False
    softphone: Callable[[UUID], Awaitable[None]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody besides the caller and the agent."""

    role: str
    person_id: UUID
    state: Presence


@dataclass(frozen=True, slots=True)
class Meeting:
    """An agent's call as their page shows it."""

    reservation: Reservation
    held: bool
    caller_here: bool
    agent_here: bool
    guests: tuple[Guest, ...]
    listening: Listening


@dataclass(frozen=True, slots=True)
class Invitation:
    """A colleague asks an agent to join their call."""

    reservation_id: UUID
    from_agent_id: UUID
    language: str


@dataclass(frozen=True, slots=True)
class Room:
    """The row of a conversation: who leads it, and how it stands."""

    reservation_id: UUID
    agent_id: UUID
    language: str
    callback_id: UUID | None
    attempt: int | None
    made_at: datetime
    looked_at: datetime
    held: bool
    listening: Listening
    listening_since: datetime | None
    ended_at: datetime | None

    @property
    def name(self) -> str:
        """What the conference is called."""
        return f"room-{self.reservation_id}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who belongs to a conversation, by the label that their leg has in the conference."""

    label: str
    role: str
    person_id: UUID | None
    state: Presence
    since: datetime
    sid: str


def agent_label(agent_id: UUID) -> str:
    """The label of an agent's leg; it stays when a colleague takes over."""
    return f"agent-{agent_id}"
