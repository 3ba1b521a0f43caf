"""A program that serves one endless stream to everybody until a signal ends it; a test starts and stops it."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from fastapi import FastAPI

from app.kit.crypto import KeyRing
from app.serving import serve_until_ended
from app.shell.access import PUBLIC
from app.shell.answers import Answer, Event, Stream
from app.shell.ask import Ask
from app.shell.opening import Shell, furnish
from app.shell.registry import PageRouter

KEYS = KeyRing.from_setting("c2hlbGxzaGVsbHNoZWxsc2hlbGxzaGVsbHNoZWxsc2g=")


async def tell(_ask: Ask) -> Answer:
    return Stream(nothing(), lambda: False)


async def nothing() -> AsyncGenerator[Event | None]:
    while True:
        await asyncio.sleep(0.1)
        yield None


def main(port: int) -> None:
    router = PageRouter("toy", templates=Path(__file__).parent)
    router.stream("/live", access=PUBLIC)(tell)
    app = FastAPI()
    furnish(app, Shell(keys=KEYS, base_url=f"http://127.0.0.1:{port}"), [router])
    serve_until_ended(app, "127.0.0.1", port, lambda: print("ready", flush=True))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
