"""The pages of the application: everything that people look at, loaded beside the calls and after them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from app.accounts import service as accounts_service
from app.accounts.means import Accounts
from app.administration.routes import administration_router
from app.calls.playbook import Playbook
from app.console.knowledge_pages import router as console_router
from app.entrance.provider import Provider, open_provider
from app.entrance.routes import Entrance, demo_door_router, entrance_router
from app.jobs import Sweep
from app.kit.crypto import KeyRing
from app.kit.errors import HotlineError, SettingError
from app.kit.log import get_logger
from app.kit.paths import PROJECT_ROOT
from app.kit.protocols import Signer
from app.kit.reach import open_database
from app.kit.settings import Settings
from app.knowledge.library import Library
from app.manner import Manner
from app.phone.routes import phone_router
from app.phone.sources import sources_router
from app.shell.opening import Shell, furnish, provide
from app.shell.registry import check_registered

log = get_logger("pages")

# The browser telephone is as patient as Twilio.
PHONE_SECONDS = 15.0
# What anybody may open although it is no page of the shell: the telephone of the demo, and what stands beside it.
PLAIN_PATHS = frozenset(
    {
        "/sources",
        "/phone",
        "/phone/static/{name}",
        "/phone/calls",
        *(f"/phone/calls/{{call_id}}/{deed}" for deed in ("press", "say", "wait", "hangup")),
    }
)


@asynccontextmanager
async def open_pages(
    settings: Settings, playbook: Playbook, database_url: str, manner: Manner, signer: Signer
) -> AsyncIterator[tuple[FastAPI, Sweep]]:
    """The pages with their database, and what wipes what has outlived its time there."""
    database = await open_database(database_url)
    try:
        accounts = Accounts(database, KeyRing.from_setting(settings.session_keys), demo=manner.demo)
        if manner.demo:
            await accounts_service.seed_demo_people(accounts)
        async with httpx.AsyncClient(timeout=PHONE_SECONDS) as client:
            pages = build_pages(settings, playbook, manner, client, signer)
            provide(pages, accounts)
            library = Library(PROJECT_ROOT)
            provide(pages, library)
            reading = asyncio.create_task(_read(library))
            async with pages.router.lifespan_context(pages):
                yield pages, partial(accounts_service.sweep, accounts)
            await asyncio.wait({reading})
    finally:
        await database.close()


async def _read(library: Library) -> None:
    """Beside the calls and the pages: the index takes some seconds."""
    try:
        await asyncio.to_thread(library.load)
    except HotlineError as error:
        log.error("the knowledge cannot be read", reason=str(error))  # noqa: TRY400  The sentence says it all.


def build_pages(
    settings: Settings, playbook: Playbook, manner: Manner, client: httpx.AsyncClient, signer: Signer
) -> FastAPI:
    """All pages, still without their database; raises Unregistered where nobody said who may open one."""
    pages = FastAPI(title="Return hotline", docs_url=None, redoc_url=None, openapi_url=None)
    _furnish(pages, settings, playbook, manner, open_provider(settings, client))
    if manner.phone:
        router = phone_router(
            client=client,
            signer=signer,
            base_url=settings.public_base_url,
            number=settings.hotline_number,
            account_sid=settings.twilio_account_sid,
        )
        pages.include_router(router)
    check_registered(pages, plain=PLAIN_PATHS)
    return pages


def _furnish(pages: FastAPI, settings: Settings, playbook: Playbook, manner: Manner, provider: Provider | None) -> None:
    """Adds the pages that people log in to, and the one that names the sources."""
    shell = Shell(
        keys=KeyRing.from_setting(settings.session_keys),
        base_url=settings.public_base_url,
        demo=manner.demo,
        form_targets=(_origin(provider.issuer),) if provider else (),
        footer=(("/sources", "shell.sources"),),
    )
    routers = [entrance_router, console_router, administration_router, *([demo_door_router] if manner.demo else [])]
    furnish(pages, shell, routers)
    provide(pages, Entrance(settings.public_base_url, provider, manner.phone))
    provide(pages, playbook.directory)
    pages.include_router(sources_router(phone=manner.phone))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def check_database(settings: Settings, database_url: str) -> None:
    """Raises SettingError for a database that people of the demonstration may enter: production needs its own."""
    database = await open_database(database_url, most=1)
    try:
        accounts = Accounts(database, KeyRing.from_setting(settings.session_keys))
        if await accounts_service.demo_people_exist(accounts):
            raise SettingError("DATABASE_URL names a database of the demonstration: production needs one of its own.")
    finally:
        await database.close()
