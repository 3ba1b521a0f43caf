"""The console's house with a waiting line: people who take calls, callers who wait, and what is kept for callbacks."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from app.accounts import service as accounts_service
from app.accounts.models import CLI, Role
from app.accounts.service import Accounts
from app.calls.desk import Desk
from app.console.phone_window import PhoneWindow
from app.console.watch import Watch
from app.kit.vault import open_vault
from app.queue import service
from app.queue.models import Arrival, Line, Reservation, Skills, Standing
from app.queue.safe import Safe
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.opening import provide
from tests.cast import NUMBER
from tests.entrance.house import Visit, visit
from tests.moving import MovableClock
from tests.shell.toy import KEYS

ARABIC = Skills({"ar": 3, "de": 2}, woman=True)
PATH = "/voice/left?n=3&s=token&t=0"


@dataclass
class LineHouse:
    """The pages with a line behind them; the telephone itself is nobody's here."""

    app: FastAPI
    accounts: Accounts
    desk: Desk
    clock: MovableClock
    numbers: "count[int]"

    @property
    def line(self) -> Line:
        return self.desk.line

    @property
    def safe(self) -> Safe:
        assert self.desk.safe
        return self.desk.safe

    async def hire(self, role: Role, name: str, skills: Skills | None = ARABIC) -> UUID:
        """One more person who is there by name."""
        added = await accounts_service.add_person(
            self.accounts, by=CLI, login=name.lower(), display_name=name, role=role
        )
        if skills is not None:
            await service.set_skills(self.line, added.person.id, skills)
        return added.person.id

    async def enter(self, role: Role) -> tuple[Visit, UUID]:
        """The demo's person of that role in front of the pages."""
        browser = visit(self.app, self.clock)
        entered = await accounts_service.enter_as_demo(self.accounts, role)
        browser.client.cookies.set(PREFIX + SESSION_COOKIE, entered.token, domain="hotline.example")
        return browser, entered.person.id

    async def wait(self, language: str = "ar", topic: str | None = "money_and_offers", **more: object) -> Standing:
        """Somebody calls and waits."""
        sid = f"CA{next(self.numbers):032x}"
        keys = self.line.keys.keyed_hashes("call", sid)
        entered_at: datetime = self.clock()
        arrival = Arrival(keys, sid, PATH, language, entered_at, topic, land="DE-BY", **more)  # type: ignore[arg-type]
        return await service.enter(self.line, arrival)

    async def offer(self) -> tuple[Reservation, ...]:
        """What the keeper does each half second."""
        return await service.match(self.line)


@pytest.fixture
async def line_house(
    pool: asyncpg.Pool, building: tuple[FastAPI, Accounts], clock: MovableClock, tmp_path: Path
) -> LineHouse:
    app, accounts = building
    line = Line(pool, KEYS, clock)
    safe = Safe(line, open_vault(tmp_path / "keys"))
    desk = Desk(line=line, telephony=None, base_url="https://hotline.example", number=NUMBER, safe=safe)
    provide(app, desk)
    provide(app, Watch(desk, accounts))
    provide(app, PhoneWindow())
    return LineHouse(app, accounts, desk, clock, count(1))


@pytest.fixture
async def agent(line_house: LineHouse) -> Visit:
    """An agent who speaks Arabic, in front of the page and not yet ready."""
    browser, me = await line_house.enter(Role.AGENT)
    await service.set_skills(line_house.line, me, ARABIC)
    return browser


@pytest.fixture
async def supervisor(line_house: LineHouse) -> Visit:
    browser, _ = await line_house.enter(Role.SUPERVISOR)
    return browser
