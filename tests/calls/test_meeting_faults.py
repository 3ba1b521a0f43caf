"""Nodes that race, a provider that is busy, notices that are lost and programs that begin anew: no call is lost."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg
import pytest

from app.calls import meeting
from app.calls.desk import Told
from app.calls.keeping import keep_line, reconcile
from app.kit.reach import Database
from app.phone.exchange.models import Call
from app.phone.exchange.state import Delivery
from app.phone.exchange.unsteady import Faults
from app.queue import service as queue
from app.queue.models import Status
from tests.telephony.agents_town import OWN_PHONE, AgentsTown, Ground, open_agents_town

THIRD = Faults(refused=0.06, overloaded=0.06, broken=0.06, silent=0.06, swallowed=0.06)


@pytest.fixture
def ground(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> Ground:
    return Ground(pool, database, tmp_path)


async def errands_left(town: AgentsTown) -> int:
    left: int = await town.town.pool.fetchval("SELECT count(*) FROM meeting_errand")
    return left


async def test_two_nodes_that_answer_at_once_bring_the_caller_once(ground: Ground) -> None:
    town = open_agents_town(ground, nodes=2, slow_seconds=0.05)
    agent_id = await town.hire("de")
    call = await town.town.into_line()
    offer = await town.offered(agent_id)
    told = await asyncio.gather(*(meeting.answer(desk, agent_id, offer.id) for desk in (*town.desks, *town.desks)))
    assert set(told) <= {Told.DONE, Told.UNDER_WAY}
    await town.softphone(agent_id)
    await town.pass_time(5)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert (town.asked("/voice/meet"), call.faults) == (1, [])
    assert len(town.town.exchange.conferences) == 1


async def test_two_nodes_keep_the_line_and_ring_each_telephone_once(ground: Ground) -> None:
    town = open_agents_town(ground, nodes=3, slow_seconds=0.05)
    await town.hire("de", telephone=OWN_PHONE)
    await town.town.into_line()
    for _ in range(6):
        await asyncio.gather(*(keep_line(desk) for desk in town.desks))
        await town.town.pass_time(1)
    assert len(town.placed(OWN_PHONE)) == 1
    assert await errands_left(town) == 0


async def check_busy_provider(ground: Ground, seed: int, calls: int) -> None:
    """So many callers are served by two agents although nearly every third request fails, each exactly once."""
    town = open_agents_town(ground, nodes=2, faults=THIRD, seed=seed)
    random = Random(seed)  # noqa: S311  A reproducible run.
    agents = [await town.hire("de") for _ in range(2)]
    waiting = [await town.town.into_line(number=f"+49151123456{place:02}") for place in range(calls)]
    served: list[Call] = []
    for _ in range(40 * calls):
        if all(call.place is None and call.dial is None for call in waiting):
            break
        for agent_id in agents:
            await work(town, agent_id, random)
        await town.pass_time(3)
        served += [call for call in waiting if call.dial is not None and call not in served]
        doubled = Counter(room.name for room in town.rooms())
        assert max(doubled.values(), default=1) == 1
        for room in town.rooms():
            assert len([person for person in room.participants.values() if person.label == "caller"]) <= 1
    await town.pass_time(30)
    assert set(map(id, served)) == set(map(id, waiting))
    assert [call.faults for call in waiting] == [[]] * calls
    assert (town.rooms(), await errands_left(town)) == ([], 0)
    assert await queue.list_waiting(town.town.line) == ()


async def work(town: AgentsTown, agent_id: UUID, random: Random) -> None:
    """An agent takes what is offered, connects, talks for a while, ends and wraps up."""
    found = await queue.find_reservation(town.town.line, agent_id)
    if found is None:
        await queue.set_status(town.town.line, agent_id, Status.READY)
    elif found.accepted_at is None:
        await meeting.answer(town.desk, found.agent_id, found.id)
        await town.softphone(found.agent_id)
    elif found.ended_at is not None:
        await queue.wrap_up(town.town.line, found.agent_id)
    elif found.talking_at is not None and random.random() < 0.4:
        await meeting.hang_up(town.desk, found.agent_id)


async def test_a_provider_that_fails_every_third_time_doubles_nobody_and_leaves_nobody_behind(ground: Ground) -> None:
    await check_busy_provider(ground, seed=7, calls=4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
async def test_many_calls_over_a_provider_that_fails_every_third_time(ground: Ground, seed: int) -> None:
    await check_busy_provider(ground, seed=seed, calls=12)


async def test_a_telephone_that_was_rung_without_an_answer_of_the_provider_is_not_rung_again(ground: Ground) -> None:
    town = open_agents_town(ground, nodes=2)
    town.callee(OWN_PHONE, outcome="answers", rings_seconds=15)
    await town.hire("de", telephone=OWN_PHONE)
    await town.town.into_line()
    town.network.faults = Faults(silent=1.0)
    await town.pass_time(4)
    town.network.faults = Faults()
    await town.pass_time(12)
    [leg] = town.placed(OWN_PHONE)
    await town.town.press(leg, "1")
    await town.pass_time(3)
    assert "caller" in town.labels()


async def test_a_caller_who_was_redirected_without_an_answer_of_the_provider_stays_in_the_room(ground: Ground) -> None:
    town = open_agents_town(ground, nodes=2)
    agent_id = await town.hire("de")
    call = await town.town.into_line()
    offer = await town.offered(agent_id)
    town.network.faults = Faults(silent=1.0)
    assert await meeting.answer(town.desk, agent_id, offer.id) is Told.UNDER_WAY
    await town.softphone(agent_id)
    await town.pass_time(2)
    town.network.faults = Faults()
    await town.pass_time(15)
    assert (town.asked("/voice/meet"), call.faults) == (1, [])
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    town.network.faults = Faults(silent=1.0)
    assert await meeting.hang_up(town.desk, agent_id) is Told.UNDER_WAY
    await town.pass_time(2)
    town.network.faults = Faults()
    await town.pass_time(10)
    assert (town.asked("/voice/left"), call.faults, town.rooms()) == (2, [], [])


async def test_what_the_provider_was_too_busy_for_is_done_when_it_is_not(ground: Ground) -> None:
    town = open_agents_town(ground)
    agent_id = await town.hire("de")
    call = await town.town.into_line()
    offer = await town.offered(agent_id)
    town.network.faults = Faults(overloaded=1.0)
    assert await meeting.answer(town.desk, agent_id, offer.id) is Told.UNDER_WAY
    await town.softphone(agent_id)
    await town.pass_time(9)
    assert town.labels() == {f"agent-{agent_id}"}
    town.network.faults = Faults()
    await town.pass_time(12)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert call.faults == []


async def test_a_conversation_goes_on_while_all_programs_begin_anew(ground: Ground) -> None:
    town = open_agents_town(ground)
    call, agent_id, leg = await town.talk()
    await town.town.pass_time(120)
    assert not call.ended
    town.desks[:] = [replace(town.desk), replace(town.desk)]
    await reconcile(town.desk)
    await town.pass_time(10)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert await meeting.hang_up(town.desks[1], agent_id) is Told.DONE
    await town.pass_time(3)
    assert (leg.ended, call.ended, town.rooms()) == (True, False, [])


async def test_what_happened_while_no_program_ran_is_put_right(ground: Ground) -> None:
    town = open_agents_town(ground)
    call, agent_id, _ = await town.talk()
    town.town.exchange.delivery = Delivery(lost=1.0)
    await town.hang_up(call)
    await town.town.pass_time(5)
    town.town.exchange.delivery = Delivery()
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert found.caller_here
    await reconcile(town.desk)
    await town.pass_time(8)
    assert await meeting.find_meeting(town.desk, agent_id) is None
    assert await town.status(agent_id) is Status.WRAP_UP


async def test_notices_that_are_lost_are_made_up_for_by_looking(ground: Ground) -> None:
    town = open_agents_town(ground)
    town.town.exchange.delivery = Delivery(lost=1.0)
    agent_id = await town.hire("de")
    call = await town.town.into_line()
    offer = await town.offered(agent_id)
    await meeting.answer(town.desk, agent_id, offer.id)
    leg = await town.softphone(agent_id)
    await town.pass_time(15)
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert (found.caller_here, found.agent_here) == (True, True)
    await town.hang_up(leg)
    await town.pass_time(90)
    assert call.place is not None or call.dial is not None
    assert await town.status(agent_id) is Status.AWAY


async def test_late_and_shuffled_notices_leave_the_same_state(ground: Ground) -> None:
    town = open_agents_town(ground, seed=11)
    town.town.exchange.delivery = Delivery(latest_seconds=8)
    call, agent_id, leg = await late_talk(town)
    await town.hang_up(leg)
    await town.pass_time(3)
    await town.softphone(agent_id)
    await town.pass_time(40)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert (found.caller_here, found.agent_here) == (True, True)
    await meeting.hang_up(town.desk, agent_id)
    await town.pass_time(15)
    assert (call.faults, town.rooms()) == ([], [])


async def late_talk(town: AgentsTown) -> tuple[Call, UUID, Call]:
    agent_id = await town.hire("de")
    call = await town.town.into_line()
    leg = await town.answer(agent_id)
    await town.pass_time(10)
    return call, agent_id, leg


async def test_a_caller_whose_redirect_came_to_nothing_is_brought_again(ground: Ground) -> None:
    town = open_agents_town(ground)
    agent_id = await town.hire("de")
    call = await town.town.into_line()
    offer = await town.offered(agent_id)
    assert await queue.accept(town.town.line, agent_id, offer.id)
    await town.softphone(agent_id)
    await town.pass_time(14)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert call.faults == []


async def test_who_hung_up_while_no_program_ran_is_offered_to_nobody(ground: Ground) -> None:
    town = open_agents_town(ground)
    agent_id = await town.hire("de")
    callers = [await town.town.into_line(number=f"+4915112345{place:03}") for place in range(3)]
    town.town.exchange.delivery = Delivery(lost=1.0)
    for call in callers[:2]:
        await town.hang_up(call)
    town.town.exchange.delivery = Delivery()
    assert len(await queue.list_waiting(town.town.line)) == 3
    assert await reconcile(town.desk) == 2
    assert await reconcile(town.desk) == 0
    await town.answer(agent_id)
    assert callers[2].dial is not None
