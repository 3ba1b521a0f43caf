"""Callbacks are dialled while the agent waits, and what an agent says of a call is counted at once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.calls import meeting
from app.calls.desk import Told
from app.kit.reach import Database
from app.phone.exchange.models import Call
from app.queue import callbacks
from app.queue import service as queue
from app.queue.callback_models import Window, Wish
from app.queue.models import Status
from tests.telephony.agents_town import AgentsTown, Ground, open_agents_town, said, text
from tests.telephony.line_town import MOBILE

QUIET = "+493023125099"
OUTCOME = "advised_by_person"


@pytest.fixture
def ground(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> Ground:
    return Ground(pool, database, tmp_path)


@pytest.fixture
def town(ground: Ground) -> AgentsTown:
    return open_agents_town(ground)


async def wish(town: AgentsTown, *, show_number: bool = True) -> UUID:
    """Somebody waited for ten minutes and wished to be called."""
    entered_at = town.town.now() - timedelta(minutes=10)
    wished = Wish(
        language="de",
        window=Window.SOON,
        show_number=show_number,
        others_may_answer=False,
        entered_at=entered_at,
    )
    made = await callbacks.make_callback(town.town.safe, b"origin", MOBILE, "word3", wished)
    assert made is not None
    return made.id


async def dialled(town: AgentsTown, agent_id: UUID) -> tuple[Call, Call]:
    """The agent takes the callback: the call to the person and the agent's own leg."""
    leg = await town.answer(agent_id)
    await town.pass_time(4)
    [call] = town.placed(MOBILE)
    return call, leg


async def open_callbacks(town: AgentsTown) -> list[tuple[int, bool]]:
    """The attempts of each open callback, and whether it is being dialled."""
    return [(one.attempts, one.dialling) for one in await callbacks.list_callbacks(town.town.safe)]


async def test_who_wished_a_call_is_dialled_once_and_comes_into_the_room_by_a_key(town: AgentsTown) -> None:
    agent_id = await town.hire("de")
    await wish(town)
    offer = await town.offered(agent_id)
    assert offer.waited_seconds >= 600
    call, leg = await dialled(town, agent_id)
    assert (call.from_number, call.instructions.limit_seconds) == (town.desk.number, 7_200)
    assert text("called.ask") in said(call)
    assert town.labels() == {f"agent-{agent_id}"}
    await town.town.press(call, "1")
    await town.pass_time(40)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert await open_callbacks(town) == []
    assert await meeting.hang_up(town.desk, agent_id) is Told.DONE
    await town.pass_time(3)
    assert (call.ended, leg.ended, call.faults, leg.faults) == (True, True, [], [])
    assert await town.status(agent_id) is Status.WRAP_UP
    # The contact that asked for it is counted already.
    assert await meeting.wrap_up(town.desk, agent_id, "money_and_offers", OUTCOME) is Told.DONE
    assert await town.status(agent_id) is Status.READY
    assert await town.town.pool.fetchval("SELECT count(*) FROM live_call") == 0
    assert town.placed(MOBILE) == [call]


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
async def test_who_does_not_answer_is_called_again_later_and_the_agent_is_free(town: AgentsTown, outcome: str) -> None:
    town.callee(MOBILE, outcome=outcome)
    agent_id = await town.hire("de")
    await wish(town)
    leg = await town.answer(agent_id)
    await town.pass_time(45)
    assert await open_callbacks(town) == [(1, False)]
    assert leg.ended
    assert await town.status(agent_id) is Status.READY
    assert len(town.placed(MOBILE)) == 1


async def test_a_mailbox_is_nobody_and_who_wants_another_time_gets_it(town: AgentsTown) -> None:
    agent_id = await town.hire("de")
    await wish(town)
    call, _ = await dialled(town, agent_id)
    await town.town.press(call, "2")
    await town.pass_time(10)
    assert call.ended
    assert await open_callbacks(town) == [(1, False)]
    assert await town.status(agent_id) is Status.READY


async def test_a_person_who_hangs_up_on_the_question_is_called_again_later(town: AgentsTown) -> None:
    agent_id = await town.hire("de")
    await wish(town)
    call, leg = await dialled(town, agent_id)
    await town.hang_up(call)
    await town.pass_time(6)
    assert await open_callbacks(town) == [(1, False)]
    assert leg.ended


@pytest.mark.parametrize("quiet_number", ["", QUIET])
async def test_the_lines_own_number_never_shows_where_it_may_not(town: AgentsTown, quiet_number: str) -> None:
    town.town.account.numbers[QUIET] = town.town.account.numbers[town.desk.number]
    town.desks[0] = replace(town.desk, quiet_number=quiet_number)
    agent_id = await town.hire("de")
    await wish(town, show_number=False)
    await town.answer(agent_id)
    await town.pass_time(8)
    assert [call.from_number for call in town.placed(MOBILE)] == [QUIET][: len(quiet_number)]
    if not quiet_number:
        assert await open_callbacks(town) == [(1, False)]
        assert await town.status(agent_id) is Status.READY


async def test_what_the_agent_says_is_counted_at_once_and_the_agent_is_ready(town: AgentsTown) -> None:
    _, agent_id, _ = await town.talk()
    assert await meeting.wrap_up(town.desk, agent_id, "money_and_offers", OUTCOME) is Told.TOO_LATE
    await meeting.hang_up(town.desk, agent_id)
    await town.pass_time(2)
    before = await town.town.pool.fetchrow("SELECT kind, counted_at FROM live_call")
    assert before is not None
    assert (before["kind"], before["counted_at"]) == ("answered", None)
    with pytest.raises(ValueError, match="none of the topics"):
        await meeting.wrap_up(town.desk, agent_id, "weather", "informed")
    assert await meeting.wrap_up(town.desk, agent_id, "money_and_offers", OUTCOME) is Told.DONE
    assert await town.status(agent_id) is Status.READY
    assert await queue.find_reservation(town.town.line, agent_id) is None
    assert await meeting.wrap_up(town.desk, agent_id, "money_and_offers", OUTCOME) is Told.DONE
