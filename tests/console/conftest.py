"""The console's tests enter by the same house as the entrance's, with the knowledge read once."""

from functools import cache

import pytest
from fastapi import FastAPI

from app.accounts import service
from app.accounts.models import Role
from app.accounts.service import Accounts
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import Database
from app.knowledge.library import Library
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.opening import provide
from tests.entrance.conftest import clock
from tests.entrance.house import Visit, house, visit
from tests.hashing import cheap_hash
from tests.moving import MovableClock

__all__ = ["cheap_hash", "clock"]


@cache
def library() -> Library:
    read = Library(PROJECT_ROOT)
    read.load()
    return read


@pytest.fixture
async def building(database: Database, clock: MovableClock) -> tuple[FastAPI, Accounts]:
    app, accounts = house(database, clock, demo=True)
    await service.seed_demo_people(accounts)
    return app, accounts


@pytest.fixture
async def agent(building: tuple[FastAPI, Accounts], clock: MovableClock) -> Visit:
    """An agent in front of the knowledge."""
    app, accounts = building
    provide(app, library())
    return await somebody(app, accounts, clock, Role.AGENT)


async def somebody(app: FastAPI, accounts: Accounts, clock: MovableClock, role: Role) -> Visit:
    browser = visit(app, clock)
    entered = await service.enter_as_demo(accounts, role)
    browser.client.cookies.set(PREFIX + SESSION_COOKIE, entered.token, domain="hotline.example")
    return browser
