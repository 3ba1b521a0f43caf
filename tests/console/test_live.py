"""The desks of a node hear of each change of the line by themselves, and of nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.accounts import service as accounts_service
from app.accounts.models import Role
from app.console.watch import Watch
from app.queue import service
from app.queue.models import Arrival, Status
from bench.streams import Heard
from tests.conftest import DatabaseUrls
from tests.console.line_house import ARABIC, PATH, LineHouse, line_house
from tests.queue.kept import a_wish, promise
from tests.streams import Ear, listening, served

__all__ = ["line_house"]

LIVE = "/line/live"
# The line is looked at five times a second; a busy machine has a little longer.
SOON_SECONDS = 3.0
SILENCE_SECONDS = 0.7


@pytest.fixture
async def reached(line_house: LineHouse) -> AsyncIterator[httpx.AsyncClient]:
    """The pages over HTTP."""
    async with served(line_house.app) as client:
        yield client


async def session(house: LineHouse, role: Role = Role.AGENT) -> str:
    return (await accounts_service.enter_as_demo(house.accounts, role)).token


async def agent_id(house: LineHouse) -> UUID:
    """The demo's agent, who can take calls and has the page open."""
    me = (await house.enter(Role.AGENT))[1]
    await service.set_skills(house.line, me, ARABIC)
    await service.see(house.line, me)
    return me


def parts(heard: Heard) -> list[str]:
    """Which parts of the page an event exchanges."""
    return re.findall(r'hx-target="#line-([^"]+)"', heard.data)


async def silent(ear: Ear) -> None:
    with pytest.raises(TimeoutError):
        await ear.hear(SILENCE_SECONDS)


@asynccontextmanager
async def desks(house: LineHouse, client: httpx.AsyncClient) -> AsyncIterator[Sequence[Ear]]:
    """Three open desks, each with all its parts: two of the agent's, one in English, and the supervisor's."""
    async with AsyncExitStack() as stack:
        ears = []
        for role, language in ((Role.AGENT, "de"), (Role.AGENT, "en"), (Role.SUPERVISOR, "de")):
            token = await session(house, role)
            ear = await stack.enter_async_context(listening(client, LIVE, token, language=language))
            assert parts(await ear.hear()) == ["own", "note", "waiting", "hands", "due"]
            ears.append(ear)
        yield ears


async def test_a_change_reaches_every_desk_and_what_is_no_change_none(
    line_house: LineHouse, reached: httpx.AsyncClient
) -> None:
    for _ in range(20):
        await line_house.wait()
    me = await agent_id(line_house)
    async with desks(line_house, reached) as ears:
        await asyncio.gather(*(silent(ear) for ear in ears))
        await line_house.wait("tr")
        heard = [await ear.hear(SOON_SECONDS) for ear in ears]
        assert [parts(event) for event in heard] == [["waiting"]] * 3
        assert heard[0].data == heard[2].data != heard[1].data
        await service.set_status(line_house.line, me, Status.READY)
        heard = [await ear.hear(SOON_SECONDS) for ear in ears]
        # The supervisor sees of it how many are ready; each form is its own session's.
        assert [parts(event) for event in heard] == [["own", "waiting"], ["own", "waiting"], ["waiting"]]
        assert 'name="csrf"' in heard[0].data
        assert 'name="csrf"' not in heard[2].data


async def test_calls_that_go_on_asking_wake_nobody(line_house: LineHouse, reached: httpx.AsyncClient) -> None:
    line, names = line_house.line, count(1)
    keys = [line.keys.keyed_hashes("call", f"CA{next(names):032x}") for _ in range(20)]
    entered_at = line_house.clock()

    async def ask() -> None:
        for one in keys:
            await service.enter(line, Arrival(one, "CA1", PATH, "ar", entered_at, "other"))

    await ask()
    async with listening(reached, LIVE, await session(line_house)) as ear:
        await ear.hear()
        line_house.clock.go_on(seconds=4)
        await ask()
        await silent(ear)


async def test_who_was_cut_off_hears_what_they_missed_and_nothing_twice(
    line_house: LineHouse, reached: httpx.AsyncClient
) -> None:
    token = await session(line_house)
    async with listening(reached, LIVE, token) as ear:
        await ear.hear()
    async with listening(reached, LIVE, token, after=ear.mark) as again:
        await silent(again)
    await line_house.wait()
    async with listening(reached, LIVE, token, after=ear.mark) as again:
        assert parts(await again.hear()) == ["waiting"]
        await silent(again)
    asked = re.sub(r"(\w+)=", r"seen-\1=", again.mark)
    async with listening(reached, f"{LIVE}?{asked}", token) as anew:
        await silent(anew)


async def test_what_is_due_comes_to_every_desk_alike(line_house: LineHouse, reached: httpx.AsyncClient) -> None:
    async with desks(line_house, reached) as ears:
        await promise(line_house.safe, wish=a_wish(line_house.safe, "ar"))
        heard = [await ear.hear(SOON_SECONDS) for ear in ears]
        assert [parts(event) for event in heard] == [["due"]] * 3
        assert "1 Rückruf" in heard[0].data
        assert heard[0].data == heard[2].data


async def test_a_database_that_fails_for_a_while_cuts_nobody_off(
    line_house: LineHouse,
    reached: httpx.AsyncClient,
    database_urls: DatabaseUrls,
    capsys: pytest.CaptureFixture[str],
) -> None:
    owner = await asyncpg.connect(database_urls.owner)
    async with listening(reached, LIVE, await session(line_house)) as ear:
        await ear.hear()
        await owner.execute("ALTER TABLE meeting RENAME TO elsewhere")
        try:
            await line_house.wait()
            await silent(ear)
        finally:
            await owner.execute("ALTER TABLE elsewhere RENAME TO meeting")
            await owner.close()
        assert parts(await ear.hear(SOON_SECONDS)) == ["waiting"]
    assert capsys.readouterr().out.count("the line is not watched") == 1


async def test_a_desk_whose_session_is_over_is_sent_to_the_page(
    line_house: LineHouse, reached: httpx.AsyncClient
) -> None:
    token = await session(line_house)
    async with listening(reached, LIVE, token) as ear:
        await ear.hear()
        await accounts_service.log_out(line_house.accounts, token)
        line_house.clock.go_on(seconds=5)
        heard = await ear.hear()
        assert (heard.name, heard.data) == ("over", "/line")


async def test_an_agent_who_is_ready_is_never_logged_out_by_idling(
    line_house: LineHouse, reached: httpx.AsyncClient
) -> None:
    me, token = await agent_id(line_house), await session(line_house)
    async with listening(reached, LIVE, token) as ear:
        await ear.hear()
        await service.set_status(line_house.line, me, Status.READY)
        await ear.hear()
        for _ in range(3):
            line_house.clock.go_on(minutes=10)
            await line_house.wait()
            assert (await ear.hear()).name == "message"
        assert await accounts_service.find_visitor(line_house.accounts, token)


async def test_whose_browser_answers_is_there(line_house: LineHouse, reached: httpx.AsyncClient) -> None:
    me, token = await agent_id(line_house), await session(line_house)
    supervisor = await session(line_house, Role.SUPERVISOR)
    line_house.clock.go_on(seconds=50)
    cookies = {"Cookie": f"__Host-hotline={token}"}
    assert (await reached.get("/line/here", headers=cookies)).status_code == 204
    async with listening(reached, LIVE, supervisor) as ear:
        await ear.hear()
        line_house.clock.go_on(seconds=50)
        await service.see(line_house.line, (await line_house.enter(Role.SUPERVISOR))[1])
        await silent(ear)
    seen = {agent.agent_id: agent.seen_at for agent in await service.list_agents(line_house.line)}
    assert (line_house.clock() - seen[me]).total_seconds() == 50


async def test_the_line_is_watched_only_while_somebody_looks(line_house: LineHouse, reached: httpx.AsyncClient) -> None:
    watch = line_house.app.state.provided.get(Watch)
    assert not watch.is_on
    async with listening(reached, LIVE, await session(line_house)) as ear:
        await ear.hear()
        assert watch.is_on
    async with asyncio.timeout(SOON_SECONDS):
        await watch.off.wait()
    assert not watch.is_on
