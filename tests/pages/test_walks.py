"""Walks through the shell in Chromium: with the keyboard, without script, and up to the end of a session."""

import pytest
from playwright.async_api import Browser, Page, expect

from app.accounts.models import Role
from tests.pages.browsing import browse
from tests.pages.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOCUSED = """(({id, className, textContent}) => id || className.split(" ")[0] || textContent.trim())(
    document.activeElement)"""


async def focused(page: Page) -> str:
    found: str = await page.evaluate(FOCUSED)
    return found


async def test_the_keyboard_reaches_everything_in_the_order_of_the_page(chromium: Browser, toy: Site) -> None:
    async with browse(chromium, toy, Role.ADMINISTRATOR) as browsing:
        page = await browsing.new_page()
        await page.goto("/people")
        walk = []
        for _ in range(11):
            await page.keyboard.press("Tab")
            walk.append(await focused(page))
        assert walk == [
            "skip",
            "brand",
            "Deutsch",
            "English",
            "Ada Beispiel",
            "Arbeitsbereich",
            "Verwaltung",
            "field-name",
            "field-secret",
            "field-note",
            "kern-btn",
        ]
        await page.locator(".skip").focus()
        await page.keyboard.press("Enter")
        assert await focused(page) == "content"
        await page.keyboard.press("Tab")
        assert await focused(page) == "field-name"


async def test_the_account_opens_and_closes_by_keyboard(chromium: Browser, toy: Site) -> None:
    async with browse(chromium, toy, Role.ADMINISTRATOR) as browsing:
        page = await browsing.new_page()
        await page.goto("/")
        await page.locator(".account summary").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Abmelden")).to_be_hidden()
        await page.locator(".account summary").click()
        await page.locator("h1").click()
        await expect(page.get_by_role("button", name="Abmelden")).to_be_hidden()


async def test_on_a_narrow_screen_the_menu_opens_at_a_press(chromium: Browser, toy: Site) -> None:
    async with browse(chromium, toy, Role.AGENT, viewport={"width": 390, "height": 800}) as browsing:
        page = await browsing.new_page()
        await page.goto("/")
        link = page.locator(".menu a[href='/desk']")
        await expect(link).to_be_hidden()
        await page.locator(".menu summary").click()
        await link.click()
        await expect(page).to_have_url(f"{toy.url}/desk")


async def test_a_question_opens_in_a_dialog_and_is_left_by_escape(chromium: Browser, toy: Site) -> None:
    async with browse(chromium, toy, Role.ADMINISTRATOR) as browsing:
        page = await browsing.new_page()
        await page.goto("/people")
        link = page.get_by_role("link", name="Ada")
        await link.press("Enter")
        dialog = page.get_by_role("dialog", name="Ada wirklich aufessen?")
        await expect(dialog.get_by_role("link", name="Zurück")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(link).to_be_focused()
        await link.press("Enter")
        await dialog.get_by_role("button", name="Aufessen").click()
        await expect(page.get_by_role("status").first).to_contain_text("Ada ist aufgegessen.")
        await page.get_by_role("button", name="Rückgängig machen").click()
        await expect(page.get_by_role("status").first).not_to_contain_text("aufgegessen")


@pytest.mark.parametrize("script", [True, False])
async def test_a_wrong_form_is_mended_with_and_without_script(chromium: Browser, toy: Site, script: bool) -> None:  # noqa: FBT001
    async with browse(chromium, toy, Role.ADMINISTRATOR, java_script_enabled=script) as browsing:
        page = await browsing.new_page()
        await page.goto("/people")
        await page.get_by_label("Name").fill("Al")
        await page.get_by_role("button", name="OK").click()
        await expect(page.locator("#faults")).to_be_focused()
        await expect(page).to_have_title("Fehler: Verwaltung · Rückkehr-Hotline")
        await page.locator("#faults a").first.click()
        await expect(page.get_by_label("Name")).to_be_focused()
        await expect(page.get_by_label("Name")).to_have_value("Al")
        await page.get_by_label("Name").fill("Grace")
        await page.get_by_label("Passwort").fill("Quersumme")
        await page.get_by_role("button", name="OK").click()
        await expect(page.get_by_text("Danke, Grace.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
async def test_a_table_is_sorted_and_paged_with_and_without_script(
    chromium: Browser, toy: Site, script: bool  # noqa: FBT001
) -> None:  # fmt: skip
    async with browse(chromium, toy, None, java_script_enabled=script) as browsing:
        page = await browsing.new_page()
        await page.goto("/styleguide")
        await page.get_by_role("link", name="Gewicht in Gramm").click()
        await expect(page.locator("th[aria-sort='ascending']")).to_have_text("Gewicht in Gramm")
        await page.get_by_role("link", name="Nächste").click()
        await expect(page).to_have_url(f"{toy.url}/styleguide?sort=weight&order=ascending&page=2")
        await expect(page.locator("#styleguide-fruits tbody th").first).to_have_text("Dattel")
        if script:
            await expect(page.locator("#announcements")).to_have_text("12 Einträge")


async def test_the_theme_is_chosen_without_script(chromium: Browser, toy: Site) -> None:
    async with browse(chromium, toy, None, java_script_enabled=False, color_scheme="light") as browsing:
        page = await browsing.new_page()
        await page.goto("/styleguide")
        await page.get_by_role("link", name="Dunkel").click()
        await expect(page.locator("html")).to_have_attribute("data-kern-theme", "dark")
        await expect(page).to_have_url(f"{toy.url}/styleguide")
