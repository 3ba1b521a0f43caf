"""The calls of the browser telephone, held in memory: bounded in number, ended when nobody touches them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from app.kit.errors import HotlineError
from app.phone.awaiting import Awaiting, Played, Request
from app.phone.line import LiveCall, follow, hang_up, reach_by
from app.phone.rooms import Rooms
from app.phone.webhook import LineFault

MOST_CALLS = 200
IDLE_SECONDS = 15 * 60.0
_SWEEP_SECONDS = 60.0
_OVER = "This call is over, or the server was restarted since. Please dial again."


class AllLinesBusy(HotlineError):
    """As many browser calls are in progress as this process holds."""


class UnknownCall(HotlineError):
    """No such call here: it ended, stood idle too long, or the server was restarted since."""


@dataclass(slots=True)
class Plugged:
    """A call and when it was last touched; the lock keeps two presses in order."""

    call: LiveCall
    touched_seconds: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Switchboard:
    """Calls in progress by their random id.

    `rooms` is the exchange on which agents meet them, `moves` are the ways there that have begun.
    """

    most_calls: int = MOST_CALLS
    idle_seconds: float = IDLE_SECONDS
    plugged: dict[str, Plugged] = field(default_factory=dict)
    dialling: int = 0
    rooms: Rooms | None = None
    moves: set[asyncio.Task[None]] = field(default_factory=set)


@asynccontextmanager
async def reserve(board: Switchboard) -> AsyncIterator[None]:
    """Keep a place while a call is being dialled; raises AllLinesBusy where none is free."""
    await sweep(board)
    if len(board.plugged) + board.dialling >= board.most_calls:
        raise AllLinesBusy("All lines of this telephone are busy; please try again in a few minutes.")
    board.dialling += 1
    try:
        yield
    finally:
        board.dialling -= 1


def plug_in(board: Switchboard, call: LiveCall) -> str:
    """Hold the call under a new id that cannot be guessed."""
    call_id = secrets.token_urlsafe(16)
    plugged = board.plugged[call_id] = Plugged(call, monotonic())
    if board.rooms is not None:
        reach_by(board.rooms, call, lambda step: _begin_move(board, plugged, step))
    return call_id


def _begin_move(board: Switchboard, plugged: Plugged, step: Request | Played | Awaiting) -> None:
    """The exchange waits for nobody; the call goes there when what its caller is doing is done."""
    move = asyncio.create_task(_move(plugged, step))
    board.moves.add(move)
    move.add_done_callback(board.moves.discard)


async def _move(plugged: Plugged, step: Request | Played | Awaiting) -> None:
    async with plugged.lock:
        # Where the line fails, the call has ended, and its telephone shows why.
        with suppress(LineFault):
            await follow(plugged.call, step)


@asynccontextmanager
async def take(board: Switchboard, call_id: str) -> AsyncIterator[LiveCall]:
    """Take the call for one deed, one at a time; it is let go once it has ended. Raises UnknownCall."""
    plugged = board.plugged.get(call_id)
    if plugged is None:
        raise UnknownCall(_OVER)
    async with plugged.lock:
        # The deed before this one may have ended the call, or the line.
        if plugged.call.ended:
            raise UnknownCall(_OVER)
        plugged.touched_seconds = monotonic()
        try:
            yield plugged.call
        finally:
            if plugged.call.ended:
                board.plugged.pop(call_id, None)


@asynccontextmanager
async def look_at(board: Switchboard, call_id: str) -> AsyncIterator[LiveCall]:
    """The call as it stands, also where the line ended it since; what ended is let go. Raises UnknownCall."""
    plugged = board.plugged.get(call_id)
    if plugged is None:
        raise UnknownCall(_OVER)
    async with plugged.lock:
        plugged.touched_seconds = monotonic()
        try:
            yield plugged.call
        finally:
            if plugged.call.ended:
                board.plugged.pop(call_id, None)


async def sweep(board: Switchboard) -> None:
    """Hang up what nobody has touched for long."""
    latest = monotonic() - board.idle_seconds
    idle = [call_id for call_id, plugged in board.plugged.items() if plugged.touched_seconds < latest]
    await asyncio.gather(*(hang_up(board.plugged.pop(call_id).call) for call_id in idle))


async def keep_swept(board: Switchboard, every_seconds: float = _SWEEP_SECONDS) -> None:
    """Sweep for ever; runs as long as the application does."""
    while True:
        await asyncio.sleep(every_seconds)
        await sweep(board)
