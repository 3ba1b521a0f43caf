"""Guests leave a conversation by themselves, and who interprets in one is not counted on for another."""

from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.calls import meeting
from app.calls.desk import Presence, Told
from app.kit.reach import Database
from app.phone.exchange.models import Call
from app.queue import service as queue
from app.queue.models import Status, Via
from tests.telephony.agents_town import INTERPRETERS_PHONE, AgentsTown, Ground, open_agents_town, said, text


@pytest.fixture
def ground(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> Ground:
    return Ground(pool, database, tmp_path)


@pytest.fixture
def town(ground: Ground) -> AgentsTown:
    return open_agents_town(ground)


async def consulted(town: AgentsTown) -> tuple[Call, UUID, UUID, Call]:
    """A conversation into which a colleague came: the caller's call, the agent, the colleague and their leg."""
    call, agent_id, _ = await town.talk()
    colleague = await town.hire("de")
    await meeting.consult(town.desk, agent_id, colleague)
    [invitation] = await meeting.list_invitations(town.desk, colleague)
    await meeting.join(town.desk, colleague, invitation.reservation_id)
    leg = await town.softphone(colleague)
    await town.pass_time(2)
    assert f"agent-{colleague}" in town.labels()
    return call, agent_id, colleague, leg


async def test_a_colleague_leaves_and_is_ready_and_the_conversation_goes_on(town: AgentsTown) -> None:
    call, agent_id, colleague, leg = await consulted(town)
    assert await meeting.leave(town.desk, colleague) is Told.DONE
    await town.pass_time(3)
    assert leg.ended
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert await town.status(colleague) is Status.READY
    assert await town.status(agent_id) is Status.IN_CALL
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert (found.guests, found.caller_here, call.faults) == ((), True, [])
    assert await meeting.leave(town.desk, colleague) is Told.TOO_LATE


async def test_who_left_does_not_come_back_by_themselves_but_may_be_asked_again(town: AgentsTown) -> None:
    _, agent_id, colleague, _ = await consulted(town)
    await meeting.leave(town.desk, colleague)
    await town.pass_time(3)
    again = await town.softphone(colleague)
    await town.pass_time(10)
    assert again.ended
    assert text("agent.caller_gone") in said(again)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert await meeting.consult(town.desk, agent_id, colleague) is Told.DONE
    [invitation] = await meeting.list_invitations(town.desk, colleague)
    await meeting.join(town.desk, colleague, invitation.reservation_id)
    await town.softphone(colleague)
    await town.pass_time(2)
    assert f"agent-{colleague}" in town.labels()


async def test_who_handed_over_is_not_brought_back_by_the_softphone(town: AgentsTown) -> None:
    _, agent_id, colleague, _ = await consulted(town)
    await meeting.transfer(town.desk, agent_id)
    await town.pass_time(2)
    again = await town.softphone(agent_id)
    await town.pass_time(10)
    assert again.ended
    assert town.labels() == {"caller", f"agent-{colleague}"}
    assert await town.status(agent_id) is Status.WRAP_UP


async def test_who_leads_a_conversation_ends_it_and_does_not_leave_it(town: AgentsTown) -> None:
    _, agent_id, leg = await town.talk()
    assert await meeting.leave(town.desk, agent_id) is Told.TOO_LATE
    await town.pass_time(2)
    assert not leg.ended
    assert town.labels() == {"caller", f"agent-{agent_id}"}


async def test_a_supervisor_stops_listening_and_may_listen_again(ground: Ground) -> None:
    town = open_agents_town(ground, listening=True)
    call, agent_id, _ = await town.talk()
    supervisor = await town.hire("de")
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    room = found.reservation.id
    await meeting.ask_to_listen(town.desk, supervisor, room)
    await town.pass_time(1)
    await town.town.press(call, "1")
    await town.pass_time(3)
    for _ in range(2):
        assert await meeting.join_as_supervisor(town.desk, supervisor, room) is Told.DONE
        leg = await town.softphone(supervisor)
        await town.pass_time(2)
        assert "supervisor" in town.labels()
        assert await meeting.leave(town.desk, supervisor) is Told.DONE
        await town.pass_time(3)
        assert leg.ended
        assert town.labels() == {"caller", f"agent-{agent_id}"}


async def test_an_interpreter_in_a_conversation_is_not_counted_on_for_another(town: AgentsTown) -> None:
    call, agent_id, _ = await town.talk()
    interpreter = await town.add_interpreter("ar")
    town.callee(INTERPRETERS_PHONE)
    assert await meeting.list_busy_interpreters(town.desk) == frozenset()
    assert await queue.list_interpreted(town.town.line) == {"ar"}
    await meeting.add_interpreter(town.desk, agent_id, interpreter)
    await town.pass_time(5)
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert [guest.state for guest in found.guests] == [Presence.HERE]
    busy = await meeting.list_busy_interpreters(town.desk)
    assert busy == {interpreter}
    assert await queue.list_interpreted(town.town.line, busy) == frozenset()
    await town.hang_up(call)
    await town.pass_time(5)
    assert await meeting.list_busy_interpreters(town.desk) == frozenset()


async def test_a_caller_is_not_offered_by_interpretation_while_the_interpreter_talks(town: AgentsTown) -> None:
    interpreter = await town.add_interpreter("ar")
    town.callee(INTERPRETERS_PHONE)
    _, agent_id, _ = await town.talk("ar")
    await meeting.add_interpreter(town.desk, agent_id, interpreter)
    await town.pass_time(5)
    other = await town.hire("de")
    await town.town.into_line("ar")
    await town.pass_time(130)
    assert await queue.find_reservation(town.town.line, other) is None
    [leg] = town.placed(INTERPRETERS_PHONE)
    await town.hang_up(leg)
    await town.pass_time(3)
    offered = await queue.find_reservation(town.town.line, other)
    assert offered is not None
    assert (offered.language, offered.via) == ("ar", Via.INTERPRETER)
