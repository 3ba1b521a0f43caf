"""Callers who take so many steps a second in all while the line answers, and are patient while it does not."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from random import Random

from app.phone import line as phone
from app.phone.line import Line, LiveCall
from app.phone.webhook import LineFault

# Digits lead on, * repeats and # leads home; an entry of several keys may be a postal code.
KEYS = ("1", "2", "3", "4", "5", "*", "#", "04109", "10115")
MOST_STEPS = 12
DEAD_SECONDS = 60.0


@dataclass(slots=True)
class Load:
    """A caller on each line: everyone takes a step a second, and calls again when a call is over.

    What they do is decided by the seed. `lost` holds why calls were lost, `steps` counts each caller's.
    """

    lines: Sequence[Line]
    seed: int
    calls: list[LiveCall] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    stopping: bool = False
    stepped: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Steps are taken while the block runs; when it ends every caller hangs up."""
        self.steps = [0] * len(self.lines)
        callers = [asyncio.create_task(self._call_again_and_again(number)) for number in range(len(self.lines))]
        try:
            yield
        finally:
            self.stopping = True
            await asyncio.gather(*callers)

    async def everybody_is_answered(self, times: int) -> None:
        """Wait until each caller was answered so often again, or gave up; raises TimeoutError where nobody is."""
        wanted = [steps + times for steps in self.steps]
        async with asyncio.timeout(DEAD_SECONDS):
            while any(steps < goal for steps, goal in zip(self.steps, wanted, strict=True)):
                self.stepped.clear()
                await self.stepped.wait()

    async def _call_again_and_again(self, number: int) -> None:
        random = Random(f"{self.seed} {number}")  # noqa: S311  Callers are made up, not secret.
        await asyncio.sleep(number / len(self.lines))
        while not self.stopping:
            try:
                await self._call(number, random)
            except LineFault as fault:
                self.lost.append(str(fault))
                self._count(number)

    async def _call(self, number: int, random: Random) -> None:
        due = time.monotonic()
        call = await phone.dial(self.lines[number])
        self.calls.append(call)
        self._count(number)
        while not call.ended:
            due = max(due + 1, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            if self.stopping or len(call.exchanges) >= MOST_STEPS:
                await phone.hang_up(call)
            elif random.random() < 1 / 8:
                await phone.wait(call)
            else:
                await phone.press(call, random.choice(KEYS))
            self._count(number)
        self.lost += [turn.text for turn in call.turns if turn.kind == "failed"]
        await asyncio.sleep(max(due + 1 - time.monotonic(), 0))

    def _count(self, number: int) -> None:
        self.steps[number] += 1
        self.stepped.set()
