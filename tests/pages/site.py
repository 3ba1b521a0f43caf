"""An application with pages, as the harness opens it: served, with somebody at every place of the login."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import httpx
import pyotp
from fastapi import FastAPI

from app.accounts import service
from app.accounts.models import CLI, Role, SignedIn, Stage
from app.accounts.service import Accounts
from app.calls.desk import Desk
from app.kit.clock import now
from app.kit.db import open_pool
from app.kit.reach import open_database
from app.kit.settings import Settings
from app.kit.vault import open_vault
from app.main import TokenSigner, build_application
from app.manner import Manner
from app.pages import build_pages
from app.queue.models import Line
from app.queue.safe import Safe
from app.referrals.means import Referrals
from app.shell.access import Access
from app.shell.provided import Provided
from app.shell.registry import Registered, list_pages
from tests.browser import serve, take_address
from tests.cast import NUMBER, TOKEN, demo_playbook
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.moving import MovableClock
from tests.shell.toy import KEYS, SETTING, Done, toy_application

ACCOUNT_SID = f"AC{7:032x}"
PASSWORD = "Quersumme-Nebelhorn-71-Tapir"
ADDRESS = "192.0.2.1"

# Somebody who opens pages: a role that is fully logged in, a stage of the login, or nobody.
Who = Role | Stage | None
EVERYBODY: tuple[Who, ...] = (None, *Role, *(stage for stage in Stage if stage is not Stage.FULL))


@dataclass
class Site:
    """A served application; `provided` is what examples of pages may use, `tokens` are the sessions of everybody."""

    url: str
    app: FastAPI
    provided: Provided
    tokens: Mapping[Role | Stage, str]
    clock: MovableClock

    def token(self, who: Who) -> str | None:
        return None if who is None else self.tokens[who]

    def pages(self) -> list[Registered]:
        return [entry for entry in list_pages(self.app) if entry.kind == "page"]

    async def addresses(self, page: Registered) -> list[str]:
        """At which addresses the page can be seen."""
        return [page.path] if page.example is None else list(await page.example(self.provided))


OpenSite = Callable[[DatabaseUrls], AbstractAsyncContextManager[Site]]


@asynccontextmanager
async def toy_site(urls: DatabaseUrls) -> AsyncIterator[Site]:
    """The toy of the shell's tests, with the page of examples."""
    clock, done = MovableClock(), Done()
    place = take_address()
    app = toy_application(place.url, urls.app, clock, done)
    async with open_site(app, urls, clock, place.url) as site:
        stop = serve(app, place)
        yield site
        stop()


@asynccontextmanager
async def open_site(app: FastAPI, urls: DatabaseUrls, clock: MovableClock, url: str) -> AsyncIterator[Site]:
    """The application on an empty database with somebody of every kind; it is served by the caller."""
    await empty_all_tables(urls)
    database = await open_database(urls.app, most=2)
    accounts = Accounts(database, KEYS, clock, demo=True)
    provided = Provided()
    provided.put(accounts)
    await service.seed_demo_people(accounts)
    tokens: dict[Role | Stage, str] = {}
    for role in Role:
        tokens[role] = (await service.enter_as_demo(accounts, role)).token
    tokens |= await half_way(accounts)
    yield Site(url, app, provided, tokens, clock)
    await database.close()


async def half_way(accounts: Accounts) -> dict[Role | Stage, str]:
    """A session at each stage of the login."""
    tokens: dict[Role | Stage, str] = {}
    steps: Mapping[Stage, Callable[[Accounts, str], Awaitable[str]]] = {
        Stage.CHANGE_PASSWORD: first_log_in,
        Stage.ENROL: change_password,
        Stage.SECOND_FACTOR: enrol_and_log_in_again,
    }
    for stage, step in steps.items():
        tokens[stage] = await step(accounts, f"at-{stage.value}")
    return tokens


async def first_log_in(accounts: Accounts, login: str) -> str:
    return (await _log_in(accounts, login, await _add(accounts, login))).token


async def change_password(accounts: Accounts, login: str) -> str:
    first = await _add(accounts, login)
    begun = await _log_in(accounts, login, first)
    return (await service.change_password(accounts, begun.token, current=first, new=PASSWORD)).token


async def enrol_and_log_in_again(accounts: Accounts, login: str) -> str:
    token = await change_password(accounts, login)
    enrolment = await service.begin_enrolment(accounts, token)
    code = pyotp.TOTP(enrolment.secret).at(accounts.clock())
    await service.confirm_enrolment(accounts, token, code=code)
    return (await _log_in(accounts, login, PASSWORD)).token


async def _add(accounts: Accounts, login: str) -> str:
    added = await service.add_person(accounts, by=CLI, login=login, display_name="Grace", role=Role.AGENT)
    return added.password or ""


async def _log_in(accounts: Accounts, login: str, password: str) -> SignedIn:
    return await service.log_in(accounts, login=login, password=password, address=ADDRESS, device=None)


def is_open(access: Access, who: Who) -> bool:
    """What the words of the registration mean, apart from how the guard works it out."""
    if access.everybody or who is None:
        return access.everybody
    return who in access.roles if isinstance(who, Role) else who in access.stages


def somebody_for(page: Registered) -> Who:
    """The first who may open the page."""
    return next(who for who in EVERYBODY if is_open(page.access, who))


@asynccontextmanager
async def hotline_site(urls: DatabaseUrls) -> AsyncIterator[Site]:
    """The whole application as the demonstration has it, so that a new page of any door is opened by itself."""
    place = take_address()
    settings = Settings(
        public_base_url=place.url,
        session_keys=SETTING,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=TOKEN,
        hotline_number=NUMBER,
        hotline_data=Path(mkdtemp(prefix="hotline-pages-")),
    )
    manner, signer = Manner(demo=True, phone=True), TokenSigner(TOKEN)
    hotline = build_application(settings, demo_playbook(), urls.app, manner=manner, background=_rest)
    async with httpx.AsyncClient() as client:
        # The same pages once more, unopened: they tell what is registered.
        pages = build_pages(settings, demo_playbook(), manner, client, signer)
    async with open_site(pages, urls, MovableClock(now()), place.url) as site:
        directory, vault = demo_playbook().directory, open_vault(settings.referral_keys_folder)
        site.provided.put(directory)
        site.provided.put(Referrals(site.provided.get(Accounts), vault, directory))
        async with await open_pool(urls.app, most=1) as pool:
            line = Line(pool, KEYS, site.clock)
            site.provided.put(Desk(line, None, place.url, NUMBER, Safe(line, vault)))
            stop = serve(hotline, place)
            yield site
            stop()
    shutil.rmtree(settings.hotline_data)


async def _rest(_pool: object, _sweeps: object) -> None:
    """Nothing works beside the pages."""
    await asyncio.Event().wait()


# The applications whose pages the harness opens, by name.
SITES: Mapping[str, OpenSite] = {"hotline": hotline_site}
