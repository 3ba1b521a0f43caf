"""What the room of referrals speaks of: referrals and what is sealed in them, agreements, entries and messages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

# Who did a deed: a person by id, the caller alone, somebody at the command line, or the program itself.
By = UUID | Literal["caller", "cli", "system"]

# What Twilio gives in the place of a number that was withheld; its digits spell ANONYMOUS.
WITHHELD: Final = "+266696687"


class ReferralState(StrEnum):
    """Where a referral stands; `app.referrals.rules.TRANSITIONS` says what may follow what."""

    REQUESTED = "requested"
    DELIVERED = "delivered"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    FORWARDED = "forwarded"
    CONTACTED = "contacted"
    COMPLETED = "completed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """How consent was given."""

    KEYS = "keys"
    VOICE = "voice"
    AGENT = "agent"


class BestTime(StrEnum):
    """When the caller wishes to be called."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class DeclineReason(StrEnum):
    """Why a centre declines: a closed list, so that nothing about a caller is written here."""

    NO_CAPACITY = "no-capacity"
    NOT_OUR_AREA = "not-our-area"
    LANGUAGE_NOT_OFFERED = "language-not-offered"
    OTHER_SERVICE = "other-service"
    NOT_REACHED = "not-reached"


class Capacity(StrEnum):
    """Whether a centre takes new people, in its own words."""

    NOW = "now"
    WAITING_LIST = "waiting-list"
    CLOSED = "closed"


class Side(StrEnum):
    """Which side wrote a message."""

    CENTRE = "centre"
    HOTLINE = "hotline"


class Tab(StrEnum):
    """A part of an inbox."""

    NEW = "new"
    OPEN = "open"
    ENDED = "ended"


class Notice(StrEnum):
    """What somebody is to be told; how and whom, delivery decides."""

    REQUESTED = "requested"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    FORWARDED = "forwarded"
    CONTACTED = "contacted"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REMIND_RECEIVE = "remind-receive"
    REMIND_ANSWER = "remind-answer"
    ESCALATED = "escalated"
    MESSAGE_TO_CENTRE = "message-to-centre"
    MESSAGE_TO_HOTLINE = "message-to-hotline"


class Payload(BaseModel):
    """All that is passed on to the centre, and all that is sealed; nothing else about the caller is kept.

    `number` is None where the caller comes with the code alone. Unless `others_may_answer`, the centre speaks with
    nobody but the caller, in neutral words until then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    number: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")] | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    topic: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
    best_time: BestTime = BestTime.ANY
    first_name: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    others_may_answer: bool = False
    sms_wished: bool = False
    no_interpreter: bool = False
    woman_wished: bool = False

    @field_validator("number")
    @classmethod
    def _shown(cls, number: str | None) -> str | None:
        if number == WITHHELD:
            raise ValueError("this stands for a number that was withheld")
        return number

    @field_validator("first_name")
    @classmethod
    def _one_name(cls, name: str | None) -> str | None:
        """A name of one line without digits: no number and no address gets in this way."""
        if name is not None and (not name.isprintable() or re.search(r"[\d@/]", name) or name != name.strip()):
            raise ValueError("a first name has letters alone")
        return name

    @model_validator(mode="after")
    def _sms_needs_number(self) -> "Payload":
        if self.sms_wished and self.number is None:
            raise ValueError("a text message needs a number")
        return self


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent as it was given: to which wording, in which language, how, when; `forwarding`: to another centre too."""

    wording: str
    version: int
    language: str
    channel: Channel
    given_at: datetime
    forwarding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A referral as lists show it; `deadline_at` runs now, `made_by` is "caller" or an id, nothing is sealed."""

    id: UUID
    centre_id: str
    state: ReferralState
    made_at: datetime
    made_by: str
    consent: Consent
    received_by: datetime
    answered_by: datetime
    deadline_at: datetime | None
    received_at: datetime | None
    answered_at: datetime | None
    contacted_at: datetime | None
    ended_at: datetime | None
    escalated_at: datetime | None
    expires_at: datetime
    erase_at: datetime
    reason: DeclineReason | None
    forwarded_from: UUID | None
    forwarded_to: UUID | None
    has_number: bool
    wants_sms: bool
    last_message_from: Side | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A referral that was made, and its code of ten digits; `again`: it had been made by the same origin already."""

    referral: Referral
    code: str
    again: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an answer; not `changed`: the referral was there already, and nothing was done."""

    referral: Referral
    changed: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A centre that takes referrals; `announce_authority`: the caller must be told that it belongs to an authority."""

    centre_id: str
    name: str
    announce_authority: bool
    capacity: Capacity
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A step of a referral's calendar that was due and is done now."""

    referral_id: UUID
    centre_id: str
    kind: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a centre agreed to in writing; `agreed_with` is a role, never a person's name.

    Days are working days of the Land. `operator_id` is the operator whose staff look after this centre too.
    """

    centre_id: str
    agreed_on: date
    agreed_with: str
    valid_to: date | None = None
    operator_id: str | None = None
    email: str | None = None
    webhook_url: str | None = None
    has_webhook_secret: bool = False
    receive_days: int = 1
    answer_days: int = 3
    languages: tuple[str, ...] = ()
    land: str = "DE"
    demo: bool = False
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """Where a centre's webhook goes, and the secrets that its receiver may hold: the present one first."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What delivery needs to know of a referral; the contact ways are empty where the agreement has ended."""

    centre_id: str
    state: ReferralState
    received_by: datetime
    answered_by: datetime
    email: str | None
    webhook: WebhookTarget | None
    agreement_valid: bool
    demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEntry:
    """What a centre says of itself: its hours in the syntax of OpenStreetMap, whom it takes, how to reach it."""

    centre_id: str
    hours: str | None
    capacity: Capacity
    contact: str | None
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message between a centre and the hotline about one referral."""

    id: UUID
    referral_id: UUID
    side: Side
    written_by: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """A reach's own figures over the referrals that are still kept; hours are medians, None without any."""

    by_state: Mapping[ReferralState, int]
    received_hours: float | None
    answered_hours: float | None
