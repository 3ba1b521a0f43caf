"""A call through the webhooks, heard as text, beside the same call in the engine: both must say the same."""

from dataclasses import dataclass

import httpx

from app.kit.protocols import Signer
from app.phone.awaiting import Ended, Gathering
from app.phone.caller import DEMO_ACCOUNT_SID
from app.phone.line import Line, LiveCall, dial, hang_up, press, say, wait
from app.phone.simulation import engine_call
from app.phone.simulation.engine_call import EngineCall
from app.phone.simulation.scenes import Deed, HangUp, Press, Say, Scene, Wait, squeezed


class DoorFault(Exception):
    """The door did what it must not; one sentence."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the webhooks are and how they are reached."""

    transport: httpx.AsyncBaseTransport
    signer: Signer
    base_url: str
    number: str
    account_sid: str = DEMO_ACCOUNT_SID


@dataclass(slots=True)
class DoorCall:
    """A call in progress; `shadow` is the same call in the engine."""

    line: Line
    shadow: EngineCall
    live: LiveCall | None = None


async def begin(call: DoorCall) -> Scene:
    """The line answers; raises LineFault or DoorFault where it fails the caller."""
    expected = engine_call.begin(call.shadow)
    call.live = await dial(call.line)
    return _heard(call.live, 0, expected)


async def do(call: DoorCall, deed: Deed) -> Scene:
    """The caller's deed, and what comes of it; a deed that moves nothing is followed by the time-out."""
    live = _live(call)
    expected = engine_call.do(call.shadow, deed)
    turns, exchanges = len(live.turns), len(live.exchanges)
    match deed:
        case Press(keys):
            await press(live, keys)
        case Say(words):
            await say(live, words)
        case Wait() | HangUp():
            pass
    if len(live.exchanges) == exchanges:
        await wait(live)
    return _heard(live, turns, expected)


async def leave(call: DoorCall) -> None:
    """The caller hangs up."""
    await hang_up(_live(call))


def _live(call: DoorCall) -> LiveCall:
    if call.live is None:
        raise DoorFault("The line was never dialled.")
    return call.live


def _heard(live: LiveCall, since: int, expected: Scene) -> Scene:
    """What was heard since a turn; raises DoorFault where the engine says something else."""
    texts = [item.text for turn in live.turns[since:] for item in turn.heard if item.kind == "say"]
    failed = [turn.text for turn in live.turns[since:] if turn.kind == "failed"]
    if failed:
        raise DoorFault(failed[0])
    text = squeezed("".join(texts))
    match live.awaiting:
        case Gathering():
            scene = Scene(text, "asked")
        case Ended() if text:
            scene = Scene(text, "over")
        case _:
            scene = Scene(text, "stuck")
    if scene.state != expected.state or _letters(text) != _letters(expected.text):
        raise DoorFault(f"The door says “{text}” ({scene.state}), the engine “{expected.text}” ({expected.state}).")
    return scene


def _letters(text: str) -> str:
    """What is said, without the punctuation that the door drops where a sentence is read by two voices."""
    return "".join(filter(str.isalnum, text))
