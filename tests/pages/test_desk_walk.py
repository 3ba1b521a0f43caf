"""An evening at the desk in Chromium: an Arabic call from the browser telephone, from the offer to the wrap-up."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, expect

from tests.demonstration import Demo, running_demo
from tests.pages.test_every_page import AXE, AXE_RUN, CONTRAST
from tests.pages.test_line_live import JUST_CAME_MS
from tests.phone.browsing import start_call

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

# Two programs and a browser share a busy machine; a page waits for what the line does, not for this long.
PATIENCE = 60_000.0
NOTE = "Fragt nach Geld, wohnt in Köln"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@asynccontextmanager
async def at_the_desk(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    """The agent of the demonstration, in front of the desk."""
    browsing = await chromium.new_context(
        base_url=demo.url, locale="de-DE", viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    page = await browsing.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto("/login")
    await page.get_by_role("button", name="Beratung am Telefon").click()
    await page.goto("/line")
    yield page
    await browsing.close()


@asynccontextmanager
async def calling(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    """Somebody who speaks Arabic and waits for a person, by keys alone."""
    browsing = await chromium.new_context(locale="ar", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = await browsing.new_page()
    await page.goto(f"{demo.url}/phone?lang=ar")
    await start_call(page)
    for key in ("4", "0", "1"):
        async with page.expect_response("**/press", timeout=PATIENCE):
            await page.keyboard.press(key)
    yield page
    await browsing.close()


async def be_heard(page: Page, words: str) -> None:
    await expect(page.locator("#line-own")).to_contain_text(words, timeout=PATIENCE)


async def look(page: Page) -> None:
    """Nothing for axe to find, in light and dark, and nothing wider than the screen."""
    await page.evaluate(AXE_SCRIPT)
    for scheme, options in {"dark": CONTRAST, "light": AXE}.items():
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # The two that it knows.
        assert await page.evaluate(AXE_RUN, options) == []
    root = "document.documentElement"
    assert await page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


async def number_of_messages(demo: Demo) -> int:
    async with httpx.AsyncClient(base_url=demo.url, timeout=60) as client:
        return len((await client.get("/phone/messages")).json()["messages"])


async def test_a_call_is_taken_helped_and_wrapped_up(chromium: Browser, demo: Demo) -> None:
    sent = await number_of_messages(demo)
    async with at_the_desk(chromium, demo) as desk:
        await desk.get_by_role("button", name="Bereit").click()
        async with calling(chromium, demo):
            await expect(desk.get_by_role("button", name="Annehmen")).to_be_visible(timeout=PATIENCE)
            await look(desk)
            await desk.get_by_role("button", name="Annehmen").click()
            await be_heard(desk, "Im Gespräch: Arabisch")
            await desk.get_by_label("Frage", exact=True).fill("Wie viel Geld")
            await expect(desk.locator("#tool-opened")).to_be_visible(timeout=PATIENCE)
            await expect(desk.locator("#tool-found .tool-say[lang=ar]").first).to_be_visible()
            await look(desk)
            await desk.get_by_role("textbox", name="Notiz").fill(NOTE)
            await expect(desk.locator("#line-note")).to_contain_text("gespeichert")
            await desk.reload()
            await be_heard(desk, "Im Gespräch: Arabisch")
            await expect(desk.get_by_role("textbox", name="Notiz")).to_have_value(NOTE)
            await expect(desk.get_by_label("Frage", exact=True)).to_have_value("Wie viel Geld", timeout=PATIENCE)
            await desk.get_by_role("link", name="Stellen").click()
            await desk.get_by_label("Postleitzahl oder Ort").fill("50667")
            centre = desk.locator(".tool-centre").filter(has_text="SMS").first
            await centre.locator("summary").filter(has_text="SMS").click()
            await centre.get_by_role("button", name="senden").click()
            await expect(centre.locator(".tool-text__told")).to_contain_text("SMS", timeout=PATIENCE)
            await look(desk)
            await desk.get_by_role("link", name="Notlage").click()
            await expect(desk.get_by_role("heading", name="Gewalt")).to_be_visible(timeout=PATIENCE)
            await look(desk)
            await desk.get_by_role("button", name="Gespräch beenden").click()
            await be_heard(desk, "Nacharbeit")
            await look(desk)
            await desk.get_by_label("Geld und Programme").check()
            await desk.get_by_role("button", name="Beratungsstelle genannt").click()
            await be_heard(desk, "Bereit")
            await expect(desk.get_by_role("textbox", name="Notiz")).to_be_hidden()
    assert await number_of_messages(demo) == sent + 1


async def test_the_same_by_keyboard_alone(chromium: Browser, demo: Demo) -> None:
    sent = await number_of_messages(demo)
    async with at_the_desk(chromium, demo) as desk:
        await be_heard(desk, "Bereit")
        press, type_ = desk.keyboard.press, desk.keyboard.type
        await press("r")
        async with calling(chromium, demo):
            await expect(desk.get_by_role("button", name="Annehmen")).to_be_focused(timeout=PATIENCE)
            # What was meant for something else half a second before does not take the call.
            await desk.wait_for_timeout(JUST_CAME_MS)
            await press("Enter")
            await be_heard(desk, "Im Gespräch: Arabisch")
            await press("o")
            await type_(NOTE)
            await expect(desk.locator("#line-note")).to_contain_text("gespeichert")
            await press("Escape")
            await press("s")
            await type_("Wie viel Geld")
            await expect(desk.locator("#tool-opened")).to_be_visible(timeout=PATIENCE)
            await press("Escape")
            await press("c")
            # Nobody waits for the field: what is typed before it is there comes into it and presses no key.
            await type_("50667")
            await expect(desk.get_by_label("Postleitzahl oder Ort")).to_have_value("50667", timeout=PATIENCE)
            await expect(desk.locator(".tool-centre").first).to_be_visible(timeout=PATIENCE)
            await press("Escape")
            await press("t")
            await expect(desk.get_by_role("button", name="jetzt senden").first).to_be_focused()
            await press("Enter")
            await expect(desk.locator(".tool-text__told").first).to_contain_text("SMS", timeout=PATIENCE)
            await press("Escape")
            await press("e")
            await be_heard(desk, "Nacharbeit")
            await press("b")
            await press("4")
            await be_heard(desk, "Bereit")
    assert await number_of_messages(demo) == sent + 1
