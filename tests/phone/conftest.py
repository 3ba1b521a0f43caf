"""A real browser, and a small hotline behind a real server for it to call."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, Page

from app.phone.routes import phone_router
from app.phone.sources import sources_router
from tests.browser import chromium, take_address
from tests.browser import serve as serve_application
from tests.phone.browsing import Open, Serve, Served
from tests.phone.toy import NUMBER, ToyHotline, ToySigner, add_toy_routes
from tests.phone.toy_story import story

__all__ = ["chromium"]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves a hotline; everything served is stopped when the test is over."""
    running: list[Served] = []

    def start(toy: ToyHotline, port: int = 0) -> Served:
        served = _serve(toy, port)
        running.append(served)
        return served

    yield start
    for served in running:
        served.stop()


def _toy_application(toy: ToyHotline, url: str) -> FastAPI:
    client = httpx.AsyncClient()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = FastAPI(lifespan=lifespan)
    app.include_router(phone_router(client=client, signer=ToySigner(), base_url=url, number=NUMBER))
    app.include_router(sources_router(phone=True))
    add_toy_routes(app, toy)
    return app


def _serve(toy: ToyHotline, port: int) -> Served:
    address = take_address(port)
    toy.base_url = address.url
    return Served(address.url, toy, serve_application(_toy_application(toy, address.url), address))


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve(ToyHotline(story()))


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(chromium: Browser, served: Served) -> AsyncIterator[Open]:
    """Opens the page in a context of its own; whatever the page's policy or scripts complain about fails the test."""
    complaints: list[str] = []

    @asynccontextmanager
    async def opened(query: str = "?lang=de", *, script: str = "", **context: object) -> AsyncIterator[Page]:
        settings: dict[str, object] = {"viewport": {"width": 1280, "height": 900}, "locale": "de-DE", **context}
        browsing = await chromium.new_context(**settings)  # type: ignore[arg-type]
        page = await browsing.new_page()
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        await page.add_init_script(script or "")
        await page.goto(f"{served.url}/phone{query}")
        yield page
        await browsing.close()

    yield opened
    assert complaints == []
