"""The tables of accounts, sessions, tries and the audit, as the migrations make them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

Words = Annotated[str, Field(sa_type=Text)]
Instant = Annotated[datetime, Field(sa_type=DateTime(timezone=True))]
MaybeWords = Annotated[str | None, Field(sa_type=Text)]
MaybeInstant = Annotated[datetime | None, Field(sa_type=DateTime(timezone=True))]


class PersonRow(SQLModel, table=True):
    """Somebody who may log in; the secret of the second factor is sealed and bound to the person."""

    __tablename__ = "person"

    id: UUID = Field(primary_key=True)
    login: Words
    display_name: Words
    role: Words
    centre_id: MaybeWords = None
    language: Words
    password_hash: MaybeWords = None
    password_set_at: MaybeInstant = None
    must_change_password: bool = False
    totp_sealed: MaybeWords = None
    totp_confirmed_at: MaybeInstant = None
    last_totp_step: int | None = Field(default=None, sa_type=BigInteger)
    oidc_issuer: MaybeWords = None
    oidc_subject: MaybeWords = None
    sign_in: Words
    state: Words
    demo: bool = False
    created_at: Instant
    created_by: Words
    confirmed_by: MaybeWords = None


class ProposalRow(SQLModel, table=True):
    """Somebody proposed as an administrator, until another one confirms or declines."""

    __tablename__ = "administrator_proposal"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    proposed_by: Words
    proposed_at: Instant


class RecoveryCodeRow(SQLModel, table=True):
    """A recovery code as its hash; it works until it was used."""

    __tablename__ = "recovery_code"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    used_at: MaybeInstant = None


class SessionRow(SQLModel, table=True):
    """A session, known by the hash of its token; `enrolment_sealed` is a secret that waits for its first code."""

    __tablename__ = "web_session"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    stage: Words
    began_at: Instant
    active_at: Instant
    authenticated_at: Instant
    enrolment_sealed: MaybeWords = None


class ThrottleRow(SQLModel, table=True):
    """How many tries a keyed hash has made until when."""

    __tablename__ = "throttle"

    key: str = Field(primary_key=True, sa_type=Text)
    hits: int
    expires_at: Instant


class AuditRow(SQLModel, table=True):
    """A line of the audit; `mac` covers all other columns, `previous` is the mac of the line before."""

    __tablename__ = "audit_entry"

    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at: Instant
    actor: Words
    action: Words
    subject: Words
    details: dict[str, Any] = Field(sa_type=JSONB)
    previous: bytes = Field(sa_type=LargeBinary)
    mac: bytes = Field(sa_type=LargeBinary)


class AuditHeadRow(SQLModel, table=True):
    """The audit's last line: its number, its mac, and a seal over both that an older head cannot have."""

    __tablename__ = "audit_head"

    singleton: bool = Field(default=True, primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    last: bytes = Field(sa_type=LargeBinary)
    mac: bytes = Field(sa_type=LargeBinary)


class AuditKeyRow(SQLModel, table=True):
    """The key of the lines from `since` on, sealed by the key ring."""

    __tablename__ = "audit_key"

    since: int = Field(primary_key=True, sa_type=BigInteger)
    sealed: Words
