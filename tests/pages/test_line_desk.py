"""A whole call at the desk in Chromium, by keys alone: taken, noted, reloaded, ended and wrapped up by two keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.models import Role
from tests.pages.browsing import browse
from tests.pages.site import Site
from tests.pages.test_line_live import JUST_CAME_MS, SOON, be_ready

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTE = "fragt nach Startgeld"


@asynccontextmanager
async def a_call(site: Site) -> AsyncIterator[None]:
    """Somebody calls by the browser telephone, chooses German and asks for a person."""
    async with httpx.AsyncClient(base_url=site.url, timeout=30) as telephone:
        call = (await telephone.post("/phone/calls", json={})).json()["id"]
        for key in ("1", "0", "1"):
            await telephone.post(f"/phone/calls/{call}/press", json={"keys": key})
        looking = asyncio.create_task(look(telephone, call))
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            await telephone.post(f"/phone/calls/{call}/hang-up", json={})


async def look(telephone: httpx.AsyncClient, call: str) -> None:
    """The page of the telephone asks for news."""
    while True:
        await telephone.get(f"/phone/calls/{call}/look")
        await asyncio.sleep(1)


async def take(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Anruf: Deutsch")).to_be_visible(timeout=SOON)
    await expect(page.get_by_role("button", name="Annehmen")).to_be_focused()
    # What was meant for something else half a second before does not take the call.
    await page.wait_for_timeout(JUST_CAME_MS)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Im Gespräch: Deutsch")).to_be_visible(timeout=SOON)


async def write_note(page: Page) -> None:
    await page.keyboard.press("o")
    await page.keyboard.type(NOTE)
    await expect(page.locator("#note-state")).to_have_text("gespeichert")
    await page.keyboard.press("Escape")


async def test_a_call_from_offer_to_wrap_up_by_keys_alone_with_a_reload_in_its_midst(
    chromium: Browser, site: Site
) -> None:
    async with browse(chromium, site, Role.AGENT) as browsing:
        page = await browsing.new_page()
        await be_ready(page)
        async with a_call(site):
            await take(page)
            await write_note(page)
            await page.keyboard.press("c")
            await expect(page.locator("[data-tool-link=centres]")).to_have_attribute("aria-current", "page")
            await page.reload()
            await expect(page.get_by_role("heading", name="Im Gespräch: Deutsch")).to_be_visible()
            await expect(page.get_by_role("textbox", name="Notiz")).to_have_value(NOTE)
            await expect(page.locator("[data-tool-link=centres]")).to_have_attribute("aria-current", "page")
            await page.keyboard.press("e")
            await expect(page.get_by_text("1. Worum ging es?")).to_be_visible(timeout=SOON)
            await expect(page.get_by_role("textbox", name="Notiz")).to_have_value(NOTE)
            await page.keyboard.press("b")
            await page.keyboard.press("2")
            await expect(page.locator("[data-pending-what]")).to_have_text("Geld und Programme · beraten")
            await page.keyboard.press("Escape")
            await expect(page.locator("[data-pending]")).to_be_hidden()
            await page.keyboard.press("5")
            await page.keyboard.press("Enter")
            await expect(page.locator("#line-flash")).to_contain_text("Notiert: Geld und Programme · informiert")
            await expect(page.get_by_role("button", name="Bereit")).to_have_attribute("aria-pressed", "true")
            await expect(page.get_by_role("textbox", name="Notiz")).to_have_count(0)
