"""Open desks, as their connections: each notes when a change arrives, and takes as little of the machine as it can."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Self

from app.shell.cookies import PREFIX, SESSION_COOKIE

_CHUNK_BYTES = 65_536


@dataclass
class Screen:
    """One desk's stream; `arrived` has the moment at which each text that is waited for was first there."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    arrived: dict[bytes, float] = field(default_factory=dict)
    received_bytes: int = 0
    events: int = 0

    @classmethod
    async def open(cls, port: int, token: str) -> Self:
        """Raises RuntimeError where the stream does not begin."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        cookie = f"{PREFIX}{SESSION_COOKIE}={token}"
        writer.write(f"GET /line/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200") or b"text/event-stream" not in head:
            raise RuntimeError(f"The stream does not begin: {head.splitlines()[0].decode()}")
        return cls(reader, writer)

    async def look(self, awaited: set[bytes]) -> None:
        """Reads until the connection ends; what is `awaited` may change meanwhile."""
        tail = b""
        while chunk := await self.reader.read(_CHUNK_BYTES):
            moment = time.perf_counter()
            self.received_bytes += len(chunk)
            self.events += chunk.count(b"\nid: ")
            seen = tail + chunk
            for text in awaited:
                if text not in self.arrived and text in seen:
                    self.arrived[text] = moment
            tail = chunk[-64:]
