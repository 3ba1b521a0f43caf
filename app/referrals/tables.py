"""The tables of referrals, their keys, messages, agreements and centres' own entries, as the migrations make them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, LargeBinary, SmallInteger, Text
from sqlmodel import Field, SQLModel

Words = Annotated[str, Field(sa_type=Text)]
MaybeWords = Annotated[str | None, Field(sa_type=Text)]
Instant = Annotated[datetime, Field(sa_type=DateTime(timezone=True))]
MaybeInstant = Annotated[datetime | None, Field(sa_type=DateTime(timezone=True))]
Small = Annotated[int, Field(sa_type=SmallInteger)]
Count = Annotated[int, Field(sa_type=BigInteger)]
Bytes = Annotated[bytes, Field(sa_type=LargeBinary)]
MaybeBytes = Annotated[bytes | None, Field(sa_type=LargeBinary)]


class AgreementRow(SQLModel, table=True):
    """What a centre agreed to; the secret of its webhook is sealed and bound to the centre."""

    __tablename__ = "agreement"

    centre_id: str = Field(primary_key=True, sa_type=Text)
    operator_id: MaybeWords = None
    agreed_on: date
    agreed_with: Words
    valid_to: date | None = None
    email: MaybeWords = None
    webhook_url: MaybeWords = None
    webhook_secret_sealed: MaybeWords = None
    webhook_secret_before_sealed: MaybeWords = None
    webhook_secret_before_until: MaybeInstant = None
    receive_days: Small = 1
    answer_days: Small = 3
    languages: list[str] = Field(sa_type=ARRAY(Text))
    land: Words
    demo: bool = False
    set_at: Instant
    set_by: Words


class CentreEntryRow(SQLModel, table=True):
    """What a centre says of itself."""

    __tablename__ = "centre_entry"

    centre_id: str = Field(primary_key=True, sa_type=Text)
    hours: MaybeWords = None
    capacity: Words
    contact: MaybeWords = None
    updated_at: Instant
    updated_by: Words


class ReferralRow(SQLModel, table=True):
    """A referral without what is sealed; `step` is what its calendar asks for next, at `step_at`.

    The hashes are keyed: `origin_hash` of what made it, once; `code_hash` of the caller's code.
    """

    __tablename__ = "referral"

    id: UUID = Field(primary_key=True)
    centre_id: Words
    land: Words
    state: Words
    made_at: Instant
    made_by: Words
    origin_hash: MaybeBytes = Field(default=None, unique=True)
    code_hash: MaybeBytes = Field(default=None, unique=True)
    code_round: Small
    has_number: bool
    wants_sms: bool
    consent_wording: Words
    consent_version: Small
    consent_language: Words
    consent_channel: Words
    consent_at: Instant
    consent_forwarding: bool
    received_by: Instant
    answered_by: Instant
    deadline_at: MaybeInstant = None
    received_at: MaybeInstant = None
    answered_at: MaybeInstant = None
    contacted_at: MaybeInstant = None
    ended_at: MaybeInstant = None
    reminded_at: MaybeInstant = None
    escalated_at: MaybeInstant = None
    expires_at: Instant
    erase_at: Instant
    step: MaybeWords = None
    step_at: MaybeInstant = None
    reason: MaybeWords = None
    messages: Small = 0
    last_message_from: MaybeWords = None
    forwarded_from: UUID | None = None
    forwarded_to: UUID | None = None
    changed_at: Instant


class BucketRow(SQLModel, table=True):
    """The records of one week share a key, in a bucket that no other database has. `erasures` counts what was erased.

    `rekeyed` is that count when the present key was made, `cleaned` the one whose older keys are destroyed.
    """

    __tablename__ = "referral_bucket"

    bucket: str = Field(primary_key=True, sa_type=Text)
    week: str = Field(sa_type=Text, unique=True)
    key_id: Words
    erasures: Count = 0
    rekeyed: Count = 0
    cleaned: Count = 0


class SecretRow(SQLModel, table=True):
    """What is sealed of a referral, and its own key, wrapped by a key that lies outside the database."""

    __tablename__ = "referral_secret"

    referral_id: UUID = Field(primary_key=True, foreign_key="referral.id")
    centre_id: Words
    bucket: str = Field(sa_type=Text, foreign_key="referral_bucket.bucket")
    key_id: Words
    wrapped: Bytes
    sealed: Bytes


class MessageRow(SQLModel, table=True):
    """A message about a referral, sealed with the referral's own key."""

    __tablename__ = "referral_message"

    id: UUID = Field(primary_key=True)
    referral_id: UUID = Field(foreign_key="referral.id")
    centre_id: Words
    side: Words
    written_by: Words
    at: Instant
    sealed: Bytes
