"""The toy with streams that tell what a test has them tell."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from fastapi import FastAPI

from app.accounts.models import Role
from app.shell.access import PUBLIC, only
from app.shell.answers import Answer, Event, Piece, Stream
from app.shell.ask import Ask
from app.shell.opening import Shell, furnish
from tests.shell.toy import KEYS, toy_router


class Teller:
    """What the toy's streams tell, and whether their readers are active."""

    def __init__(self) -> None:
        self.told: list[Event | Exception] = []
        self.active = False
        self.open = 0
        self.left = asyncio.Event()

    async def tell(self, ask: Ask) -> Answer:
        return Stream(self._events(ask), lambda: self.active)

    async def _events(self, ask: Ask) -> AsyncGenerator[Event | None]:
        self.open += 1
        heard = 0
        try:
            if ask.last_event:
                yield said(f"after {ask.last_event}")
            while True:
                await asyncio.sleep(0.02)
                following = self.told[heard : heard + 1]
                heard += len(following)
                yield _raised(*following)
        finally:
            self.open -= 1
            self.left.set()


def _raised(event: Event | Exception | None = None) -> Event | None:
    if isinstance(event, Exception):
        raise event
    return event


def said(words: object, *, shared: str = "", template: str = "said.html") -> Event:
    return Event((Piece(template, {"words": words}, shared),), f"mark of {words}")


def telling_application(url: str, clock: Callable[[], datetime], teller: Teller) -> FastAPI:
    """A stream for agents and one for everybody; the accounts are put in by the test."""
    router = toy_router()
    router.stream("/live", access=only(Role.AGENT), back="/desk")(teller.tell)
    router.stream("/public/live", access=PUBLIC)(teller.tell)
    app = FastAPI()
    furnish(app, Shell(keys=KEYS, base_url=url, clock=clock, demo=True), [router])
    return app
