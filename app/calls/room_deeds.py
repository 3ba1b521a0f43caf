"""What is asked of the provider for a room: who comes into it and leaves it, who is held, what somebody hears."""

from app.calls import meeting_store as store
from app.calls.desk import AWAY, CALLER, Desk, Listening
from app.calls.legs import RETRIES, open_way_on, question_url, words_url
from app.calls.waiting import meet_path
from app.calls.work import WAITS_AGAIN, Work
from app.kit.protocols import CallOver, Participation
from app.queue import service as queue
from app.queue.models import State


async def meet(work: Work) -> None:
    """The caller leaves the line for the room, unless a try whose answer was lost brought them there."""
    line, reservation_id = work.desk.line, work.errand.reservation_id
    caller = await queue.find_caller(line, reservation_id)
    if caller is None or (work.errand.unsure and await work.is_in(CALLER)):
        return
    sid, path, _ = caller
    try:
        await work.telephony.redirect_call(sid, f"{work.desk.base_url}{meet_path(path)}{RETRIES}")
    except CallOver:
        await queue.leave(line, line.keys.keyed_hashes("call", sid), ended=True)


async def part(work: Work) -> None:
    """The caller goes on after the conversation; a called person, who came from nowhere, is hung up on."""
    errand = work.errand
    way_on = open_way_on(work.desk.line.keys, errand.reservation_id, errand.detail) if errand.detail else None
    if errand.tries > 1 and not await work.is_in(CALLER):
        return
    if way_on is None:
        await work.telephony.remove_person(work.name, CALLER)
    elif errand.label != WAITS_AGAIN or await _waits(work.desk, way_on[0]):
        await work.telephony.redirect_call(way_on[0], f"{work.desk.base_url}{way_on[1]}{RETRIES}")


async def _waits(desk: Desk, sid: str) -> bool:
    """Whether nobody has taken the caller meanwhile, whom a redirect would tear out of another room."""
    standing = await queue.find_standing(desk.line, desk.line.keys.keyed_hashes("call", sid))
    return standing is not None and standing.state in {State.WAITING, State.RESERVED}


async def hold(work: Work) -> None:
    """Bring the caller to what the room's row says: held with words, or back in the conversation."""
    room = work.room
    if room is None:
        return
    people = await store.list_people(work.desk.line.pool, room.reservation_id)
    lost = any(person.person_id == room.agent_id and person.state in AWAY for person in people)
    words = words_url(work.desk, room.language, "wait.agent_lost" if lost else "room.agent_away")
    held = room.held or lost
    await work.telephony.change_person(work.name, CALLER, Participation(held=held, words_url=words if held else ""))


async def words(work: Work) -> None:
    """Said once; where it is not known whether it was heard, not again."""
    if work.errand.unsure or work.room is None:
        return
    url = words_url(work.desk, work.room.language, work.errand.detail)
    await work.telephony.change_person(work.name, work.errand.label, Participation(words_url=url))


async def remove(work: Work) -> None:
    await work.telephony.remove_person(work.name, work.errand.label)


async def ask(work: Work) -> None:
    """The caller steps out of the room to say whether somebody may listen; the room stays for them."""
    if work.room is None or work.room.listening is not Listening.ASKED:
        return
    caller = await queue.find_caller(work.desk.line, work.errand.reservation_id)
    if caller is None or (work.errand.tries > 1 and not await work.is_in(CALLER)):
        return
    sid, path, _ = caller
    await work.telephony.change_person(work.name, CALLER, Participation(ends=False))
    asked = (work.room.language, path)
    url = question_url(work.desk.base_url, "/voice/room/ask", work.desk.line.keys, work.room.reservation_id, asked)
    await work.telephony.redirect_call(sid, url)
