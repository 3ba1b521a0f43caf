"""What the stand-in exchange holds: accounts, calls, rooms, messages, recordings, and what is due when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from app.kit.errors import HotlineError
from app.kit.protocols import Signer
from app.phone.awaiting import Awaiting, Dialled, Heard, Params, Played, Queued, Request
from app.phone.document import Verb

CallStatus = Literal["queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"]
Direction = Literal["inbound", "outbound-api", "outbound-dial"]
Outcome = Literal["answers", "busy", "no-answer", "failed"]

ENDED: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
# A call that was created waits for its turn at most this long.
LONGEST_BACKLOG_SECONDS: Final = 24 * 60 * 60
# A call lasts at most this long unless its creator says otherwise.
CALL_LIMIT_SECONDS: Final = 4 * 60 * 60


class ExchangeRefusal(HotlineError):
    """The exchange does not do what it was asked; `status` and `code` are those of the provider's REST API."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook; an empty address is none. `events` are those of a call's progress that it wants to hear of."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Instructions:
    """Where a call gets its documents, how long it rings and lasts; `twiml` comes first, `send_digits` are pressed."""

    voice: Hook = Hook()
    fallback: Hook = Hook()
    status: Hook = Hook()
    twiml: str = ""
    ring_seconds: float = 60.0
    limit_seconds: float = CALL_LIMIT_SECONDS
    send_digits: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """The two numbers of a call or a message."""

    from_number: str
    to_number: str


@dataclass(slots=True)
class Account:
    """An account with its telephone numbers; `next_slot_seconds` is when its next created call may leave."""

    sid: str
    token: str
    signer: Signer
    numbers: dict[str, Instructions] = field(default_factory=dict)
    calls_a_second: float = 1.0
    next_slot_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Callee:
    """How whoever is rung behaves; without `talks_seconds` they stay until somebody hangs up."""

    outcome: Outcome = "answers"
    rings_seconds: float = 2.0
    talks_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A call's place in a queue; `verbs` is the document that goes on when the place is left."""

    queue_sid: str
    queued: Queued
    since_seconds: float
    verbs: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class Dial:
    """A Dial in progress: into a conference, or to legs that ring or talk."""

    dialled: Dialled
    since_seconds: float
    conference_sid: str = ""
    leg_sids: tuple[str, ...] = ()


@dataclass(slots=True)
class Call:
    """One call; `moment` counts up whenever it goes elsewhere, and what was due for an earlier moment is void.

    `verbs` is the document in play, `chain` how many documents were fetched without the caller being asked anything,
    `told` the number of the next status callback. Where set, `played_by` plays documents and `listens` hears talk.
    """

    sid: str
    serial: int
    account_sid: str
    from_number: str
    to_number: str
    direction: Direction
    status: CallStatus
    created_seconds: float
    instructions: Instructions
    parent_sid: str = ""
    answered_seconds: float | None = None
    ended_seconds: float | None = None
    awaiting: Awaiting | None = None
    waits_since_seconds: float = 0.0
    verbs: tuple[Verb, ...] = ()
    heard: list[Heard] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    place: Place | None = None
    dial: Dial | None = None
    moment: int = 0
    chain: int = 0
    told: int = 0
    played_by: "Callable[[Step], None] | None" = None
    listens: Callable[[Heard], None] | None = None

    @property
    def ended(self) -> bool:
        """Whether the call has reached its one final status."""
        return self.status in ENDED


@dataclass(slots=True)
class Queue:
    """A waiting line; the first of `call_sids` waits longest."""

    sid: str
    serial: int
    account_sid: str
    name: str
    created_seconds: float
    most: int = 1000
    call_sids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Participant:
    """A call in a conference."""

    call_sid: str
    joined_seconds: float
    label: str = ""
    muted: bool = False
    held: bool = False
    starts: bool = True
    ends: bool = False


@dataclass(slots=True)
class Conference:
    """A room where calls hear each other, from the first participant to the last."""

    sid: str
    serial: int
    account_sid: str
    name: str
    created_seconds: float
    hook: Hook = Hook(events=frozenset())
    status: Literal["init", "in-progress", "completed"] = "init"
    participants: dict[str, Participant] = field(default_factory=dict)
    ended_by: str = ""
    ended_reason: str | None = None
    updated_seconds: float = 0.0
    told: int = 0


@dataclass(slots=True)
class TextMessage:
    """An SMS on its way."""

    sid: str
    serial: int
    account_sid: str
    from_number: str
    to_number: str
    body: str
    created_seconds: float
    status_hook: Hook = Hook()
    status: Literal["queued", "sent", "delivered", "undelivered"] = "queued"
    sent_seconds: float | None = None
    error_code: int | None = None


@dataclass(slots=True)
class Record:
    """A recorded message of a caller."""

    sid: str
    serial: int
    account_sid: str
    call_sid: str
    created_seconds: float
    seconds: int
    status: Literal["processing", "completed"] = "processing"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was given rather than fetched."""

    text: str


Step = Request | Played | Awaiting | Document


@dataclass(frozen=True, slots=True)
class GoOn:
    """The call goes on with this, unless it went elsewhere since."""

    call_sid: str
    moment: int
    step: Step


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller has kept silent for as long as the line listens."""

    call_sid: str
    moment: int


@dataclass(frozen=True, slots=True)
class Ring:
    """It is the call's turn to leave: the other side starts to ring."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class PickUp:
    """The other side answers."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class PutDown:
    """The call ends with this status; one that counts on a `moment` only if the call is still there."""

    call_sid: str
    status: CallStatus
    moment: int | None = None


@dataclass(frozen=True, slots=True)
class DialLimit:
    """The time that a Dial allowed is over."""

    call_sid: str
    moment: int


@dataclass(frozen=True, slots=True)
class Tell:
    """A request to a webhook whose answer nobody hears, or in a conference this one call alone."""

    account_sid: str
    request: Request
    params: Params
    call_sid: str = ""


@dataclass(frozen=True, slots=True)
class MessageMoves:
    """An SMS reaches its next status."""

    sid: str
    status: Literal["sent", "delivered", "undelivered"]


@dataclass(frozen=True, slots=True)
class RecordingReady:
    """A recording can be fetched; `hook` hears of it."""

    sid: str
    hook: Hook


Event = GoOn | Silence | Ring | PickUp | PutDown | DialLimit | Tell | MessageMoves | RecordingReady
