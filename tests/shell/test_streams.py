"""Streams of the shell: what is sent, to whom, and how long; holding one keeps no session alive by itself."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from app.accounts import service
from app.accounts.models import CLI, Role
from app.kit.paths import PROJECT_ROOT
from app.shell.opening import provide
from tests.demonstration import free_port
from tests.shell.conftest import BASE, Toy
from tests.shell.teller import Teller, said, telling_application
from tests.streams import Ear, StreamEnded, listening, served

# uvicorn gives open connections so long, and whoever runs the program kills it later than that.
STOP_SECONDS = 3.0


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
async def reached(toy: Toy, teller: Teller) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the toy with its streams."""
    app = telling_application(BASE, toy.clock, teller)
    provide(app, toy.accounts)
    async with served(app) as client:
        yield client


@asynccontextmanager
async def agent_listens(
    toy: Toy, client: httpx.AsyncClient, *, language: str = "de", after: str = ""
) -> AsyncIterator[tuple[Ear, str]]:
    """The demo's agent at the stream, and their session."""
    token = (await service.enter_as_demo(toy.accounts, Role.AGENT)).token
    async with listening(client, "/live", token, language=language, after=after) as ear:
        yield ear, token


async def test_events_come_as_they_are_drawn_and_with_their_marks(
    toy: Toy, teller: Teller, reached: httpx.AsyncClient
) -> None:
    async with agent_listens(toy, reached) as (ear, _):
        teller.told += [said("first\nin two lines"), said("<second>")]
        heard = await ear.hear()
        assert (heard.name, heard.data) == ("message", "<p>first\nin two lines</p>")
        heard = await ear.hear()
        assert (heard.data, heard.mark) == ("<p>&lt;second&gt;</p>", "mark of <second>")


async def test_a_reader_goes_on_after_the_last_event_that_they_have(toy: Toy, reached: httpx.AsyncClient) -> None:
    async with agent_listens(toy, reached, after="own=1") as (ear, _):
        assert (await ear.hear()).data == "<p>after own=1</p>"


async def test_nobody_on_the_way_keeps_or_withholds_a_stream(reached: httpx.AsyncClient) -> None:
    async with reached.stream("GET", "/public/live") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        # There is something at once, before anything is told.
        async with asyncio.timeout(2):
            assert "event: beat" in [line async for line in _first_lines(answer)]
    assert (await reached.head("/public/live")).status_code == 200


async def _first_lines(answer: httpx.Response) -> AsyncIterator[str]:
    async for line in answer.aiter_lines():
        if not line:
            return
        yield line


class Counted:
    """Counts how often it is drawn."""

    def __init__(self) -> None:
        self.drawn = 0

    def __str__(self) -> str:
        self.drawn += 1
        return "for all"


async def test_what_readers_share_is_drawn_once_for_each_language(
    toy: Toy, teller: Teller, reached: httpx.AsyncClient
) -> None:
    words = Counted()
    async with (
        agent_listens(toy, reached) as (first, _),
        agent_listens(toy, reached) as (second, _),
        agent_listens(toy, reached, language="en") as (third, _),
    ):
        event, before = said(words, shared="the same"), words.drawn
        teller.told.append(event)
        assert {(await ear.hear()).data for ear in (first, second, third)} == {"<p>for all</p>"}
        assert words.drawn == before + 2


async def test_a_form_that_readers_would_share_is_never_sent(
    toy: Toy, teller: Teller, reached: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    async with agent_listens(toy, reached) as (ear, _):
        teller.told.append(said("", shared="a form", template="said_form.html"))
        with pytest.raises(StreamEnded):
            await ear.hear()
    assert "kind=ValueError" in capsys.readouterr().out
    teller.told[:] = [said("", template="said_form.html")]
    async with agent_listens(toy, reached) as (ear, _):
        assert 'name="csrf" value="' in (await ear.hear()).data


async def test_what_fails_ends_the_stream_and_tells_no_details(
    toy: Toy, teller: Teller, reached: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    async with agent_listens(toy, reached) as (ear, _):
        teller.told.append(ZeroDivisionError("a secret"))
        with pytest.raises(StreamEnded):
            await ear.hear()
    said_aloud = capsys.readouterr()
    assert "stream_failed" in said_aloud.out
    assert "a secret" not in said_aloud.out + said_aloud.err
    assert teller.open == 0


@pytest.mark.parametrize("role", [None, Role.EDITOR])
async def test_who_may_not_listen_is_sent_to_the_page(
    toy: Toy, teller: Teller, reached: httpx.AsyncClient, role: Role | None
) -> None:
    token = None if role is None else (await service.enter_as_demo(toy.accounts, role)).token
    async with listening(reached, "/live", token) as ear:
        heard = await ear.hear()
        assert (heard.name, heard.data) == ("over", "/desk")
        with pytest.raises(StreamEnded):
            await ear.hear()
    assert teller.open == 0


async def log_out(toy: Toy, token: str) -> None:
    await service.log_out(toy.accounts, token)


async def disable(toy: Toy, token: str) -> None:
    visitor = await service.find_visitor(toy.accounts, token)
    assert visitor
    await service.disable(toy.accounts, by=CLI, person_id=visitor.person_id)


async def change_role(toy: Toy, token: str) -> None:
    visitor = await service.find_visitor(toy.accounts, token)
    assert visitor
    await service.change_role(toy.accounts, by=CLI, person_id=visitor.person_id, role=Role.EDITOR)


async def let_time_pass(toy: Toy, _token: str) -> None:
    toy.clock.go_on(minutes=15)


@pytest.mark.parametrize("ending", [log_out, disable, change_role, let_time_pass])
async def test_a_stream_ends_with_its_session(
    toy: Toy, teller: Teller, reached: httpx.AsyncClient, ending: Callable[[Toy, str], Awaitable[None]]
) -> None:
    async with agent_listens(toy, reached) as (ear, token):
        teller.told.append(said("before"))
        await ear.hear()
        await ending(toy, token)
        toy.clock.go_on(seconds=5)
        teller.told.append(said("after"))
        heard = await ear.hear()
        assert (heard.name, heard.data) == ("over", "/desk")
    assert teller.open == 0


async def test_only_who_is_active_stays_logged_in_by_a_stream(
    toy: Toy, teller: Teller, reached: httpx.AsyncClient
) -> None:
    async with agent_listens(toy, reached) as (ear, token):
        teller.active = True
        for minute in range(0, 40, 10):
            toy.clock.go_on(minutes=10)
            teller.told.append(said(minute))
            assert (await ear.hear()).data == f"<p>{minute}</p>"
        assert await service.find_visitor(toy.accounts, token)
        teller.active = False
        toy.clock.go_on(minutes=15)
        assert (await ear.hear()).name == "over"
    assert await service.find_visitor(toy.accounts, token) is None


async def test_who_goes_away_is_noticed(toy: Toy, teller: Teller, reached: httpx.AsyncClient) -> None:
    async with agent_listens(toy, reached) as (ear, _):
        teller.told.append(said("here"))
        await ear.hear()
        assert teller.open == 1
    async with asyncio.timeout(2):
        await teller.left.wait()


def test_a_program_that_is_told_to_stop_does_not_wait_for_its_streams() -> None:
    port = free_port()
    command = [sys.executable, str(PROJECT_ROOT / "tests" / "shell" / "stoppable.py"), str(port)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stdout.readline() == "ready\n"
        with httpx.stream("GET", f"http://127.0.0.1:{port}/live") as answer:
            begun = time.monotonic()
            program.send_signal(signal.SIGTERM)
            assert b"event: beat" in b"".join(answer.iter_bytes())
        program.wait(STOP_SECONDS)
        assert time.monotonic() - begun < STOP_SECONDS
