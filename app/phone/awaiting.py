"""What a caller hears, and what the line then waits for."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal
from urllib.parse import parse_qsl, urldefrag

from app.phone.document import Verb

Params = tuple[tuple[str, str], ...]

# A telephone voice reads about this many characters a second.
CHARACTERS_A_SECOND = 14
MOST_RETRIES = 5


@dataclass(frozen=True, slots=True)
class Retries:
    """How often Twilio asks again, and after which faults.

    `on` holds "ct" (no connection), "rt" (no answer in time), "4xx", "5xx" or "all". The fragment of a webhook's
    URL says so (#rc=2&rp=all); without it Twilio asks once more after a failed connection.
    """

    count: int = 1
    on: frozenset[str] = frozenset({"ct"})

    def after(self, fault: str) -> bool:
        """Whether this kind of fault is worth another attempt."""
        return "all" in self.on or fault in self.on


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook to call: `params` are those of this step alone, the call's own are added on the line."""

    url: str
    method: str = "POST"
    params: Params = ()
    retries: Retries = Retries()


def request_for(url: str, method: str = "POST", params: Params = ()) -> Request:
    """A request without the URL's fragment, which is read as the retry rules."""
    bare, fragment = urldefrag(url)
    rules = dict(parse_qsl(fragment))
    count = rules.get("rc", "")
    retries = Retries(
        count=min(int(count), MOST_RETRIES) if count.isdecimal() else Retries().count,
        on=frozenset(rules["rp"].split(",")) if "rp" in rules else Retries().on,
    )
    return Request(bare, method, params, retries)


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing heard: `text` is what is said, the address of what is played, or the seconds of a pause.

    `by` is who says it where a person does: caller, agent, interpreter or supervisor.
    """

    kind: Literal["say", "play", "pause"]
    text: str
    voice: str = ""
    language: str = ""
    loop: int = 1
    interruptible: bool = False
    by: str = ""

    @property
    def seconds(self) -> float:
        """How long a voice needs for it; a recording's length cannot be seen in the document and counts as nothing."""
        if self.kind == "play":
            return 0.0
        once = float(self.text) if self.kind == "pause" else len(self.text) / CHARACTERS_A_SECOND
        return once * max(self.loop, 1)


def spoken_seconds(heard: tuple[Heard, ...]) -> float:
    """How long the prompts take, at the pace of a telephone voice."""
    return sum(item.seconds for item in heard)


@dataclass(frozen=True, slots=True)
class Gathering:
    """A Gather that listens; `keys` are those pressed so far, `rest` is what follows in silence."""

    kind: ClassVar[str] = "keys"
    action: str
    method: str
    inputs: frozenset[str]
    length: int | None
    timeout_seconds: int
    finish_on_key: str
    action_on_empty: bool
    language: str
    hints: str
    speech_timeout: str
    base_url: str
    rest: tuple[Verb, ...]
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Redirected:
    """The line goes on by itself with another document."""

    kind: ClassVar[str] = "redirect"
    request: Request


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over: hung up, never taken, or at the end of its document."""

    kind: ClassVar[str] = "ended"
    reason: Literal["hangup", "rejected", "document_over"]


@dataclass(frozen=True, slots=True)
class Queued:
    """The caller stands in a queue and hears `wait_url`; `action` is called when the place is left."""

    kind: ClassVar[str] = "queued"
    queue: str
    wait_url: str
    wait_method: str
    action: str
    method: str
    base_url: str
    rest: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """The wait document said Leave: the caller's place in the queue is given up."""

    kind: ClassVar[str] = "left"


@dataclass(frozen=True, slots=True)
class Dialled:
    """The caller is connected with `targets`, pairs of a kind (Number, Conference, …) and a name or number.

    `nouns` are the targets as the document has them.
    """

    kind: ClassVar[str] = "dialled"
    targets: tuple[tuple[str, str], ...]
    caller_id: str
    time_limit_seconds: int
    action: str
    method: str
    base_url: str
    rest: tuple[Verb, ...]
    nouns: tuple[Verb, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Recording:
    """The line records what the caller says; `finish_on_key` holds every key that ends it.

    `callback` is the address that hears when the recording is there.
    """

    kind: ClassVar[str] = "recording"
    action: str
    method: str
    limit_seconds: int
    timeout_seconds: int
    finish_on_key: str
    base_url: str
    rest: tuple[Verb, ...]
    callback: str = field(default="", compare=False)


Awaiting = Gathering | Redirected | Ended | Queued | Left | Dialled | Recording


@dataclass(frozen=True, slots=True)
class Played:
    """A document played up to where the line waits; `unknown` names the elements that Twilio would not know."""

    heard: tuple[Heard, ...]
    awaiting: Awaiting
    unknown: tuple[str, ...] = ()
