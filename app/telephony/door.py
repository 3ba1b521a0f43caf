"""What everybody at Twilio's door works with: the door itself, an input of a call, an answer, a refusal."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NamedTuple

import asyncpg

from app.calls.lasting import Outside
from app.ivr.model import Input, Session
from app.ivr.trail import Trail
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.queue.models import Line, Memo
from app.telephony.prepared import Prepared
from app.telephony.twiml import Typesetter


@dataclass(frozen=True, slots=True)
class Telephony:
    """Everything the webhooks need; `tokens` are the accepted signing tokens, the primary first.

    Without `outside`, effects that ask the database have failed, and nobody waits in a line: flows know what to say
    then. `number` is the hotline's own.
    """

    setter: Typesetter
    keys: KeyRing
    tokens: tuple[str, ...]
    base_url: str
    pool: asyncpg.Pool | None
    clock: Clock
    prepared: Prepared = field(default_factory=dict)
    outside: Outside | None = None
    number: str = ""
    memo: Memo = field(default_factory=Memo)

    @property
    def line(self) -> Line | None:
        """The waiting line, where there is one."""
        if self.pool is None or self.outside is None:
            return None
        return Line(self.pool, self.keys, self.clock, self.memo)


class Answer(NamedTuple):
    """What goes back over HTTP."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One input of one call: where the call stands, what was heard, and the address it came to.

    `caller_number` is what Twilio says; it goes to the effect that needs it and nowhere else.
    """

    call_sid: str
    caller_number: str
    sequence: int
    session: Session
    heard: Input
    path: str
    query: str
    trail: Trail = ()


class Refused(Exception):
    """The request is not one that Twilio sends; holds the status to answer with."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


# What Twilio says of a call that is over.
ENDED: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

# The form's fields and the address's query.
Fields = Mapping[str, str]
Handler = Callable[[Telephony, Fields, str], Awaitable[Answer]]
