"""`hotline demo shift`: callers for practice call whoever enters as an agent, who is guided from step to step."""

import re
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from app.console.demo_tour import STEPS
from tests.browser import chromium
from tests.demonstration import running_demo

__all__ = ["chromium"]

# A caller rings, presses their keys and waits; the line offers the call within a second.
CALLS_MS = 90_000
SOON_MS = 15_000


def test_whoever_enters_as_an_agent_is_led_from_the_first_step(tmp_path: Path) -> None:
    with running_demo(tmp_path, "shift") as demo, _visit(demo.url) as browser:
        page = browser.get("/login", params={"next": "/line"})
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
        form = {"csrf": csrf, "role": "agent", "next": "/line"}
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": _cookies(page)}
        entered = browser.post("/demo/enter", data=form, headers=headers)
        assert (entered.status_code, entered.headers["location"]) == (303, "/line")
        tour = browser.get("/line/tour", headers={"Cookie": _cookies(entered), "Accept-Language": "de"}).text
        assert f'data-step="{STEPS[0]}"' in tour
        assert f"Schritt 1 von {len(STEPS)}" in tour
        assert "/login?next=/line" in demo.printed


def _cookies(answer: httpx.Response) -> str:
    """What a browser sends back; it trusts its own computer with cookies that are for encrypted hosts alone."""
    return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_list("set-cookie"))


def _visit(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=30)


@pytest_asyncio.fixture(loop_scope="session")
async def windows(chromium: Browser) -> BrowserContext:
    return await chromium.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_first_call_is_taken_talked_and_wrapped_up_in_two_windows(
    windows: BrowserContext, tmp_path: Path
) -> None:
    with running_demo(tmp_path, "shift") as demo:
        desk, phone = await _open(windows, demo.url)
        step = desk.locator("#tour [data-step]")
        await expect(step).to_have_attribute("data-step", "ready", timeout=SOON_MS)
        await desk.locator("button[name=status][value=ready]").click()
        await expect(step).to_have_attribute("data-step", "accept", timeout=SOON_MS)
        await desk.get_by_role("button", name="Annehmen").click(timeout=CALLS_MS)
        await expect(step).to_have_attribute("data-step", "search", timeout=SOON_MS)
        await expect(phone.locator("#demo-talk-log")).to_contain_text("مرحبًا", timeout=SOON_MS)
        await phone.locator("#demo-said").fill("Guten Tag, was möchten Sie wissen?")
        await phone.locator("#demo-said").press("Enter")
        await expect(phone.locator("#demo-talk-log")).to_contain_text("هل أحصل على مساعدة", timeout=SOON_MS)
        await desk.get_by_role("button", name="Gespräch beenden").click()
        await expect(step).to_have_attribute("data-step", "wrap-up", timeout=SOON_MS)
        await expect(phone.locator("[data-talk=none]")).to_be_visible(timeout=SOON_MS)
        await windows.close()


async def _open(windows: BrowserContext, url: str) -> tuple[Page, Page]:
    """The desk and the telephone window of whoever entered as an agent by one click."""
    desk = await windows.new_page()
    await desk.goto(f"{url}/login?next=/line")
    await desk.locator("button[name=role][value=agent]").click()
    phone = await windows.new_page()
    await phone.goto(f"{url}/line/phone")
    return desk, phone
