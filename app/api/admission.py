"""Who may read the figures by program, and how often anybody may search."""

from typing import Annotated, Final

from fastapi import Depends
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from app.accounts.models import Role, Stage
from app.accounts.service import Accounts, find_visitor
from app.api.problems import refused
from app.shell.cookies import SESSION_COOKIE, own_cookies
from app.shell.provided import Provided

READERS: Final = frozenset({Role.REVIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR})
SEARCHES: Final = parse("60/minute")


def provided(request: Request) -> Provided:
    """What the program put in for all pages."""
    found: Provided = request.app.state.provided()
    return found


Given = Annotated[Provided, Depends(provided)]


async def reader(request: Request, given: Given) -> None:
    """Published figures are for everybody where the operator said so, else for those who may open the review."""
    if request.app.state.public_statistics:
        return
    token = own_cookies(request.cookies).get(SESSION_COOKIE)
    visitor = await find_visitor(given.get(Accounts), token) if token else None
    if visitor is None or visitor.stage is not Stage.FULL:
        raise refused(401, "Log in at /login first: the figures are not public here.")
    if visitor.role not in READERS:
        raise refused(403, "Your role does not include the figures.")


class Turnstile:
    """Lets each address search so often a minute, on this node."""

    def __init__(self) -> None:
        self._passed = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._passed)

    def __call__(self, request: Request) -> None:
        address = request.client.host if request.client else ""
        if not self._limiter.hit(SEARCHES, address):
            raise refused(429, "Too many searches from this address: wait a minute.", {"Retry-After": "60"})

    def forget(self) -> None:
        """Lets everybody begin anew."""
        self._passed.reset()
