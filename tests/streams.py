"""Serves an application in the test's own loop, and listens to its streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.types import ASGIApp

from app.shell.cookies import LANGUAGE_COOKIE, PREFIX, SESSION_COOKIE
from bench.streams import BEAT, Heard, opened
from tests.browser import take_address

PATIENCE_SECONDS = 5.0


class StreamEnded(Exception):
    """The server has ended the stream."""


class Ear:
    """What somebody hears of a stream, beats left out."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        self.mark = ""

    async def listen(self, events: AsyncIterator[Heard]) -> None:
        async for heard in events:
            if heard.name != BEAT:
                self._heard.put_nowait(heard)
        self._heard.put_nowait(None)

    async def hear(self, seconds: float = PATIENCE_SECONDS) -> Heard:
        """The next event; raises TimeoutError, or StreamEnded."""
        async with asyncio.timeout(seconds):
            heard = await self._heard.get()
        if heard is None:
            raise StreamEnded
        self.mark = heard.mark
        return heard


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """The application over HTTP on loopback, without its lifespan, and a client without cookies."""
    place = take_address()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=2))
    serving = asyncio.create_task(server.serve(sockets=[place.listener]))
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=place.url, limits=limits) as client:
        await _until_answered(client)
        yield client
    server.should_exit = True
    await serving


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, path: str, token: str | None, *, language: str = "de", after: str = ""
) -> AsyncIterator[Ear]:
    """A stream as somebody with this session hears it, who has the events until that mark."""
    cookies = {LANGUAGE_COOKIE: language} | ({SESSION_COOKIE: token} if token else {})
    headers = {"Cookie": "; ".join(f"{PREFIX}{name}={value}" for name, value in cookies.items())}
    async with opened(client, path, headers | ({"Last-Event-ID": after} if after else {})) as events:
        ear = Ear()
        hearing = asyncio.create_task(ear.listen(events))
        yield ear
        hearing.cancel()
        await asyncio.wait({hearing})


async def _until_answered(client: httpx.AsyncClient) -> None:
    """The port is bound already: the first request waits until the server takes it."""
    await client.get("/static/nothing")
