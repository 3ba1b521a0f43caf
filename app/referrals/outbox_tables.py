"""The tables of the outbox and of the text messages that were sent, as the migrations make them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text
from sqlmodel import Field, SQLModel

Words = Annotated[str, Field(sa_type=Text)]
Instant = Annotated[datetime, Field(sa_type=DateTime(timezone=True))]
MaybeWords = Annotated[str | None, Field(sa_type=Text)]
MaybeInstant = Annotated[datetime | None, Field(sa_type=DateTime(timezone=True))]


class OutboxRow(SQLModel, table=True):
    """Something to be told in one way: identifiers and kinds only, never anything about a caller.

    While a try is under way `due_at` is when the next one may begin, so that a try that died is taken up again.
    `asked_at` is when the last try whose end is not known was sent.
    """

    __tablename__ = "referral_outbox"

    id: UUID = Field(primary_key=True)
    referral_id: UUID = Field(foreign_key="referral.id")
    centre_id: Words
    way: Words
    kind: Words
    message_id: UUID | None = None
    state: Words = "waiting"
    outcome: MaybeWords = None
    tries: int = 0
    put_at: Instant
    due_at: Instant
    asked_at: MaybeInstant = None
    settled_at: MaybeInstant = None


class TextMessageRow(SQLModel, table=True):
    """That a text message went out, for a day: keyed hashes of what it was for and of its number."""

    __tablename__ = "text_message_sent"

    once_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    number_hash: bytes = Field(sa_type=LargeBinary)
    at: Instant
