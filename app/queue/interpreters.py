"""The directory of interpreters: who interprets what, when, and how they are reached."""

from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # The stubs lack it.

from app.kit.clock import GERMANY
from app.kit.crypto import SealBroken
from app.kit.errors import HotlineError
from app.queue import agent_store
from app.queue.models import Interpreter, Line

_TELEPHONE: Final = b"interpreter telephone "
_PIN: Final = b"interpreter pin "


class HoursUnreadable(HotlineError):
    """An interpreter's hours are not in the syntax."""


async def list_interpreters(
    line: Line, language: str | None = None, at: datetime | None = None
) -> tuple[Interpreter, ...]:
    """By name: all, those of a language, and those who can be reached at a moment."""
    rows = await agent_store.list_interpreters(line.pool, language=language)
    return tuple(_interpreter(line, row) for row in rows if at is None or is_open(row.hours, at))


async def find_interpreter(line: Line, interpreter_id: UUID) -> Interpreter | None:
    rows = await agent_store.list_interpreters(line.pool, interpreter_id)
    return next((_interpreter(line, row) for row in rows), None)


async def list_interpreted(line: Line, busy: frozenset[UUID] = frozenset()) -> frozenset[str]:
    """The languages with an interpreter who can be reached now, and is not one of those who are `busy`."""
    moment = line.clock()
    rows = [row for row in await agent_store.list_interpreters(line.pool) if row.id not in busy]
    return frozenset(language for row in rows if is_open(row.hours, moment) for language in row.languages)


async def save_interpreter(line: Line, interpreter: Interpreter) -> None:
    """Add an interpreter or change one; raises HoursUnreadable."""
    if interpreter.hours is not None:
        try:
            OpeningHours(interpreter.hours)
        except ParserError:
            raise HoursUnreadable("The hours cannot be read: write them like Mo-Fr 08:00-16:00; PH off.") from None
    name = interpreter.id.bytes
    row = agent_store.InterpreterRow(
        interpreter.id,
        interpreter.name,
        interpreter.languages,
        interpreter.hours,
        line.keys.seal(interpreter.telephone.encode(), bound_to=_TELEPHONE + name),
        line.keys.seal(interpreter.pin.encode(), bound_to=_PIN + name),
    )
    await agent_store.save_interpreter(line.pool, row)


async def remove_interpreter(line: Line, interpreter_id: UUID) -> None:
    await agent_store.remove_interpreter(line.pool, interpreter_id)


def is_open(hours: str | None, moment: datetime) -> bool:
    """Whether opening hours in OpenStreetMap's syntax, in German time and with German holidays, hold at a moment."""
    return hours is None or bool(_parsed(hours).is_open(moment.astimezone(GERMANY)))


@lru_cache(maxsize=1000)
def _parsed(hours: str) -> OpeningHours:
    return OpeningHours(hours, country="DE", timezone=GERMANY)


def _interpreter(line: Line, row: agent_store.InterpreterRow) -> Interpreter:
    return Interpreter(
        row.id,
        row.name,
        tuple(row.languages),
        _opened(line, row.telephone_sealed, _TELEPHONE + row.id.bytes),
        _opened(line, row.pin_sealed, _PIN + row.id.bytes),
        row.hours,
    )


def _opened(line: Line, sealed: str, bound_to: bytes) -> str:
    """What was sealed under a key that is gone must be given anew."""
    try:
        return line.keys.open(sealed, bound_to=bound_to).decode()
    except SealBroken:
        return ""
