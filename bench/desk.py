"""How soon a change of the line is on every desk, and what that costs the server."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.kit.db import migrate, open_pool
from app.kit.postgres import start_embedded
from app.kit.reach import open_database
from bench.desk_line import BusyLine, busy_line
from bench.desk_screens import Screen
from bench.machine import cpu_seconds, family, spent_between
from bench.measures import Measure, Tell, at_most, median
from bench.running import Running, ServerFault, compared, free_port, serving

_LATEST_SECONDS = 5.0
_WARM_SECONDS = 120.0
_REST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many desks are open and how many calls wait, and how long it is looked at."""

    desks: int = 50
    waiting: int = 200
    seconds: float = 40.0


FULL = Size()
QUICK = Size(desks=5, waiting=20, seconds=8.0)


@dataclass(frozen=True, slots=True)
class Desks:
    """What was seen: the seconds until each change was on each desk, and what the server did meanwhile."""

    latencies: Sequence[float]
    missing: int
    share_of_core: float
    database_share: float
    events_each_second: float
    deeds: int

    def measures(self) -> tuple[Measure, ...]:
        """In milliseconds, and as a share of a core."""
        ordered = sorted(self.latencies)
        return (
            Measure("desk_median_ms", "a change to a desk, median in ms", _ms(median(ordered)), at_most(500)),
            Measure("desk_p95_ms", "the same, 95 of 100", _ms(ordered[int(0.95 * (len(ordered) - 1))])),
            Measure("desk_max_ms", "the same, the slowest", _ms(ordered[-1])),
            Measure("desk_missing", "changes that were not on a desk within 5 s", self.missing, at_most(0)),
            Measure(
                "desk_core_share", "CPU of the server, share of a core", round(self.share_of_core, 3), at_most(0.5)
            ),
            Measure("desk_database_share", "the same of PostgreSQL, all its work", round(self.database_share, 3)),
            Measure("desk_events", "events to each desk in a second", round(self.events_each_second, 2)),
            Measure("desk_deeds", "deeds of agents meanwhile", self.deeds),
        )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def measure_desk(size: Size, tell: Tell) -> Desks:
    """Real streams of a served application on loopback, with a database of its own; raises ServerFault."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        database = start_embedded(Path(folder) / "data")
        try:
            asyncio.run(migrate(database.owner_url))
            port = free_port()
            environment = {
                "DATABASE_URL": database.app_url,
                "BENCH_BASE_URL": f"http://127.0.0.1:{port}",
                "BENCH_DATA": str(Path(folder) / "pages"),
            }
            with serving("desk", compared("desk", port), environment, port) as server:
                postgres = int((database.cluster / "postmaster.pid").read_text().partition("\n")[0])
                return asyncio.run(_measure(size, database.app_url, server, postgres, tell))
        finally:
            database.stop()


async def _measure(size: Size, database_url: str, server: Running, postgres: int, tell: Tell) -> Desks:
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=10)
        )
        pool = await stack.enter_async_context(await open_pool(database_url, most=4))
        database = await open_database(database_url, most=2)
        stack.push_async_callback(database.close)
        busy = busy_line(pool, database, desk)
        tell(f"{size.desks} agents come to their desks, {size.waiting} people call")
        await busy.hire(size.desks)
        for _ in range(size.waiting):
            await busy.call()
        screens = [await Screen.open(server.port, agent.token) for agent in busy.agents]
        await busy.begin_shift()
        awaited: set[bytes] = set()
        work = (busy.go_on_asking(), busy.handle_calls(), busy.stay_here())
        tasks = [asyncio.create_task(one) for one in (*(screen.look(awaited) for screen in screens), *work)]
        await _settle(busy)
        tell(f"watching for {size.seconds:.0f} s")
        seen = await _watch(size, busy, screens, awaited, (server.process_ids, family(postgres)))
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        faults = [one for one in ended if isinstance(one, Exception)]
        if faults:
            raise ServerFault(f"What the line does went wrong: {faults[0]!r}")
        return seen


async def _settle(busy: BusyLine) -> None:
    """The server first reads the knowledge, which is no part of a desk; its pages say when it has."""
    latest = time.monotonic() + _WARM_SECONDS
    while await busy.is_loading():
        if time.monotonic() > latest:
            raise ServerFault("The server does not come to rest.")
        await asyncio.sleep(1.0)
    await asyncio.sleep(_REST_SECONDS)


async def _watch(
    size: Size,
    busy: BusyLine,
    screens: Sequence[Screen],
    awaited: set[bytes],
    processes: tuple[list[int], list[int]],
) -> Desks:
    """Makes a change each second and waits for it on every desk; the processes are the server's and the database's."""
    before, began, deeds = [cpu_seconds(ids) for ids in processes], time.monotonic(), busy.deeds
    events = sum(screen.events for screen in screens)
    made: dict[bytes, float] = {}
    while time.monotonic() - began < size.seconds:
        text, moment = await busy.probe(len(made), awaited)
        made[text] = moment
        await asyncio.sleep(1.0)
    seconds = time.monotonic() - began
    server, database = (
        spent_between(one, cpu_seconds(ids)) / seconds for one, ids in zip(before, processes, strict=True)
    )
    events = sum(screen.events for screen in screens) - events
    await asyncio.sleep(_LATEST_SECONDS)
    arrived = [(screen.arrived.get(text), moment) for screen in screens for text, moment in made.items()]
    latencies = [at - moment for at, moment in arrived if at is not None and at - moment <= _LATEST_SECONDS]
    return Desks(
        latencies=latencies,
        missing=len(arrived) - len(latencies),
        share_of_core=server,
        database_share=database,
        events_each_second=events / seconds / len(screens),
        deeds=busy.deeds - deeds,
    )
