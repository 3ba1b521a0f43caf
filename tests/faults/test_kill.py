"""The program is killed again and again while callers are on the line: nobody loses the call, nothing noted is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.main import TokenSigner
from app.phone.line import Line
from bench.running import free_port
from tests.faults.compare import Rows, compare, rows_of
from tests.faults.front import front_of
from tests.faults.load import Load
from tests.faults.server import Server, running_server

PER_SECOND = 100


@asynccontextmanager
async def loaded_server(folder: Path, seed: int) -> AsyncIterator[tuple[Server, Load]]:
    async with AsyncExitStack() as stack:
        port = free_port()
        front = await stack.enter_async_context(front_of(port))
        server = await stack.enter_async_context(running_server(folder, front, port))
        limits = httpx.Limits(max_connections=None)
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=15, limits=limits))
        settings = server.settings
        line = Line(client, TokenSigner(settings.twilio_auth_token), front, settings.hotline_number)
        yield server, Load(line, PER_SECOND, seed)


async def kill_and_restart(server: Server, load: Load, times: int, *, database: bool) -> None:
    async with load.running():
        for _ in range(times):
            await load.be_answered(PER_SECOND)
            server.kill(database=database)
            await server.start()
        await load.be_answered(PER_SECOND)


async def noted_by(server: Server) -> Rows:
    connection = await asyncpg.connect(server.database_url())
    try:
        return await rows_of(connection)
    finally:
        await connection.close()


async def lose_nothing(folder: Path, pool: asyncpg.Pool, times: int, *, database: bool) -> Load:
    async with loaded_server(folder, seed=times) as (server, load):
        await kill_and_restart(server, load, times, database=database)
        # A database server that is killed forgets the unlogged rows of the calls then in progress, and only those.
        noted = None if database else await noted_by(server)
        difference = await compare(load.calls, server.settings, pool, noted)
    assert load.lost == []
    assert difference.documents == ()
    assert difference.rows == ()
    assert len(load.calls) > times
    return load


async def test_no_call_is_lost_by_three_kills_at_a_hundred_steps_a_second(tmp_path: Path, pool: asyncpg.Pool) -> None:
    load = await lose_nothing(tmp_path, pool, 3, database=False)
    assert load.steps >= 3 * PER_SECOND


async def test_no_call_is_lost_when_the_database_is_killed_with_the_program(tmp_path: Path, pool: asyncpg.Pool) -> None:
    await lose_nothing(tmp_path, pool, 1, database=True)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", [False, True])
async def test_no_call_is_lost_by_twenty_kills(tmp_path: Path, pool: asyncpg.Pool, *, database: bool) -> None:
    load = await lose_nothing(tmp_path, pool, 20, database=database)
    assert load.steps >= 20 * PER_SECOND


async def test_a_server_that_loses_its_keys_is_found_out(tmp_path: Path, pool: asyncpg.Pool) -> None:
    async with loaded_server(tmp_path, seed=1) as (server, load):
        settings = server.settings
        async with load.running():
            await load.be_answered(PER_SECOND)
            server.kill()
            (server.data / "demo_secrets.json").unlink()
            await server.start()
            await asyncio.sleep(1)
        difference = await compare(load.calls, settings, pool, await noted_by(server))
    assert load.lost
    assert difference.rows
