"""Listens to streams of server-sent events as a browser does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

BEAT = "beat"


@dataclass(frozen=True, slots=True)
class Heard:
    """An event: its name, its data, and the mark by which the stream goes on after it."""

    name: str
    data: str
    mark: str


@asynccontextmanager
async def opened(
    client: httpx.AsyncClient, path: str, headers: dict[str, str] | None = None
) -> AsyncIterator[AsyncIterator[Heard]]:
    """The events of a stream, beats included, until the block is left or the server ends it."""
    asked = {"Accept": "text/event-stream", **(headers or {})}
    timeout = httpx.Timeout(10.0, read=None)
    async with client.stream("GET", path, headers=asked, timeout=timeout) as answer:
        answer.raise_for_status()
        yield _parse(answer.aiter_lines())


async def _parse(lines: AsyncIterator[str]) -> AsyncIterator[Heard]:
    """As the HTML standard says, without the rules for what our server does not send."""
    name, mark = "message", ""
    data: list[str] = []
    async for line in lines:
        field, _, value = line.partition(": ")
        if not line:
            if data:
                yield Heard(name, "\n".join(data), mark)
            name, data = "message", []
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif field == "id":
            mark = value
