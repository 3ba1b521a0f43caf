"""The console with a softphone that is set up, served to a browser; Twilio's SDK is played by a stand-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, Route

from app.accounts import service as accounts_service
from app.accounts.models import Role
from app.accounts.service import Accounts
from app.calls import meeting_store
from app.calls.desk import Desk, Presence, agent_label
from app.calls.legs import AGENT
from app.console.phone_window import softphone_window
from app.console.routes import console_router
from app.console.watch import Watch
from app.kit.clock import now
from app.kit.db import open_pool
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import open_database
from app.knowledge.library import Library
from app.queue import service as queue
from app.queue.models import Arrival, Line, Reservation, Skills, Status
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.opening import Shell, furnish, provide
from app.telephony.softphone import TwilioSoftphones
from tests.browser import serve, take_address
from tests.cast import NUMBER
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.shell.toy import KEYS

SOFTPHONES = TwilioSoftphones("AC" + "0" * 32, "SK" + "1" * 32, "s" * 32, "AP" + "2" * 32, "ie1")
STAND_IN = Path(__file__).with_name("softphone_stand_in.js")
PATH = "/voice/left?n=3&s=token&t=0"


@dataclass
class PhoneSite:
    """`desk` works on the same line as the served pages; `me` is the agent who looks at them."""

    url: str
    desk: Desk
    accounts: Accounts
    token: str
    me: UUID

    @asynccontextmanager
    async def seated(self) -> AsyncIterator[Reservation]:
        """Meanwhile the agent has a conversation."""
        seat = await self._seat()
        try:
            yield seat
        finally:
            await self.end(seat)

    async def _seat(self) -> Reservation:
        """Somebody waits, the agent takes the call, and their softphone is waited for."""
        line = self.desk.line
        await queue.set_skills(line, self.me, Skills({"de": 3}))
        await queue.set_status(line, self.me, Status.READY)
        sid = f"CA{uuid4().hex}"
        await queue.enter(line, Arrival(line.keys.keyed_hashes("call", sid), sid, PATH, "de", line.clock(), None))
        [offer] = await queue.match(line)
        accepted = await queue.accept(line, self.me, offer.id)
        assert accepted is not None
        await meeting_store.open_room(line.pool, offer.id, self.me, "de", None, line.clock())
        await meeting_store.invite(
            line.pool, offer.id, agent_label(self.me), AGENT, self.me, Presence.COMING, line.clock()
        )
        return accepted

    async def end(self, reservation: Reservation) -> None:
        line = self.desk.line
        await queue.finish(line, reservation.id)
        await meeting_store.end_room(line.pool, reservation.id, line.clock())


@asynccontextmanager
async def open_phone_site(urls: DatabaseUrls) -> AsyncIterator[PhoneSite]:
    await empty_all_tables(urls)
    place = take_address()

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        database = await open_database(urls.app, most=2)
        async with await open_pool(urls.app, most=2) as pool:
            accounts = Accounts(database, KEYS, demo=True)
            desk = Desk(Line(pool, KEYS, now), None, place.url, NUMBER)
            unread, watch = Library(PROJECT_ROOT), Watch(desk, accounts)
            for thing in (accounts, desk, watch, unread, softphone_window(SOFTPHONES)):
                provide(app, thing)
            yield
        await database.close()

    app = FastAPI(lifespan=opened)
    furnish(app, Shell(keys=KEYS, base_url=place.url), [console_router])
    database = await open_database(urls.app, most=2)
    accounts = Accounts(database, KEYS, demo=True)
    await accounts_service.seed_demo_people(accounts)
    entered = await accounts_service.enter_as_demo(accounts, Role.AGENT)
    async with await open_pool(urls.app, most=2) as pool:
        desk = Desk(Line(pool, KEYS, now), None, place.url, NUMBER)
        stop = serve(app, place)
        yield PhoneSite(place.url, desk, accounts, entered.token, entered.person.id)
        stop()
    await database.close()


@asynccontextmanager
async def browse_phone(
    chromium: Browser, site: PhoneSite, script: Path | None = STAND_IN, **context: object
) -> AsyncIterator[BrowserContext]:
    """`script` stands in for Twilio's SDK; without one it plays its own part."""
    settings: dict[str, object] = {"locale": "de-DE", "reduced_motion": "reduce", "base_url": site.url, **context}
    settings.setdefault("viewport", {"width": 380, "height": 640})
    browsing = await chromium.new_context(**settings)  # type: ignore[arg-type]
    url = site.url.replace("http:", "https:")
    await browsing.add_cookies([{"name": PREFIX + SESSION_COOKIE, "value": site.token, "url": url, "secure": True}])

    async def play(route: Route) -> None:
        await route.fulfill(path=script, content_type="text/javascript")

    if script is not None:
        await browsing.route("**/twilio.min.js", play)
    yield browsing
    await browsing.close()


async def open_phone(browsing: BrowserContext) -> tuple[Page, list[str]]:
    """The window, and what its console said of faults."""
    page = await browsing.new_page()
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto("/line/phone")
    return page, faults
