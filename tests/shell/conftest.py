"""The toy application without a server, and somebody of each role to open its pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from app.accounts import service
from app.accounts.models import CLI, Role
from app.accounts.service import Accounts
from app.kit.reach import Database
from app.shell import csrf
from app.shell.cookies import PREFIX, SESSION_COOKIE, VISIT_COOKIE
from app.shell.provided import provide
from tests.conftest import DatabaseUrls
from tests.hashing import cheap_hash
from tests.moving import MovableClock
from tests.shell.toy import KEYS, Done, toy_application

__all__ = ["cheap_hash"]

BASE = "https://hotline.example"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Toy:
    """The toy application and a browser's worth of cookies; `done` is what its deeds did."""

    app: FastAPI
    client: httpx.AsyncClient
    accounts: Accounts
    clock: MovableClock
    done: Done

    async def enter(self, role: Role) -> str:
        """Somebody of this role is fully logged in from now on."""
        signed_in = await service.enter_as_demo(self.accounts, role)
        self.be(signed_in.token)
        return signed_in.token

    def be(self, token: str) -> None:
        self.client.cookies.set(PREFIX + SESSION_COOKIE, token, domain="hotline.example")

    def cookie(self, name: str) -> str | None:
        return self.client.cookies.get(PREFIX + name)

    def token(self) -> str:
        """The token of a form that this browser was given."""
        cookie = self.cookie(SESSION_COOKIE) or self.cookie(VISIT_COOKIE)
        return csrf.token(KEYS, cookie) if cookie else ""

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """As the browser posts a form of ours."""
        return await self.client.post(path, data={"csrf": self.token(), **fields}, headers=SAME_ORIGIN)

    async def enter_really(self, login: str = "grace") -> str:
        """Somebody who is no demo person is at the stage of enrolling a second factor."""
        added = await service.add_person(
            self.accounts, by=CLI, login=login, display_name=login.title(), role=Role.AGENT
        )
        first = added.password or ""
        begun = await service.log_in(self.accounts, login=login, password=first, address="192.0.2.1", device=None)
        changed = await service.change_password(
            self.accounts, begun.token, current=first, new="Quersumme-Nebelhorn-71-Tapir"
        )
        self.be(changed.token)
        return changed.token


@pytest.fixture
async def toy(database: Database, database_urls: DatabaseUrls) -> AsyncIterator[Toy]:
    clock, done = MovableClock(), Done()
    accounts = Accounts(database, KEYS, clock, demo=True)
    await service.seed_demo_people(accounts)
    app = toy_application(BASE, database_urls.app, clock, done)
    provide(app, accounts)
    transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield Toy(app, client, accounts, clock, done)
