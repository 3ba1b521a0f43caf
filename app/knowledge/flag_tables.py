"""The tables of withdrawals, reports, reviews and reloads, as the migrations make them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Identity, Text
from sqlmodel import Column, Field, SQLModel

Words = Annotated[str, Field(sa_type=Text)]
Instant = Annotated[datetime, Field(sa_type=DateTime(timezone=True))]
MaybeInstant = Annotated[datetime | None, Field(sa_type=DateTime(timezone=True))]


class FlagRow(SQLModel, table=True):
    """A withdrawal; it is never deleted."""

    __tablename__ = "content_flag"

    id: UUID = Field(primary_key=True)
    ref: Words
    reason: Words
    note: Words
    state: Words
    content_hash: Words
    proposed_by: UUID
    proposed_at: Instant
    confirmed_by: UUID | None = None
    confirmed_at: MaybeInstant = None
    lift_by: UUID | None = None
    lift_at: MaybeInstant = None
    ended_by: UUID | None = None
    ended_at: MaybeInstant = None


class ReloadRow(SQLModel, table=True):
    """Somebody's wish that all nodes read the files anew."""

    __tablename__ = "content_reload"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    requested_by: Words
    requested_at: Instant


class NodeRow(SQLModel, table=True):
    """What a running node serves; the node itself writes it."""

    __tablename__ = "content_node"

    node: UUID = Field(primary_key=True)
    pages: bool
    serves: Words
    withdrawn: int
    reload: int = Field(sa_type=BigInteger)
    faults: list[str] = Field(sa_type=ARRAY(Text))
    seen_at: Instant


class ReportRow(SQLModel, table=True):
    """A report of a wrong text."""

    __tablename__ = "content_report"

    id: UUID = Field(primary_key=True)
    ref: Words
    language: Words
    words: Words
    reported_by: UUID
    reported_at: Instant
    done_by: UUID | None = None
    done_at: MaybeInstant = None
    done_note: Words = ""


class ReviewRow(SQLModel, table=True):
    """The last review of a translation."""

    __tablename__ = "text_review"

    kind: str = Field(primary_key=True, sa_type=Text)
    text_id: str = Field(primary_key=True, sa_type=Text)
    language: str = Field(primary_key=True, sa_type=Text)
    text_hash: Words
    capacity: Words
    reviewed_by: UUID
    reviewed_on: date
