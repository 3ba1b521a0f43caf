"""The cast of the waiting line: a clock that is set by hand, agents with their languages, and callers by name."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from app.queue import service
from app.queue.models import Arrival, Line, Reservation, Skills, Standing, Status
from tests.cast import keys

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = UUID("3f0d2f5e-3d4f-4f5c-9a55-111111111111")


def agent_id(name: str) -> UUID:
    return uuid5(PEOPLE, name)


def call_keys(name: str) -> tuple[bytes, ...]:
    return keys().keyed_hashes("call", name)


@dataclass(slots=True)
class House:
    """A waiting line with a clock of its own."""

    pool: asyncpg.Pool
    moment: datetime = AT
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        clock: Callable[[], datetime] = lambda: self.moment  # noqa: E731  It is handed over as a value.
        self.line = Line(self.pool, keys(), clock)

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    async def agent(
        self,
        name: str,
        languages: dict[str, int],
        status: Status = Status.READY,
        **skills: Any,  # noqa: ANN401  Any of an agent's skills.
    ) -> UUID:
        """An agent who is there with these languages and, unless said otherwise, ready."""
        await service.set_skills(self.line, agent_id(name), Skills(languages, **skills))
        await service.set_status(self.line, agent_id(name), status)
        return agent_id(name)

    def arrival(self, name: str, language: str = "de", **changes: Any) -> Arrival:  # noqa: ANN401  Any field of an arrival.
        standard = Arrival(call_keys(name), f"CA-{name}", f"/voice/left?n=3&s={name}", language, self.moment)
        return replace(standard, **changes)

    async def calls(self, name: str, language: str = "de", **changes: Any) -> Standing:  # noqa: ANN401  Any field of an arrival.
        """A caller comes into the line, or asks again from there."""
        return await service.enter(self.line, self.arrival(name, language, **changes))

    async def offered(self) -> dict[str, UUID]:
        """What a matching offers now: to each caller's name the agent's id."""
        made = await service.match(self.line)
        return {await self.name_of(reservation): reservation.agent_id for reservation in made}

    async def name_of(self, reservation: Reservation) -> str:
        found = await service.find_caller(self.line, reservation.id)
        assert found is not None
        return found[0].removeprefix("CA-")

    async def held_by(self, name: str) -> Reservation:
        """What is offered to an agent or in the agent's hands."""
        held = await service.find_reservation(self.line, agent_id(name))
        assert held is not None
        return held

    async def talk(self, name: str) -> Reservation:
        """The agent accepts what is offered, and the caller comes into the room."""
        held = await self.held_by(name)
        assert await service.accept(self.line, agent_id(name), held.id)
        await service.joined(self.line, held.id, "caller")
        await service.joined(self.line, held.id, "agent")
        return await self.held_by(name)

    async def status_of(self, name: str) -> Status:
        return {agent.agent_id: agent.status for agent in await service.list_agents(self.line)}[agent_id(name)]
