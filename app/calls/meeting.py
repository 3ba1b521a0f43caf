"""What agents do with calls: answer, hold, consult, transfer, bring an interpreter, hang up; written down, then done.

Each verb commits before the provider is asked for anything; what the provider was too busy for, the keeper repeats.
"""

from uuid import UUID

from app.calls import errand_store
from app.calls import meeting_store as store
from app.calls.desk import (
    AWAY,
    CALLER,
    INTERPRETER,
    SUPERVISOR,
    Desk,
    Invitation,
    Listening,
    Meeting,
    Presence,
    Told,
    agent_label,
)
from app.calls.errands import run_errands
from app.calls.leaving import leave, list_busy_interpreters
from app.calls.legs import AGENT
from app.calls.rooms import begin, close, find_way_on, part
from app.calls.scene import meeting_of
from app.calls.work import ASK, HOLD, REMOVE, RING, STOP, WORDS
from app.calls.wrapping_up import wrap_up
from app.queue import service as queue
from app.queue.models import Reservation

__all__ = [
    "add_interpreter",
    "answer",
    "ask_to_listen",
    "consult",
    "decline",
    "find_meeting",
    "hang_up",
    "hold",
    "join",
    "join_as_supervisor",
    "leave",
    "list_busy_interpreters",
    "list_invitations",
    "refuse",
    "rejoin",
    "resume",
    "transfer",
    "wrap_up",
]

_INVITED = frozenset({Presence.ASKED, Presence.RINGING, Presence.COMING, Presence.HERE})


async def answer(desk: Desk, agent_id: UUID, reservation_id: UUID) -> Told:
    """Take the call that is offered: the caller, or whoever is called back, comes into the room."""
    reservation = await queue.accept(desk.line, agent_id, reservation_id)
    if reservation is None or reservation.ended_at is not None:
        return Told.TOO_LATE
    await begin(desk, reservation)
    await _connect(desk, agent_id)
    return await _told(desk, reservation_id)


async def refuse(desk: Desk, agent_id: UUID, reservation_id: UUID) -> None:
    """The caller is back at the old place, and the agent has a break."""
    await queue.refuse(desk.line, agent_id, reservation_id)
    if not _is_open(await queue.find_offered(desk.line, reservation_id)):
        await close(desk, reservation_id)
    await run_errands(desk, reservation_id)


async def hold(desk: Desk, agent_id: UUID) -> Told:
    """The caller hears that the counsellor will be back, and nothing of what is said in the room."""
    return await _hold(desk, agent_id, held=True)


async def resume(desk: Desk, agent_id: UUID) -> Told:
    return await _hold(desk, agent_id, held=False)


async def _hold(desk: Desk, agent_id: UUID, *, held: bool) -> Told:
    reservation = await _find_talk(desk, agent_id)
    if reservation is None:
        return Told.TOO_LATE
    async with desk.line.pool.acquire() as connection, connection.transaction():
        await store.hold(connection, reservation.id, held=held)
        await errand_store.send(connection, reservation.id, HOLD, desk.line.clock())
    return await _told(desk, reservation.id)


async def consult(desk: Desk, agent_id: UUID, to_agent_id: UUID) -> Told:
    """Ask a colleague who is ready into the room."""
    reservation = await _find_talk(desk, agent_id)
    if reservation is None:
        return Told.TOO_LATE
    people = await store.list_people(desk.line.pool, reservation.id)
    if any(person.person_id == to_agent_id and person.state in _INVITED for person in people):
        return Told.DONE
    if not await queue.consult(desk.line, reservation.id, to_agent_id):
        return Told.NOT_POSSIBLE
    skills = await queue.get_skills(desk.line, to_agent_id)
    rung = skills is not None and bool(skills.telephone)
    state = Presence.RINGING if rung else Presence.ASKED
    moment, label = desk.line.clock(), agent_label(to_agent_id)
    async with desk.line.pool.acquire() as connection, connection.transaction():
        await store.invite(connection, reservation.id, label, AGENT, to_agent_id, state, moment, AWAY)
        if rung:
            await errand_store.send(connection, reservation.id, RING, moment, label)
    return await _told(desk, reservation.id)


async def join(desk: Desk, to_agent_id: UUID, reservation_id: UUID) -> Told:
    """A colleague who was asked into a call comes."""
    moment, label = desk.line.clock(), agent_label(to_agent_id)
    asked = {Presence.ASKED, Presence.COMING}
    if not await store.move(desk.line.pool, reservation_id, label, asked, Presence.COMING, moment):
        return Told.TOO_LATE
    await _connect(desk, to_agent_id)
    return Told.DONE


async def decline(desk: Desk, to_agent_id: UUID, reservation_id: UUID) -> None:
    """A colleague who was asked into a call does not come."""
    asked, label = {Presence.ASKED, Presence.RINGING}, agent_label(to_agent_id)
    moment = desk.line.clock()
    if await store.move(desk.line.pool, reservation_id, label, asked, Presence.DECLINED, moment):
        await queue.end_consult(desk.line, to_agent_id)
        await errand_store.send(desk.line.pool, reservation_id, STOP, moment, label)
        await run_errands(desk, reservation_id)


async def transfer(desk: Desk, agent_id: UUID) -> Told:
    """The colleague who is in the room takes over: the caller is told, and the first counsellor leaves."""
    reservation = await _find_talk(desk, agent_id)
    if reservation is None:
        return Told.TOO_LATE
    people = await store.list_people(desk.line.pool, reservation.id)
    colleagues = (one for one in people if one.role == AGENT and one.person_id != agent_id)
    here = next((one.person_id for one in colleagues if one.state is Presence.HERE), None)
    if here is None or await queue.transfer(desk.line, reservation.id, here) is None:
        return Told.NOT_POSSIBLE
    moment, label = desk.line.clock(), agent_label(agent_id)
    async with desk.line.pool.acquire() as connection, connection.transaction():
        await store.hand_over(connection, reservation.id, here)
        await store.hold(connection, reservation.id, held=False)
        await errand_store.send(connection, reservation.id, HOLD, moment)
        await errand_store.send(connection, reservation.id, WORDS, moment, CALLER, "room.colleague_joins")
        # The first counsellor's softphone, whose leg ends now, shall not come back.
        await store.give_up(connection, reservation.id, label)
        await errand_store.send(connection, reservation.id, REMOVE, moment, label)
    return await _told(desk, reservation.id)


async def add_interpreter(desk: Desk, agent_id: UUID, interpreter_id: UUID) -> Told:
    """Dial an interpreter of the directory; whether they come is told with the meeting, and the call goes on."""
    reservation = await _find_talk(desk, agent_id)
    if reservation is None:
        return Told.TOO_LATE
    if await queue.find_interpreter(desk.line, interpreter_id) is None:
        return Told.NOT_POSSIBLE
    moment = desk.line.clock()
    async with desk.line.pool.acquire() as connection, connection.transaction():
        invited = await store.invite(
            connection, reservation.id, INTERPRETER, INTERPRETER, interpreter_id, Presence.RINGING, moment, AWAY
        )
        if invited:
            await errand_store.send(connection, reservation.id, RING, moment, INTERPRETER)
    return await _told(desk, reservation.id) if invited else Told.DONE


async def hang_up(desk: Desk, agent_id: UUID) -> Told:
    """The conversation has come to its end: the caller goes on to what the flow says then, the agent wraps up."""
    reservation = await _find_talk(desk, agent_id)
    if reservation is None:
        return Told.TOO_LATE
    await part(desk, reservation.id, await find_way_on(desk, reservation.id))
    await queue.finish(desk.line, reservation.id)
    await close(desk, reservation.id)
    return await _told(desk, reservation.id)


async def rejoin(desk: Desk, agent_id: UUID) -> Told:
    """The agent's own telephone is rung once more; a softphone only connects again."""
    reservation = await _find_talk(desk, agent_id)
    if reservation is None:
        return Told.TOO_LATE
    await begin(desk, reservation, again=True)
    await _connect(desk, agent_id)
    return await _told(desk, reservation.id)


async def ask_to_listen(desk: Desk, supervisor_id: UUID, reservation_id: UUID) -> Told:
    """The caller is told that a supervisor would like to listen, and allows it by a key or does not."""
    reservation = await queue.find_offered(desk.line, reservation_id)
    if not desk.listening or reservation is None or reservation.agent_id == supervisor_id:
        return Told.NOT_POSSIBLE
    people = await store.list_people(desk.line.pool, reservation_id)
    if not any(person.label == CALLER and person.state is Presence.HERE for person in people):
        return Told.TOO_LATE
    moment = desk.line.clock()
    if not await store.set_listening(desk.line.pool, reservation_id, Listening.NO, Listening.ASKED, moment):
        return Told.DONE
    await errand_store.send(desk.line.pool, reservation_id, ASK, moment)
    return await _told(desk, reservation_id)


async def join_as_supervisor(desk: Desk, supervisor_id: UUID, reservation_id: UUID) -> Told:
    """Listen, unheard: only to a caller who allowed it in this conversation."""
    room = await store.find_room(desk.line.pool, reservation_id)
    allowed = room is not None and room.ended_at is None and room.listening is Listening.ALLOWED
    if not desk.listening or not allowed:
        return Told.NOT_POSSIBLE
    moment = desk.line.clock()
    await store.invite(
        desk.line.pool, reservation_id, SUPERVISOR, SUPERVISOR, supervisor_id, Presence.COMING, moment, AWAY
    )
    await _connect(desk, supervisor_id)
    return Told.DONE


async def find_meeting(desk: Desk, agent_id: UUID) -> Meeting | None:
    """The call that the agent has taken, until it is over."""
    reservation = await _find_talk(desk, agent_id)
    if reservation is None:
        return None
    room = await store.find_room(desk.line.pool, reservation.id)
    people = await store.list_people(desk.line.pool, reservation.id)
    if room is None:
        return meeting_of(reservation, agent_id, people)
    return meeting_of(reservation, agent_id, people, held=room.held, listening=room.listening)


async def list_invitations(desk: Desk, agent_id: UUID) -> tuple[Invitation, ...]:
    """Calls of colleagues into which the agent is asked."""
    seats = await store.list_seats(desk.line.pool, agent_id, {Presence.ASKED})
    return tuple(Invitation(reservation_id, leader, language) for reservation_id, leader, language in seats)


async def _find_talk(desk: Desk, agent_id: UUID) -> Reservation | None:
    reservation = await queue.find_reservation(desk.line, agent_id)
    accepted = reservation is not None and reservation.accepted_at is not None
    return reservation if accepted and _is_open(reservation) else None


def _is_open(reservation: Reservation | None) -> bool:
    return reservation is not None and reservation.ended_at is None


async def _connect(desk: Desk, agent_id: UUID) -> None:
    if desk.softphone is not None:
        await desk.softphone(agent_id)


async def _told(desk: Desk, reservation_id: UUID) -> Told:
    """Ask the provider at once; what is left then is under way."""
    await run_errands(desk, reservation_id)
    waiting = desk.telephony is None or await errand_store.has_errands(desk.line.pool, reservation_id)
    return Told.UNDER_WAY if waiting else Told.DONE
