"""Sends what a stream has to tell, each piece drawn for its reader, and ends it with the reader's session."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from app.accounts.models import Visitor
from app.accounts.service import Accounts, find_visitor, renew
from app.kit.clock import Clock
from app.kit.log import get_logger
from app.shell.access import opens
from app.shell.answers import Event, Piece, Stream
from app.shell.cookies import SESSION_COOKIE
from app.shell.registry import Registered
from app.shell.rendering import Sheet, draw

# By a beat the browser knows that the stream lives, and proxies keep the connection.
BEAT_SECONDS: Final = 15
# So long a stream may take to end when the program stops, less than the server waits for open connections.
CLOSE_SECONDS: Final = 3
CHECK_EVERY: Final = timedelta(seconds=5)
RENEW_EVERY: Final = timedelta(minutes=1)
_MOST_DRAWN: Final = 100
_LOG = get_logger("shell")


def is_for(registered: Registered, visitor: Visitor | None) -> bool:
    """Whether a stream is open to its reader, for whom no proof stands in the way."""
    return opens(registered.access, visitor)


def begin_stream(sheet: Sheet, registered: Registered, stream: Stream) -> Response:
    closing = anyio.Event()
    return _respond(_tell(sheet, registered, stream, closing), sheet.house.shell.clock, closing)


def refuse_stream(registered: Registered, clock: Clock) -> Response:
    """A stream that is over before it began: the page is opened anew, which says why."""

    async def tell() -> AsyncIterator[ServerSentEvent]:
        yield _over(registered)

    return _respond(tell(), clock, anyio.Event())


def _respond(events: AsyncIterator[ServerSentEvent], clock: Clock, closing: anyio.Event) -> Response:
    """`closing` is set when the program is told to stop."""
    return EventSourceResponse(
        events,
        ping=BEAT_SECONDS,
        ping_message_factory=lambda: _beat(clock),
        shutdown_event=closing,
        shutdown_grace_period=CLOSE_SECONDS,
    )


def _beat(clock: Clock) -> ServerSentEvent:
    """Says how late it is here, in milliseconds since 1970."""
    return ServerSentEvent(str(round(clock().timestamp() * 1000)), event="beat")


def _over(registered: Registered) -> ServerSentEvent:
    return ServerSentEvent(registered.back, event="over")


async def _tell(
    sheet: Sheet, registered: Registered, stream: Stream, closing: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """The events, until the session ends, the program stops or the stream fails: then the browser comes again."""
    session = _Session(sheet, registered)
    try:
        # Proxies pass on nothing before there is something, and the browser shall know at once that it is heard.
        yield _beat(sheet.house.shell.clock)
        async with aclosing(stream.events) as events:
            async for event in events:
                if closing.is_set():
                    return
                if not await session.goes_on(stream):
                    yield _over(registered)
                    return
                if event is not None:
                    yield ServerSentEvent(_draw_event(sheet, registered, event), id=event.mark)
    except Exception as error:  # noqa: BLE001  No page can tell of it any more, and a message may be about a person.
        _LOG.error("stream_failed", path=registered.path, kind=type(error).__name__)


class _Session:
    """The session behind a stream: looked at every few seconds, renewed once a minute while its reader is active."""

    def __init__(self, sheet: Sheet, registered: Registered) -> None:
        self._registered, self._house = registered, sheet.house
        self._token = sheet.cookies.get(SESSION_COOKIE)
        self._checked_at = sheet.at
        self._renewed_at = sheet.at - RENEW_EVERY

    async def goes_on(self, stream: Stream) -> bool:
        at = self._house.shell.clock()
        if at - self._checked_at < CHECK_EVERY:
            return True
        self._checked_at = at
        return is_for(self._registered, await self._find_visitor(stream, at))

    async def _find_visitor(self, stream: Stream, at: datetime) -> Visitor | None:
        if self._token is None:
            return None
        accounts = self._house.provided.get(Accounts)
        if at - self._renewed_at < RENEW_EVERY or not stream.is_active():
            return await find_visitor(accounts, self._token)
        self._renewed_at = at
        return await renew(accounts, self._token)


def _draw_event(sheet: Sheet, registered: Registered, event: Event) -> str:
    return "".join(_draw_piece(sheet, registered, piece) for piece in event.pieces)


def _draw_piece(sheet: Sheet, registered: Registered, piece: Piece) -> str:
    template = f"{registered.router}/{piece.template}"
    if not piece.shared:
        return draw(replace(sheet, context=piece.context), template)
    drawn, key = sheet.house.drawn, (template, sheet.words.language, piece.shared)
    if key not in drawn:
        if len(drawn) >= _MOST_DRAWN:
            drawn.clear()
        drawn[key] = _draw_shared(sheet, template, piece)
    return drawn[key]


def _draw_shared(sheet: Sheet, template: str, piece: Piece) -> str:
    """Drawn for nobody in particular; raises ValueError for a form, which would be somebody's."""
    nobody = replace(sheet, visitor=None, cookies={}, flash=None, context=piece.context)
    html = draw(nobody, template)
    if nobody.visit:
        raise ValueError(f"{template}: what all readers share holds no form.")
    return html
