"""A real browser, and a small hotline behind a real server for it to call."""

import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import monotonic, sleep

import httpx
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright

from app.phone.routes import phone_router
from app.phone.sources import sources_router
from tests.phone.browsing import Open, Serve, Served
from tests.phone.toy import NUMBER, ToyHotline, ToySigner, add_toy_routes
from tests.phone.toy_story import story

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, once for all tests; those that use it run in the session's event loop."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


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
    listener = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    toy.base_url = url
    app = _toy_application(toy, url)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    latest = monotonic() + 10
    while not server.started:
        assert monotonic() < latest, "The toy hotline does not start."
        sleep(0.01)

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()

    return Served(url, toy, stop)


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
