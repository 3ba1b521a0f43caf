"""The telephone page in a real Chromium against the whole demonstration: no stand-in but Twilio's."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, expect

from tests.demonstration import Demo, running_demo
from tests.phone.browsing import start_call, state

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Two programs and a browser share a busy machine; a page waits for what the line does, not for this long.
SECONDS = 30_000


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@dataclass(frozen=True)
class Person:
    """Somebody at the telephone page: the page's language, its width, the key of the spoken language, what is heard."""

    interface: str
    width: int
    key: str
    hears: str


@pytest.mark.parametrize(
    "person",
    [Person("de", 1280, "1", "Unabhängig von Behörden."), Person("ar", 360, "4", "مستقل")],
    ids=lambda person: person.interface,
)
async def test_a_caller_finds_a_centre_and_asks_about_money(chromium: Browser, demo: Demo, person: Person) -> None:
    page = await chromium.new_page(viewport={"width": person.width, "height": 900}, reduced_motion="reduce")
    await page.goto(f"{demo.url}/phone?lang={person.interface}")
    await start_call(page)
    log = page.locator("#log")
    for keys in (person.key, "2", "1", "0", "1", "1", "5"):
        await page.keyboard.press(keys)
        await page.wait_for_timeout(150)
    await expect(log).to_contain_text("Berlin")
    await expect(log).to_contain_text(person.hears)
    for keys in ("#", "1", "2", "1"):
        await page.keyboard.press(keys)
        await page.wait_for_timeout(150)
    await expect(log).to_contain_text("1000")
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    await expect(page.locator("#say")).to_be_visible()
    assert await page.evaluate(
        "[...document.querySelectorAll('section')].every(part => part.scrollWidth <= part.clientWidth)"
    )
    await page.keyboard.press("Escape")
    await state(page, "ended")
    await page.close()


@pytest.mark.parametrize("interface", ["de", "en", "ar"])
async def test_the_sources_of_the_data_are_a_page(chromium: Browser, demo: Demo, interface: str) -> None:
    page = await chromium.new_page(viewport={"width": 320, "height": 700})
    await page.goto(f"{demo.url}/phone?lang={interface}")
    await page.locator("footer a").click()
    await expect(page.locator("main")).to_contain_text("GeoNames")
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    await page.close()


async def test_the_promise_is_heard_before_anything_is_asked(chromium: Browser, demo: Demo) -> None:
    page = await chromium.new_page(viewport={"width": 800, "height": 900})
    await page.goto(f"{demo.url}/phone?lang=en")
    await start_call(page)
    await page.keyboard.press("2")
    await expect(page.locator("#log")).to_contain_text("free, voluntary and anonymous")
    await page.close()


async def test_one_person_plays_caller_and_agent_in_two_windows(chromium: Browser, demo: Demo) -> None:
    context = await chromium.new_context(locale="de-DE", reduced_motion="reduce")
    desk, phone = await context.new_page(), await context.new_page()
    await desk.goto(f"{demo.url}/login")
    await desk.click('button[value="agent"]')
    await desk.goto(f"{demo.url}/line")
    await desk.click('form[action="/line/status"] button[value="ready"]')
    await phone.goto(f"{demo.url}/phone?lang=de")
    await start_call(phone)
    log, status = phone.locator("#log"), phone.locator("#status")
    for keys, follows in (("1", "Wie können wir helfen"), ("0", "Warten: Taste 1"), ("1", "als Nächstes")):
        await phone.keyboard.press(keys)
        await expect(log).to_contain_text(follows, timeout=SECONDS)
    await desk.click('form[action="/line/offer/accept"] button', timeout=SECONDS)
    await expect(status).to_contain_text("mit einer Person von der Hotline verbunden", timeout=SECONDS)
    await expect(phone.locator("#wait")).to_be_disabled()
    await desk.click('form[action="/line/call/end"] button', timeout=SECONDS)
    await expect(log).to_contain_text("Danke für Ihren Anruf", timeout=SECONDS)
    await state(phone, "ended")
    await expect(desk.locator('form[action="/line/wrap-up"]')).to_be_visible(timeout=SECONDS)
    await context.close()
