"""What the telephones of agents and guests do: they are answered, join their conversation, and leave it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.calls import errand_store
from app.calls import meeting_store as store
from app.calls.desk import CALLER, SUPERVISOR, Desk, Presence
from app.calls.legs import AGENT, Leg, agent_leg, supervisor_leg
from app.calls.rooms import begin, note_presence
from app.calls.work import HOLD
from app.queue import service as queue
from app.queue.models import Reservation

# A caller who left may have been sent into the same room twice; after this time they have gone.
CALLER_RETURNS: Final = timedelta(seconds=3)
_ON_THE_WAY: Final = frozenset({Presence.RINGING, Presence.COMING})
_SEATED: Final = frozenset({Presence.COMING, Presence.HERE, Presence.GONE})
_ENDS: Final[Mapping[str, Presence]] = {
    "busy": Presence.BUSY,
    "failed": Presence.FAILED,
    "no-answer": Presence.NO_ANSWER,
    "canceled": Presence.NO_ANSWER,
    "completed": Presence.NO_ANSWER,
}


class Stay(StrEnum):
    """What follows for a leg whose stay in the room has ended."""

    AGAIN = "again"
    WAIT = "wait"
    CALLER_GONE = "caller-gone"
    OVER = "over"


async def find_seat(desk: Desk, person_id: UUID) -> Leg | None:
    """The conversation that a softphone belongs into: the agent's own, one they were asked into, or listen to."""
    reservation = await queue.find_reservation(desk.line, person_id)
    if reservation is not None and reservation.accepted_at is not None and reservation.ended_at is None:
        return agent_leg(reservation.id, person_id)
    people = await store.list_seats(desk.line.pool, person_id, _SEATED)
    for reservation_id, _, _ in people:
        seated = await store.list_people(desk.line.pool, reservation_id)
        role = next((person.role for person in seated if person.person_id == person_id), "")
        return (supervisor_leg if role == SUPERVISOR else agent_leg)(reservation_id, person_id)
    return None


async def take(desk: Desk, leg: Leg) -> bool:
    """Whoever was rung takes the call; False where it is no longer theirs."""
    if leg.person_id is None:
        return False
    reservation = await queue.find_offered(desk.line, leg.reservation_id)
    if leg.role == AGENT and reservation is not None and reservation.agent_id == leg.person_id:
        return await _accept(desk, leg, leg.person_id)
    room = await store.find_room(desk.line.pool, leg.reservation_id)
    if reservation is None or reservation.ended_at is not None or room is None or room.ended_at is not None:
        return False
    return await _is_expected(desk, leg)


async def _is_expected(desk: Desk, leg: Leg) -> bool:
    """Whether a guest is waited for; one who came already is not on the way again."""
    moment = desk.line.clock()
    if await store.move(desk.line.pool, leg.reservation_id, leg.label, _ON_THE_WAY, Presence.COMING, moment):
        return True
    people = await store.list_people(desk.line.pool, leg.reservation_id)
    return any(person.label == leg.label and person.state is Presence.HERE for person in people)


async def _accept(desk: Desk, leg: Leg, agent_id: UUID) -> bool:
    accepted = await queue.accept(desk.line, agent_id, leg.reservation_id)
    if accepted is None or accepted.ended_at is not None:
        return False
    await begin(desk, accepted)
    moment = desk.line.clock()
    await store.move(desk.line.pool, leg.reservation_id, leg.label, _ON_THE_WAY, Presence.COMING, moment)
    return True


async def stay(desk: Desk, leg: Leg) -> Stay:
    """The counsellor goes back into the room as long as the conversation stands; guests come once."""
    room = await store.find_room(desk.line.pool, leg.reservation_id)
    if room is None or room.ended_at is not None or room.agent_id != leg.person_id:
        return Stay.OVER
    reservation = await queue.find_offered(desk.line, leg.reservation_id)
    if not _stands(reservation, leg):
        return Stay.CALLER_GONE
    people = await store.list_people(desk.line.pool, leg.reservation_id)
    caller = next((person for person in people if person.label == CALLER), None)
    if caller is None or caller.state is not Presence.GONE:
        return Stay.AGAIN
    return Stay.WAIT if desk.line.clock() - caller.since < CALLER_RETURNS else Stay.CALLER_GONE


def _stands(reservation: Reservation | None, leg: Leg) -> bool:
    return reservation is not None and reservation.ended_at is None and reservation.agent_id == leg.person_id


async def left(desk: Desk, leg: Leg) -> None:
    """A leg has ended; the notice of its leaving the room may be lost or late."""
    await note_presence(desk, leg.reservation_id, leg.label, here=False)


async def ended(desk: Desk, leg: Leg, status: str) -> None:
    """A call that we placed has ended: nobody answered, or took it, or the conversation is over for them."""
    state, moment = _ENDS.get(status), desk.line.clock()
    if state is None:
        return
    if not await store.move(desk.line.pool, leg.reservation_id, leg.label, _ON_THE_WAY, state, moment):
        people = await store.list_people(desk.line.pool, leg.reservation_id)
        if any(person.label == leg.label and person.state is Presence.HERE for person in people):
            await left(desk, leg)
    elif leg.role == AGENT and leg.person_id is not None:
        await _agent_did_not_come(desk, leg, leg.person_id, state)


async def _agent_did_not_come(desk: Desk, leg: Leg, agent_id: UUID, state: Presence) -> None:
    """Who does not answer has the offer until it expires; a telephone that cannot be reached refuses it at once."""
    reservation = await queue.find_offered(desk.line, leg.reservation_id)
    if reservation is None or reservation.agent_id != agent_id:
        await queue.end_consult(desk.line, agent_id)
    elif reservation.accepted_at is None and state in {Presence.BUSY, Presence.FAILED}:
        await queue.refuse(desk.line, agent_id, leg.reservation_id)
    elif reservation.accepted_at is not None:
        await errand_store.send(desk.line.pool, leg.reservation_id, HOLD, desk.line.clock())
