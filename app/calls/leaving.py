"""Those who came to a conversation of somebody else's leave it by themselves, and it goes on without them."""

from uuid import UUID

from app.calls import errand_store
from app.calls import meeting_store as store
from app.calls.desk import Desk, Presence, Told
from app.calls.errands import run_errands
from app.calls.legs import AGENT
from app.calls.work import REMOVE
from app.queue import service as queue

_THERE = frozenset({Presence.COMING, Presence.HERE, Presence.GONE})


async def leave(desk: Desk, person_id: UUID) -> Told:
    """A consulted colleague, who is ready again, or a supervisor who listens; who leads the conversation ends it."""
    own = await queue.find_reservation(desk.line, person_id)
    seats = await store.list_seats(desk.line.pool, person_id, _THERE)
    others = [reservation_id for reservation_id, _, _ in seats if own is None or own.id != reservation_id]
    if not others:
        return Told.TOO_LATE
    for reservation_id in others:
        await _leave(desk, reservation_id, person_id)
    waits = [await errand_store.has_errands(desk.line.pool, one) for one in others]
    return Told.UNDER_WAY if any(waits) or desk.telephony is None else Told.DONE


async def _leave(desk: Desk, reservation_id: UUID, person_id: UUID) -> None:
    """The place is given up before the leg: whoever's softphone connects again finds none."""
    people = await store.list_people(desk.line.pool, reservation_id)
    for person in people:
        if person.person_id != person_id:
            continue
        async with desk.line.pool.acquire() as connection, connection.transaction():
            await store.give_up(connection, reservation_id, person.label)
            await errand_store.send(connection, reservation_id, REMOVE, desk.line.clock(), person.label)
        if person.role == AGENT:
            await queue.end_consult(desk.line, person_id)
    await run_errands(desk, reservation_id)


async def list_busy_interpreters(desk: Desk) -> frozenset[UUID]:
    """Interpreters of the directory who are in a conversation, or being called into one."""
    return await store.list_interpreting(desk.line.pool)
