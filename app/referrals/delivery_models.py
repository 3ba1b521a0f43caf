"""What the outbox and the ways of delivery share: channels, what became of a row, and why a try failed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.referrals.models import Notice


class Way(StrEnum):
    """How a notice travels."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SMS = "sms"


class OutboxState(StrEnum):
    """Whether a row still has to be sent, needs nothing more, or was given up."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class Outcome(StrEnum):
    """What became of a row that is done.

    sent: the receiver took it. found: it had been sent by a try whose answer was lost. shown: the portal shows it.
    demo: the demonstration sends nothing. needless: the referral or the way had ended. unwished: nobody wished or may
    get a text message.
    """

    SENT = "sent"
    FOUND = "found"
    SHOWN = "shown"
    DEMO = "demo"
    NEEDLESS = "needless"
    UNWISHED = "unwished"


class Undelivered(Exception):
    """A try failed and a later one may succeed; the reason is a code without anything personal.

    `maybe_sent` is true where it may have been taken although no answer came.
    """

    def __init__(self, reason: str, *, maybe_sent: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_sent = maybe_sent


class Refused(Exception):
    """No later try would succeed; the reason is a code without anything personal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row that was claimed for one try; `tries` counts this one, `asked_before` is when an earlier try went out."""

    id: UUID
    referral_id: UUID
    centre_id: str
    way: Way
    kind: Notice
    tries: int
    asked_before_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that was given up; `reason` is a code."""

    id: UUID
    referral_id: UUID
    centre_id: str
    way: Way
    kind: Notice
    tries: int
    reason: str
    died_at: datetime
