"""What a call in the waiting line comes to: its wait requests, how it leaves, and what its wait counts as."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from app.calls import store
from app.calls.lasting import Memory
from app.calls.wait_rounds import COMMON_LANGUAGES, Round, Turn, chosen_by, goes_home, has_room, leaving, next_turn
from app.queue import service as queue
from app.queue.models import Arrival, Choice, Left, Line, Standing, State
from app.queue.plan import read_plan
from app.queue.plan_models import Settings
from app.queue.safe import Safe
from app.queue.voicemails import keep_voicemail

T = TypeVar("T")
Kind = Literal["answered", "callback", "abandoned"]

# Nobody waits longer than this for what the database says of the line.
LINE_SECONDS: Final = 1.0
SERVED, LOST, FAILED = "served", "agent_lost", "failed"
HOME: Final = "home"
_LEFT_PATH, _MEET_PATH = "/voice/left?", "/voice/meet?"
# Kept among the effects of a call, at places that no effect has: when it entered the line, and how it left it.
_ENTERED, _ENTERED_PLACE = "enter_line", -1
_LEFT, _LEFT_PLACE = "leave_line", -2

_left_alone: set[asyncio.Task[object]] = set()


class Since(NamedTuple):
    """When a call first entered the line, and when it began to wait this time; in epoch milliseconds."""

    entered: int
    begun: int


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call in line as its webhooks tell of it.

    `sequence` is that of the step which brings it out of the line again, `path` the address of that step. A call that
    came back to its place began to wait later than it first entered the line.
    """

    keys: Sequence[bytes]
    sid: str
    path: str
    sequence: int
    language: str
    since: Since
    trail: tuple[str, ...] = ()

    @property
    def entered_at(self) -> datetime:
        return moment_of(self.since.entered)


async def in_time(asking: Coroutine[object, object, T]) -> T:
    """What it comes to; raises TimeoutError where that takes too long, without waiting for its own ending up."""
    doing = asyncio.ensure_future(asking)
    _left_alone.add(doing)
    doing.add_done_callback(_left_alone.discard)
    await asyncio.wait({doing}, timeout=LINE_SECONDS)
    if doing.done():
        return doing.result()
    doing.cancel()
    raise TimeoutError


def left_path(query: str) -> str:
    """Where a call goes when it leaves the line, without the host."""
    return f"{_LEFT_PATH}{query}"


def meet_path(path: str) -> str:
    """Where the same call meets its agent."""
    return path.replace(_LEFT_PATH, _MEET_PATH, 1)


def after_talk_path(path: str) -> str:
    """Where the same call goes after the conversation."""
    return f"{path}&after=talk"


def since_in(query: str) -> Since | None:
    """Since when the call of an address is in line; None for an address that does not say."""
    values = parse_qs(query)
    entered = _milliseconds(values.get("t", [""])[0])
    return None if entered is None else Since(entered, _milliseconds(values.get("u", [""])[0]) or entered)


def _milliseconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("9999999999999") else None


def moment_of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds_of(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


async def begin_wait(
    memory: Memory, call_keys: Sequence[bytes], sequence: int, moment: datetime, before: int | None
) -> Since:
    """When the call enters the line by this step; the same step again says the same.

    A call that comes back to the line keeps its place, unless its caller went back to the main menu; `before` is what
    the address of this step says of an earlier wait.
    """
    pool = memory.pool
    kept = await store.find_outcome(pool, call_keys, sequence, _ENTERED_PLACE, _ENTERED)
    if kept is None:
        begun = milliseconds_of(moment)
        entered = await entered_before(memory, call_keys, sequence) or before or begun
        mark = store.Outcome(call_keys[0], sequence, _ENTERED_PLACE, _ENTERED, f"{entered} {begun}", "")
        await store.keep_outcome(pool, mark)
        # Of two requests at once the first one's word stands.
        kept = await store.find_outcome(pool, call_keys, sequence, _ENTERED_PLACE, _ENTERED) or mark
    return _since(kept)


def _since(kept: store.Outcome) -> Since:
    entered, begun = kept.outcome.split(" ")
    return Since(int(entered), int(begun))


async def entered_before(memory: Memory, call_keys: Sequence[bytes], sequence: int) -> int | None:
    entered = await store.find_last_outcome(memory.pool, call_keys, sequence, _ENTERED)
    if entered is None:
        return None
    left = await store.find_last_outcome(memory.pool, call_keys, sequence, _LEFT)
    went_home = left is not None and left.outcome == HOME and left.sequence > entered.sequence
    return None if went_home else _since(entered).entered


async def wait_on(line: Line, memory: Memory, call: WaitingCall, present: Round, key: str) -> Turn:
    """One wait request: the call is in line, at its old place where the line had lost it, and hears how it stands."""
    topic, land = await store.find_topic_and_land(line.pool, call.keys)
    also = _others(call.language) if present.also else ()
    standing = await queue.enter(
        line,
        Arrival(
            call.keys,
            call.sid,
            call.path,
            call.language,
            call.entered_at,
            topic=topic,
            land=land,
            also=also,
            woman=present.woman,
            trail=call.trail,
        ),
    )
    if await _find_mark(memory, call) is not None:
        # A late request of a call that has left the line may not bring it back.
        await queue.leave(line, call.keys)
        return leaving(present)
    if goes_home(key) and not has_room(standing):
        await _keep_mark(line, memory, call, HOME)
        await queue.leave(line, call.keys, diverted=True)
        return leaving(present)
    settings = (await read_plan(line)).settings
    choice = chosen_by(key, settings) or await _given_up(line, call, standing, present, settings)
    if choice is not None and standing.choice is None:
        standing = await queue.choose(line, call.keys, choice) or standing
    if standing.choice is not None:
        await _keep_mark(line, memory, call, standing.choice)
        return leaving(present)
    turn = next_turn(standing, present, call.language, key, settings)
    await _wish(line, call, present, turn.following)
    return turn


async def _wish(line: Line, call: WaitingCall, present: Round, following: Round) -> None:
    if following.woman and not present.woman:
        await queue.wish(line, call.keys, woman=True)
    if following.also and not present.also:
        await queue.wish(line, call.keys, also=_others(call.language))


def _others(language: str) -> tuple[str, ...]:
    return tuple(other for other in COMMON_LANGUAGES if other != language)


async def _given_up(
    line: Line, call: WaitingCall, standing: Standing, present: Round, settings: Settings
) -> Choice | None:
    """Whether waiting has become pointless: too long, or for nobody."""
    if standing.state is not State.WAITING:
        return None
    waited = line.clock() - moment_of(call.since.begun)
    if waited >= timedelta(minutes=settings.longest_wait_minutes):
        return Choice.TIMED_OUT
    if waited < timedelta(minutes=settings.nobody_minutes) or present.quiet:
        return None
    spoken = (call.language, *(_others(call.language) if present.also else ()))
    # Who came within the line's hours is served by those who are still there.
    there = [await queue.staff(line, language) for language in spoken]
    return None if any(there) else Choice.TIMED_OUT


async def leave_line(line: Line, memory: Memory, call: WaitingCall) -> str | Standing:
    """The call has left the line: the outcome of its wait, HOME, or how it stands where it has not come to its end."""
    mark = await _find_mark(memory, call)
    standing = None if mark else await queue.find_standing(line, call.keys)
    if standing is not None and standing.choice is not None:
        mark = await _keep_mark(line, memory, call, standing.choice)
    if mark is None:
        return FAILED if standing is None else standing
    await queue.leave(line, call.keys)
    return mark


async def after_talk(line: Line, call: WaitingCall) -> str:
    """How the conversation ended that the call comes from; without its agent it stands in line again, the first."""
    standing = await queue.find_standing(line, call.keys)
    if standing is None:
        return SERVED
    reservation_id = reservation_of(standing)
    if reservation_id is None:
        return LOST
    if standing.state is State.CONNECTING:
        await queue.give_back(line, reservation_id)
        return LOST
    await queue.finish(line, reservation_id)
    return SERVED


def reservation_of(standing: Standing) -> UUID | None:
    """The reservation whose room the call belongs into, once an agent has accepted it."""
    return UUID(standing.room.removeprefix("room-")) if has_room(standing) else None


async def end_wait(line: Line, call_keys: Sequence[bytes]) -> Left | None:
    """The call is over: it leaves the line, if it was in it, and its wait is noted."""
    left = await queue.leave(line, call_keys, ended=True)
    if left is not None:
        kind: Kind = "answered" if left.was_answered else "abandoned"
        await store.note_kind(line.pool, call_keys, kind, left.waited_seconds)
    return left


async def note_kind(line: Line, call_keys: Sequence[bytes], kind: Kind, waited_seconds: int) -> None:
    """Note how the call was served; answered stands above a promised callback, that above having given up."""
    await store.note_kind(line.pool, call_keys, kind, waited_seconds)


async def keep_message(safe: Safe, call: WaitingCall, recording_sid: str, seconds: int) -> None:
    """Note the recording that a caller left; when it returns it will not be lost."""
    topic, _ = await store.find_topic_and_land(safe.pool, call.keys)
    await keep_voicemail(safe, recording_sid, language=call.language, topic=topic, seconds=seconds)


async def _find_mark(memory: Memory, call: WaitingCall) -> str | None:
    kept = await store.find_outcome(memory.pool, call.keys, call.sequence, _LEFT_PLACE, _LEFT)
    return None if kept is None else kept.outcome


async def _keep_mark(line: Line, memory: Memory, call: WaitingCall, how: str) -> str:
    """Keep how the call left the line. Until a callback is promised, who chose something else waited for nothing."""
    if how != HOME:
        waited_seconds = max(round((line.clock() - call.entered_at).total_seconds()), 0)
        await store.note_kind(line.pool, call.keys, "abandoned", waited_seconds)
    await store.keep_outcome(memory.pool, store.Outcome(call.keys[0], call.sequence, _LEFT_PLACE, _LEFT, how, ""))
    return how
