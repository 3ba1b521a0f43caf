"""Who is on duty for a language now, and when the next shift begins, by the calendar of each agent's Land."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

from app.kit.clock import GERMANY
from app.queue import agent_store
from app.queue.models import Duty, Line, Shift

_LANDS: Final = ["BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"]
_LOOK_AHEAD: Final = timedelta(days=14)


async def duty(line: Line, language: str) -> Duty:
    """How many who speak the language are there, whatever was planned, and when the next shift of one begins.

    There is who is asked, talks or wraps up, and who is ready and was seen within the last minute. No shift within 14
    days gives None.
    """
    moment = line.clock()
    now, women = await agent_store.count_present(line.pool, language, moment)
    shifts = await agent_store.list_shifts(line.pool, language=language)
    # The holidays of a year that nobody asked about yet take a while to be known.
    next_at = await asyncio.to_thread(next_begin, [(row.land, row.shift) for row in shifts], moment)
    return Duty(now, women, next_at)


def next_begin(shifts: Iterable[tuple[str, Shift]], moment: datetime) -> datetime | None:
    """When the first of the shifts begins after a moment, each with the Land whose holidays are free."""
    return min((begin for land, shift in shifts for begin in _begins(land, shift, moment)), default=None)


def _begins(land: str, shift: Shift, moment: datetime) -> Iterable[datetime]:
    first = moment.astimezone(GERMANY).date()
    for days in range(_LOOK_AHEAD.days + 1):
        day = first + timedelta(days=days)
        begin = _instant(day, shift.begins)
        if works_on(land, shift, day) and moment < begin <= moment + _LOOK_AHEAD:
            yield begin


def is_planned(land: str, shift: Shift, moment: datetime) -> bool:
    """Whether a shift is running; one over midnight belongs to the day on which it began."""
    today = moment.astimezone(GERMANY).date()
    for day in (today - timedelta(days=1), today):
        last = day if shift.ends > shift.begins else day + timedelta(days=1)
        if works_on(land, shift, day) and _instant(day, shift.begins) <= moment < _instant(last, shift.ends):
            return True
    return False


def works_on(land: str, shift: Shift, day: date) -> bool:
    """Whether a shift begins on a day, which must not be a public holiday of the Land."""
    return day.weekday() == shift.weekday and day not in _holidays(land, day.year)


def _instant(day: date, clock_time: time) -> datetime:
    """A time that summer time leaves out comes an hour later, and of one that it repeats the first is meant."""
    return datetime.combine(day, clock_time, GERMANY).astimezone(UTC)


def load_calendars(today: date) -> None:
    """Have the holidays of this year and the next at hand; it takes a second or two, so better in a thread."""
    for land in ("DE", *(f"DE-{code}" for code in _LANDS)):
        for year in (today.year, today.year + 1):
            _holidays(land, year)


@cache
def _holidays(land: str, year: int) -> frozenset[date]:
    # The package takes a second to load, which a node that starts need not wait for.
    from holidays import country_holidays  # noqa: PLC0415

    return frozenset(country_holidays("DE", subdiv=land.removeprefix("DE-") if land != "DE" else None, years=year))
