"""A browser of somebody at a site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext

from app.accounts.models import Role
from app.shell.cookies import PREFIX, SESSION_COOKIE
from tests.pages.site import Site


@asynccontextmanager
async def browse(chromium: Browser, toy: Site, who: Role | None, **context: object) -> AsyncIterator[BrowserContext]:
    settings: dict[str, object] = {"locale": "de-DE", "reduced_motion": "reduce", "base_url": toy.url, **context}
    browsing = await chromium.new_context(**settings)  # type: ignore[arg-type]
    if who is not None:
        value, url = toy.tokens[who], toy.url.replace("http:", "https:")
        await browsing.add_cookies([{"name": PREFIX + SESSION_COOKIE, "value": value, "url": url, "secure": True}])
    yield browsing
    await browsing.close()
