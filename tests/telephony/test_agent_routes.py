"""Agents take calls, through the signed webhooks and the stand-in exchange, over the real database."""

from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.calls import meeting
from app.calls.desk import Presence, Told
from app.calls.legs import agent_leg, leg_url, words_url
from app.kit.reach import Database
from app.phone.exchange.models import Call
from app.queue import service as queue
from app.queue.models import State, Status
from tests.cast import BASE_URL
from tests.telephony.agents_town import (
    COLLEAGUES_PHONE,
    INTERPRETERS_PHONE,
    OWN_PHONE,
    AgentsTown,
    Ground,
    open_agents_town,
    said,
    text,
)


@pytest.fixture
def ground(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> Ground:
    return Ground(pool, database, tmp_path)


@pytest.fixture
def town(ground: Ground) -> AgentsTown:
    return open_agents_town(ground)


async def test_an_agent_answers_by_softphone_and_the_planned_end_leads_the_caller_on(town: AgentsTown) -> None:
    call, agent_id, leg = await town.talk()
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert (found.caller_here, found.agent_here, found.held, found.guests) == (True, True, False, ())
    assert await meeting.hang_up(town.desk, agent_id) is Told.DONE
    await town.pass_time(3)
    assert (leg.ended, call.faults, leg.faults) == (True, [], [])
    assert town.rooms() == []
    assert await town.status(agent_id) is Status.WRAP_UP
    assert not call.ended
    assert call.place is None
    assert await meeting.hang_up(town.desk, agent_id) is Told.TOO_LATE


async def test_a_caller_who_hangs_up_ends_the_call_for_the_agent(town: AgentsTown) -> None:
    call, agent_id, leg = await town.talk()
    await town.hang_up(call)
    await town.pass_time(6)
    assert leg.ended
    assert text("agent.caller_gone") in said(leg)
    assert await town.status(agent_id) is Status.WRAP_UP
    assert await meeting.find_meeting(town.desk, agent_id) is None


async def press_any_key(town: AgentsTown, call: Call) -> None:
    await town.town.press(call, "5")
    await town.pass_time(3)


async def test_an_agent_answers_the_own_telephone_by_any_key(town: AgentsTown) -> None:
    agent_id = await town.hire("de", telephone=OWN_PHONE)
    call = await town.town.into_line()
    await town.pass_time(4)
    [leg] = town.placed(OWN_PHONE)
    assert (leg.instructions.ring_seconds, leg.instructions.limit_seconds) == (20, 7_200)
    assert text("agent.offer") in said(leg)
    assert call.place is not None
    await press_any_key(town, leg)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert await town.status(agent_id) is Status.IN_CALL
    assert [leg] == town.placed(OWN_PHONE)


async def test_a_mailbox_takes_no_call_and_the_caller_keeps_the_place(town: AgentsTown) -> None:
    agent_id = await town.hire("de", telephone=OWN_PHONE)
    call = await town.town.into_line()
    before = await queue.list_waiting(town.town.line)
    await town.pass_time(70)
    legs = town.placed(OWN_PHONE)
    assert len(legs) == 2
    assert all(leg.ended for leg in legs)
    assert await town.status(agent_id) is Status.AWAY
    assert call.place is not None
    [waiting] = await queue.list_waiting(town.town.line)
    assert (waiting.state, waiting.entered_at) == (State.WAITING, before[0].entered_at)


async def test_a_telephone_that_is_busy_gives_the_caller_to_somebody_else_at_once(town: AgentsTown) -> None:
    town.callee(OWN_PHONE, outcome="busy", rings_seconds=0)
    busy = await town.hire("de", telephone=OWN_PHONE)
    call = await town.town.into_line()
    await town.pass_time(5)
    assert await town.status(busy) is Status.BREAK
    other = await town.hire("de")
    await town.answer(other)
    assert town.labels() == {"caller", f"agent-{other}"}
    assert len(town.placed(OWN_PHONE)) == 1
    assert call.faults == []


async def test_a_telephone_stops_ringing_when_the_caller_hangs_up(town: AgentsTown) -> None:
    town.callee(OWN_PHONE, outcome="no-answer")
    agent_id = await town.hire("de", telephone=OWN_PHONE)
    call = await town.town.into_line()
    await town.pass_time(4)
    [leg] = town.placed(OWN_PHONE)
    assert not leg.ended
    await town.hang_up(call)
    await town.pass_time(4)
    assert leg.status == "canceled"
    assert await town.status(agent_id) is Status.READY


async def test_a_key_that_comes_too_late_is_told_so(town: AgentsTown) -> None:
    agent_id = await town.hire("de", telephone=OWN_PHONE)
    call = await town.town.into_line()
    await town.pass_time(4)
    [leg] = town.placed(OWN_PHONE)
    found = await queue.find_reservation(town.town.line, agent_id)
    assert found is not None
    await queue.give_back(town.town.line, found.id)
    await town.town.press(leg, "1")
    assert text("agent.caller_gone") in said(leg)
    assert call.place is not None


async def test_an_offer_that_nobody_takes_goes_to_the_next_agent_and_the_caller_keeps_the_place(
    town: AgentsTown,
) -> None:
    absent = await town.hire("de")
    call = await town.town.into_line()
    offer = await town.offered(absent)
    [before] = await queue.list_waiting(town.town.line)
    await town.pass_time(27)
    [after] = await queue.list_waiting(town.town.line)
    assert after.entered_at == before.entered_at
    assert await meeting.answer(town.desk, absent, offer.id) is Told.TOO_LATE
    await town.pass_time(30)
    assert await town.status(absent) is Status.AWAY
    assert call.place is not None


async def test_an_agents_leg_that_breaks_comes_back(town: AgentsTown) -> None:
    call, agent_id, leg = await town.talk()
    await town.hang_up(leg)
    await town.pass_time(5)
    assert town.labels() == {"caller"}
    assert text("wait.agent_lost") in said(call)
    assert [person.held for room in town.rooms() for person in room.participants.values()] == [True]
    assert await meeting.rejoin(town.desk, agent_id) in {Told.DONE, Told.UNDER_WAY}
    again = await town.softphone(agent_id)
    await town.pass_time(30)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    assert not any(person.held for room in town.rooms() for person in room.participants.values())
    assert (call.faults, again.faults, call.ended) == ([], [], False)


async def test_an_own_telephone_that_breaks_is_rung_again(town: AgentsTown) -> None:
    agent_id = await town.hire("de", telephone=OWN_PHONE)
    await town.town.into_line()
    await town.pass_time(4)
    [leg] = town.placed(OWN_PHONE)
    await press_any_key(town, leg)
    await town.hang_up(leg)
    await town.pass_time(2)
    await meeting.rejoin(town.desk, agent_id)
    await meeting.rejoin(town.desk, agent_id)
    await town.pass_time(4)
    [_, again] = town.placed(OWN_PHONE)
    await press_any_key(town, again)
    await town.pass_time(25)
    assert town.labels() == {"caller", f"agent-{agent_id}"}


async def test_an_agent_who_does_not_come_back_makes_the_caller_the_first_in_line(town: AgentsTown) -> None:
    call, agent_id, leg = await town.talk()
    entered = (await queue.list_waiting(town.town.line))[0].entered_at
    await town.hang_up(leg)
    other = await town.town.into_line(number="+4915112345679")
    await town.pass_time(30)
    assert await town.status(agent_id) is Status.AWAY
    assert text("person.agent_lost") in " ".join(heard.text for heard in call.heard)
    assert call.place is not None
    waiting = await queue.list_waiting(town.town.line)
    assert [(one.first, one.entered_at == entered) for one in waiting if one.first] == [(True, True)]
    assert town.rooms() == []
    rescuer = await town.hire("de")
    await town.answer(rescuer)
    assert town.labels() == {"caller", f"agent-{rescuer}"}
    assert call.dial is not None
    assert other.place is not None
    assert (call.faults, other.faults) == ([], [])


async def test_an_agent_who_never_comes_makes_the_caller_the_first_in_line(town: AgentsTown) -> None:
    agent_id = await town.hire("de")
    call = await town.town.into_line()
    offer = await town.offered(agent_id)
    await meeting.answer(town.desk, agent_id, offer.id)
    await town.pass_time(5)
    assert town.labels() == {"caller"}
    await town.pass_time(40)
    assert call.place is not None
    assert await town.status(agent_id) is Status.AWAY
    [waiting] = await queue.list_waiting(town.town.line)
    assert waiting.first


async def test_the_caller_on_hold_hears_that_the_counsellor_comes_back(town: AgentsTown) -> None:
    call, agent_id, _ = await town.talk("ar")
    assert await meeting.hold(town.desk, agent_id) is Told.DONE
    await town.pass_time(1)
    [room] = town.rooms()
    assert room.participants[call.sid].held
    assert text("room.agent_away", "ar") in said(call)
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert found.held
    assert await meeting.resume(town.desk, agent_id) is Told.DONE
    assert not room.participants[call.sid].held


async def test_an_interpreter_is_dialled_with_the_pin_and_the_caller_is_told(town: AgentsTown) -> None:
    call, agent_id, _ = await town.talk("ar")
    interpreter_id = await town.add_interpreter()
    assert await meeting.add_interpreter(town.desk, agent_id, interpreter_id) is Told.DONE
    assert await meeting.add_interpreter(town.desk, agent_id, interpreter_id) is Told.DONE
    await town.pass_time(5)
    [leg] = town.placed(INTERPRETERS_PHONE)
    assert leg.instructions.send_digits == "wwww4711#"
    assert leg.from_number != call.from_number
    assert town.labels() == {"caller", f"agent-{agent_id}", "interpreter"}
    assert text("room.interpreter_joins", "ar") in said(call)
    assert await guests(town, agent_id) == {"interpreter": Presence.HERE}
    await town.hang_up(leg)
    await town.pass_time(2)
    assert await guests(town, agent_id) == {"interpreter": Presence.GONE}
    assert town.labels() == {"caller", f"agent-{agent_id}"}


async def guests(town: AgentsTown, agent_id: UUID) -> dict[str, Presence]:
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    return {guest.role: guest.state for guest in found.guests}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("busy", Presence.BUSY), ("no-answer", Presence.NO_ANSWER), ("failed", Presence.FAILED)],
)
async def test_an_interpreter_who_is_not_to_be_had_is_told_to_the_agent_and_the_call_goes_on(
    town: AgentsTown, outcome: str, state: Presence
) -> None:
    call, agent_id, _ = await town.talk("ar")
    town.callee(INTERPRETERS_PHONE, outcome=outcome)
    interpreter_id = await town.add_interpreter()
    await meeting.add_interpreter(town.desk, agent_id, interpreter_id)
    await town.pass_time(36)
    assert await guests(town, agent_id) == {"interpreter": state}
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    town.callee(INTERPRETERS_PHONE, outcome="answers")
    await meeting.add_interpreter(town.desk, agent_id, interpreter_id)
    await town.pass_time(5)
    assert await guests(town, agent_id) == {"interpreter": Presence.HERE}
    assert call.faults == []


async def test_an_interpreter_who_is_not_in_the_directory_is_not_dialled(town: AgentsTown) -> None:
    _, agent_id, _ = await town.talk("ar")
    assert await meeting.add_interpreter(town.desk, agent_id, agent_id) is Told.NOT_POSSIBLE
    assert await guests(town, agent_id) == {}


async def test_a_colleague_is_consulted_and_takes_over(town: AgentsTown) -> None:
    call, agent_id, leg = await town.talk()
    colleague = await town.hire("de")
    assert await meeting.transfer(town.desk, agent_id) is Told.NOT_POSSIBLE
    assert await meeting.consult(town.desk, agent_id, colleague) is Told.DONE
    [invitation] = await meeting.list_invitations(town.desk, colleague)
    assert invitation.from_agent_id == agent_id
    assert await meeting.join(town.desk, colleague, invitation.reservation_id) is Told.DONE
    theirs = await town.softphone(colleague)
    await town.pass_time(2)
    assert town.labels() == {"caller", f"agent-{agent_id}", f"agent-{colleague}"}
    assert text("room.colleague_joins") in said(call)
    assert await meeting.transfer(town.desk, agent_id) is Told.DONE
    await town.pass_time(30)
    assert town.labels() == {"caller", f"agent-{colleague}"}
    assert (leg.ended, theirs.ended, call.faults) == (True, False, [])
    assert await town.status(agent_id) is Status.WRAP_UP
    assert await town.status(colleague) is Status.IN_CALL
    await meeting.hang_up(town.desk, colleague)
    await town.pass_time(3)
    assert theirs.ended
    assert not call.ended


async def test_a_colleague_by_telephone_is_asked_for_a_key(town: AgentsTown) -> None:
    _, agent_id, _ = await town.talk()
    colleague = await town.hire("de", telephone=COLLEAGUES_PHONE)
    await meeting.consult(town.desk, agent_id, colleague)
    await town.pass_time(4)
    [leg] = town.placed(COLLEAGUES_PHONE)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    await press_any_key(town, leg)
    assert town.labels() == {"caller", f"agent-{agent_id}", f"agent-{colleague}"}
    await town.hang_up(leg)
    await town.pass_time(2)
    assert await town.status(colleague) is Status.READY
    assert await guests(town, agent_id) == {"colleague": Presence.GONE}


async def test_a_colleague_who_declines_or_does_not_come_is_free_again(town: AgentsTown) -> None:
    _, agent_id, _ = await town.talk()
    colleague = await town.hire("de")
    await meeting.consult(town.desk, agent_id, colleague)
    [invitation] = await meeting.list_invitations(town.desk, colleague)
    await meeting.decline(town.desk, colleague, invitation.reservation_id)
    assert await town.status(colleague) is Status.READY
    assert await guests(town, agent_id) == {"colleague": Presence.DECLINED}
    await meeting.consult(town.desk, agent_id, colleague)
    await town.pass_time(45)
    assert await town.status(colleague) is Status.READY
    assert await guests(town, agent_id) == {"colleague": Presence.NO_ANSWER}


async def test_a_colleague_in_the_room_goes_on_where_the_first_is_lost(town: AgentsTown) -> None:
    call, agent_id, leg = await town.talk()
    colleague = await town.hire("de")
    await meeting.consult(town.desk, agent_id, colleague)
    [invitation] = await meeting.list_invitations(town.desk, colleague)
    await meeting.join(town.desk, colleague, invitation.reservation_id)
    await town.softphone(colleague)
    await town.pass_time(2)
    await town.hang_up(leg)
    await town.pass_time(30)
    assert town.labels() == {"caller", f"agent-{colleague}"}
    found = await meeting.find_meeting(town.desk, colleague)
    assert found is not None
    assert found.agent_here
    assert not any(person.held for room in town.rooms() for person in room.participants.values())
    assert not call.ended


async def test_nobody_listens_unless_the_operator_allows_it(town: AgentsTown) -> None:
    call, agent_id, _ = await town.talk()
    supervisor = await town.hire("de")
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    assert await meeting.ask_to_listen(town.desk, supervisor, found.reservation.id) is Told.NOT_POSSIBLE
    assert await meeting.join_as_supervisor(town.desk, supervisor, found.reservation.id) is Told.NOT_POSSIBLE
    assert text("room.supervisor") not in said(call)


@pytest.mark.parametrize("key", ["1", "2", ""])
async def test_a_supervisor_listens_only_to_a_caller_who_pressed_the_key(ground: Ground, key: str) -> None:
    town = open_agents_town(ground, listening=True)
    call, agent_id, leg = await town.talk("ru")
    supervisor = await town.hire("de")
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    rid = found.reservation.id
    assert await meeting.join_as_supervisor(town.desk, supervisor, rid) is Told.NOT_POSSIBLE
    await meeting.ask_to_listen(town.desk, supervisor, rid)
    await town.pass_time(1)
    assert text("room.supervisor", "ru") in said(call)
    assert town.labels() == {f"agent-{agent_id}"}
    if key:
        await town.town.press(call, key)
    await town.pass_time(30)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    [room] = town.rooms()
    assert room.participants[call.sid].ends
    allowed = key == "1"
    expected = Told.DONE if allowed else Told.NOT_POSSIBLE
    assert await meeting.join_as_supervisor(town.desk, supervisor, rid) is expected
    listening = await town.softphone(supervisor)
    await town.pass_time(2)
    assert ("supervisor" in town.labels()) is allowed
    assert all(room.participants[listening.sid].muted for _ in range(allowed))
    assert (call.faults, leg.faults, leg.ended) == ([], [], False)
    assert (text("room.supervisor_refused", "ru") in said(call)) is not allowed


async def test_a_softphone_without_a_call_is_told_so(town: AgentsTown) -> None:
    leg = await town.softphone(await town.hire("de"))
    await town.pass_time(20)
    assert text("agent.caller_gone") in said(leg)
    assert leg.ended
    assert town.rooms() == []


async def test_a_stranger_who_calls_the_agents_address_gets_nowhere(town: AgentsTown) -> None:
    await town.talk()
    before = town.labels()
    for name in ("+4915112345678", "client:nobody", "client:", "sip:a@b.example", f"client:{UUID(int=1)}"):
        leg = await town.call_as(name)
        await town.pass_time(1)
        assert leg.dial is None, name
        assert text("agent.caller_gone") in said(leg)
    assert town.labels() == before


async def test_a_conversation_goes_on_without_the_database(town: AgentsTown) -> None:
    call, agent_id, leg = await town.talk()
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    own = agent_leg(found.reservation.id, agent_id)
    after = leg_url(BASE_URL, "/voice/agent/after", town.desk.line.keys, own)
    doors = town.town.doors
    doors.door, whole = doors.without_database(), doors.door
    assert town.desk.telephony is not None
    await town.desk.telephony.redirect_call(leg.sid, after)
    await town.town.pass_time(2)
    doors.door = whole
    await town.pass_time(10)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
    # The notices were refused, so that they come again.
    assert {fault.rpartition(" ")[2] for fault in leg.faults} == {"503."}
    assert (call.faults, call.ended, leg.ended) == ([], False, False)


async def test_a_notice_that_cannot_be_noted_is_refused_so_that_it_comes_again(town: AgentsTown) -> None:
    _, agent_id, leg = await town.talk()
    town.town.doors.door = town.town.doors.without_database()
    await town.hang_up(leg)
    await town.town.pass_time(1)
    assert any("status 503" in fault for fault in leg.faults)
    assert agent_id in town.town.agents


async def test_an_address_of_another_purpose_opens_nothing(town: AgentsTown) -> None:
    _, agent_id, _ = await town.talk()
    before = town.labels()
    found = await meeting.find_meeting(town.desk, agent_id)
    assert found is not None
    words = words_url(town.desk, "de", "room.agent_away").partition("w=")[2]
    paths = (f"agent/taken?a={words}", "agent/after?a=x", "room/ask?r=1", "room/words?w=", "room/asked")
    legs = [await town.call_at(f"{BASE_URL}/voice/{path}") for path in paths]
    await town.pass_time(1)
    assert [leg.dial for leg in legs] == [None] * len(paths)
    await town.pass_time(15)
    assert all(leg.ended for leg in legs)
    assert town.labels() == before
