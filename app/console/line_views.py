"""What the agents' page shows: one's own state and call, who can be called in, who waits, and what is due."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.calls.codes import OUTCOMES, TOPICS
from app.queue.models import Status
from app.shell.answers import Mood

# What an agent sets; the rest of the states follow from calls.
CHOSEN: Final = (Status.READY, Status.BREAK, Status.AWAY)
# When wrapping up. The letters of what is still useful then are left out: tools, note, message, telephone.
TOPIC_KEYS: Final = tuple("abdeghijk")
OUTCOME_KEYS: Final = tuple("1234567")
REST_KEY: Final = "p"


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call, in the reader's words; never who calls. `waited` is written once the wait is over."""

    id: str
    language: str
    topic: str | None
    land: str | None
    entered_at: datetime
    via: str
    is_callback: bool
    woman: bool = False
    waited: str = ""
    state: str = ""
    mood: Mood = "info"
    until: datetime | None = None
    language_code: str = ""
    own_name: str = ""
    trail: tuple[str, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """Somebody who was asked into the call."""

    role: str
    name: str
    state: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class Asked:
    """A colleague who asks one into a call."""

    id: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Own:
    """One's own state: at most one of `offer`, `call`, `joined` (a colleague's call) and `wrapping` is there."""

    status: str
    mood: Mood
    since: datetime | None
    standing: str
    speaks: str
    offer: Call | None = None
    call: Call | None = None
    call_state: str = ""
    held: bool = False
    lost: bool = False
    may_hand_over: bool = False
    guests: tuple[Beside, ...] = ()
    invitations: tuple[Asked, ...] = ()
    joined: bool = False
    wrapping: bool = False
    call_mark: str = ""
    topic: str | None = None
    choices: tuple[str, ...] = tuple(status.value for status in CHOSEN)
    topics: tuple[tuple[str, str], ...] = tuple(zip(TOPICS, TOPIC_KEYS, strict=True))
    outcomes: tuple[tuple[str, str], ...] = tuple(zip(reversed(OUTCOMES), OUTCOME_KEYS, strict=True))
    rest_key: str = REST_KEY


@dataclass(frozen=True, slots=True)
class Note:
    """What the agent wrote down about the present call; typing makes no other part of it, only another call does."""

    call_id: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hands:
    """Who can be called in to the present call."""

    open: bool
    language: str = ""
    interpreters: tuple[tuple[str, str], ...] = ()
    colleagues: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class InLine:
    """Who waits, the longest first, and how many are there for them."""

    ready: int
    present: int
    calls: tuple[Call, ...]
    more: int


@dataclass(frozen=True, slots=True)
class DueCall:
    """A callback that is due or will be; the telephone dials, so nobody sees a number."""

    id: str
    language: str
    state: str
    mood: Mood
    window: str
    word: str
    word_language: str
    own_word: str
    attempts: int
    others: bool
    since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message that somebody left; it can be played once it is kept."""

    id: str
    language: str
    topic: str | None
    since: datetime
    until: datetime
    length: str
    state: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class Due:
    """Callbacks and messages, the first due first."""

    callbacks: tuple[DueCall, ...]
    voicemails: tuple[DueMessage, ...]
