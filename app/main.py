"""Builds the application: the only module that knows every room and every door."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse, RedirectResponse

from app.calls.playbook import Playbook
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.db import open_pool
from app.kit.settings import Settings
from app.phone.routes import phone_router
from app.phone.sources import sources_router
from app.telephony.routes import Telephony, voice_app
from app.telephony.safe import prepare
from app.telephony.signature import sign
from app.telephony.twiml import Typesetter

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
# The browser telephone is as patient as Twilio.
PHONE_SECONDS = 15.0

Background = Callable[[asyncpg.Pool], Coroutine[Any, Any, None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs as Twilio does, for the telephone of the demo."""

    token: str

    def sign(self, url: str, params: list[tuple[str, str]]) -> str:
        return sign(url, params, self.token)


def build_application(
    settings: Settings, playbook: Playbook, database_url: str, *, phone: bool, background: Background
) -> Application:
    """The whole application: `/voice/…` goes to the plain webhook handler, all else to the pages.

    The database pool opens and closes with the application, and `background` runs as long as it;
    `phone` adds the browser telephone.
    """
    telephony = _telephony(settings, playbook)
    doors: dict[str, Application] = {}
    client = httpx.AsyncClient(timeout=PHONE_SECONDS)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with await open_pool(database_url) as pool, client:
            app.state.pool = pool
            doors["/voice/"] = voice_app(replace(telephony, pool=pool))
            work = asyncio.create_task(background(pool))
            yield
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    pages = _pages(lifespan)
    pages.include_router(sources_router(phone=phone))
    if phone:
        _add_phone(pages, settings, client)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/voice/") and doors:
            await doors["/voice/"](scope, receive, send)
        else:
            await pages(scope, receive, send)

    return application


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

    @pages.get("/", include_in_schema=False)
    async def front() -> RedirectResponse:
        return RedirectResponse("/phone")
