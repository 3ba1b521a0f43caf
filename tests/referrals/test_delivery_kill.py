"""A node that is killed in the middle of sending, again and again: nothing is lost, and no text message comes twice."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
import uvicorn
from fastapi import FastAPI

from app.kit.clock import now
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import Database
from app.phone.exchange.rest import exchange_router
from app.phone.exchange.state import Exchange
from app.referrals.text_messages import reference_of
from tests.conftest import DatabaseUrls
from tests.fake_twilio.town import ACCOUNT_SID, TOKEN
from tests.phone.toy import NUMBER
from tests.referrals.delivery_house import RING, House, open_house

PROGRAM = Path(__file__).with_name("delivery_node.py")
LIVES, KILLS = 120, 15


@asynccontextmanager
async def served(exchange: Exchange) -> AsyncIterator[int]:
    """The provider's REST API on a port, so that another process reaches it."""
    app = FastAPI()
    app.include_router(exchange_router(exchange))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return bool(server.started)

    await until(started)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def start_node(urls: DatabaseUrls, keys: Path, mail_port: int, rest_port: int) -> asyncio.subprocess.Process:
    given = {
        "database": urls.app,
        "keys": str(keys),
        "ring": RING,
        "mail": f"smtp://127.0.0.1:{mail_port}",
        "rest": f"http://127.0.0.1:{rest_port}",
        "account": ACCOUNT_SID,
        "token": TOKEN,
        "sender": NUMBER,
    }
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    return await asyncio.create_subprocess_exec(sys.executable, str(PROGRAM), json.dumps(given), env=environment)


async def until(reached: Callable[[], Awaitable[bool]], pause_seconds: float = 0.02) -> None:
    while not await reached():  # noqa: ASYNC110  What is waited for happens in another process.
        await asyncio.sleep(pause_seconds)


async def is_at_work(house: House, node: asyncio.subprocess.Process, before: int) -> bool:
    assert node.returncode is None, "the node ended by itself"
    return len(house.web.posted) + len(house.mail.taken) > before or await is_done(house)


async def is_done(house: House) -> bool:
    return all(row.state != "waiting" for row in await house.rows())


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_node_is_killed_again_and_again(
    database: Database, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    random = Random(1)  # noqa: S311  A reproducible run, not a secret.
    keys = tmp_path / "keys"
    async with open_house(database, keys) as house, served(house.exchange) as rest_port:
        # The other process has the real clock.
        accounts = replace(house.referrals.accounts, clock=now)
        house.referrals = replace(house.referrals, accounts=accounts)
        await house.agree()
        for place in range(LIVES):
            referral = await house.refer(number=f"+4917604069{place:03}")
            if place % 2:
                await house.answer(referral, "receive", "accept")
        for _ in range(KILLS):
            node = await start_node(database_urls, keys, house.mail.port, rest_port)
            await until(partial(is_at_work, house, node, len(house.web.posted) + len(house.mail.taken)))
            await asyncio.sleep(random.random() * 0.2)
            node.kill()
            await node.wait()
        last = await start_node(database_urls, keys, house.mail.port, rest_port)
        await until(lambda: is_done(house), 0.2)
        last.kill()
        await last.wait()
        await check(house)


async def check(house: House) -> None:
    rows = await house.rows()
    told, mailed = Counter(house.told()), Counter(house.mailed())
    assert len(rows) == LIVES * 2 + LIVES // 2
    for row in rows:
        if row.way == "sms":
            mine = sum(f"({reference_of(row.id)})" in words for _, words in house.texts())
            assert mine == 1, (row.state, row.outcome, mine)
        else:
            came = told[str(row.id)] if row.way == "webhook" else mailed[f"<{row.id}@hotline.example>"]
            assert (row.state, row.outcome) == ("done", "sent")
            assert came >= 1
    assert set(told) == {str(row.id) for row in rows if row.way == "webhook"}
    assert {row.tries for row in rows} - {1}, "no kill met a row under way"
