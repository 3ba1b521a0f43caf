"""Spoken questions on whole nodes: with pages, and for calls alone, where the index is read beside the calls."""

import asyncio
from collections.abc import MutableMapping, Sequence
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.jobs import Sweep
from app.kit.settings import Settings
from app.main import TokenSigner, build_application
from app.manner import Manner
from app.phone.line import Line, dial, press, say
from tests.cast import BASE_URL, NUMBER, TOKEN, demo_playbook, line_to, says
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.demonstration import TOKEN as DEMO_TOKEN
from tests.demonstration import running_demo
from tests.shell.toy import SETTING

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
MOST_TRIES = 120


async def ask_until_answered(line: Line) -> int:
    """Asks in calls, one after the other, until the index is there; how many calls were led to the keys before."""
    texts = demo_playbook().wording["de"]
    for tries in range(MOST_TRIES):
        call = await dial(line)
        for key in ("1", "1", "5"):
            await press(call, key)
        await say(call, "Wer bezahlt denn mein Ticket?")
        if texts["title.ticket-luggage"] in says(call):
            await press(call, "1")
            assert texts["answer.ticket-luggage"] in says(call)
            return tries
        assert texts["question.not_now"] in says(call)
        assert texts["information.question"] in says(call)
        await asyncio.sleep(0.5)
    pytest.fail("the index was never there")


async def test_a_demonstration_answers_spoken_questions_once_its_pages_are_read(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        async with httpx.AsyncClient(timeout=15) as client:
            await ask_until_answered(Line(client, TokenSigner(DEMO_TOKEN), demo.url, NUMBER))


async def test_a_node_for_calls_alone_reads_the_index_beside_its_calls(database_urls: DatabaseUrls) -> None:
    await empty_all_tables(database_urls)
    settings = Settings(session_keys=SETTING, twilio_auth_token=TOKEN, public_base_url=BASE_URL)
    manner = Manner(demo=True, phone=False, pages=False)
    hotline = build_application(settings, demo_playbook(), database_urls.app, manner=manner, background=_rest)
    told: asyncio.Queue[MutableMapping[str, object]] = asyncio.Queue()
    asked: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    living = asyncio.create_task(hotline({"type": "lifespan"}, asked.get, told.put))
    await asked.put({"type": "lifespan.startup"})
    assert (await told.get())["type"] == "lifespan.startup.complete"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=hotline), base_url=BASE_URL, timeout=15) as client:
        assert await ask_until_answered(line_to(client)) > 0
    await asked.put({"type": "lifespan.shutdown"})
    assert (await told.get())["type"] == "lifespan.shutdown.complete"
    await living


async def _rest(_pool: asyncpg.Pool, _sweeps: Sequence[Sweep]) -> None:
    await asyncio.Event().wait()
