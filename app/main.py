"""Builds the application: the only module that knows every room and every door."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from app.accounts import service as accounts_service
from app.accounts.means import Accounts
from app.administration.routes import administration_router
from app.calls.playbook import Playbook
from app.entrance.provider import Provider, open_provider
from app.entrance.routes import Entrance, demo_door_router, entrance_router
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.db import open_pool
from app.kit.errors import SettingError
from app.kit.reach import open_database
from app.kit.settings import Settings
from app.phone.routes import phone_router
from app.phone.sources import sources_router
from app.shell.opening import Shell, furnish, provide
from app.shell.registry import check_registered
from app.telephony.routes import Telephony, voice_app
from app.telephony.safe import prepare
from app.telephony.signature import sign
from app.telephony.twiml import Typesetter

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
# The browser telephone is as patient as Twilio.
PHONE_SECONDS = 15.0
# What anybody may open although it is no page of the shell: the telephone of the demo, and what stands beside it.
PLAIN_PATHS = frozenset(
    {
        "/healthz",
        "/sources",
        "/phone",
        "/phone/static/{name}",
        "/phone/calls",
        *(f"/phone/calls/{{call_id}}/{deed}" for deed in ("press", "say", "wait", "hangup")),
    }
)

Background = Callable[[asyncpg.Pool, Accounts], Coroutine[Any, Any, None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs as Twilio does, for the telephone of the demo."""

    token: str

    def sign(self, url: str, params: list[tuple[str, str]]) -> str:
        return sign(url, params, self.token)


@dataclass(frozen=True, slots=True)
class Manner:
    """How the application is run: `demo` lets anybody look around, `phone` adds the browser telephone."""

    demo: bool
    phone: bool


class Hotline:
    """The application as a web server calls it: `/voice/…` goes to the plain webhook handler, all else to the pages."""

    def __init__(self, pages: FastAPI) -> None:
        self.pages = pages
        self.voice: Application | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.voice is not None and scope["type"] == "http" and scope["path"].startswith("/voice/"):
            await self.voice(scope, receive, send)
        else:
            await self.pages(scope, receive, send)


def build_application(
    settings: Settings, playbook: Playbook, database_url: str, *, manner: Manner, background: Background
) -> Hotline:
    """The whole application. The database opens and closes with it, and `background` runs as long as it."""
    telephony = _telephony(settings, playbook)
    client = httpx.AsyncClient(timeout=PHONE_SECONDS)

    @asynccontextmanager
    async def lifespan(pages: FastAPI) -> AsyncIterator[None]:
        async with (
            await open_pool(database_url) as pool,
            client,
            _open_accounts(pages, settings, database_url, manner) as accounts,
        ):
            pages.state.pool = pool
            hotline.voice = voice_app(replace(telephony, pool=pool))
            work = asyncio.create_task(background(pool, accounts))
            yield
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    hotline = Hotline(_pages(lifespan))
    _furnish(hotline.pages, settings, playbook, manner, open_provider(settings, client))
    if manner.phone:
        _add_phone(hotline.pages, settings, client)
    check_registered(hotline.pages, plain=PLAIN_PATHS)
    return hotline


def _furnish(pages: FastAPI, settings: Settings, playbook: Playbook, manner: Manner, provider: Provider | None) -> None:
    """Adds the pages that people log in to, and the one that names the sources."""
    shell = Shell(
        keys=KeyRing.from_setting(settings.session_keys),
        base_url=settings.public_base_url,
        demo=manner.demo,
        form_targets=(_origin(provider.issuer),) if provider else (),
        footer=(("/sources", "shell.sources"),),
    )
    routers = [entrance_router, administration_router, *([demo_door_router] if manner.demo else [])]
    furnish(pages, shell, routers)
    provide(pages, Entrance(settings.public_base_url, provider, manner.phone))
    provide(pages, playbook.directory)
    pages.include_router(sources_router(phone=manner.phone))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@asynccontextmanager
async def _open_accounts(
    pages: FastAPI, settings: Settings, database_url: str, manner: Manner
) -> AsyncIterator[Accounts]:
    """The accounts, for all pages; production does not start on a database that people of the demo may enter."""
    database = await open_database(database_url)
    try:
        accounts = Accounts(database, KeyRing.from_setting(settings.session_keys), demo=manner.demo)
        if manner.demo:
            await accounts_service.seed_demo_people(accounts)
        elif await accounts_service.demo_people_exist(accounts):
            raise SettingError("DATABASE_URL names a database of the demonstration: production needs one of its own.")
        provide(pages, accounts)
        yield accounts
    finally:
        await database.close()


def webhooks(settings: Settings, playbook: Playbook) -> Application:
    """Twilio's door alone, without a database: what a call counts as is not kept."""
    return voice_app(_telephony(settings, playbook))


def _telephony(settings: Settings, playbook: Playbook) -> Telephony:
    setter = Typesetter(playbook)
    prepare(setter)
    keys = KeyRing.from_setting(settings.session_keys)
    tokens = tuple(token for token in (settings.twilio_auth_token, settings.twilio_auth_token_next) if token)
    return Telephony(setter, keys, tokens, settings.public_base_url, None, now)


def _pages(lifespan: Any) -> FastAPI:  # noqa: ANN401  FastAPI's own type for this is generic over the application.
    pages = FastAPI(title="Return hotline", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @pages.get("/healthz", include_in_schema=False)
    async def healthz() -> JSONResponse:
        """Whether this node can serve: it answers, and its database does."""
        pool: asyncpg.Pool = pages.state.pool
        try:
            await pool.fetchval("SELECT 1", timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return JSONResponse({"status": "the database does not answer"}, status_code=503)
        return JSONResponse({"status": "ok"})

    return pages


def _add_phone(pages: FastAPI, settings: Settings, client: httpx.AsyncClient) -> None:
    router = phone_router(
        client=client,
        signer=TokenSigner(settings.twilio_auth_token),
        base_url=settings.public_base_url,
        number=settings.hotline_number,
        account_sid=settings.twilio_account_sid,
    )
    pages.include_router(router)
