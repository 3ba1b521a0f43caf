"""The program is killed again and again while callers are on the line: nobody loses the call, nothing noted is lost."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.kit.settings import Settings
from app.main import TokenSigner
from app.phone.line import Line, dial, hang_up, press
from bench.running import free_port
from tests.cast import BASE_URL, TOKEN, client_of, line_to, telephony
from tests.faults.compare import Difference, Rows, compare, rows_of
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
        settings = server.settings
        signer = TokenSigner(settings.twilio_auth_token)
        # Callers who share a client would queue for its connections, which a telephone network does not make them do.
        clients = [await stack.enter_async_context(_client()) for _ in range(PER_SECOND)]
        yield server, Load([Line(client, signer, front, settings.hotline_number) for client in clients], seed)


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=15, verify=False, trust_env=False)  # noqa: S501  Nothing leaves this machine.


async def kill_and_restart(server: Server, load: Load, times: int, *, database: bool) -> None:
    async with load.running():
        for _ in range(times):
            await load.everybody_is_answered(2)
            server.kill(database=database)
            await server.start()
        await load.everybody_is_answered(1)


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


@pytest.mark.long
async def test_no_call_is_lost_by_three_kills_at_a_hundred_steps_a_second(tmp_path: Path, pool: asyncpg.Pool) -> None:
    load = await lose_nothing(tmp_path, pool, 3, database=False)
    assert sum(load.steps) >= 6 * PER_SECOND


@pytest.mark.long
async def test_no_call_is_lost_when_the_database_is_killed_with_the_program(tmp_path: Path, pool: asyncpg.Pool) -> None:
    await lose_nothing(tmp_path, pool, 1, database=True)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", [False, True])
async def test_no_call_is_lost_by_twenty_kills(tmp_path: Path, pool: asyncpg.Pool, *, database: bool) -> None:
    load = await lose_nothing(tmp_path, pool, 20, database=database)
    assert sum(load.steps) >= 40 * PER_SECOND


async def test_a_changed_document_and_a_changed_row_are_found(pool: asyncpg.Pool) -> None:
    async with client_of(telephony(pool)) as client:
        calls = [await dial(line_to(client)) for _ in range(2)]
        for call in calls:
            await press(call, "1")
            await hang_up(call)
    settings = Settings(
        session_keys=b64encode(bytes(range(32))).decode(), twilio_auth_token=TOKEN, public_base_url=BASE_URL
    )
    noted = await rows_of(pool)
    assert len(noted) == 2
    assert await compare(calls, settings, pool, noted) == Difference((), ())
    calls[1].exchanges[1] = replace(calls[1].exchanges[1], answer="<Response/>")
    changed, missing = noted
    spoiled: Rows = {changed: noted[changed] | {"language": "ar"}}
    found = await compare(calls, settings, pool, spoiled)
    assert found.documents == (f"{calls[1].caller.call_sid}, step 1",)
    assert found.rows == tuple(sorted((changed.hex(), missing.hex())))
