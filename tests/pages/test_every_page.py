"""Every registered page in Chromium: no finding of axe, nothing cut off, one heading; new pages come by themselves."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page

from app.shell.cookies import LANGUAGE_COOKIE, PREFIX, SESSION_COOKIE
from app.shell.registry import Registered
from app.shell.words import LANGUAGES
from tests.pages.site import Site, Who, somebody_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# The smallest telephone, a screen of 1280 at twice the size, and a wide one.
WIDTHS = (320, 640, 1280)
# A theme changes colours alone and a language words, so what is left of the rules is looked at in one of each.
AXE = {"resultTypes": ["violations"], "preload": False}
CONTRAST = {**AXE, "runOnly": ["color-contrast"]}
THEMES = {"de": {"light": AXE}, "en": {"dark": CONTRAST}}
ALL_THEMES = {"light": AXE, "dark": CONTRAST}
Themes = Mapping[str, Mapping[str, object]]
AXE_RUN = """async (options) => (await axe.run(document, options)).violations.map(
    (found) => `${found.id} ${found.nodes.map((node) => node.html).join(" ")}`)"""
LOOKS = """() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll("h1").length,
    title: document.title,
    language: document.documentElement.lang,
})"""


@asynccontextmanager
async def look(chromium: Browser, site: Site, who: Who, language: str) -> AsyncIterator[Page]:
    """A browser of somebody; what its policy or its scripts complain about fails the test."""
    complaints: list[str] = []
    browsing = await chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    # A `__Host-` cookie that does not come from the server itself needs an address that is encrypted.
    encrypted = site.url.replace("http:", "https:")
    cookies = {LANGUAGE_COOKIE: language} | ({SESSION_COOKIE: token} if (token := site.token(who)) else {})
    await browsing.add_cookies(
        [{"name": PREFIX + name, "value": value, "url": encrypted, "secure": True} for name, value in cookies.items()]
    )
    page = await browsing.new_page()
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    yield page
    await browsing.close()
    assert complaints == []


def groups(site: Site) -> dict[Who, list[Registered]]:
    grouped: dict[Who, list[Registered]] = {}
    for entry in site.pages():
        grouped.setdefault(somebody_for(entry), []).append(entry)
    return grouped


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_accessible_in_every_width(chromium: Browser, site: Site, language: str) -> None:
    assert await sweep(chromium, site, language, THEMES[language]) == []


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_accessible_in_every_theme(chromium: Browser, site: Site, language: str) -> None:
    assert await sweep(chromium, site, language, ALL_THEMES) == []


async def sweep(chromium: Browser, site: Site, language: str, themes: Themes) -> list[str]:
    faults: list[str] = []
    for who, entries in groups(site).items():
        async with look(chromium, site, who, language) as page:
            for entry in entries:
                for address in await site.addresses(entry):
                    await page.goto(site.url + address)
                    faults += [f"{address}: {fault}" for fault in await list_faults(page, language, themes)]
    return faults


async def list_faults(page: Page, language: str, themes: Themes) -> list[str]:
    faults: list[str] = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        seen = await page.evaluate(LOOKS)
        if seen["overflow"] > 0:
            faults.append(f"is {seen['overflow']} wider than {width}")
    if seen["headings"] != 1 or " · " not in seen["title"] or seen["language"] != language:
        faults.append(f"has {seen}")
    await page.evaluate(AXE_SCRIPT)
    for scheme, options in themes.items():
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # The two that it knows.
        faults += [f"{scheme}: {violation}" for violation in await page.evaluate(AXE_RUN, options)]
    return faults


async def test_the_sweep_finds_what_is_wrong(chromium: Browser, site: Site) -> None:
    async with look(chromium, site, None, "de") as page:
        await page.goto(site.url + "/styleguide/form")
        await page.evaluate("document.querySelector('.form').insertAdjacentHTML('beforeend', '<input name=x>')")
        await page.evaluate("document.querySelector('h1').outerHTML += '<h1 class=wide>Zwei</h1>'")
        await page.evaluate("document.querySelector('.wide').style.cssText = 'inline-size: 3000px; color: #333'")
        faults = "\n".join(await list_faults(page, "en", ALL_THEMES))
    for part in ("wider than 1280", "'headings': 2", "light: label", "dark: color-contrast"):
        assert part in faults, faults
