"""The agents' page in Chromium: an offer comes by itself, is taken or left by one key, and interrupts nobody."""

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
# The page asks every two seconds, and the keeper twice a second.
SOON = 15_000.0
OFFER_SECONDS = 25


def line_of(site: Site) -> Line:
    """The line by the clock of the application, which keeps it."""
    desk = site.provided.get(Desk)
    return Line(desk.line.pool, desk.line.keys, now)


async def wait_in_line(site: Site) -> tuple[bytes, ...]:
    """Somebody waits who speaks Arabic; the keys of their call."""
    line = line_of(site)
    sid = f"CA{next(SIDS):032x}"
    keys = line.keys.keyed_hashes("call", sid)
    await service.enter(line, Arrival(keys, sid, PATH, "ar", line.clock(), "documents_and_travel", "DE-HH"))
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
        await page.keyboard.press("Escape")
        await expect(page.get_by_text("Die Person behält ihren Platz.")).to_be_visible()
        await service.leave(line_of(site), keys, ended=True)


async def test_an_offer_does_not_take_the_focus_from_who_is_busy(chromium: Browser, site: Site) -> None:
    async with browse(chromium, site, Role.AGENT) as browsing:
        page = await browsing.new_page()
        await be_ready(page)
        await page.get_by_role("link", name="Wissen").focus()
        keys = await wait_in_line(site)
        await expect(page.get_by_role("heading", name="Anruf: Arabisch")).to_be_visible(timeout=SOON)
        await expect(page.get_by_role("link", name="Wissen")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("heading", name="Anruf: Arabisch")).to_be_visible()
        await page.get_by_role("button", name="Annehmen").focus()
        async with page.expect_request(lambda asked: asked.url.endswith("/line/offer/accept")) as taken:
            await page.keyboard.press("Enter")
        assert (await taken.value).method == "POST"
        await service.leave(line_of(site), keys, ended=True)
