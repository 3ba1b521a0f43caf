"""A node of the waiting line, as a program of its own that a test can kill at any moment; it is told all in JSON."""

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.db import open_pool
from app.queue import service
from app.queue.models import Line, Reservation, Status


async def run(given: dict[str, Any]) -> None:
    line = Line(await open_pool(given["database"]), KeyRing.from_setting(given["ring"]), now)
    agents = [UUID(agent) for agent in given["agents"]]
    while True:
        await asyncio.gather(*(service.see(line, agent) for agent in agents))
        await asyncio.gather(*(answer(line, offer, agents) for offer in await service.match(line)))
        await service.expire(line)


async def answer(line: Line, offer: Reservation, agents: list[UUID]) -> None:
    """Of four agents one talks, one accepts and hears nobody, one refuses, and one does not answer."""
    manner = agents.index(offer.agent_id) % 4
    if manner in {0, 1}:
        await service.accept(line, offer.agent_id, offer.id)
    if manner == 0:
        await service.joined(line, offer.id, "caller")
    if manner == 2:
        await service.refuse(line, offer.agent_id, offer.id)
        await service.set_status(line, offer.agent_id, Status.READY)


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))
