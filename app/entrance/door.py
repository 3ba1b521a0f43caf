"""The router of the entrance, and what its pages need beside the accounts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.accounts.models import SignedIn, Stage
from app.accounts.rules import DEVICE_LIFE
from app.entrance.provider import Provider
from app.shell.access import STAGE_PAGES
from app.shell.answers import Cookie, Flash, Redirect
from app.shell.ask import Ask
from app.shell.cookies import DEVICE_COOKIE, SESSION_COOKIE
from app.shell.paths import local_path
from app.shell.registry import PageRouter

_FOLDER: Final = Path(__file__).parent
router = PageRouter("entrance", templates=_FOLDER / "templates", static=_FOLDER / "static")

# Where somebody wanted to go before they had to log in; kept while they do so.
ONWARD_COOKIE: Final = "onward"
ONWARD_SECONDS: Final = 1800


@dataclass(frozen=True, slots=True)
class Entrance:
    """`provider` is None where people sign in by password alone; `phone` tells whether there is a telephone to show."""

    base_url: str
    provider: Provider | None = None
    phone: bool = False


def session_token(ask: Ask) -> str:
    """The token of the visitor's session; empty where there is none, which opens nothing."""
    return ask.cookie(SESSION_COOKIE) or ""


def carry_on(ask: Ask, signed_in: SignedIn, *, onward: str | None = None, flash: Flash | None = None) -> Redirect:
    """To the next step of logging in, or at the end of it to where the person wanted to go."""
    cookies = session_cookies(signed_in)
    if signed_in.stage is not Stage.FULL:
        kept = (Cookie(ONWARD_COOKIE, onward, ONWARD_SECONDS),) if onward else ()
        return Redirect(STAGE_PAGES[signed_in.stage], cookies=(*cookies, *kept))
    to = onward or local_path(ask.cookie(ONWARD_COOKIE), "/")
    return Redirect(to, flash=flash, cookies=(*cookies, Cookie(ONWARD_COOKIE, "")))


def session_cookies(signed_in: SignedIn) -> tuple[Cookie, ...]:
    session = Cookie(SESSION_COOKIE, signed_in.token)
    if signed_in.device is None:
        return (session,)
    return session, Cookie(DEVICE_COOKIE, signed_in.device, int(DEVICE_LIFE.total_seconds()))
