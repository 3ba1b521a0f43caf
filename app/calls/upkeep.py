"""Keeps a running node on what editors decided: looks every second, and replaces the playbook as a whole."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg

from app.calls.announcing import InForce, following, in_force
from app.calls.playbook import Playbook
from app.calls.withdrawing import without
from app.kit.clock import Clock, now
from app.kit.errors import ContentError
from app.kit.log import get_logger
from app.kit.paths import PROJECT_ROOT
from app.knowledge.flags_models import News
from app.knowledge.flags_watch import Bulletin, read_news, tell_state
from app.queue.plan import read_stored
from app.queue.plan_models import Plan
from app.queue.plan_rules import holding

log = get_logger("upkeep")

LOOK_SECONDS: Final = 1.0
# How many looks lie between two times that the node tells what it serves.
_TELL_EVERY: Final = 10
_MOST_FAULTS: Final = 50
_LOST: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_FOLDERS: Final = ("ivr_flows", "knowledge_base", "locales")

# Puts in place what was read before; must neither wait nor fail.
Put = Callable[[], None]
Reads = Callable[[Playbook], Put]
Serve = Callable[[Playbook], Awaitable[None]]


class Upkeep:
    """One node's playbook: read anew when somebody asks for it, without what is withdrawn, and as the line is planned.

    `reread` reads and proves the files; `serve` answers calls from a playbook from then on. What is read beside it
    joins by `also`: everything is read before anything is put in place, so a broken set changes nothing. `pages`
    says whether this node has some.
    """

    def __init__(
        self,
        playbook: Playbook,
        reread: Callable[[], Playbook] | None,
        serve: Serve,
        root: Path = PROJECT_ROOT,
        clock: Clock = now,
    ) -> None:
        self.bulletin = Bulletin(digest_of(root))
        self.pages = False
        self._node = uuid4()
        self._root = root
        self._read = playbook
        self._reread = reread
        self._serve = serve
        self._clock = clock
        self._plan, self._in_force = Plan(), InForce()
        self._also: list[Reads] = []
        self._begun = False
        self._serving = asyncio.Lock()
        self._reloading: asyncio.Task[None] | None = None

    def also(self, reads: Reads) -> None:
        """At each reload this is read, too; called in a thread with the new playbook, it may raise ContentError."""
        self._also.append(reads)

    async def run(self, pool: asyncpg.Pool) -> None:
        """Look until cancelled; while the database is away, what was last read stays in force."""
        looks, lost = 0, False
        while True:
            try:
                if looks % _TELL_EVERY == 0:
                    await self._tell(pool)
                await self.look(pool)
                lost = False
            except Exception as error:  # noqa: BLE001  Whatever goes wrong, the next look comes.
                if not lost:
                    log.error("withdrawals cannot be read", error=type(error).__name__)  # noqa: TRY400  Once is enough.
                lost = True
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, pool: asyncpg.Pool) -> None:
        """Read what editors decided, and serve what follows from it; files are read anew beside the next looks.

        The first look takes the last reload for done: the files were read just before.
        """
        known = self.bulletin.news
        news = await self._read_decisions(pool)
        decided = in_force(holding(self._plan, self._clock()))
        is_planned_anew, self._in_force = decided != self._in_force, decided
        self.bulletin.news = news
        if not self._begun:
            self._begun, self.bulletin.tried = True, news.reload
        elif news.reload != known.reload:
            self._reloading = asyncio.create_task(self._reload(pool, self._reloading, news.reload))
        if news.withdrawn != known.withdrawn:
            await self._serve_now()
            await self._tell(pool)
        elif is_planned_anew:
            await self._serve_now()

    async def _read_decisions(self, pool: asyncpg.Pool) -> News:
        """What editors and supervisors decided; an announcement ends in time, also while the database is away."""
        try:
            self._plan = await read_stored(pool, self._clock())
            return await read_news(pool)
        except _LOST:
            decided = in_force(holding(self._plan, self._clock()))
            if decided != self._in_force:
                self._in_force = decided
                await self._serve_now()
            raise

    async def settled(self) -> None:
        """Wait until the files are read, if they are being read."""
        if self._reloading is not None:
            await self._reloading

    async def _serve_now(self) -> None:
        """Calls are answered from what was read last, without what is withdrawn by now, and as is planned by now."""
        async with self._serving:
            kept = await asyncio.to_thread(without, self._read, self.bulletin.withdrawn)
            await self._serve(following(kept, self._in_force))
        announced = sorted(self._in_force.texts)
        log.info(
            "content changed",
            withdrawn=len(self.bulletin.withdrawn),
            serves=self.bulletin.serves,
            announced=", ".join(announced),
        )

    async def _reload(self, pool: asyncpg.Pool, before: asyncio.Task[None] | None, number: int) -> None:
        """Read the files anew, one reload after the other; a set with a fault is refused as a whole."""
        if before is not None:
            await before
        try:
            await self._take_files()
        except ContentError as error:
            self._refuse(tuple(error.faults[:_MOST_FAULTS]))
        except Exception as error:  # noqa: BLE001  Whatever the files hold, the old ones are still served.
            self._refuse((f"The files cannot be read: {type(error).__name__}.",))
        self.bulletin.tried = number
        with suppress(*_LOST):
            await self._tell(pool)

    async def _take_files(self) -> None:
        if self._reread is None:
            return
        playbook = await asyncio.to_thread(self._reread)
        puts = [await asyncio.to_thread(reads, playbook) for reads in self._also]
        digest = await asyncio.to_thread(digest_of, self._root)
        for put in puts:
            put()
        self._read, self.bulletin.serves, self.bulletin.faults = playbook, digest, ()
        await self._serve_now()

    def _refuse(self, faults: tuple[str, ...]) -> None:
        self.bulletin.faults = faults
        log.error("files refused, the old ones are served", faults=list(faults))

    @property
    def playbook(self) -> Playbook:
        """What was read last, with nothing withdrawn."""
        return self._read

    async def _tell(self, pool: asyncpg.Pool) -> None:
        await tell_state(pool, self._node, self.bulletin, pages=self.pages)


def digest_of(root: Path) -> str:
    """Eight hexadecimal digits over all files that calls and pages are served from."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in _FOLDERS for path in (root / folder).rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
