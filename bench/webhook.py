"""The bench of the webhooks: our server and the compared ones in turns on one core, the load on another."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.kit.db import migrate
from app.kit.postgres import APP_ROLE, DATABASE, OWNER_ROLE, Embedded, start_embedded
from bench.load import ToolMissing, ensure_tool, press_on, write_requests
from bench.machine import LOAD_CORE, SERVER_CORE, cpu_seconds, family, memory_bytes, pin, spent_between
from bench.measures import Cost, Costs, Measure, Tell, at_most, ratios, reported
from bench.requests import (
    CENTRE_KEYS,
    DURABLE_KEYS,
    PLAIN_KEYS,
    SignedRequest,
    forged,
    make_door,
    make_first_requests,
    make_requests,
    make_script,
    read_spoken,
)
from bench.running import (
    Running,
    ServerFault,
    compared,
    fastify,
    free_port,
    script_environment,
    send,
    serving,
)
from bench.servers.hotline import make_playbook
from bench.servers.script import Script, write_script
from bench.start import warm_start_seconds
from bench.steady import latencies_at, percentile, send_each

CALLS = 256
CALLS_IN_PROGRESS = 100_000
OK, FORBIDDEN = 200, 403
# What each server is asked; the floor answers everybody, all others refuse a forged signature.
KINDS = {
    "signed": ("plain",),
    "floor": ("plain",),
    "hotline": ("plain", "durable", "centre"),
    "typical": ("plain",),
    "large": ("plain", "durable", "centre"),
    "fastify": ("plain",),
    "stateful": ("plain", "durable"),
}


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    rounds: int
    round_seconds: int
    steady_seconds: int
    calls: int


FULL = Extent(rounds=14, round_seconds=1, steady_seconds=10, calls=16_000)
QUICK = Extent(rounds=1, round_seconds=1, steady_seconds=2, calls=4_000)


@dataclass(frozen=True, slots=True)
class Results:
    """All measures, and what each server's requests cost."""

    measures: tuple[Measure, ...]
    costs: Costs


@dataclass(frozen=True, slots=True)
class _Stage:
    """What all rounds share: the servers that run, and for each server and kind the file of its requests."""

    database: Embedded
    servers: dict[str, Running]
    files: dict[tuple[str, str], Path]
    plain: list[SignedRequest]


def measure_webhooks(extent: Extent, tell: Tell) -> Results:
    """Measure everything; raises ToolMissing without `wrk`, ServerFault for a server that answers wrongly."""
    ensure_tool("wrk", "wrk")
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, _stage(Path(folder), tell) as stage:
        costs = _costs(stage, extent, tell)
        others = [*_tail(stage, extent), *_memory(stage, extent)]
    tell("start with a warm data folder")
    start = Measure("warm_start_seconds", "first webhook after a warm start, s", warm_start_seconds(), at_most(5))
    return Results((*ratios(costs), *others, start, *reported(costs)), costs)


@contextmanager
def _stage(folder: Path, tell: Tell) -> Iterator[_Stage]:
    """Everything that is measured, running and proved."""
    tell("preparing requests, database and servers")
    files, plain, script = asyncio.run(_prepare(folder))
    with ExitStack() as open_things:
        database = start_embedded(folder / "data")
        open_things.callback(database.stop)
        asyncio.run(_fill(database))
        for process_id in family(_postmaster(database)):
            pin(process_id, SERVER_CORE)
        servers = {}
        for name, (command, environment, port) in _commands(database, folder / "script.json", tell):
            servers[name] = open_things.enter_context(serving(name, command, environment, port))
            prove(servers[name], plain[: len(PLAIN_KEYS)], script)
        yield _Stage(database, servers, files, plain)


async def _prepare(folder: Path) -> tuple[dict[tuple[str, str], Path], list[SignedRequest], Script]:
    """The files of requests, the plain ones themselves, and the script of the compared servers."""
    door = make_door(make_playbook(enlarged=False))
    files: dict[tuple[str, str], Path] = {}
    plain: list[SignedRequest] = []
    for number, (kind, place, keys) in enumerate(
        (("plain", "main", PLAIN_KEYS), ("durable", "about", DURABLE_KEYS), ("centre", "centre", CENTRE_KEYS))
    ):
        requests = await make_requests(door, place, keys, range(number * CALLS, (number + 1) * CALLS))
        path = write_requests(folder / kind, requests)
        files |= {(name, kind): path for name, kinds in KINDS.items() if kind in kinds}
        plain = plain or requests
    script = await make_script(door)
    write_script(folder / "script.json", script)
    return files, plain, script


async def _fill(database: Embedded) -> None:
    """Two databases of the same shape: one empty, and one that holds many calls in progress."""
    await migrate(database.owner_url)
    database.create_database(f"{DATABASE}_large", DATABASE)
    connection = await asyncpg.connect(database.url(OWNER_ROLE, f"{DATABASE}_large"))
    await connection.execute(
        "INSERT INTO live_call (call_key) SELECT sha256(number::text::bytea) FROM generate_series(1, $1::int) number",
        CALLS_IN_PROGRESS,
    )
    await connection.execute("ANALYZE")
    await connection.close()


def _commands(
    database: Embedded, script: Path, tell: Tell
) -> Iterator[tuple[str, tuple[list[str], dict[str, str], int]]]:
    environment = script_environment(script)
    for name in KINDS:
        port = free_port()
        match name:
            case "fastify":
                try:
                    command, own = fastify(port), environment
                except (ToolMissing, ServerFault) as missing:
                    tell(f"{missing} The comparison with Fastify is left out.")
                    continue
            case "hotline" | "large":
                url = database.url(APP_ROLE, DATABASE if name == "hotline" else f"{DATABASE}_large")
                command, own = compared("hotline", port), {"DATABASE_URL": url, "BENCH_WORLD": name}
            case _:
                command = compared(name, port)
                own = environment | {"DATABASE_URL": database.owner_url, "BENCH_CALLS": str(CALLS)}
        yield name, (command, own, port)


def prove(server: Running, requests: list[SignedRequest], script: Script) -> None:
    """A server counts only if it speaks the same and refuses what is forged; raises ServerFault."""
    for request in requests:
        answer = send(server.port, request)
        same = server.name == "floor" or read_spoken(answer.text) == script["main"][request.keys]
        if answer.status_code != OK or not same:
            raise ServerFault(f"The server “{server.name}” answers the key {request.keys} with something else.")
    refused = send(server.port, forged(requests[0])).status_code
    if refused != (OK if server.name == "floor" else FORBIDDEN):
        raise ServerFault(f"The server “{server.name}” answers a forged signature with status {refused}.")


def _costs(stage: _Stage, extent: Extent, tell: Tell) -> Costs:
    """Rounds of all servers, there and back, so that the machine's moods and its drift meet them all alike."""
    kinds = ("plain", "durable", "centre")
    pairs = [(name, kind) for kind in kinds for name in stage.servers if kind in KINDS[name]]
    for name, kind in pairs:
        press_on(stage.servers[name].port, stage.files[name, kind], 1)
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {pair: [] for pair in pairs}
    for number in range(extent.rounds):
        for name, kind in pairs if number % 2 == 0 else reversed(pairs):
            mine, databases = _round(stage, stage.servers[name], stage.files[name, kind], extent.round_seconds)
            taken[name, kind].append((mine, databases))
            tell(f"round {number + 1}  {name:8} {kind:8} {mine:7.1f} µs + database {databases:6.1f} µs")
    return {
        pair: Cost(tuple(mine for mine, _ in rounds), tuple(other for _, other in rounds))
        for pair, rounds in taken.items()
    }


def _round(stage: _Stage, server: Running, requests: Path, seconds: int) -> tuple[float, float]:
    """CPU microseconds a request: the server's and the database's."""
    database = _postmaster(stage.database)
    before, before_database = cpu_seconds(server.process_ids), cpu_seconds(family(database))
    pressure = press_on(server.port, requests, seconds)
    if pressure.failed:
        raise ServerFault(f"The server “{server.name}” failed {pressure.failed} of {pressure.requests} requests.")
    spent = spent_between(before, cpu_seconds(server.process_ids))
    spent_database = spent_between(before_database, cpu_seconds(family(database)))
    return spent / pressure.requests * 1e6, spent_database / pressure.requests * 1e6


def _tail(stage: _Stage, extent: Extent) -> list[Measure]:
    """The slowest hundredth at a steady rate; requests come when they are due, whatever the answers take."""
    measures = []
    port = stage.servers["hotline"].port
    pin(0, LOAD_CORE)
    for per_second, goal in ((100, at_most(50)), (1000, None)):
        taken = asyncio.run(latencies_at(port, stage.plain, per_second, extent.steady_seconds))
        value = round(percentile(taken, 0.99) * 1e3, 2)
        measures.append(Measure(f"p99_ms_at_{per_second}", f"p99 at {per_second} steps a second, ms", value, goal))
    return measures


def _memory(stage: _Stage, extent: Extent) -> list[Measure]:
    """The worker's memory after all this, and what further calls in progress add to it."""
    server, calls = stage.servers["hotline"], extent.calls
    first, second = range(CALLS_IN_PROGRESS, CALLS_IN_PROGRESS + calls), range(CALLS_IN_PROGRESS)[-calls:]
    asyncio.run(send_each(server.port, make_first_requests(first)))
    before = memory_bytes(server.process_ids[0])
    asyncio.run(send_each(server.port, make_first_requests(second)))
    after = memory_bytes(server.process_ids[0])
    each = round((after - before) / calls)
    return [
        Measure("worker_memory_mb", "memory of the worker under load, MB", round(after / 2**20, 1), at_most(120)),
        Measure("memory_bytes_per_call", "memory a call in progress, bytes", each, at_most(0)),
    ]


def _postmaster(database: Embedded) -> int:
    return int((database.cluster / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
