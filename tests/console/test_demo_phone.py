"""The demonstration's own parts of the desk: the window to type in, and the tour; production has neither."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.accounts import service as accounts_service
from app.accounts.means import Accounts
from app.accounts.models import Role
from app.calls import meeting
from app.console.demo_phone import DemoTelephones, demo_phone_window
from app.console.demo_tour import STEPS, Tours
from app.console.routes import console_router
from app.console.watch import Watch
from app.entrance.routes import demo_door_router, entrance_router
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import Database
from app.kit.settings import Settings
from app.knowledge.library import Library
from app.main import TokenSigner
from app.manner import Manner
from app.pages import build_pages
from app.phone.exchange.agent_phones import AgentPhones
from app.phone.exchange.messages import send
from app.phone.exchange.models import Call, Ends, Hook
from app.phone.exchange.talk import list_lines, speak
from app.phone.shift.playing import Shift
from app.phone.shift.scenes import load_scenes
from app.phone.shift.searches import Searches, SearchesSeen
from app.practice import DEMO_ROUTERS, PracticeShift
from app.queue import service as queue
from app.queue.models import Skills, Status
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.opening import Shell, furnish, provide
from app.shell.registry import list_pages
from tests.cast import NUMBER, TOKEN, demo_playbook
from tests.entrance.house import BASE, Visit, visit
from tests.moving import MovableClock
from tests.shell.toy import KEYS
from tests.telephony.agents_town import AgentsTown, Ground, open_agents_town
from tests.telephony.line_town import MOBILE, be_patient

HTMX = {"HX-Request": "true"}


@dataclass
class DemoHouse:
    """An agent of the demonstration in front of the pages, and a town whose exchange holds the calls."""

    town: AgentsTown
    browser: Visit
    me: UUID
    practice: PracticeShift
    tours: Tours

    async def hire(self) -> None:
        await queue.set_skills(self.town.town.line, self.me, Skills({"de": 3, "ar": 3}))
        self.town.town.agents.append(self.me)

    async def ready(self) -> None:
        await queue.set_status(self.town.town.line, self.me, Status.READY)

    async def talk(self) -> Call:
        """The caller's call; the two are in a room."""
        call = await self.town.town.into_line("ar")
        await self.town.answer(self.me)
        return call

    async def say(self, words: str, **more: str) -> dict[str, str]:
        """What the window's script is told."""
        await self.browser.open("/line/phone")
        token = self.browser.page.text.partition('name="csrf" value="')[2].partition('"')[0]
        form = {"csrf": token, "said": words, **more}
        headers = {"Sec-Fetch-Site": "same-origin", **HTMX}
        answer = await self.browser.client.post("/line/phone/demo/say", data=form, headers=headers)
        told: dict[str, str] = answer.json()
        return told

    async def step(self) -> str:
        """The step that the tour's panel shows."""
        page = (await self.browser.client.get("/line/tour")).text
        return page.partition('data-step="')[2].partition('"')[0]


@pytest.fixture
async def demo_house(
    pool: asyncpg.Pool, database: Database, clock: MovableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> DemoHouse:
    be_patient(monkeypatch)
    town = open_agents_town(Ground(pool, database, tmp_path))
    app, accounts, searches = FastAPI(), Accounts(database, KEYS, clock, demo=True), Searches()
    app.add_middleware(SearchesSeen, searches=searches)
    routers = [entrance_router, console_router, demo_door_router, *DEMO_ROUTERS]
    furnish(app, Shell(keys=KEYS, base_url=BASE, clock=clock, demo=True), routers)
    phones = AgentPhones(town.town.exchange)
    practice = PracticeShift(Shift(load_scenes()), phones, searches)
    tours = Tours(practice)
    watch = Watch(town.desk, accounts)
    for thing in (
        accounts,
        town.desk,
        watch,
        DemoTelephones(phones),
        demo_phone_window(),
        tours,
        Library(PROJECT_ROOT),
    ):
        provide(app, thing)
    await accounts_service.seed_demo_people(accounts)
    entered = await accounts_service.enter_as_demo(accounts, Role.AGENT)
    browser = visit(app, clock)
    browser.client.cookies.set(PREFIX + SESSION_COOKIE, entered.token, domain="hotline.example")
    house = DemoHouse(town, browser, entered.person.id, practice, tours)
    await house.hire()
    return house


async def test_the_window_shows_what_is_said_and_says_what_is_typed(demo_house: DemoHouse) -> None:
    assert await demo_house.say("Hallo?") == {"heard": "away"}
    await demo_house.ready()
    await demo_house.browser.open("/line/phone")
    assert "Kein Gespräch" in demo_house.browser.text
    call = await demo_house.talk()
    speak(demo_house.town.town.exchange, call, "مرحبًا", "ar-XA", {"de": "Guten Tag", "en": "Hello"})
    await demo_house.browser.open("/line/phone")
    assert 'lang="ar-XA" dir="auto">مرحبًا' in demo_house.browser.page.text
    assert "Zum Üben, sinngemäß: Guten Tag" in demo_house.browser.text
    assert await demo_house.say("Was möchten Sie wissen?") == {"heard": "heard"}
    assert await demo_house.say("Gern auf Deutsch.", language="de") == {"heard": "heard"}
    heard = [(line.heard.language, line.heard.text) for line in list_lines(demo_house.town.town.exchange, call)][1:]
    assert heard == [("ar-XA", "Was möchten Sie wissen?"), ("de", "Gern auf Deutsch.")]
    polled = await demo_house.browser.client.get("/line/phone/now")
    assert "Gern auf Deutsch." in polled.text


async def test_a_muted_window_is_told_that_nobody_heard_it(demo_house: DemoHouse) -> None:
    await demo_house.ready()
    call = await demo_house.talk()
    await demo_house.browser.open("/line/phone")
    await demo_house.browser.send("/line/phone/demo/mute", muted="true")
    assert "Ihr Mikrofon ist stumm" in demo_house.browser.text
    await demo_house.browser.send("/line/phone/demo/say", said="Hört mich jemand?")
    assert "Sie sind stumm: Niemand hat das gehört." in demo_house.browser.text
    assert list_lines(demo_house.town.town.exchange, call) == ()
    await demo_house.browser.send("/line/phone/demo/mute", muted="false")
    await demo_house.browser.send("/line/phone/demo/say", said="Jetzt wieder.")
    assert [line.heard.text for line in list_lines(demo_house.town.town.exchange, call)] == ["Jetzt wieder."]


async def test_the_tour_goes_on_with_what_was_done_and_with_nothing_else(demo_house: DemoHouse) -> None:
    town, reached = demo_house.town, []

    async def step() -> None:
        reached.append(await demo_house.step())
        # Nothing was done since, so it stays.
        assert await demo_house.step() == reached[-1]

    await step()
    await demo_house.ready()
    await step()
    await demo_house.talk()
    await step()
    await demo_house.browser.client.get("/line/tool/knowledge?q=")
    assert await demo_house.step() == "search"
    await demo_house.browser.client.get("/line/tool/knowledge?q=Geld")
    await step()
    await demo_house.say("Die Antwort hängt davon ab.")
    await step()
    send(town.town.exchange, town.town.account, Ends(NUMBER, MOBILE), "Die Antwort", Hook())
    await step()
    await meeting.hang_up(town.desk, demo_house.me)
    await step()
    await meeting.wrap_up(town.desk, demo_house.me, "money_and_offers", "informed")
    assert tuple(reached) == STEPS
    assert await demo_house.step() == "on"


async def test_the_tour_can_be_skipped_left_and_begun_again(demo_house: DemoHouse) -> None:
    await demo_house.browser.open("/account")
    await demo_house.browser.send("/line/tour/skip")
    assert demo_house.browser.at == "/line"
    assert await demo_house.step() == "accept"
    await demo_house.browser.send("/line/tour/leave")
    await demo_house.ready()
    await demo_house.talk()
    assert await demo_house.step() == "accept"
    await demo_house.browser.send("/line/tour/return")
    assert await demo_house.step() == "search"
    await demo_house.browser.send("/line/tour/restart")
    assert demo_house.practice.shift.again.is_set()
    assert demo_house.tours.by_person[demo_house.me].place == 0
    # A demonstration without a shift has no tour.
    provide(demo_house.browser.client._transport.app, Tours(None))  # type: ignore[attr-defined]
    assert (await demo_house.browser.client.get("/line/tour")).status_code == 204


async def test_production_has_none_of_the_demonstrations_pages() -> None:
    settings = Settings(
        public_base_url=BASE,
        twilio_auth_token=TOKEN,
        twilio_account_sid="AC" + "7" * 32,
        session_keys="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        hotline_number=NUMBER,
    )
    async with httpx.AsyncClient() as nobody:
        manner = Manner(demo=False, phone=True)
        pages = build_pages(settings, demo_playbook(), manner, nobody, TokenSigner(TOKEN))
    paths = {page.path for page in list_pages(pages)}
    assert {"/line/phone", "/line/guide"} <= paths
    assert [path for path in paths if path.startswith(("/line/phone/demo", "/line/tour"))] == []


def test_what_serves_in_production_does_not_even_load_them() -> None:
    loaded = "import sys, app.cli, app.pages; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    exchange = ("app.phone.exchange.talk", "app.phone.exchange.agent", "app.phone.exchange.handsets")
    demo = ("app.practice", "app.console.demo_", "app.phone.shift", *exchange)
    assert "app.console.phone_window" in done.stdout.split()
    assert [name for name in done.stdout.split() if name.startswith(demo)] == []
