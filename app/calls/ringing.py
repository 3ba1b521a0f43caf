"""Rings agents' own telephones, interpreters and people who wished a call; each once, whatever the network does."""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.calls import meeting_store as store
from app.calls.called import Called, called_path
from app.calls.desk import INTERPRETER, Desk, Presence
from app.calls.dialling import NotDialled, Ringing, Target, dial
from app.calls.legs import RETRIES, Leg, agent_leg, caller_leg, interpreter_leg, leg_url, open_sid, seal_sid
from app.calls.work import Work
from app.kit.log import get_logger
from app.kit.protocols import ProviderBusy, ProviderRefused
from app.queue import callbacks
from app.queue import service as queue
from app.queue.callback_models import CallbackGone, Dialling, Result
from app.queue.plan import read_plan

log = get_logger(__name__)

# An own telephone has stopped ringing before the offer is over.
_BEFORE_OVER: Final = 5
LONG_RING_SECONDS: Final = 30
# Two seconds until whoever answers has said who they are; then the keys.
_BEFORE_PIN: Final = "wwww"
# Between the tries of one call back: its number is read once and never kept.
_PAUSES: Final = (0.3, 1.0, 2.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Number:
    """Whom to ring: the class, the number, the keys pressed on answering, and the number that is shown."""

    target: Target
    number: str
    keys: str
    shown: str
    seconds: int


async def ring(work: Work) -> None:
    """Ring an agent's own telephone or an interpreter; whom nobody waits for any more is not left ringing."""
    pool, reservation_id, label = work.desk.line.pool, work.errand.reservation_id, work.errand.label
    people = await store.list_people(pool, reservation_id)
    person = next((one for one in people if one.label == label and one.state is Presence.RINGING), None)
    if person is None or person.sid or person.person_id is None:
        return
    leg = (interpreter_leg if label == INTERPRETER else agent_leg)(reservation_id, person.person_id)
    number = await _number_of(work.desk, leg, person.person_id)
    if number is None:
        await _fail(work, leg)
        return
    try:
        sid = await _rung(work, number, leg, "/voice/agent", unsure=work.errand.unsure)
    except (ProviderRefused, NotDialled):
        await _fail(work, leg)
        raise
    await _keep(work, leg, sid)


async def _number_of(desk: Desk, leg: Leg, person_id: UUID) -> _Number | None:
    """None for somebody who has no telephone any more."""
    if leg.label == INTERPRETER:
        interpreter = await queue.find_interpreter(desk.line, person_id)
        if interpreter is None:
            return None
        keys = f"{_BEFORE_PIN}{interpreter.pin}" if interpreter.pin else ""
        return _Number(Target.INTERPRETER, interpreter.telephone, keys, desk.number, LONG_RING_SECONDS)
    skills = await queue.get_skills(desk.line, person_id)
    if skills is None or not skills.telephone:
        return None
    seconds = (await read_plan(desk.line)).settings.offer_seconds - _BEFORE_OVER
    return _Number(Target.AGENT, skills.telephone, "", desk.number, seconds)


async def _rung(work: Work, number: _Number, leg: Leg, first: str, *, unsure: bool) -> str:
    """The Sid of the call; where it may have been placed already, it is looked for first. `first` is a path."""
    if unsure and (under_way := await work.telephony.list_calls_to(number.number)):
        return under_way[0]
    desk = work.desk
    keys = desk.line.keys
    document = leg_url(desk.base_url, first, keys, leg) if "?" not in first else f"{desk.base_url}{first}{RETRIES}"
    ringing = Ringing(
        from_number=number.shown,
        url=document,
        status_url=leg_url(desk.base_url, "/voice/agent/ended", keys, leg),
        seconds=number.seconds,
        send_keys=number.keys,
    )
    return await dial(work.telephony, number.target, number.number, ringing)


async def _fail(work: Work, leg: Leg) -> None:
    moment = work.desk.line.clock()
    expected = {Presence.RINGING, Presence.COMING}
    await store.move(work.desk.line.pool, leg.reservation_id, leg.label, expected, Presence.FAILED, moment)


async def _keep(work: Work, leg: Leg, sid: str) -> None:
    """Keep which call it is, or end it where nobody waits for it any more."""
    expected = {Presence.RINGING, Presence.COMING, Presence.HERE}
    sealed = seal_sid(work.desk.line.keys, leg, sid)
    if not await store.keep_sid(work.desk.line.pool, leg.reservation_id, leg.label, expected, sealed):
        await work.telephony.end_call(sid)


async def stop(work: Work) -> None:
    """A telephone that is no longer wanted stops ringing."""
    errand = work.errand
    people = await store.list_people(work.desk.line.pool, errand.reservation_id)
    sealed = next((person.sid for person in people if person.label == errand.label), "")
    if sid := open_sid(work.desk.line.keys, errand.reservation_id, errand.label, sealed):
        await work.telephony.end_call(sid)


async def call_back(work: Work) -> None:
    """Dial somebody who wished a call, while the agent waits in the room.

    The attempt is counted before it is made, and its number is kept nowhere: where the provider stays busy the attempt
    has failed, and another follows soon.
    """
    room, safe = work.room, work.desk.safe
    if room is None or room.callback_id is None or safe is None:
        return
    leg = caller_leg(room.reservation_id)
    try:
        dialling = await callbacks.get_dialling(safe, room.callback_id)
    except CallbackGone:
        await _fail(work, leg)
        return
    await store.keep_attempt(work.desk.line.pool, room.reservation_id, dialling.attempt)
    called = Called(room.callback_id, dialling.attempt, room.reservation_id, dialling.language, dialling.word)
    try:
        sid = await _called(work, dialling, leg, called_path(work.desk.line.keys, called))
    except (ProviderBusy, ProviderRefused, NotDialled) as fault:
        log.error("callback not dialled", error=type(fault).__name__)  # noqa: TRY400  It may name a number.
        if isinstance(fault, ProviderBusy) and not fault.maybe_done:
            await callbacks.settle(safe, room.callback_id, dialling.attempt, Result.FAILED)
        await _fail(work, leg)
        return
    await _keep(work, leg, sid)


async def _called(work: Work, dialling: Dialling, leg: Leg, first: str) -> str:
    """Raises ProviderBusy where all tries of this attempt failed; each but the first looks before it dials."""
    shown = work.desk.number if dialling.show_number else work.desk.quiet_number
    if not shown:
        raise NotDialled("There is no number that could show instead of the line's own.")
    number = _Number(Target.CALLBACK, dialling.number, "", shown, LONG_RING_SECONDS)
    unsure, last = False, ProviderBusy("The call was not placed.", maybe_done=False)
    for pause in _PAUSES:
        try:
            return await _rung(work, number, leg, first, unsure=unsure)
        except ProviderBusy as busy:
            unsure, last = unsure or busy.maybe_done, busy
        await asyncio.sleep(pause)
    raise last
