"""The shapes of support lines and of independent advice contacts."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.knowledge.entry import DateWording, Entry, Land, Text


class SupportLine(Entry):
    """A telephone line for emergencies or support."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Text
    kind: Literal["emergency", "support", "counselling"]
    numbers: tuple[str, ...]
    hours: str | None = None
    cost: str | None = None
    for_whom: Annotated[str, Field(alias="for")]
    languages: tuple[str, ...] = ()
    source: Text
    as_of: DateWording | None = None
    as_of_basis: Text
    review_by: date | None = None
    note: str | None = None


class SupportLineFile(Entry):
    """All support lines, and what was looked for without success."""

    retrieved_on: date
    lines: tuple[SupportLine, ...]
    not_found: tuple[str, ...] = ()


class AdviceContact(Entry):
    """A body that advises on staying, fear, violence, health: independent of the return offers."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Text
    kind: Text
    area: Land
    city: str | None = None
    street: str | None = None
    postal_code: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    phone: str | None = None
    phone_status: Literal["current_at_as_of", "undated", "old"] | None = None
    phone_as_of: DateWording | None = None
    email: str | None = None
    website: str | None = None
    contact_by: str | None = None
    hours: str | None = None
    cost: str | None = None
    languages: tuple[str, ...] = ()
    for_whom: str | None = None
    audience: Literal["callers", "residents", "women", "men"]
    independent_of_authorities: bool
    independence_basis: Text
    topics: tuple[str, ...]
    status: Literal["active_at_as_of", "uncertain", "ended"]
    source: Text
    as_of: DateWording | None = None
    as_of_basis: Text
    note: str | None = None


class AdviceDirectory(Entry):
    """A public list of advice contacts."""

    id: str
    name: Text
    website: Text
    source: Text
    note: str | None = None


class AdviceFile(Entry):
    """All advice contacts and lists, and what was looked for without success."""

    retrieved_on: date
    advice: tuple[AdviceContact, ...]
    directories: tuple[AdviceDirectory, ...]
    not_found: tuple[str, ...] = ()
