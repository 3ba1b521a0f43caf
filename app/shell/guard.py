"""Stands before every registered page: who asks, may they, is the form ours; then the page's function answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from app.accounts.models import Stage, Visitor
from app.accounts.refusals import SessionOver, StepUpNeeded
from app.accounts.rules import is_fresh
from app.accounts.service import Accounts, find_visitor, renew
from app.shell import csrf
from app.shell.access import LOGIN_PAGE, STAGE_PAGES, STEP_UP_PAGE, opens
from app.shell.answers import Redirect
from app.shell.ask import Ask
from app.shell.asking import build_ask, read_form
from app.shell.cookies import SESSION_COOKIE, own_cookies
from app.shell.faults import Forbidden, FormTooOld
from app.shell.house import House
from app.shell.paths import with_next
from app.shell.registry import Registered
from app.shell.rendering import Sheet
from app.shell.responding import respond
from app.shell.sheets import begin_sheet
from app.shell.streaming import is_for, refuse_stream


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks: the visitor, and whether there was a session at all."""

    visitor: Visitor | None
    had_session: bool


def guarded(house: House, registered: Registered) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a registered page."""

    async def endpoint(request: Request) -> Response:
        asked = await _find_asked(house, registered, request)
        request.state.visitor = asked.visitor
        sheet = begin_sheet(house, request, asked.visitor, registered)
        if registered.kind == "stream" and not is_for(registered, asked.visitor):
            return refuse_stream(registered, house.shell.clock)
        away = turned_away(registered, asked, _onward(registered, request), sheet.at)
        if away is not None:
            return respond(sheet, registered, away, is_htmx=_is_htmx(request))
        posted = await read_form(request) if registered.kind == "deed" else {}
        if registered.kind == "deed":
            _check_form(house, registered, request, posted, signed_in=asked.visitor is not None)
        ask = build_ask(house, request, asked.visitor, sheet.words, posted, is_htmx=_is_htmx(request))
        return await _answered(registered, ask, sheet)

    return endpoint


def turned_away(registered: Registered, asked: Asked, onward: str, at: datetime) -> Redirect | None:
    """Where the reader must go first; None where the page is open to them. Raises Forbidden for the wrong role."""
    visitor = asked.visitor
    if opens(registered.access, visitor):
        return _proved_again(registered, visitor, onward, at)
    if visitor is None:
        ended = {"ended": "idle"} if asked.had_session else {}
        return Redirect(LOGIN_PAGE if onward == "/" and not ended else with_next(LOGIN_PAGE, onward, **ended))
    if visitor.stage is not Stage.FULL:
        return Redirect(STAGE_PAGES[visitor.stage])
    if registered.access.stages:
        return Redirect("/")
    raise Forbidden


def _proved_again(registered: Registered, visitor: Visitor | None, onward: str, at: datetime) -> Redirect | None:
    if registered.step_up and (visitor is None or not is_fresh(visitor, at)):
        return Redirect(with_next(STEP_UP_PAGE, onward))
    return None


async def _find_asked(house: House, registered: Registered, request: Request) -> Asked:
    token = own_cookies(request.cookies).get(SESSION_COOKIE)
    if token is None:
        return Asked(None, had_session=False)
    look = renew if registered.renews else find_visitor
    return Asked(await look(house.provided.get(Accounts), token), had_session=True)


def _onward(registered: Registered, request: Request) -> str:
    """Where the reader wanted to go: what was posted cannot be repeated, so a deed leads back to its page."""
    if registered.kind != "page":
        return registered.back
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _check_form(
    house: House, registered: Registered, request: Request, posted: dict[str, tuple[str, ...]], *, signed_in: bool
) -> None:
    cookie = csrf.bound_cookie(own_cookies(request.cookies), signed_in=signed_in)
    given = request.headers.get(csrf.HEADER) or next(iter(posted.get(csrf.FIELD, ())), None)
    same = csrf.is_same_origin(request.headers, house.shell.origin)
    if not same or not csrf.is_ours(house.shell.keys, cookie, given):
        raise FormTooOld(registered.back)


async def _answered(registered: Registered, ask: Ask, sheet: Sheet) -> Response:
    try:
        answer = await registered.handler(ask)
    except SessionOver:
        answer = Redirect(with_next(LOGIN_PAGE, registered.back, ended="idle"))
    except StepUpNeeded:
        answer = Redirect(with_next(STEP_UP_PAGE, registered.back))
    return respond(sheet, registered, answer, is_htmx=ask.is_htmx)


def _is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
