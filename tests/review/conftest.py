"""The review with figures of a quarter, counted and published by the real counters, and a reader in front of it."""

import random
from datetime import date, timedelta

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.accounts import service as accounts_service
from app.accounts.models import Role
from app.accounts.service import Accounts
from app.kit.reach import Database
from app.kit.settings import Settings
from app.main import TokenSigner
from app.manner import Manner
from app.pages import build_pages
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.opening import provide
from app.statistics import service
from app.statistics.demo_year_callers import contacts_of
from app.statistics.periods import Period
from tests.cast import NUMBER, TOKEN, demo_playbook
from tests.entrance.house import BASE, Visit, visit
from tests.hashing import cheap_hash
from tests.moving import MovableClock
from tests.shell.toy import KEYS, SETTING
from tests.statistics.counted import SetClock, at, count_all

__all__ = ["cheap_hash"]

QUARTER = Period.parse("2026-Q1")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


async def build(
    pool: asyncpg.Pool, database: Database, clock: MovableClock, *, public_statistics: bool = False
) -> FastAPI:
    """All pages as the program builds them, without the calls."""
    settings = Settings(
        public_base_url=BASE,
        session_keys=SETTING,
        twilio_auth_token=TOKEN,
        hotline_number=NUMBER,
        public_statistics=public_statistics,
    )
    async with httpx.AsyncClient() as client:
        manner = Manner(demo=True, phone=False)
        pages = build_pages(settings, demo_playbook(), manner, client, TokenSigner(TOKEN))
    accounts = Accounts(database, KEYS, clock, demo=True)
    await accounts_service.seed_demo_people(accounts)
    provide(pages, accounts)
    provide(pages, pool)
    return pages


@pytest.fixture
async def pages(pool: asyncpg.Pool, database: Database, clock: MovableClock) -> FastAPI:
    return await build(pool, database, clock)


async def enter(pages: FastAPI, clock: MovableClock, role: Role) -> Visit:
    accounts: Accounts = pages.state.provided.get(Accounts)
    browser = visit(pages, clock)
    entered = await accounts_service.enter_as_demo(accounts, role)
    browser.client.cookies.set(PREFIX + SESSION_COOKIE, entered.token, domain="hotline.example")
    return browser


@pytest.fixture
async def reader(pages: FastAPI, clock: MovableClock) -> Visit:
    """A reviewer of the authority."""
    return await enter(pages, clock, Role.REVIEWER)


@pytest.fixture
async def figures(pool: asyncpg.Pool) -> int:
    """A quarter with its three months, published; returns how many contacts there truly were."""
    clock = SetClock(at(QUARTER.first_on, 0, 1))
    await service.open_quarter(pool, QUARTER, clock, simulated=True, workload="standard")
    chance = random.Random(11)  # noqa: S311  The same callers in every run.
    contacts = [
        contact
        for day in range(0, (QUARTER.last_on - QUARTER.first_on).days + 1, 3)
        for contact in contacts_of(QUARTER.first_on + timedelta(days=day), 200 + day, chance)
    ]
    await count_all(pool, contacts)
    await service.keep(pool, clock.go_to(date(2026, 4, 3)), simulated=True, second_draw=True)
    return len(contacts)
