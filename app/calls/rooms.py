"""Opens and closes the rooms of conversations, and notes who is in them."""

from typing import Final
from uuid import UUID

from app.calls import errand_store
from app.calls import meeting_store as store
from app.calls.desk import AWAY, CALLER, Desk, Listening, Presence, Room, agent_label
from app.calls.legs import AGENT, mark_now, seal_way_on
from app.calls.waiting import after_talk_path, note_kind
from app.calls.work import ASK, CALL, HOLD, MEET, PART, REMOVE, RING, STOP, WAITS_AGAIN, WORDS
from app.queue import service as queue
from app.queue.models import Reservation

# What the caller hears when somebody comes into the room.
_GREETINGS: Final = {"interpreter": "room.interpreter_joins", AGENT: "room.colleague_joins"}


async def offer(desk: Desk, reservation: Reservation) -> None:
    """An agent with a telephone of their own is rung; the others see the offer on their page."""
    if await _has_telephone(desk, reservation.agent_id):
        moment, label = desk.line.clock(), agent_label(reservation.agent_id)
        async with desk.line.pool.acquire() as connection, connection.transaction():
            await _open(connection, reservation)
            if await store.invite(
                connection, reservation.id, label, AGENT, reservation.agent_id, Presence.RINGING, moment
            ):
                await errand_store.send(connection, reservation.id, RING, moment, label)


async def begin(desk: Desk, reservation: Reservation, *, again: bool = False) -> None:
    """Open the room and bring caller and agent into it; what is under way already is left alone.

    `again`: the agent's own telephone is rung once more where the agent is out of the room.
    """
    moment, label = desk.line.clock(), agent_label(reservation.agent_id)
    rung = await _has_telephone(desk, reservation.agent_id)
    state = Presence.RINGING if rung else Presence.COMING
    async with desk.line.pool.acquire() as connection, connection.transaction():
        await _open(connection, reservation)
        if await store.invite(connection, reservation.id, CALLER, CALLER, None, Presence.COMING, moment):
            await errand_store.send(connection, reservation.id, CALL if reservation.callback_id else MEET, moment)
        instead = AWAY if again else ()
        if (
            await store.invite(connection, reservation.id, label, AGENT, reservation.agent_id, state, moment, instead)
            and rung
        ):
            await errand_store.send(connection, reservation.id, RING, moment, label)


async def _open(connection: store.Connection, reservation: Reservation) -> None:
    await store.open_room(
        connection,
        reservation.id,
        reservation.agent_id,
        reservation.language,
        reservation.callback_id,
        reservation.made_at,
    )


async def _has_telephone(desk: Desk, agent_id: UUID) -> bool:
    skills = await queue.get_skills(desk.line, agent_id)
    return skills is not None and bool(skills.telephone)


async def find_way_on(desk: Desk, reservation_id: UUID) -> str | None:
    """Where the caller goes from the room, sealed; nothing for a called person, None where the call is not here."""
    caller = await queue.find_caller(desk.line, reservation_id)
    if caller is None:
        return None
    sid, path, callback_id = caller
    return "" if callback_id else seal_way_on(desk.line.keys, reservation_id, sid, after_talk_path(path))


async def part(desk: Desk, reservation_id: UUID, way_on: str | None, *, waits_again: bool = False) -> None:
    """Write down that the caller leaves the room; a called person is hung up on."""
    if way_on is not None:
        label = WAITS_AGAIN if waits_again else ""
        await errand_store.send(desk.line.pool, reservation_id, PART, desk.line.clock(), label, way_on)


async def close(desk: Desk, reservation_id: UUID) -> None:
    """The room is over: who still rings is not rung any more, and who is in it without the caller is hung up on."""
    moment = desk.line.clock()
    async with desk.line.pool.acquire() as connection, connection.transaction():
        if not await store.end_room(connection, reservation_id, moment):
            return
        people = await store.list_people(connection, reservation_id)
        with_caller = any(person.label == CALLER and person.state is Presence.HERE for person in people)
        for person in people:
            if person.label == CALLER:
                continue
            if person.state is Presence.RINGING:
                # A call that is just being placed is ended by whoever places it.
                await store.move(
                    connection, reservation_id, person.label, {Presence.RINGING}, Presence.NO_ANSWER, moment
                )
                await errand_store.send(connection, reservation_id, STOP, moment, person.label)
            elif not with_caller and person.state in {Presence.HERE, Presence.COMING}:
                await errand_store.send(connection, reservation_id, REMOVE, moment, person.label)
    for person in people:
        if person.role == AGENT and person.person_id is not None:
            await queue.end_consult(desk.line, person.person_id)


async def note_presence(desk: Desk, reservation_id: UUID, label: str, *, here: bool, mark: int | None = None) -> None:
    """Somebody joined or left the room, as the provider tells, or as was seen where no `mark` orders it.

    A caller who left may only have been sent into the same room twice: the keeper decides after a moment.
    """
    line, moment = desk.line, desk.line.clock()
    room = await store.find_room(line.pool, reservation_id)
    if room is None or room.ended_at is not None:
        return
    if label == CALLER and not here and room.listening is Listening.ASKED:
        return
    state = Presence.HERE if here else Presence.GONE
    order = mark_now(moment) if mark is None else mark
    if not await store.notice(line.pool, reservation_id, label, state, moment, order):
        return
    if label == CALLER:
        if here:
            await queue.joined(line, reservation_id, "caller")
    elif label == agent_label(room.agent_id):
        await (queue.joined if here else queue.parted)(line, reservation_id, "agent")
        await errand_store.send(line.pool, reservation_id, HOLD, moment)
    else:
        await _note_guest(desk, room, label, here=here)
    if here:
        await _count_if_met(desk, room)


async def _note_guest(desk: Desk, room: Room, label: str, *, here: bool) -> None:
    people = await store.list_people(desk.line.pool, room.reservation_id)
    guest = next((person for person in people if person.label == label), None)
    if guest is None:
        return
    if here and guest.role in _GREETINGS:
        moment, words = desk.line.clock(), _GREETINGS[guest.role]
        await errand_store.send(desk.line.pool, room.reservation_id, WORDS, moment, CALLER, words)
    elif not here and guest.role == AGENT and guest.person_id is not None:
        await queue.end_consult(desk.line, guest.person_id)


async def _count_if_met(desk: Desk, room: Room) -> None:
    """The call counts as answered when caller and counsellor are both in the room."""
    people = await store.list_people(desk.line.pool, room.reservation_id)
    here = {person.label for person in people if person.state is Presence.HERE}
    if {CALLER, agent_label(room.agent_id)} <= here:
        reservation = await queue.find_offered(desk.line, room.reservation_id)
        # A callback belongs to the contact that asked for it, which is counted already.
        if reservation is not None and reservation.callback_id is None:
            await note_kind(desk.line, (reservation.call_key,), "answered", reservation.waited_seconds)


async def ask_again(desk: Desk, reservation_id: UUID) -> None:
    """Bring the caller into the room once more."""
    await errand_store.send(desk.line.pool, reservation_id, MEET, desk.line.clock())


async def answer_question(desk: Desk, reservation_id: UUID, answer: Listening) -> bool:
    """What the caller answered to whether a supervisor may listen; False where nobody asks any more."""
    await errand_store.drop_errands(desk.line.pool, reservation_id, {ASK})
    return await store.set_listening(desk.line.pool, reservation_id, Listening.ASKED, answer, desk.line.clock())
