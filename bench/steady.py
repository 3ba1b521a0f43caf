"""Requests at a steady rate, whatever the answers take, so that a slow answer is not hidden by the next one waiting."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Self

from bench.requests import SignedRequest

_MOST_CONNECTIONS = 64


class RequestFailed(Exception):
    """A request got another answer than 200."""


class _Connection(asyncio.Protocol):
    """One connection that stays open and carries one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.answered: asyncio.Future[float] | None = None
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, raw: bytes) -> "asyncio.Future[float]":
        """The moment at which the whole answer is there."""
        self.received, self.answered = b"", asyncio.get_running_loop().create_future()
        self.transport.write(raw)
        return self.answered

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if self.answered is None or not separator or len(body) < _length(head):
            return
        if head.startswith(b"HTTP/1.1 200"):
            self.answered.set_result(time.perf_counter())
        else:
            self.answered.set_exception(RequestFailed(head.partition(b"\r\n")[0].decode()))

    def connection_lost(self, _fault: Exception | None) -> None:
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(RequestFailed("the connection broke"))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise RequestFailed("the answer has no length")


class _Connections:
    """Free connections; as many are opened as are needed at once, up to a bound."""

    def __init__(self, port: int, most: int) -> None:
        self._port = port
        self._all: list[_Connection] = []
        self._free: deque[_Connection] = deque()
        self._open = asyncio.Semaphore(most)

    async def ask(self, raw: bytes) -> float:
        async with self._open:
            connection = self._take() or await self._connect()
            answered_at = await connection.send(raw)
            self._free.append(connection)
            return answered_at

    def _take(self) -> _Connection | None:
        """A free connection; servers close one that has rested for some seconds, and it must not be waited on."""
        while self._free:
            connection = self._free.pop()
            if not connection.transport.is_closing():
                return connection
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", self._port)
        self._all.append(connection)
        return connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_fault: object) -> None:
        for connection in self._all:
            connection.transport.close()
        await asyncio.sleep(0)


async def latencies_at(port: int, requests: Sequence[SignedRequest], per_second: int, seconds: float) -> list[float]:
    """Seconds from the moment each request was due to its whole answer, in order; raises RequestFailed."""
    raws = [request.raw() for request in requests]
    async with _Connections(port, _MOST_CONNECTIONS) as connections:
        began = time.perf_counter() + 0.1

        async def send_at(due: float, raw: bytes) -> float:
            return await connections.ask(raw) - due

        waiting = []
        for number, raw in enumerate(islice(cycle(raws), math.ceil(per_second * seconds))):
            due = began + number / per_second
            if (left := due - time.perf_counter()) > 0:
                await asyncio.sleep(left)
            waiting.append(asyncio.create_task(send_at(due, raw)))
        return list(await asyncio.gather(*waiting))


async def send_each(port: int, requests: Sequence[SignedRequest], at_once: int = 16) -> None:
    """Each request once, so many at a time; raises RequestFailed."""
    async with _Connections(port, at_once) as connections:
        await asyncio.gather(*(connections.ask(request.raw()) for request in requests))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below or at which this share of all values lies."""
    return sorted(values)[max(math.ceil(len(values) * share) - 1, 0)]
