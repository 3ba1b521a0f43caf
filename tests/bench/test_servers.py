"""The compared servers do the same work: they speak the same documents and refuse what is forged."""

import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.texts.voices import VOICES
from bench.load import ToolMissing, ensure_tool, write_requests
from bench.requests import (
    BASE_URL,
    DURABLE_KEYS,
    PLAIN_KEYS,
    SignedRequest,
    Spoken,
    answer_of,
    forged,
    make_door,
    make_requests,
    make_script,
    read_spoken,
)
from bench.running import Running, fastify, free_port, script_environment, serving
from bench.servers.hotline import describe_world, make_playbook
from bench.servers.script import Script, write_script
from bench.webhook import CALLS, prove
from tests.conftest import DatabaseUrls

door = cache(lambda: make_door(make_playbook(enlarged=False)))


@pytest.fixture
async def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    written = await make_script(door())
    write_script(tmp_path / "script.json", written)
    monkeypatch.setenv("BENCH_SCRIPT", str(tmp_path / "script.json"))
    return written


@asynccontextmanager
async def client_of(name: str) -> AsyncIterator[httpx.AsyncClient]:
    application = importlib.import_module(f"bench.servers.{name}").make_application()
    async with AsyncExitStack() as stack:
        if isinstance(application, FastAPI):
            await stack.enter_async_context(application.router.lifespan_context(application))
        transport = httpx.ASGITransport(app=application)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=BASE_URL))


async def post(client: httpx.AsyncClient, request: SignedRequest) -> httpx.Response:
    return await client.post(request.target, content=request.body, headers=request.headers())


async def spoken_by(client: httpx.AsyncClient, requests: list[SignedRequest]) -> dict[str, Spoken]:
    answers = {request.keys: await post(client, request) for request in requests}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {keys: read_spoken(answer.text) for keys, answer in answers.items()}


async def test_a_request_is_as_large_as_one_of_twilio_and_opens_its_own_step(script: Script) -> None:
    first, second, *_ = await make_requests(door(), "main", PLAIN_KEYS, range(4))
    assert len(parse_qsl(first.body.decode(), keep_blank_values=True, strict_parsing=True)) == 29
    assert 500 <= len(first.body) <= 700
    assert first.target != second.target
    assert read_spoken(await answer_of(door(), first)) == script["main"][first.keys]
    assert script["main"]["1"] != script["main"]["2"]


@pytest.mark.parametrize("name", ["signed", "typical"])
async def test_a_compared_server_speaks_the_same_and_refuses_what_is_forged(name: str, script: Script) -> None:
    requests = await make_requests(door(), "main", PLAIN_KEYS, range(len(PLAIN_KEYS)))
    async with client_of(name) as client:
        assert await spoken_by(client, requests) == script["main"]
        assert {(await post(client, forged(request))).status_code for request in requests} == {403}


async def test_the_stateful_server_keeps_each_call_and_refuses_what_is_forged(
    script: Script, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_urls.owner)
    monkeypatch.setenv("BENCH_CALLS", str(CALLS))
    plain = await make_requests(door(), "main", PLAIN_KEYS, range(4))
    durable = await make_requests(door(), "about", DURABLE_KEYS, range(CALLS, CALLS + 3))
    async with client_of("stateful") as client:
        assert await spoken_by(client, [*plain, *plain]) == script["main"]
        assert await spoken_by(client, durable) == script["about"]
        assert (await post(client, forged(plain[0]))).status_code == 403
    owner = await asyncpg.connect(database_urls.owner)
    rows = await owner.fetch("SELECT call_sid, steps, outcome FROM bench_call WHERE steps > 0 ORDER BY call_sid")
    await owner.execute("DROP TABLE bench_call")
    await owner.close()
    assert [tuple(row) for row in rows] == [
        *((request.call_sid, 2, None) for request in plain),
        *((request.call_sid, 1, "informed") for request in sorted(durable, key=lambda one: one.call_sid)),
    ]


async def test_the_floor_says_the_same_to_everybody(script: Script) -> None:
    requests = await make_requests(door(), "main", PLAIN_KEYS, range(4))
    async with client_of("floor") as client:
        assert await spoken_by(client, requests) == dict.fromkeys(PLAIN_KEYS, script["main"]["1"])
        assert (await post(client, forged(requests[0]))).status_code == 200


@pytest.mark.long
async def test_fastify_speaks_the_same_and_refuses_what_is_forged(script: Script, tmp_path: Path) -> None:
    requests = await make_requests(door(), "main", PLAIN_KEYS, range(len(PLAIN_KEYS)))
    port = free_port()
    with serving("fastify", fastify(port), script_environment(tmp_path / "script.json"), port) as server:
        prove(Running("fastify", port, server.process_ids), requests, script)


async def test_requests_are_written_with_their_lengths(tmp_path: Path) -> None:
    requests = await make_requests(door(), "main", PLAIN_KEYS, range(3))
    data = write_requests(tmp_path / "requests", requests).read_bytes()
    for request in requests:
        length, _, data = data.partition(b"\n")
        assert data[: int(length)] == request.raw()
        data = data[int(length) + 1 :]
    assert data == b""


def test_a_missing_program_is_named_with_the_way_to_install_it() -> None:
    with pytest.raises(ToolMissing, match="needs the program no-such-program, which"):
        ensure_tool("no-such-program", "wrk")


def test_the_large_world_is_as_large_as_it_says() -> None:
    world = describe_world(make_playbook(enlarged=True))
    assert world["centres"] == 20_000
    assert world["passages"] > 100_000
    assert world["languages"] == len(VOICES)
