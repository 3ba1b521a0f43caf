"""A steady rate tells the truth about a server that stops for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bench.requests import SignedRequest, make_first_requests
from bench.steady import RequestFailed, latencies_at, percentile, send_each

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
REFUSAL = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def server(answer: bytes = ANSWER, pause_before: int = -1, seconds: float = 0.0) -> AsyncIterator[int]:
    """Answers one request after the other, and rests once before one of them."""
    seen = 0
    served: list[asyncio.Task[None] | None] = []
    one_at_a_time = asyncio.Lock()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            async with one_at_a_time:
                seen += 1
                if seen == pause_before:
                    await asyncio.sleep(seconds)
            writer.write(answer)

    async def serve_until_gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError):
            await serve(reader, writer)
        writer.close()
        await writer.wait_closed()

    running = await asyncio.start_server(serve_until_gone, "127.0.0.1")
    async with running:
        yield running.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, served))


def requests(count: int) -> list[SignedRequest]:
    return make_first_requests(range(count))


async def test_those_who_wait_behind_a_pause_are_counted_from_when_they_were_due() -> None:
    async with server(pause_before=20, seconds=0.5) as port:
        taken = await latencies_at(port, requests(10), per_second=100, seconds=1)
    assert len(taken) == 100
    assert max(taken) >= 0.49
    assert sum(latency > 0.2 for latency in taken) >= 25
    assert min(taken) < 0.2


async def test_a_refusal_is_no_answer() -> None:
    async with server(REFUSAL) as port:
        with pytest.raises(RequestFailed, match="403"):
            await send_each(port, requests(1))


async def test_each_request_is_sent_once() -> None:
    async with server() as port:
        await send_each(port, requests(50), at_once=4)


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 4.0, 2.0, 3.0], 0.5) == 3.0
    assert percentile(list(map(float, range(1, 101))), 0.99) == 99.0
    assert percentile([7.0], 0.99) == 7.0
