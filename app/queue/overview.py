"""What all who watch the line see of it, read at once: agents, who waits, what is offered, callbacks and voicemails."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from pydantic import TypeAdapter

from app.queue import agent_store, overview_store
from app.queue.callback_models import Callback
from app.queue.interpreters import is_open
from app.queue.models import Line, Reservation, Status, Waiting
from app.queue.voicemails import Voicemail


@dataclass(frozen=True, slots=True)
class Present:
    """An agent who was ever there; `languages` are pairs with the level, the best first, None without skills."""

    agent_id: UUID
    status: Status
    since: datetime
    is_present: bool
    languages: tuple[tuple[str, int], ...] | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The line at a moment. `waiting` has the first who are not yet in talk, `due` the callbacks whose time has come.

    The offers' `call_key` is empty: what leads to a call stays where it is.
    """

    agents: tuple[Present, ...]
    waiting: tuple[Waiting, ...]
    waiting_total: int
    offers: tuple[Reservation, ...]
    callbacks: tuple[Callback, ...]
    due: frozenset[UUID]
    voicemails: tuple[Voicemail, ...]


@dataclass(frozen=True, slots=True)
class Helper:
    """An interpreter by name, and whether their hours hold now."""

    id: UUID
    name: str
    languages: tuple[str, ...]
    is_open: bool


@cache
def _reader() -> TypeAdapter[Overview]:
    """Made when somebody looks: a node for calls alone needs none."""
    return TypeAdapter(Overview)


async def read_overview(line: Line) -> str:
    """The line as text, so that whoever looks again and again compares before understanding."""
    return await overview_store.read(line.pool, line.clock())


def understand(text: str) -> Overview:
    """The overview that was read."""
    return _reader().validate_json(text)


async def see_all(line: Line, agent_ids: Collection[UUID]) -> None:
    """The pages of all these agents are open."""
    await overview_store.see_all(line.pool, list(agent_ids), line.clock())


async def list_helpers(line: Line) -> tuple[Helper, ...]:
    """All interpreters by name."""
    moment = line.clock()
    rows = await agent_store.list_interpreters(line.pool)
    return tuple(Helper(row.id, row.name, tuple(row.languages), is_open(row.hours, moment)) for row in rows)
