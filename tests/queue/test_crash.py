"""Two hundred wait while nodes are killed or the database loses its unlogged tables: nobody is lost, order is kept."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.kit.clock import now
from app.kit.db import migrate, open_pool
from app.kit.paths import PROJECT_ROOT
from app.kit.postgres import Embedded, start_embedded
from app.queue import service
from app.queue.models import Reservation, Status
from tests.conftest import DatabaseUrls
from tests.queue.cast import House, agent_id
from tests.queue.crowd import CONTRADICTIONS

PROGRAM = Path(__file__).with_name("line_node.py")
RING = base64.b64encode(bytes(range(32))).decode()
CALLERS = tuple(f"caller {number:03}" for number in range(200))
AGENTS = tuple(f"agent {number:02}" for number in range(12))
LIVES = 6
CHANCE = Random(5)  # noqa: S311  Orders and moments that are made up.


@dataclass(slots=True)
class FullLine:
    """A line in which two hundred wait, by name in the order of their places."""

    house: House
    entered_at: dict[str, datetime] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)

    async def fill(self) -> None:
        self.house.moment = now()
        for place, name in enumerate(CALLERS):
            self.entered_at[name] = self.house.moment - timedelta(seconds=400 - place)
        await self.all_ask()
        for name in AGENTS:
            await self.house.agent(name, {"de": 3})

    async def all_ask(self, talking: set[str] | None = None) -> None:
        """Each call's next wait request, in any order; who talks makes none."""
        asking = [name for name in CALLERS if name not in {*self.served, *(talking or ())}]
        for name in CHANCE.sample(asking, len(asking)):
            await self.house.calls(name, entered_at=self.entered_at[name])

    async def all_agents_ready(self) -> None:
        for name in AGENTS:
            assert await service.set_status(self.house.line, agent_id(name), Status.READY) is Status.READY

    async def talking(self) -> dict[str, Reservation]:
        """Who talks, by the caller's name."""
        held = [await service.find_reservation(self.house.line, agent_id(name)) for name in AGENTS]
        talks = [one for one in held if one is not None and one.talking_at is not None and one.ended_at is None]
        return {await self.house.name_of(talk): talk for talk in talks}

    async def all_hang_up(self) -> None:
        """Who talks comes to the end."""
        for name, talk in (await self.talking()).items():
            await service.finish(self.house.line, talk.id)
            self.served.append(name)

    async def serve_the_rest(self) -> list[set[str]]:
        """Who is offered with each matching until nobody waits."""
        rounds = []
        while made := await service.match(self.house.line):
            rounds.append({await self.house.name_of(offer) for offer in made})
            for offer in made:
                assert await service.accept(self.house.line, offer.agent_id, offer.id)
                await service.finish(self.house.line, offer.id)
                await service.wrap_up(self.house.line, offer.agent_id)
        return rounds

    def in_order(self, rounds: list[set[str]]) -> bool:
        """Whether nobody came before somebody who had waited longer, and nobody is missing."""
        left = [name for name in CALLERS if name not in self.served]
        for offered in rounds:
            first, left = left[: len(offered)], left[len(offered) :]
            if set(first) != offered:
                return False
        return not left


async def start_node(urls: DatabaseUrls) -> asyncio.subprocess.Process:
    given = {"database": urls.app, "ring": RING, "agents": [str(agent_id(name)) for name in AGENTS]}
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    return await asyncio.create_subprocess_exec(sys.executable, str(PROGRAM), json.dumps(given), env=environment)


async def live_and_be_killed(line: FullLine, urls: DatabaseUrls) -> None:
    """A node lives until it holds reservations, and a moment longer."""
    node = await start_node(urls)
    while not await line.house.pool.fetchval("SELECT count(*) FROM reservation"):
        assert node.returncode is None, "the node ended by itself"
        await asyncio.sleep(0.01)
    await asyncio.sleep(CHANCE.random() * 0.2)
    node.kill()
    await node.wait()
    assert await line.house.pool.fetch(CONTRADICTIONS) == []


async def test_nodes_that_are_killed_lose_nobody_and_keep_the_order(house: House, database_urls: DatabaseUrls) -> None:
    line = FullLine(house)
    await line.fill()
    for _ in range(LIVES):
        await live_and_be_killed(line, database_urls)
        await line.all_hang_up()
        house.moment = now() + timedelta(seconds=61)
        await service.expire(house.line)
        assert await house.pool.fetchval("SELECT count(*) FROM reservation WHERE ended_at IS NULL") == 0
        house.moment = now()
        await line.all_agents_ready()
    assert len(line.served) >= LIVES
    await line.all_ask()
    assert line.in_order(await line.serve_the_rest())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Embedded]:
    """A server of its own, which has written what it committed when it is stopped without notice."""
    started = start_embedded(tmp_path / "data")
    yield started
    started.stop()


@pytest.fixture
async def own_house(server: Embedded) -> AsyncIterator[House]:
    await migrate(server.owner_url)
    pool = await open_pool(server.app_url)
    yield House(pool)
    await pool.close()


async def test_after_a_crash_of_the_database_the_next_requests_rebuild_the_line(
    server: Embedded, own_house: House
) -> None:
    line = FullLine(own_house)
    await line.fill()
    assert len(await service.match(own_house.line)) == len(AGENTS)
    for name in AGENTS[:4]:
        await own_house.talk(name)
    talking = set(await line.talking())
    server.programs.run("pg_ctl", "-D", str(server.cluster), "-m", "immediate", "-w", "stop")
    server.programs.run("pg_ctl", "-D", str(server.cluster), "-l", str(server.cluster / "server.log"), "-w", "start")
    await asyncio.sleep(0.05)
    assert await own_house.pool.fetchval("SELECT count(*) FROM waiting_call") == 0

    own_house.passes(10)
    await service.expire(own_house.line)
    statuses = [await own_house.status_of(name) for name in AGENTS]
    assert statuses == [Status.WRAP_UP] * 4 + [Status.READY] * 8
    await line.all_ask(talking)
    line.served = sorted(talking)
    for name in AGENTS[:4]:
        assert await service.wrap_up(own_house.line, agent_id(name)) is None
    rounds = await line.serve_the_rest()
    assert len(rounds[0]) == len(AGENTS)
    assert line.in_order(rounds)
