"""A simulated caller: dials, presses keys, waits in line, and talks by text once somebody answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from app.phone.awaiting import Gathering
from app.phone.exchange.clockwork import pass_time
from app.phone.exchange.deeds import begin_message, call_in, end_message, hang_up, press
from app.phone.exchange.models import Account, Call, Conference, Ends, Hook, Instructions
from app.phone.exchange.state import Exchange
from app.phone.exchange.talk import Hearing, find_room, list_lines, speak
from app.phone.line import INCOMING, STATUS
from app.phone.shift.scenes import Line, Scene

# How long somebody takes for a key, to begin to speak, to answer what was said, and until they go on unasked.
KEY_SECONDS: Final = 1.5
FIRST_WORD_SECONDS: Final = 2.5
ANSWER_SECONDS: Final = 4.0
UNASKED_SECONDS: Final = 45.0
INTERPRETING_SECONDS: Final = 3.0
_LOOK_SECONDS: Final = 0.5
# Who said all that they wanted stays so long for a last word.
_LAST_SECONDS: Final = 6.0
_STAY_SECONDS: Final = 900.0
_TAKES_THE_CALL: Final = "1"
_INTERPRETER: Final = "interpreter"
# What interpreters say is for the agent.
_INTERPRETED_IN: Final = "de"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where callers play: the exchange, the hotline's address and number, and how time passes for them."""

    exchange: Exchange
    account: Account
    base_url: str
    hotline_number: str
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def live_through(stage: Stage, scene: Scene, number: str) -> None:
    """The whole call of a scene from this number; returns when it is over."""
    call = await _dial(stage, number)
    for keys in scene.keys:
        await stage.sleep(KEY_SECONDS)
        await _press(stage, call, keys)
    match scene.then:
        case "message":
            await _leave_message(stage, call, scene)
        case "callback":
            await stage.sleep(KEY_SECONDS)
            await hang_up(stage.exchange, call)
            await _be_called(stage, scene, number)
        case "line":
            await _wait_and_talk(stage, scene, call)


async def _dial(stage: Stage, number: str) -> Call:
    hooks = Instructions(Hook(stage.base_url + INCOMING), status=Hook(stage.base_url + STATUS))
    return await call_in(stage.exchange, stage.account, Ends(number, stage.hotline_number), hooks)


async def _press(stage: Stage, call: Call, keys: str) -> None:
    """As soon as the line listens; a call that is over takes no keys."""
    for _ in range(round(KEY_SECONDS * 20 / _LOOK_SECONDS)):
        if isinstance(call.awaiting, Gathering) or call.ended:
            break
        await stage.sleep(_LOOK_SECONDS)
    await press(stage.exchange, call, keys)


async def _leave_message(stage: Stage, call: Call, scene: Scene) -> None:
    if (recording := begin_message(call)) is not None:
        await stage.sleep(scene.speaks_seconds)
        end_message(stage.exchange, call, recording, scene.speaks_seconds)
        await pass_time(stage.exchange)
    await stage.sleep(KEY_SECONDS)
    await hang_up(stage.exchange, call)


async def _be_called(stage: Stage, scene: Scene, number: str) -> None:
    """Wait for the call back, take it, and talk; who is not called back in time waits no longer."""
    waited = 0.0
    while waited < scene.patience_seconds:
        called = next((one for one in stage.exchange.calls.values() if one.to_number == number and not one.ended), None)
        if called is not None and isinstance(called.awaiting, Gathering):
            await stage.sleep(KEY_SECONDS)
            await press(stage.exchange, called, _TAKES_THE_CALL)
            await _wait_and_talk(stage, scene, called)
            return
        await stage.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS


async def _wait_and_talk(stage: Stage, scene: Scene, call: Call) -> None:
    waited = 0.0
    while not call.ended and _with_agent(stage.exchange, call) is None:
        if waited >= scene.patience_seconds:
            await hang_up(stage.exchange, call)
            return
        await stage.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS
    await stage.sleep(FIRST_WORD_SECONDS)
    for line in scene.lines:
        await _say(stage, call, line, interpreted=scene.interpreted)
        await _until_answered(stage, call)
    await _stay(stage, call, _STAY_SECONDS if scene.stays else _LAST_SECONDS)
    await hang_up(stage.exchange, call)


async def _stay(stage: Stage, call: Call, seconds: float) -> None:
    waited = 0.0
    while not call.ended and waited < seconds:
        await stage.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS


def _with_agent(exchange: Exchange, call: Call) -> Conference | None:
    """The room of the call once an agent is in it, too."""
    room = find_room(exchange, call)
    here = room is not None and any(person.label.startswith("agent-") for person in room.participants.values())
    return room if here else None


async def _say(stage: Stage, call: Call, line: Line, *, interpreted: bool) -> None:
    """On hold nobody speaks; what is `interpreted` has its meaning from an interpreter in the room alone."""
    while not call.ended:
        hearing = speak(stage.exchange, call, line.text, _tongue(call), {} if interpreted else line.meaning)
        if hearing is Hearing.HEARD:
            break
        await stage.sleep(_LOOK_SECONDS)
    room = find_room(stage.exchange, call)
    people = room.participants.values() if room is not None else ()
    interpreter = next((person.call_sid for person in people if person.label == _INTERPRETER), None)
    if interpreter is not None:
        await stage.sleep(INTERPRETING_SECONDS)
        speak(stage.exchange, stage.exchange.calls[interpreter], line.de, _INTERPRETED_IN, line.meaning)


def _tongue(call: Call) -> str:
    """The language in which the line spoke to the caller."""
    return next((heard.language for heard in reversed(call.heard) if heard.language), "")


async def _until_answered(stage: Stage, call: Call) -> None:
    """The agent said something since the caller did, or nothing for long, or the call is over."""
    said = _count_of_agent(stage.exchange, call)
    waited = 0.0
    while not call.ended and waited < UNASKED_SECONDS:
        if _count_of_agent(stage.exchange, call) > said:
            await stage.sleep(ANSWER_SECONDS)
            return
        await stage.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS


def _count_of_agent(exchange: Exchange, call: Call) -> int:
    return sum(line.heard.by == "agent" for line in list_lines(exchange, call))
