"""The guide for the first day: with the agent's own keys, the numbers with their dates, and on one page of paper."""

import io
import shutil

import pytest
from playwright.async_api import Route, async_playwright
from pypdf import PdfReader

from app.accounts.models import Role
from app.queue import service
from app.queue.keys import DeskSettings
from app.shell.cookies import LANGUAGE_COOKIE, PREFIX
from app.shell.opening import provide
from tests.browser import CHROMIUM_ARGUMENTS
from tests.console.conftest import library
from tests.console.line_house import LineHouse, line_house
from tests.entrance.house import BASE, Visit

__all__ = ["line_house"]

TITLES = {"de": "Erster Tag", "en": "First day"}
CHROMIUM = shutil.which("chromium")
# A4 in points, a point more or less.
A4 = (595, 842)


@pytest.fixture
async def reader(line_house: LineHouse) -> Visit:
    """An agent who has changed two keys."""
    provide(line_house.app, library())
    browser, me = await line_house.enter(Role.AGENT)
    keys = {**DeskSettings().keys, "ready": "w", "hold": ""}
    await service.set_desk(line_house.line, me, DeskSettings(keys))
    return browser


async def test_it_has_the_steps_the_own_keys_and_the_numbers_with_their_dates(reader: Visit) -> None:
    await reader.open("/line/guide")
    assert reader.page.text.count("<li><b>") >= 8
    assert "<dt><kbd>W</kbd></dt><dd>Bereit</dd>" in reader.page.text
    assert "Halten, weiter sprechen" not in reader.text
    knowledge = library().knowledge
    for line in ("emergency", "police", "telefonseelsorge", "violence-women"):
        assert all(number in reader.text for number in knowledge.lines[line].numbers)
    assert f"Quellen gelesen am {knowledge.lines_retrieved_on:%d.%m.%Y}" in reader.text
    assert "Sören Beispiel" in reader.text


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; on Debian: apt-get install chromium")
@pytest.mark.parametrize("language", TITLES)
async def test_it_prints_on_one_page(reader: Visit, language: str) -> None:
    reader.client.cookies.set(PREFIX + LANGUAGE_COOKIE, language, domain="hotline.example")

    async def answer(route: Route) -> None:
        got = await reader.client.get(route.request.url)
        await route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        page = await browser.new_page()
        await page.route("**/*", answer)
        await page.goto(f"{BASE}/line/guide")
        printed = PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True)))
        await browser.close()
    [paper] = printed.pages
    assert (round(paper.mediabox.width), round(paper.mediabox.height)) == pytest.approx(A4, abs=1)
    text = paper.extract_text()
    assert TITLES[language] in text
    assert "116016" in text
