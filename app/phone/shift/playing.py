"""Lets the callers of the shift for practice call one after the other, whenever the agent is ready for one."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from app.kit.log import get_logger
from app.phone.shift.caller import Stage, live_through
from app.phone.shift.scenes import Scene

log = get_logger("shift")

# The Federal Network Agency keeps 0176 040690 00 to 99 free for films and the like: nobody has such a number.
_NUMBER: Final = "+49176040690{:02}"
_NUMBERS: Final = 100
# Between two calls; and so long after a call began somebody else calls beside it.
BREATH_SECONDS: Final = 4.0
BESIDE_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 1.0


@dataclass(slots=True)
class Shift:
    """The shift as it goes on: `place` counts the calls that have begun, `now` is the one that the agent has."""

    scenes: tuple[Scene, ...]
    place: int = 0
    now: Scene | None = None
    over: bool = False
    again: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def calls(self) -> int:
        """How many callers call alone, one after the other."""
        return sum(not scene.beside for scene in self.scenes)


async def play(stage: Stage, shift: Shift, is_ready: Callable[[], Awaitable[bool]]) -> None:
    """The whole shift, and once more whenever somebody asks for it again."""
    while True:
        shift.place, shift.over = 0, False
        shift.again.clear()
        await _play_once(stage, shift, is_ready)
        shift.over = not shift.again.is_set()
        await shift.again.wait()


async def _play_once(stage: Stage, shift: Shift, is_ready: Callable[[], Awaitable[bool]]) -> None:
    numbers = [_NUMBER.format(ending) for ending in random.sample(range(_NUMBERS), len(shift.scenes))]
    for place, scene in enumerate(shift.scenes):
        if scene.beside:
            continue
        while not shift.again.is_set() and not await is_ready():
            await stage.sleep(_LOOK_SECONDS)
        if shift.again.is_set():
            return
        shift.place, shift.now = shift.place + 1, scene
        beside = list(takewhile(lambda one: one.beside, shift.scenes[place + 1 :]))
        others = (_call_beside(stage, one, numbers[place + 1 + i]) for i, one in enumerate(beside))
        await asyncio.gather(_call(stage, scene, numbers[place]), *others)
        shift.now = None
        await stage.sleep(BREATH_SECONDS)


async def _call_beside(stage: Stage, scene: Scene, number: str) -> None:
    await stage.sleep(BESIDE_SECONDS)
    await _call(stage, scene, number)


async def _call(stage: Stage, scene: Scene, number: str) -> None:
    """What goes wrong with one caller stays theirs."""
    try:
        await live_through(stage, scene, number)
    except Exception as error:  # noqa: BLE001  The others still call.
        log.error("a simulated caller failed", scene=scene.id, error=type(error).__name__)  # noqa: TRY400  It may quote a number.
