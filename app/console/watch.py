"""One watch of the line for all open pages of a node: it reads for all at once, and rests while nobody looks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Final
from uuid import UUID

from app.accounts.means import Accounts
from app.accounts.service import list_people
from app.calls import scene as scenes
from app.calls.desk import Desk
from app.calls.scene import Reading, Scene
from app.kit.extent import EVERYTHING
from app.kit.log import get_logger
from app.queue.overview import Helper, list_helpers, see_all

LOOK_SECONDS: Final = 0.2
# Names and interpreters' hours change seldom.
SLOW_SECONDS: Final = 10.0
SEE_SECONDS: Final = 15.0

log = get_logger("watch")


class Watch:
    """What the line looks like, and whom to tell when it looks otherwise."""

    def __init__(self, desk: Desk, accounts: Accounts) -> None:
        self._desk, self._accounts = desk, accounts
        self._scene: Scene | None = None
        self._reading: Reading | None = None
        self._helpers: tuple[Helper, ...] = ()
        self._names: Mapping[UUID, str] = {}
        self._slow_at = self._seen_at = -SLOW_SECONDS
        self._one_reads = asyncio.Lock()
        self._news = asyncio.Event()
        self._here: set[UUID] = set()
        self._readers = 0
        self.off = asyncio.Event()
        self.off.set()
        self._failing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        """Whether somebody looks; `off` is set while nobody does."""
        return self._task is not None

    async def look(self) -> Scene:
        """The line as it is now; raises what the database raises."""
        async with self._one_reads:
            return await self._read(slow=True)

    def note_here(self, agent_id: UUID) -> None:
        """The page of an agent has answered: it is open in a browser that lives."""
        self._here.add(agent_id)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Meanwhile the line is looked at, again and again."""
        self._readers += 1
        if self._task is None:
            # What was seen before the rest is old.
            self._scene = None
            self._task = asyncio.create_task(self._go_on())
            self.off.clear()
        try:
            yield
        finally:
            self._readers -= 1
            if self._readers == 0:
                self._task.cancel()
                self._task = None
                self.off.set()

    async def next_scene(self, known: Scene | None, seconds: float) -> Scene | None:
        """The scene as soon as it is another than the known one, or the same after some seconds."""
        if self._scene is known:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
        return self._scene

    async def _go_on(self) -> None:
        while True:
            begun = monotonic()
            await self._try_once(begun)
            await asyncio.sleep(max(0.0, LOOK_SECONDS - (monotonic() - begun)))

    async def _try_once(self, at: float) -> None:
        """That it fails is told once."""
        try:
            async with self._one_reads:
                await self._read(slow=at - self._slow_at >= SLOW_SECONDS)
            if at - self._seen_at >= SEE_SECONDS:
                self._seen_at = at
                await self._see_all()
        except Exception as error:  # noqa: BLE001  Whatever goes wrong, the next look comes.
            if not self._failing:
                log.error("the line is not watched", kind=type(error).__name__)  # noqa: TRY400  The kind says enough.
            self._failing = True
        else:
            self._failing = False

    async def _read(self, *, slow: bool) -> Scene:
        if slow:
            await self._read_slow()
        reading = await scenes.read(self._desk)
        scene = self._scene
        if scene is None or slow or reading != self._reading:
            scene = self._understand(reading, scene)
        self._reading = reading
        return scene

    async def _read_slow(self) -> None:
        self._helpers = await list_helpers(self._desk.line)
        people = await list_people(self._accounts, EVERYTHING)
        self._names = {person.id: person.display_name for person in people}
        self._slow_at = monotonic()

    def _understand(self, reading: Reading, before: Scene | None) -> Scene:
        """Wakes all who look when something is otherwise."""
        same = before is not None and before.helpers == self._helpers and before.names == self._names
        if before is not None and same and reading == self._reading:
            return before
        self._scene = scenes.understood(reading, self._helpers, self._names)
        news, self._news = self._news, asyncio.Event()
        news.set()
        return self._scene

    async def _see_all(self) -> None:
        here, self._here = self._here, set()
        if here:
            await see_all(self._desk.line, here)
