"""The page in every width, colour scheme and writing direction, in a real Chromium."""

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from tests.phone.browsing import Open, start_call, state

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_lines_stand_in_their_own_language_and_direction(open_page: Open) -> None:
    async with open_page("?lang=en") as page:
        await start_call(page)
        arabic = page.locator(".said[lang='ar-XA']")
        await expect(arabic).to_have_text("للعربية اضغط 3.")
        assert await arabic.evaluate("line => getComputedStyle(line).direction") == "rtl"
        assert await page.locator(".said[lang='tr-TR']").evaluate("line => getComputedStyle(line).direction") == "ltr"
        await expect(page.locator(".tongue").first).to_have_text("German")


async def test_arabic_page_is_written_from_the_right_with_the_keypad_as_it_is(open_page: Open) -> None:
    async with open_page("?lang=ar") as page:
        assert await page.locator("html").get_attribute("dir") == "rtl"
        await start_call(page)
        boxes = [await page.locator(f"[data-key='{key}']").bounding_box() for key in "12"]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[0]["x"] < boxes[1]["x"]
        device, talk = [await page.locator(part).bounding_box() for part in (".device", ".talk")]
        assert device is not None
        assert talk is not None
        assert device["x"] > talk["x"]
        await expect(page.locator("#call")).to_have_text("إنهاء المكالمة")


@pytest.mark.parametrize("query", ["?lang=de", "?lang=en", "?lang=ar"])
@pytest.mark.parametrize("width", [320, 390, 768])
async def test_nothing_is_cut_off_on_narrow_screens(open_page: Open, query: str, width: int) -> None:
    async with open_page(query, viewport={"width": width, "height": 640}) as page:
        await start_call(page)
        await page.locator("summary").click()
        await expect(page.locator(".exchange pre").first).to_be_visible()
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow == 0
        small = await page.evaluate(
            "[...document.querySelectorAll('button, nav a, summary, .settings label')]"
            ".filter(it => it.offsetParent && Math.min(it.offsetHeight, it.offsetWidth) < 44).map(it => it.outerHTML)"
        )
        assert small == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (390, 664), (1280, 900)])
async def test_conversation_and_keys_are_seen_together_and_stay_in_their_place(
    open_page: Open, width: int, height: int
) -> None:
    async with open_page(viewport={"width": width, "height": height}, reduced_motion="reduce") as page:
        await start_call(page)
        speaking = await page.locator("[data-key='1']").bounding_box()
        for part in ("#call", "#log", "[data-key='1']", "[data-key='#']"):
            await expect(page.locator(part)).to_be_in_viewport(ratio=1)
        await expect(page.locator("#bar")).to_be_visible(timeout=10_000)
        assert await page.locator("[data-key='1']").bounding_box() == speaking


async def test_the_spoken_line_is_in_sight_on_the_smallest_screen(open_page: Open) -> None:
    async with open_page(viewport={"width": 320, "height": 568}, reduced_motion="reduce") as page:
        await start_call(page)
        await expect(page.locator(".said.now")).to_have_text("Rückkehr-Hotline.")
        await expect(page.locator(".said.now")).to_be_in_viewport(ratio=1)
        await expect(page.locator(".said.now")).to_have_text("للعربية اضغط 3.", timeout=10_000)
        await expect(page.locator(".said.now")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("query", ["?lang=de", "?lang=en", "?lang=ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_before_in_and_after_a_call(open_page: Open, query: str, scheme: str) -> None:
    async with open_page(query, color_scheme=scheme, reduced_motion="reduce") as page:
        await axe_finds_nothing(page)
        await start_call(page)
        await page.locator("summary").click()
        await page.keyboard.press("3")
        await expect(page.locator("#say")).to_be_visible(timeout=10_000)
        await axe_finds_nothing(page)
        await page.keyboard.press("6")
        await state(page, "error")
        await axe_finds_nothing(page)


async def axe_finds_nothing(page: Page) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
