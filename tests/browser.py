"""Debian's Chromium, and a real server for it to talk to."""

import shutil
import socket
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import monotonic, sleep

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, async_playwright
from starlette.types import ASGIApp

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


@dataclass(frozen=True, slots=True)
class Address:
    """A loopback port that is taken already, so that an application can be built for it."""

    listener: socket.socket

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"


def take_address(port: int = 0) -> Address:
    return Address(socket.create_server(("127.0.0.1", port)))


def serve(app: ASGIApp, address: Address) -> Callable[[], None]:
    """Serves the application in a thread of its own until what is returned is called."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [address.listener]}, daemon=True)
    thread.start()
    latest = monotonic() + 10
    while not server.started:
        assert monotonic() < latest, "The application does not start."
        sleep(0.01)

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=10)
        address.listener.close()

    return stop
