"""The browser telephone's own door: its page, its files, and the deeds of a caller."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Annotated

import httpx
import phonenumbers
from fastapi import APIRouter, Body, Header
from fastapi.responses import HTMLResponse, JSONResponse

from app.kit.errors import HotlineError
from app.kit.protocols import Signer
from app.phone.caller import DEMO_ACCOUNT_SID
from app.phone.line import Line, LiveCall, dial, hang_up, press, say, wait
from app.phone.pages import PAGE_HEADERS, TEMPLATES
from app.phone.switchboard import AllLinesBusy, Switchboard, UnknownCall, keep_swept, look_at, plug_in, reserve, take
from app.phone.views import View, call_view
from app.phone.webhook import LineFault
from app.phone.words import INTERFACE_LANGUAGES, get_interface, interface_language

KEYPAD: tuple[tuple[str, str], ...] = (
    ("1", ""),
    ("2", "ABC"),
    ("3", "DEF"),
    ("4", "GHI"),
    ("5", "JKL"),
    ("6", "MNO"),
    ("7", "PQRS"),
    ("8", "TUV"),
    ("9", "WXYZ"),
    ("*", ""),
    ("0", "+"),
    ("#", ""),
)
_FAULTS: Mapping[type[HotlineError], tuple[int, str]] = {
    AllLinesBusy: (503, "all_lines_busy"),
    UnknownCall: (404, "unknown_call"),
    LineFault: (502, "line_fault"),
}

Keys = Annotated[str, Body(embed=True, min_length=1, max_length=32, pattern=r"^[0-9*#]+$")]
Moment = Annotated[int | None, Body(embed=True)]
Words = Annotated[str, Body(embed=True, min_length=1, max_length=300)]
Deed = Callable[[LiveCall], Awaitable[None]]


def phone_router(  # noqa: PLR0913  What a telephone is made of.
    *,
    client: httpx.AsyncClient,
    signer: Signer,
    base_url: str,
    number: str,
    account_sid: str = DEMO_ACCOUNT_SID,
    board: Switchboard | None = None,
) -> APIRouter:
    """The telephone at /phone, calling the webhooks at `base_url` through `client`."""
    line, board = Line(client, signer, base_url, number, account_sid), board or Switchboard()
    router = APIRouter(prefix="/phone", include_in_schema=False, lifespan=_sweeping(board))
    _add_page(router, number)
    _add_deeds(router, board, line)
    return router


def _sweeping(board: Switchboard) -> Callable[[object], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(keep_swept(board))
        try:
            yield
        finally:
            sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await sweeper

    return lifespan


def _add_page(router: APIRouter, number: str) -> None:
    page_template = TEMPLATES.get_template("phone.html")
    shown_number = _for_reading(number)

    @router.get("")
    async def page(lang: str | None = None, accept_language: Annotated[str, Header()] = "") -> HTMLResponse:
        interface = get_interface(interface_language(lang, accept_language))
        html = page_template.render(
            interface=interface,
            words=interface.words,
            languages=INTERFACE_LANGUAGES,
            keypad=KEYPAD,
            number=shown_number,
        )
        return HTMLResponse(html, headers={**PAGE_HEADERS, "Vary": "Accept-Language"})


def _for_reading(number: str) -> str:
    """The number in groups, as it is written internationally; as it stands where it is no number."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _add_deeds(router: APIRouter, board: Switchboard, line: Line) -> None:
    @router.post("/calls")
    async def place_call() -> JSONResponse:
        return await _answered(_place(board, line))

    @router.post("/calls/{call_id}/press")
    async def press_keys(call_id: str, keys: Keys) -> JSONResponse:
        return await _answered(_do(board, call_id, lambda call: press(call, keys)))

    @router.post("/calls/{call_id}/say")
    async def say_words(call_id: str, words: Words) -> JSONResponse:
        return await _answered(_do(board, call_id, lambda call: say(call, words)))

    @router.post("/calls/{call_id}/wait")
    async def stay_silent(call_id: str, moment: Moment = None) -> JSONResponse:
        return await _answered(_do(board, call_id, lambda call: _wait(call, moment)))

    @router.post("/calls/{call_id}/look")
    async def look(call_id: str) -> JSONResponse:
        return await _answered(_look(board, call_id))

    @router.post("/calls/{call_id}/hangup")
    async def put_down(call_id: str) -> JSONResponse:
        return await _answered(_do(board, call_id, hang_up))


async def _place(board: Switchboard, line: Line) -> JSONResponse:
    async with reserve(board):
        call = await dial(line)
        call_id = plug_in(board, call)
    async with take(board, call_id):
        return _told(call_view(call_id, call))


async def _do(board: Switchboard, call_id: str, deed: Deed) -> JSONResponse:
    async with take(board, call_id) as call:
        try:
            await deed(call)
        except LineFault as fault:
            # The page shows the document that could not be played, so the view goes with the fault.
            return _failed(fault, call_view(call_id, call))
        return _told(call_view(call_id, call))


async def _wait(call: LiveCall, moment: int | None) -> None:
    """Silence in a place that the call has left since is none."""
    if moment is None or moment == call.moment:
        await wait(call)


async def _look(board: Switchboard, call_id: str) -> JSONResponse:
    async with look_at(board, call_id) as call:
        return _told(call_view(call_id, call))


async def _answered(deed: Awaitable[JSONResponse]) -> JSONResponse:
    try:
        return await deed
    except (AllLinesBusy, UnknownCall, LineFault) as fault:
        return _failed(fault, {})


def _told(view: View) -> JSONResponse:
    return JSONResponse(view, headers=PAGE_HEADERS)


def _failed(fault: HotlineError, view: View) -> JSONResponse:
    """The fault as a status, a code that the page has words for, and one sentence."""
    status, code = _FAULTS[type(fault)]
    return JSONResponse({**view, "error": code, "message": str(fault)}, status_code=status, headers=PAGE_HEADERS)
