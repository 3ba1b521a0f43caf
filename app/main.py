"""Builds the application: the calls first, and the pages as soon as they are loaded."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Any

import asyncpg

from app.calls.playbook import Playbook
from app.calls.upkeep import Upkeep
from app.jobs import Sweep
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.db import open_pool
from app.kit.errors import HotlineError
from app.kit.log import get_logger
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings
from app.knowledge.library import Library
from app.manner import Manner
from app.telephony.routes import Telephony, voice_app
from app.telephony.safe import prepare
from app.telephony.signature import sign
from app.telephony.twiml import Typesetter
from app.texts.languages import LAUNCH_LANGUAGES

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.calls.lasting import Outside

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Background = Callable[[asyncpg.Pool, Sequence[Sweep]], Coroutine[Any, Any, None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Whoever opens a page before the pages are loaded waits for them so long.
PAGES_SECONDS = 30.0

log = get_logger("main")


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs as Twilio does, for the telephone of the demo."""

    token: str

    def sign(self, url: str, params: list[tuple[str, str]]) -> str:
        return sign(url, params, self.token)


class Hotline:
    """The application as a web server calls it: `/voice/…` goes to the plain webhook handler, all else to the pages.

    The pages need a second to load and many packages that calls do not: they come after the calls are answered, and
    a node for calls alone never loads them.
    """

    def __init__(  # noqa: PLR0913, PLR0917  Everything that the application is made of.
        self,
        settings: Settings,
        playbook: Playbook,
        database_url: str,
        manner: Manner,
        background: Background,
        reread: Callable[[], Playbook] | None,
    ) -> None:
        self._settings, self._database_url = settings, database_url
        self._manner, self._background = manner, background
        self._library = self._searched(playbook)
        playbook = replace(playbook, library=self._library)
        self._upkeep = Upkeep(playbook, self._with_library(reread), self._serve)
        self._telephony = _telephony(settings, playbook)
        self._voice = voice_app(self._telephony)
        self._pool: asyncpg.Pool | None = None
        self._outside: Callable[[Playbook], Outside] | None = None
        self._pages: FastAPI | None = None
        self._decided = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith("/voice/"):
            await self._voice(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/healthz":
            await _say(send, *await self._health())
        elif scope["type"] == "http":
            await self._page(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self._open():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            log.error("start failed", error=type(error).__name__)  # noqa: TRY400  The server tells the sentence.
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        async with await open_pool(self._database_url) as pool:
            self._pool = pool
            self._answer_from(self._telephony)
            # Nobody hears what was withdrawn before this node began.
            await self._upkeep.look(pool)
            beside = (self._go_on(pool), self._upkeep.run(pool), self._reach_out(pool))
            work = [asyncio.create_task(one) for one in beside]
            yield
            for task in work:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def _searched(self, playbook: Playbook) -> Library | None:
        """What spoken questions are searched in; a node for calls alone carries only the languages of calls."""
        if not playbook.guards["speech_allowed"]:
            return None
        languages = None if self._manner.pages else LAUNCH_LANGUAGES
        return Library(PROJECT_ROOT, lambda: self._upkeep.bulletin.withdrawn, languages)

    def _with_library(self, reread: Callable[[], Playbook] | None) -> Callable[[], Playbook] | None:
        return None if reread is None else lambda: replace(reread(), library=self._library)

    async def _listen(self) -> None:
        """Reads beside the calls what spoken questions are searched in; until then callers choose by keys."""
        library = self._library
        if library is None:
            return
        self._upkeep.also(lambda _: library.reread())
        try:
            await asyncio.to_thread(library.load)
        except HotlineError as error:
            log.error("spoken questions cannot be searched", reason=str(error))  # noqa: TRY400  The sentence says it all.

    async def _serve(self, playbook: Playbook) -> None:
        """Calls are answered from this playbook from now on; a step that has begun ends with the one it has."""
        self._answer_from(await asyncio.to_thread(_telephony, self._settings, playbook))

    def _answer_from(self, telephony: Telephony) -> None:
        outside = self._outside(telephony.setter.playbook) if self._outside else None
        self._telephony = replace(telephony, pool=self._pool, outside=outside)
        self._voice = voice_app(self._telephony)

    async def _reach_out(self, pool: asyncpg.Pool) -> None:
        """Loads what effects need that ask the database; before that, and where it fails, flows go on without them."""
        try:
            loaded = await asyncio.to_thread(import_module, "app.calls.outside")
            opening = loaded.open_outside(self._settings, self._database_url, pool, demo=self._manner.demo)
            async with opening as self._outside:
                self._answer_from(self._telephony)
                await asyncio.Event().wait()
        except Exception as error:
            log.exception("effects failed to load", error=type(error).__name__)

    async def _go_on(self, pool: asyncpg.Pool) -> None:
        """Loads the pages if there shall be any, and then does what is to be done beside the calls."""
        if not self._manner.pages:
            self._decided.set()
            await asyncio.gather(self._listen(), self._background(pool, ()))
            return
        try:
            loaded = await asyncio.to_thread(import_module, "app.pages")
            signer = TokenSigner(self._settings.twilio_auth_token)
            opening = loaded.open_pages(self._settings, self._upkeep, self._database_url, self._manner, signer)
            async with opening as (self._pages, sweep):
                self._decided.set()
                await self._background(pool, (sweep,))
        except Exception as error:
            log.exception("pages failed", error=type(error).__name__)
            self._pages = None
            self._decided.set()
            # What fails while the node ends is only told: nothing begins any more.
            if (task := asyncio.current_task()) is None or not task.cancelling():
                await self._background(pool, ())

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._decided.wait(), PAGES_SECONDS)
        if self._pages is not None:
            await self._pages(scope, receive, send)
        elif self._manner.pages:
            await _say(send, HTTPStatus.SERVICE_UNAVAILABLE, "The pages cannot be shown: the log says why.")
        else:
            await _say(send, HTTPStatus.NOT_FOUND, "This node answers calls alone.")

    async def _health(self) -> tuple[HTTPStatus, str]:
        """Whether this node can serve: it answers, its database does, and its pages did not fail."""
        try:
            if self._pool is None:
                return HTTPStatus.SERVICE_UNAVAILABLE, "starting"
            await self._pool.fetchval("SELECT 1", timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer"
        if self._manner.pages and self._decided.is_set() and self._pages is None:
            return HTTPStatus.SERVICE_UNAVAILABLE, "the pages failed to load"
        return HTTPStatus.OK, "ok"


async def _say(send: Send, status: HTTPStatus, text: str) -> None:
    """An answer of one sentence, for a program or a person who finds no page."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"status": text}).encode()})


def build_application(  # noqa: PLR0913  Everything that the application is made of.
    settings: Settings,
    playbook: Playbook,
    database_url: str,
    *,
    manner: Manner,
    background: Background,
    reread: Callable[[], Playbook] | None = None,
) -> Hotline:
    """The whole application. The database opens and closes with it, and `background` runs as long as it.

    `reread` reads the playbook's files anew when an editor asks for it.
    """
    return Hotline(settings, playbook, database_url, manner, background, reread)


def webhooks(settings: Settings, playbook: Playbook) -> Application:
    """Twilio's door alone, without a database: what a call counts as is not kept."""
    return voice_app(_telephony(settings, playbook))


def _telephony(settings: Settings, playbook: Playbook) -> Telephony:
    setter = Typesetter(playbook)
    prepare(setter)
    keys = KeyRing.from_setting(settings.session_keys)
    tokens = tuple(token for token in (settings.twilio_auth_token, settings.twilio_auth_token_next) if token)
    base_url, number = settings.public_base_url, settings.hotline_number
    return Telephony(setter, keys, tokens, base_url, None, now, number=number)
