"""The pages of the application: everything that people look at, loaded beside the calls and after them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from threading import Event
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from app.accounts import service as accounts_service
from app.accounts.means import Accounts
from app.accounts.models import Role
from app.administration.routes import administration_router
from app.api.routes import build_api
from app.calls.playbook import Playbook
from app.calls.upkeep import Upkeep
from app.console.phone_window import softphone_window
from app.console.routes import console_router
from app.console.watch import Watch
from app.entrance.provider import Provider, open_provider
from app.entrance.routes import Entrance, demo_door_router, entrance_router
from app.jobs import Sweep, beside
from app.kit.crypto import KeyRing
from app.kit.db import open_pool
from app.kit.errors import HotlineError, SettingError
from app.kit.extent import EVERYTHING
from app.kit.log import get_logger
from app.kit.paths import PROJECT_ROOT
from app.kit.protocols import Signer, Softphones
from app.kit.reach import open_database
from app.kit.settings import Settings
from app.kit.vault import open_vault
from app.knowledge.library import Library
from app.lining import lining, open_line
from app.manner import Manner
from app.phone.routes import phone_router
from app.phone.sources import sources_router
from app.phone.switchboard import Switchboard
from app.portal.routes import portal_router
from app.posting import Posting, delivering, open_post
from app.queue.demo import prepare_demo as prepare_line
from app.queue.models import Line
from app.queue.safe import Safe
from app.queue.sweeping import sweep as sweep_line
from app.referrals import service as referrals_service
from app.referrals.demo import prepare_demo
from app.referrals.means import Referrals
from app.review.ahead import Ahead
from app.review.routes import review_router
from app.shell.opening import Shell, furnish, provide
from app.shell.registry import PageRouter, check_registered
from app.statistics import service as statistics_service
from app.telephony.softphone import TwilioSoftphones

log = get_logger("pages")

# The browser telephone is as patient as Twilio.
PHONE_SECONDS = 15.0
# So often a node looks whether figures were published, to draw them before somebody wants to see them.
AHEAD_SECONDS = 60.0
# The doors of the people who log in, and of callers who look something up.
ROUTERS = (entrance_router, console_router, portal_router, review_router, administration_router)
API = "/api/v1"
# What anybody may open although it is no page of the shell: the telephone of the demo, and what stands beside it.
PLAIN_PATHS = frozenset(
    {
        API,
        "/sources",
        "/phone",
        "/phone/static/{name}",
        "/phone/calls",
        "/phone/messages",
        *(f"/phone/calls/{{call_id}}/{deed}" for deed in ("press", "say", "wait", "look", "hangup")),
    }
)


@asynccontextmanager
async def open_pages(
    settings: Settings, upkeep: Upkeep, database_url: str, manner: Manner, signer: Signer
) -> AsyncIterator[tuple[FastAPI, Sweep]]:
    """The pages with their database, and what wipes what has outlived its time there."""
    database = await open_database(database_url)
    closing = Event()
    try:
        accounts = Accounts(database, KeyRing.from_setting(settings.session_keys), demo=manner.demo)
        if manner.demo:
            await accounts_service.seed_demo_people(accounts)
        async with httpx.AsyncClient(timeout=PHONE_SECONDS) as client, await open_pool(database_url, most=2) as pool:
            pages = build_pages(settings, upkeep.playbook, manner, client, signer)
            provide(pages, accounts)
            provide(pages, pool)
            library = upkeep.playbook.library or Library(PROJECT_ROOT, lambda: upkeep.bulletin.withdrawn)
            provide(pages, library)
            upkeep.pages = True
            upkeep.also(lambda _: library.reread())
            upkeep.also(lambda playbook: partial(provide, pages, playbook.directory))
            upkeep.also(lambda playbook: partial(provide, pages, playbook))
            referrals = Referrals(accounts, open_vault(settings.referral_keys_folder), upkeep.playbook.directory)
            provide(pages, referrals)
            safe = Safe(Line(pool, accounts.keys, accounts.clock), referrals.vault)
            provide(pages, safe)
            if manner.demo:
                await _prepare_demo(referrals, safe.line)
            upkeep.also(lambda playbook: partial(provide, pages, replace(referrals, directory=playbook.directory)))
            reading = asyncio.create_task(_read(library, settings, closing))
            ahead = beside("draw ahead", Ahead(pool).draw, AHEAD_SECONDS)
            post = open_post(settings, referrals, upkeep.playbook.wording, signer, client)
            serving = pages.router.lifespan_context(pages)
            async with serving, ahead, post as posting, _at_work(settings, database_url, safe, posting, pages):
                yield pages, partial(_sweep, accounts, referrals, safe)
            closing.set()
            await asyncio.wait({reading})
    finally:
        closing.set()
        await database.close()


@asynccontextmanager
async def _at_work(
    settings: Settings, database_url: str, safe: Safe, posting: Posting, pages: FastAPI
) -> AsyncIterator[None]:
    """Notices leave, and agents take calls; those of the demonstration meet its browser telephone on the exchange."""
    exchange = posting.exchange
    telephony = None if exchange is None else posting.post.telephony
    opening = open_line(settings, database_url, safe, exchange, telephony)
    async with delivering(posting.post), opening as desk, lining(desk, posting.post.sender):
        provide(pages, replace(desk, texts=bool(posting.post.sender)))
        provide(pages, Watch(desk, pages.state.provided.get(Accounts)))
        async with AsyncExitStack() as stack:
            if exchange is not None:
                # What only the demonstration has is never loaded in production.
                from app.practice import practising  # noqa: PLC0415

                await stack.enter_async_context(practising(pages, exchange, desk, settings))
            yield


async def _prepare_demo(referrals: Referrals, line: Line) -> None:
    """The demo's centres have referrals, and its agent and supervisor can take calls."""
    await prepare_demo(referrals)
    people = await accounts_service.list_people(referrals.accounts, EVERYTHING)
    team = [one.id for role in (Role.AGENT, Role.SUPERVISOR) for one in people if one.demo and one.role is role]
    await prepare_line(line, team)


async def _sweep(accounts: Accounts, referrals: Referrals, safe: Safe) -> int:
    """Each room by itself: where one cannot, the others still do."""
    try:
        return await accounts_service.sweep(accounts)
    finally:
        try:
            await referrals_service.sweep(referrals)
        finally:
            await sweep_line(safe)


async def _read(library: Library, settings: Settings, closing: Event) -> None:
    """Beside the calls and the pages: the index takes some seconds, the meaning of its texts a minute."""
    try:
        await asyncio.to_thread(library.load)
        if settings.search_meaning:
            await asyncio.to_thread(library.learn, settings.hotline_data / "meaning", lambda: not closing.is_set())
    except HotlineError as error:
        log.error("the knowledge cannot be read", reason=str(error))  # noqa: TRY400  The sentence says it all.


def build_pages(
    settings: Settings, playbook: Playbook, manner: Manner, client: httpx.AsyncClient, signer: Signer
) -> FastAPI:
    """All pages, still without their database; raises Unregistered where nobody said who may open one."""
    pages = FastAPI(title="Return hotline", docs_url=None, redoc_url=None, openapi_url=None)
    _furnish(pages, settings, playbook, manner, open_provider(settings, client))
    provide(pages, manner)
    if manner.shift:
        from app.practice import watch_searches  # noqa: PLC0415

        watch_searches(pages)
    if manner.phone:
        board = Switchboard()
        router = phone_router(
            client=client,
            signer=signer,
            base_url=settings.public_base_url,
            number=settings.hotline_number,
            account_sid=settings.twilio_account_sid,
            board=board,
        )
        provide(pages, board)
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
        footer=(("/sources", "shell.sources"), ("/counting", "counting.title")),
    )
    furnish(pages, shell, [*ROUTERS, *(_demo_routers() if manner.demo else [])])
    pages.mount(API, build_api(lambda: pages.state.provided, public_statistics=settings.public_statistics))
    provide(pages, Entrance(settings.public_base_url, provider, manner.phone))
    provide(pages, playbook.directory)
    provide(pages, playbook)
    provide(pages, softphone_window(_softphones(settings, manner)))
    pages.include_router(sources_router(phone=manner.phone))


def _softphones(settings: Settings, manner: Manner) -> Softphones | None:
    """None where agents telephone by numbers of their own alone; the demonstration has a window of its own."""
    if manner.demo:
        return None
    if not settings.twilio_api_key_sid:
        log.warning("no softphone is set up, so agents need telephones of their own")
        return None
    return TwilioSoftphones(
        settings.twilio_account_sid,
        settings.twilio_api_key_sid,
        settings.twilio_api_key_secret,
        settings.twilio_twiml_app_sid,
        settings.twilio_region,
    )


def _demo_routers() -> list[PageRouter]:
    """The ways in without an account, and what else production never loads."""
    from app.practice import DEMO_ROUTERS  # noqa: PLC0415

    return [demo_door_router, *DEMO_ROUTERS]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def _is_simulated(database_url: str) -> bool:
    """Whether simulated contacts are counted in this database, where real ones may never stand beside them."""
    async with await open_pool(database_url, most=1) as pool:
        return await statistics_service.find_ledger_kind(pool) is True


async def check_database(settings: Settings, database_url: str) -> None:
    """Raises SettingError for a database that people of the demonstration may enter: production needs its own."""
    database = await open_database(database_url, most=1)
    try:
        accounts = Accounts(database, KeyRing.from_setting(settings.session_keys))
        if await accounts_service.demo_people_exist(accounts) or await _is_simulated(database_url):
            raise SettingError("DATABASE_URL names a database of the demonstration: production needs one of its own.")
    finally:
        await database.close()
