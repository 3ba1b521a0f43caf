"""What stands before the program in production: keeps callers' connections while the program is away for a moment."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

CHUNK_BYTES = 65_536


@contextlib.asynccontextmanager
async def front_of(port: int, patience_seconds: float = 12.0) -> AsyncIterator[str]:
    """The address of a front that passes everything to a port of this machine, and waits for it to listen.

    It knows nothing of HTTP: a connection that breaks on one side breaks on the other, and it is for the caller to
    ask again.
    """
    passing: set[asyncio.Task[None]] = set()
    knocking = asyncio.Lock()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        passing.add(task)
        task.add_done_callback(passing.discard)
        # A front that goes away cancels what it still passes; the server of streams would call that a fault.
        with contextlib.closing(writer), contextlib.suppress(asyncio.CancelledError):
            behind = await _connect(port, patience_seconds, knocking)
            if behind is None:
                return
            with contextlib.closing(behind[1]):
                await _pass_both_ways((reader, writer), behind)

    server = await asyncio.start_server(serve, "127.0.0.1", backlog=512)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connect(port: int, patience_seconds: float, knocking: asyncio.Lock) -> Streams | None:
    """A connection to the program; while it is away only one of all that wait knocks at its door."""
    deadline = time.monotonic() + patience_seconds
    async with knocking:
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.02)
    return None


async def _pass_both_ways(one: Streams, other: Streams) -> None:
    """Until either side is done."""
    ways = {asyncio.create_task(_pass(one[0], other[1])), asyncio.create_task(_pass(other[0], one[1]))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
