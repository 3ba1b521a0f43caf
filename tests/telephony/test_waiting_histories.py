"""Webhooks of callers in line that come twice, late and in any order leave the line as those in order do."""

from pathlib import Path
from random import Random

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.reach import Database
from app.phone.exchange.deeds import hang_up
from app.phone.exchange.models import Call
from app.phone.exchange.state import Delivery
from app.phone.exchange.unsteady import Faults, UnsteadyNetwork, deliver_stragglers
from app.queue import service as queue
from app.queue.models import State
from tests.conftest import EMPTY_ALL_TABLES, DatabaseUrls
from tests.telephony.line_town import LineTown, be_patient, open_town

FAULTS = Faults(refused=0.05, silent=0.05, doubled=0.25, late=0.35)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    be_patient(monkeypatch)


# What a caller does in line, one after the other; a number is a wait in seconds.
DEEDS = st.lists(st.sampled_from(["3", "4", "*", "0", 5, 25, 45]), max_size=4)
ENDS = st.sampled_from(["hangs up", "1", "2", "#", "is answered"])


async def empty(database_urls: DatabaseUrls) -> None:
    """Each example begins with an empty line."""
    connection = await asyncpg.connect(database_urls.owner)
    await connection.execute(EMPTY_ALL_TABLES)
    await connection.close()


def expected(end: str) -> str | None:
    """How the call must be counted."""
    return {"is answered": "answered", "#": None}.get(end, "abandoned")


async def live(town: LineTown, deeds: list[str | int], end: str) -> Call:
    """A call from its first ring to its last; the caller only listens to what follows the line."""
    call = await town.into_line("ar")
    for deed in deeds:
        if isinstance(deed, int):
            await town.pass_time(deed)
        else:
            await town.press(call, deed)
    if end == "is answered":
        await town.connect(await town.accept())
        await town.pass_time(30)
    elif end != "hangs up":
        await town.press(call, end)
        await town.pass_time(1)
    await hang_up(town.exchange, call)
    await town.pass_time(40)
    return call


async def left_behind(town: LineTown) -> tuple[object, ...]:
    """Who stands in line, which offers are open, how the call was counted, and whom it would be offered to."""
    counted = [row["kind"] for row in await town.pool.fetch("SELECT kind FROM live_call ORDER BY kind")]
    open_offers = await town.pool.fetchval("SELECT count(*) FROM reservation WHERE ended_at IS NULL")
    return await queue.list_waiting(town.line), open_offers, counted, await queue.match(town.line)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), deeds=DEEDS, end=ENDS)
async def test_whatever_comes_twice_or_late_the_line_stands_as_if_it_had_come_in_order(  # noqa: PLR0913, PLR0917
    pool: asyncpg.Pool,
    database: Database,
    database_urls: DatabaseUrls,
    tmp_path: Path,
    seed: int,
    deeds: list[str | int],
    end: str,
) -> None:
    await empty(database_urls)
    town = open_town(pool, database, tmp_path, seed)
    network = UnsteadyNetwork(town.doors, FAULTS, Random(seed))  # noqa: S311  A reproducible run.
    town.exchange.client = httpx.AsyncClient(transport=network)
    town.exchange.delivery = Delivery(latest_seconds=20)
    await town.hire("ar", woman=True)
    await live(town, deeds, end)
    for answer in await deliver_stragglers(network):
        assert answer.status_code in {200, 204}
    assert await left_behind(town) == ((), 0, [expected(end)], ())


@pytest.mark.parametrize("late", ["1", "2", "#"])
async def test_a_late_wait_request_brings_nobody_back_into_the_line(
    pool: asyncpg.Pool, database: Database, tmp_path: Path, late: str
) -> None:
    town = open_town(pool, database, tmp_path)
    await town.hire("de")
    call = await town.into_line()
    await town.pass_time(20)
    requests = list(town.doors.requests)
    await town.press(call, late)
    assert await town.standing(call) is None
    waits = [request for request in requests if request.url.path == "/voice/wait"]
    assert waits
    for request in waits:
        answer = await town.doors.handle_async_request(request)
        assert "<Leave" in (await answer.aread()).decode()
    assert await town.standing(call) is None
    assert await queue.match(town.line) == ()


async def test_a_call_that_comes_back_to_the_line_keeps_its_place(
    pool: asyncpg.Pool, database: Database, tmp_path: Path
) -> None:
    town = open_town(pool, database, tmp_path)
    await town.hire("de")
    first = await town.into_line()
    await town.pass_time(30)
    second = await town.into_line()
    await town.press(first, "2", "2", "1")
    assert first.place is not None
    standings = [await town.standing(call) for call in (first, second)]
    assert [(standing.state, standing.ahead) for standing in standings if standing] == [
        (State.WAITING, 0),
        (State.WAITING, 1),
    ]
