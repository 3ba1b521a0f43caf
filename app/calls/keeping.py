"""Keeps the line going on every node: offers calls, brings people together, and puts right what no notice told of.

Any number of nodes may do so at once: each change is decided by one statement, each errand is one node's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from app.calls import errand_store
from app.calls import meeting_store as store
from app.calls.desk import AWAY, CALLER, Desk, Listening, Person, Presence, Room, agent_label
from app.calls.errands import run_errands
from app.calls.leaving import list_busy_interpreters
from app.calls.legs import AGENT
from app.calls.rooms import answer_question, begin, close, find_way_on, note_presence, offer, part
from app.calls.seats import CALLER_RETURNS
from app.calls.work import MEET, STOP
from app.kit.log import get_logger
from app.kit.protocols import ProviderBusy, ProviderRefused, Telephony
from app.queue import callbacks
from app.queue import service as queue
from app.queue.callback_models import Result
from app.queue.models import Reservation

log = get_logger(__name__)

# Each room is looked after so often by one of the nodes, and so often the provider is asked who is in it.
_LOOK_AFTER: Final = timedelta(seconds=2)
_LOOK_INTO: Final = timedelta(seconds=30)
# Who was sent into the room has come by then; a telephone rings longer.
_COMES_WITHIN: Final = timedelta(seconds=10)
_AGENT_COMES_WITHIN: Final = timedelta(seconds=25)
_RINGS_WITHIN: Final = timedelta(seconds=40)
_ANSWERS_WITHIN: Final = timedelta(seconds=60)
# What has ended is forgotten when its last notices have come.
FORGOTTEN_AFTER: Final = timedelta(minutes=10)
# Of the calls that a node asks about when it begins.
_AT_ONCE: Final = 10
_NEVER_CAME: Final = AWAY - {Presence.GONE}


async def keep_line(desk: Desk) -> int:
    """One round; returns how many offers were made. What fails does not keep the rest from being done."""
    made = 0
    faults: list[Exception] = []

    async def offers() -> None:
        nonlocal made
        found = await queue.match(desk.line, await list_busy_interpreters(desk))
        made = len(found)
        for reservation in found:
            await offer(desk, reservation)

    async def dues() -> None:
        if desk.safe is not None:
            await callbacks.put_due_in_line(desk.safe)

    steps: tuple[Callable[[], Awaitable[object]], ...] = (
        dues,
        offers,
        lambda: _expire(desk),
        lambda: _connect(desk),
        lambda: _lose(desk),
        lambda: _look_after(desk),
        lambda: run_errands(desk),
    )
    for step in steps:
        try:
            await step()
        except Exception as fault:  # noqa: BLE001  Each step is worth doing by itself.
            faults.append(fault)
    if faults:
        raise ExceptionGroup("The line could not be kept in all parts.", faults)
    return made


async def reconcile(desk: Desk) -> int:
    """When a node begins: forget calls that ended meanwhile, and look into every room; returns how many calls went."""
    telephony = desk.telephony
    if telephony is None:
        return 0
    gate = asyncio.Semaphore(_AT_ONCE)

    async def over(sid: str) -> bool:
        # Where the provider is busy, the call's next request or its absence tells.
        with suppress(ProviderBusy, ProviderRefused):
            async with gate:
                return await telephony.is_over(sid)
        return False

    calls = await queue.list_calls(desk.line)
    answers = await asyncio.gather(*(over(sid) for _, sid in calls))
    gone = [call_key for (call_key, _), is_over in zip(calls, answers, strict=True) if is_over]
    for call_key in gone:
        await queue.leave(desk.line, (call_key,), ended=True)
    rooms = await store.list_rooms(desk.line.pool)
    people = await store.list_all_people(desk.line.pool, [room.reservation_id for room in rooms])
    for room in rooms:
        with suppress(ProviderBusy, ProviderRefused):
            await _look_into(desk, telephony, room, people[room.reservation_id])
    return len(gone)


async def _expire(desk: Desk) -> None:
    """Who did not answer is not rung any longer."""
    for reservation in await queue.expire(desk.line):
        await _withdraw(desk, reservation)


async def _withdraw(desk: Desk, reservation: Reservation) -> None:
    moment, label = desk.line.clock(), agent_label(reservation.agent_id)
    await errand_store.send(desk.line.pool, reservation.id, STOP, moment, label)
    await close(desk, reservation.id)


async def _connect(desk: Desk) -> None:
    """A node may have died between an acceptance and its room."""
    for reservation in await queue.list_connecting(desk.line):
        await begin(desk, reservation)


async def _lose(desk: Desk) -> None:
    for reservation in await queue.list_agent_lost(desk.line):
        with suppress(ProviderBusy, ProviderRefused):
            await lose(desk, reservation)


async def lose(desk: Desk, reservation: Reservation) -> None:
    """The counsellor did not come back: a colleague in the room goes on, or the caller is first in line again.

    Before that the room itself is looked into, since the notice of a return may be lost.
    """
    room = await store.find_room(desk.line.pool, reservation.id)
    label = agent_label(reservation.agent_id)
    if room is not None and desk.telephony is not None:
        there = await desk.telephony.list_people(room.name)
        if label in there:
            await note_presence(desk, reservation.id, label, here=True)
            return
    if await _colleague_goes_on(desk, reservation):
        return
    if reservation.callback_id is not None:
        # Who was called has nowhere to wait: they were told, and the conversation is over.
        await part(desk, reservation.id, await find_way_on(desk, reservation.id))
        await queue.finish(desk.line, reservation.id)
    else:
        await _wait_again(desk, reservation)
    await close(desk, reservation.id)


async def _colleague_goes_on(desk: Desk, reservation: Reservation) -> bool:
    people = await store.list_people(desk.line.pool, reservation.id)
    colleagues = (one for one in people if one.role == AGENT and one.person_id != reservation.agent_id)
    here = next((one.person_id for one in colleagues if one.state is Presence.HERE), None)
    if here is None or await queue.transfer(desk.line, reservation.id, here) is None:
        return False
    await store.hand_over(desk.line.pool, reservation.id, here)
    await note_presence(desk, reservation.id, agent_label(here), here=True)
    return True


async def _wait_again(desk: Desk, reservation: Reservation) -> None:
    """The line has the caller again before the provider is asked to bring them there."""
    way_on = await find_way_on(desk, reservation.id)
    if await queue.lose_agent(desk.line, reservation.id) is not None:
        await part(desk, reservation.id, way_on, waits_again=True)


async def _look_after(desk: Desk) -> None:
    moment = desk.line.clock()
    await store.forget_ended(desk.line.pool, moment - FORGOTTEN_AFTER)
    rooms = await store.list_rooms(desk.line.pool)
    people = await store.list_all_people(desk.line.pool, [room.reservation_id for room in rooms])
    for room in rooms:
        if await store.claim_look(desk.line.pool, room.reservation_id, moment, moment - _LOOK_AFTER):
            # Where the provider is busy, the next look asks again.
            with suppress(ProviderBusy, ProviderRefused):
                await _look(desk, room, people[room.reservation_id])


async def _look(desk: Desk, room: Room, people: list[Person]) -> None:
    """Put right what the rows themselves show, and ask the provider where they may be wrong."""
    reservation = await queue.find_offered(desk.line, room.reservation_id)
    if reservation is None or reservation.ended_at is not None:
        await close(desk, room.reservation_id)
        return
    if reservation.agent_id != room.agent_id:
        await store.hand_over(desk.line.pool, room.reservation_id, reservation.agent_id)
        return
    caller = next((person for person in people if person.label == CALLER), None)
    if room.callback_id is not None and caller is not None and caller.state in _NEVER_CAME:
        await _miss(desk, room)
        return
    await _look_after_guests(desk, room, people)
    if caller is not None and caller.state is Presence.HERE and _agent_is_missing(reservation, people, desk):
        await lose(desk, reservation)
    elif desk.telephony is not None and (_is_odd(caller, desk) or _is_due(room, desk)):
        await _look_into(desk, desk.telephony, room, people)
    if _is_unanswered(room, desk) and caller is not None:
        await _forget_question(desk, room, caller)


def _agent_is_missing(reservation: Reservation, people: list[Person], desk: Desk) -> bool:
    """Whether the counsellor never came to a caller who is there; who was there has the line's time to come back."""
    agent = next((one for one in people if one.label == agent_label(reservation.agent_id)), None)
    if agent is None:
        return True
    waits = {Presence.COMING: _AGENT_COMES_WITHIN, Presence.RINGING: _RINGS_WITHIN}
    limit = waits.get(agent.state, _AGENT_COMES_WITHIN)
    return agent.state not in {Presence.HERE, Presence.GONE} and desk.line.clock() - agent.since > limit


def _is_odd(caller: Person | None, desk: Desk) -> bool:
    """Whether the caller should be in the room by now, or may have left it for good."""
    if caller is None:
        return False
    since = desk.line.clock() - caller.since
    return (caller.state is Presence.COMING and since > _COMES_WITHIN) or (
        caller.state is Presence.GONE and since > CALLER_RETURNS
    )


def _is_due(room: Room, desk: Desk) -> bool:
    """Now and then the provider is asked in any case: notices are lost."""
    return (desk.line.clock() - room.made_at) // _LOOK_INTO > (room.looked_at - room.made_at) // _LOOK_INTO


def _is_unanswered(room: Room, desk: Desk) -> bool:
    asked_at = room.listening_since if room.listening is Listening.ASKED else None
    return asked_at is not None and desk.line.clock() - asked_at > _ANSWERS_WITHIN


async def _look_after_guests(desk: Desk, room: Room, people: list[Person]) -> None:
    """Who was asked and has not come in time does not come."""
    moment = desk.line.clock()
    for person in people:
        on_the_way = {Presence.ASKED, Presence.RINGING, Presence.COMING}
        late = person.state in on_the_way and moment - person.since > _RINGS_WITHIN
        if person.label in {CALLER, agent_label(room.agent_id)} or not late:
            continue
        if await store.move(desk.line.pool, room.reservation_id, person.label, on_the_way, Presence.NO_ANSWER, moment):
            await errand_store.send(desk.line.pool, room.reservation_id, STOP, moment, person.label)
            if person.role == AGENT and person.person_id is not None:
                await queue.end_consult(desk.line, person.person_id)


async def _look_into(desk: Desk, telephony: Telephony, room: Room, people: list[Person]) -> None:
    """Compare the rows with who is in the conference."""
    there = await telephony.list_people(room.name)
    for person in people:
        await _correct(desk, telephony, room, person, here=person.label in there)


async def _correct(desk: Desk, telephony: Telephony, room: Room, person: Person, *, here: bool) -> None:
    since = desk.line.clock() - person.since
    if here != (person.state is Presence.HERE):
        await note_presence(desk, room.reservation_id, person.label, here=here)
    elif here or person.label != CALLER:
        return
    elif person.state is Presence.GONE and since > CALLER_RETURNS:
        await queue.parted(desk.line, room.reservation_id, "caller")
        await close(desk, room.reservation_id)
    elif person.state is Presence.COMING and since > _COMES_WITHIN:
        await _bring_again(desk, telephony, room)


async def _bring_again(desk: Desk, telephony: Telephony, room: Room) -> None:
    """The caller is not in the room although they were sent there: gone, or to be sent once more."""
    found = await queue.find_caller(desk.line, room.reservation_id)
    if found is None or room.callback_id is not None:
        return
    if await telephony.is_over(found[0]):
        await queue.leave(desk.line, desk.line.keys.keyed_hashes("call", found[0]), ended=True)
        await close(desk, room.reservation_id)
    else:
        await errand_store.send(desk.line.pool, room.reservation_id, MEET, desk.line.clock())


async def _miss(desk: Desk, room: Room) -> None:
    """Who wished a call did not answer: the attempt is missed, unless they said what they want, and the agent free."""
    if desk.safe is None or room.callback_id is None:
        return
    if room.attempt is not None:
        await callbacks.settle(desk.safe, room.callback_id, room.attempt, Result.MISSED)
    await queue.leave(desk.line, queue.callback_keys(desk.line, room.callback_id))
    await close(desk, room.reservation_id)


async def _forget_question(desk: Desk, room: Room, caller: Person) -> None:
    """A caller who hung up on the question, or whose answer was lost, has not allowed anything."""
    if await answer_question(desk, room.reservation_id, Listening.REFUSED) and desk.telephony is not None:
        there = await desk.telephony.list_people(room.name)
        if caller.label not in there:
            await note_presence(desk, room.reservation_id, CALLER, here=False)
