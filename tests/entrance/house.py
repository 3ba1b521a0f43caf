"""The pages that people log in to, without a server, and a browser's worth of cookies to open them with."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

import httpx
import pyotp
from fastapi import FastAPI

from app.accounts import service
from app.accounts.models import CLI, Role, SignIn
from app.accounts.service import Accounts
from app.administration.routes import administration_router
from app.console.routes import console_router
from app.entrance.provider import Provider
from app.entrance.routes import Entrance, demo_door_router, entrance_router
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import Database
from app.knowledge.library import Library
from app.portal.routes import portal_router
from app.shell.cookies import PREFIX
from app.shell.opening import Shell, furnish, provide
from tests.cast import real_content
from tests.moving import MovableClock
from tests.shell.toy import KEYS

if TYPE_CHECKING:
    from app.centres.models import Directory

BASE = "https://hotline.example"
PASSWORD = "Quersumme-Nebelhorn-71-Tapir"
OTHER_PASSWORD = "Steckrübe-Halbmond-58-Kajak"


@dataclass
class Visit:
    """One browser at the house: its cookies, and the page it sees."""

    client: httpx.AsyncClient
    clock: MovableClock
    secret: str = ""
    page: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    @property
    def text(self) -> str:
        """What the page says, without its tags."""
        main = self.page.text.partition("<main")[2].partition("</main>")[0]
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))

    @property
    def at(self) -> str:
        return self.page.request.url.path

    async def open(self, path: str) -> "Visit":
        self.page = await self.client.get(path, follow_redirects=True)
        return self

    async def send(self, path: str, **fields: str) -> "Visit":
        """Posts a form of the page that is seen and follows where it leads."""
        if 'name="csrf"' not in self.page.text:
            await self.open("/account")
        token = re.findall(r'name="csrf" value="([^"]+)"', self.page.text)[0]
        data = {"csrf": token, **fields}
        headers = {"Sec-Fetch-Site": "same-origin"}
        self.page = await self.client.post(path, data=data, headers=headers, follow_redirects=True)
        return self

    def cookie(self, name: str) -> str | None:
        return self.client.cookies.get(PREFIX + name)

    def code(self) -> str:
        """The next code that the authenticator shows; a code works once, so time goes on first."""
        self.clock.go_on(seconds=30)
        return pyotp.TOTP(self.secret).at(self.clock())

    async def log_in(self, login: str, password: str) -> "Visit":
        await self.open("/login")
        return await self.send("/login", login=login, password=password)

    async def enrol(self, first: str) -> "Visit":
        """From the first password to the recovery codes."""
        await self.send("/login/password", current=first, new=PASSWORD, again=PASSWORD)
        self.secret = re.sub(r"\s", "", re.findall(r'<code class="secret"[^>]*>([^<]+)', self.page.text)[0])
        return await self.send("/login/enrol", code=self.code())


def house(database: Database, clock: MovableClock, *, demo: bool = False) -> tuple[FastAPI, Accounts]:
    """The entrance and the administration on a database."""
    accounts = Accounts(database, KEYS, clock, demo=demo)
    app = FastAPI()
    fit_out(app, BASE, clock, demo=demo)
    provide(app, accounts)
    return app, accounts


def fit_out(
    app: FastAPI, base: str, clock: MovableClock, *, demo: bool = False, provider: Provider | None = None
) -> None:
    """Adds all pages; the accounts are put in by the caller."""
    doors = (entrance_router, console_router, portal_router, administration_router)
    routers = [*doors, *([demo_door_router] if demo else [])]
    targets = (provider.issuer,) if provider else ()
    furnish(app, Shell(keys=KEYS, base_url=base, clock=clock, demo=demo, form_targets=targets), routers)
    provide(app, Entrance(base, provider, phone=False))
    directory: Directory = real_content().directory
    provide(app, directory)
    provide(app, Library(PROJECT_ROOT))


def visit(app: FastAPI, clock: MovableClock, address: str = "192.0.2.7", base: str = BASE) -> Visit:
    """A new browser without cookies."""
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    return Visit(httpx.AsyncClient(transport=transport, base_url=base, headers={"Accept-Language": "de"}), clock)


async def add(accounts: Accounts, login: str, role: Role = Role.AGENT, sign_in: SignIn = SignIn.PASSWORD) -> str:
    """Somebody who may log in; returns the first password."""
    made = await service.add_person(
        accounts, by=CLI, login=login, display_name=login.title(), role=role, sign_in=sign_in
    )
    return made.password or ""
