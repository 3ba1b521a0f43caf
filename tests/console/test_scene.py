"""What is read at once for all who watch is what the verbs of the line tell one by one."""

from dataclasses import replace
from uuid import UUID, uuid4

from app.accounts.models import Role
from app.calls import meeting
from app.calls.desk import Presence
from app.console.watch import Watch
from app.queue import callbacks, service, voicemails
from app.queue.models import Interpreter, State, Status
from app.queue.overview_store import MOST_WAITING
from tests.console.line_house import ARABIC, LineHouse, line_house
from tests.queue.kept import a_wish, promise

__all__ = ["line_house"]

RECORDING = "RE" + "1" * 32


async def be_ready(house: LineHouse, name: str) -> UUID:
    agent_id = await house.hire(Role.AGENT, name)
    await service.set_status(house.line, agent_id, Status.READY)
    return agent_id


async def talk(house: LineHouse) -> tuple[UUID, UUID]:
    """An agent in a conversation, who asks a colleague and an interpreter in."""
    leader = await be_ready(house, "Hanna")
    await house.wait()
    (offered,) = await house.offer()
    assert await meeting.answer(house.desk, leader, offered.id)
    await service.joined(house.line, offered.id, "caller")
    colleague = await be_ready(house, "Karim")
    await meeting.consult(house.desk, leader, colleague)
    interpreter = Interpreter(uuid4(), "Rojda", ("ar", "kmr"), "+4930000001", "", "24/7")
    await service.save_interpreter(house.line, interpreter)
    await meeting.add_interpreter(house.desk, leader, interpreter.id)
    return leader, colleague


async def test_a_scene_shows_what_the_verbs_tell(line_house: LineHouse) -> None:
    leader, colleague = await talk(line_house)
    for language in ("tr", "ru", "de"):
        line_house.clock.go_on(seconds=20)
        await line_house.wait(language, woman=language == "ru")
    await promise(line_house.safe, wish=a_wish(line_house.safe, "ar"))
    await voicemails.keep_voicemail(line_house.safe, RECORDING, language="ru", topic="other", seconds=7)
    line, safe = line_house.line, line_house.safe
    scene = await line_house.app.state.provided.get(Watch).look()
    told = [call for call in await service.list_waiting(line) if call.state is not State.TALKING]
    assert list(scene.line.waiting) == told
    assert scene.line.waiting_total == len(told) == 3
    assert scene.line.callbacks == await callbacks.list_callbacks(safe)
    assert scene.line.voicemails == await voicemails.list_voicemails(safe)
    agents = {agent.agent_id: agent for agent in await service.list_agents(line)}
    for agent_id in (leader, colleague):
        seen, agent = scene.find_agent(agent_id), agents[agent_id]
        assert seen
        assert (seen.status, seen.since, seen.is_present) == (agent.status, agent.since, agent.is_present)
        assert dict(seen.languages or ()) == ARABIC.languages
        assert scene.list_invitations(agent_id) == await meeting.list_invitations(line_house.desk, agent_id)
    reserved = await service.find_reservation(line, leader)
    assert reserved
    assert scene.find_offer(leader) == replace(reserved, call_key=b"")
    met, found = scene.find_meeting(leader), await meeting.find_meeting(line_house.desk, leader)
    assert met
    assert found
    assert replace(met, reservation=reserved) == found
    assert {guest.state for guest in met.guests} == {Presence.ASKED, Presence.RINGING}
    assert [(one.name, one.is_open, one.id in scene.busy) for one in scene.helpers] == [("Rojda", True, True)]
    assert scene.names[leader] == "Hanna"


async def test_nothing_that_leads_to_a_call_is_in_a_scene(line_house: LineHouse) -> None:
    await talk(line_house)
    watch = line_house.app.state.provided.get(Watch)
    await watch.look()
    read = repr(watch._reading)
    rows = await line_house.line.pool.fetch("SELECT call_key, sealed FROM waiting_call")
    assert len(rows) == 1
    for row in rows:
        assert row["call_key"].hex() not in read
        assert row["sealed"] not in read


async def test_of_a_long_line_those_are_shown_who_came_first(line_house: LineHouse) -> None:
    for _ in range(MOST_WAITING + 3):
        line_house.clock.go_on(seconds=1)
        await line_house.wait()
    scene = await line_house.app.state.provided.get(Watch).look()
    assert scene.line.waiting == (await service.list_waiting(line_house.line))[:MOST_WAITING]
    assert scene.line.waiting_total == MOST_WAITING + 3
