"""How a session ends in Chromium: with a warning, with an extension, in one window or in another."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.models import Role
from tests.conftest import DatabaseUrls
from tests.pages.browsing import browse
from tests.pages.site import Site, toy_site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_two_tabs_warn_of_the_end_and_live_on_together(chromium: Browser, database_urls: DatabaseUrls) -> None:
    async with toy_site(database_urls) as toy, browse(chromium, toy, Role.AGENT) as browsing:
        first, second = await browsing.new_page(), await browsing.new_page()
        for page in (first, second):
            await page.clock.install()
            await page.goto("/desk")
        await pass_time(toy, first, second, minutes=13, seconds=10)
        for page in (first, second):
            await expect(page.get_by_role("dialog", name="Sind Sie noch da?")).to_be_visible()
            await expect(page.locator("[data-idle-left]")).to_have_text("Verbleibende Minuten: 2")
        await first.get_by_role("button", name="Angemeldet bleiben").click()
        for page in (first, second):
            await expect(page.get_by_role("dialog")).to_have_count(0)
        await pass_time(toy, first, second, minutes=13, seconds=10)
        await expect(second.get_by_role("dialog")).to_be_visible()
        await pass_time(toy, first, second, minutes=2)
        for page in (first, second):
            await expect(page).to_have_url(re.compile(r"/login\?ended="))


async def test_leaving_in_one_tab_leaves_in_all(chromium: Browser, database_urls: DatabaseUrls) -> None:
    async with toy_site(database_urls) as toy, browse(chromium, toy, Role.AGENT) as browsing:
        first, second = await browsing.new_page(), await browsing.new_page()
        for page in (first, second):
            await page.goto("/desk")
        await first.locator(".account summary").click()
        await first.get_by_role("button", name="Abmelden").click()
        await expect(second).to_have_url(re.compile(r"/login\?ended=elsewhere"))


async def pass_time(toy: Site, *pages: Page, minutes: int, seconds: int = 0) -> None:
    toy.clock.go_on(minutes=minutes, seconds=seconds)
    for page in pages:
        await page.clock.fast_forward((minutes * 60 + seconds) * 1000)
