"""The agents' page in Chromium: what changes comes by itself, also after a cut; an offer interrupts nobody."""

from itertools import count

import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.models import Role
from app.calls.desk import Desk
from app.kit.clock import now
from app.queue import service
from app.queue.models import Arrival, Line
from tests.pages.browsing import browse
from tests.pages.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PATH = "/voice/left?n=3&s=token&t=0"
SIDS = count(1)
# A stream tells the page at once, and the keeper offers calls twice a second; the machine may be busy.
SOON = 15_000.0
OFFER_SECONDS = 25
# So long an offer that has just come hears no key that was on its way to something else.
JUST_CAME_MS = 600


def line_of(site: Site) -> Line:
    """The line by the clock of the application, which keeps it."""
    desk = site.provided.get(Desk)
    return Line(desk.line.pool, desk.line.keys, now)


async def wait_in_line(site: Site, language: str = "ar") -> tuple[bytes, ...]:
    """Somebody waits, who speaks Arabic if nothing else is said; the keys of their call."""
    line = line_of(site)
    sid = f"CA{next(SIDS):032x}"
    keys = line.keys.keyed_hashes("call", sid)
    await service.enter(line, Arrival(keys, sid, PATH, language, line.clock(), "documents_and_travel", "DE-HH"))
    return tuple(keys)


async def be_ready(page: Page) -> None:
    await page.goto("/line")
    await page.get_by_role("button", name="Bereit").click()
    await expect(page.get_by_role("button", name="Bereit")).to_have_attribute("aria-pressed", "true")


async def test_an_offer_comes_by_itself_and_one_key_answers_it(chromium: Browser, site: Site) -> None:
    async with browse(chromium, site, Role.AGENT) as browsing:
        page = await browsing.new_page()
        await be_ready(page)
        loads: list[str] = []
        page.on("load", lambda loaded: loads.append(loaded.url))
        await page.locator("body").evaluate("() => document.activeElement.blur()")
        keys = await wait_in_line(site)
        await expect(page.get_by_role("heading", name="Anruf: Arabisch")).to_be_visible(timeout=SOON)
        assert loads == []
        await expect(page.get_by_role("button", name="Annehmen")).to_be_focused()
        assert 0 < int(await page.locator(".offer__seconds").inner_text()) <= OFFER_SECONDS
        await page.wait_for_timeout(JUST_CAME_MS)
        await page.keyboard.press("Escape")
        await expect(page.get_by_text("Die Person behält ihren Platz.")).to_be_visible()
        await service.leave(line_of(site), keys, ended=True)


async def test_an_offer_does_not_take_the_focus_from_who_types(chromium: Browser, site: Site) -> None:
    async with browse(chromium, site, Role.AGENT) as browsing:
        page = await browsing.new_page()
        await be_ready(page)
        await page.locator("#tool-body").evaluate("(place) => place.replaceChildren(document.createElement('input'))")
        field = page.locator("#tool-body input")
        await field.focus()
        keys = await wait_in_line(site)
        await expect(page.get_by_role("heading", name="Anruf: Arabisch")).to_be_visible(timeout=SOON)
        await expect(field).to_be_focused()
        await page.keyboard.type("rpa")
        await page.keyboard.press("Escape")
        await expect(field).to_have_value("rpa")
        await expect(field).not_to_be_focused()
        await expect(page.get_by_role("heading", name="Anruf: Arabisch")).to_be_visible()
        await page.wait_for_timeout(JUST_CAME_MS)
        async with page.expect_request(lambda asked: asked.url.endswith("/line/offer/accept")) as taken:
            await page.keyboard.press("Enter")
        assert (await taken.value).method == "POST"
        await service.leave(line_of(site), keys, ended=True)


async def test_a_page_without_its_stream_asks_by_itself_says_so_and_comes_back(chromium: Browser, site: Site) -> None:
    async with browse(chromium, site, Role.SUPERVISOR) as browsing:
        page = await browsing.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition("?")[0].rpartition("/")[2]))
        await page.route("**/line/live*", lambda route: route.abort())
        await page.goto("/line")
        state = page.locator("[data-live-state]")
        await expect(state).to_have_text("Die Verbindung ist unterbrochen. Es wird weiter versucht.", timeout=SOON)
        keys = await wait_in_line(site, "am")
        await expect(page.locator("#line-waiting")).to_contain_text("Amharisch", timeout=SOON)
        assert "now" in asked
        await page.unroute("**/line/live*")
        await expect(state).to_have_text("Die Verbindung besteht wieder.", timeout=SOON)
        asked.clear()
        await service.leave(line_of(site), keys, ended=True)
        await expect(page.locator("#line-waiting")).not_to_contain_text("Amharisch", timeout=SOON)
        assert "now" not in asked


async def test_many_open_pages_leave_the_browser_connections_for_all_else(chromium: Browser, site: Site) -> None:
    async with browse(chromium, site, Role.SUPERVISOR) as browsing:
        pages = [await browsing.new_page() for _ in range(7)]
        for page in pages:
            await page.goto("/line", timeout=SOON)
        keys = await wait_in_line(site, "ti")
        for page in pages:
            await expect(page.locator("#line-waiting")).to_contain_text("Tigrinya", timeout=SOON)
        await service.leave(line_of(site), keys, ended=True)
