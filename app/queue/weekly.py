"""Hours of every week on German clocks: when they begin and run, and the public holidays on which they fall out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

from app.kit.clock import GERMANY
from app.queue.models import Shift

LANDS: Final = ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH")
LOOK_AHEAD: Final = timedelta(days=14)


def list_begins(land: str | None, shift: Shift, moment: datetime, until: datetime) -> Iterator[datetime]:
    """The instants after a moment and up to another at which a shift begins; `land` None knows no holidays."""
    day, last = moment.astimezone(GERMANY).date(), until.astimezone(GERMANY).date()
    while day <= last:
        begin = instant(day, shift.begins)
        if works_on(land, shift, day) and moment < begin <= until:
            yield begin
        day += timedelta(days=1)


def is_planned(land: str | None, shift: Shift, moment: datetime) -> bool:
    """Whether a shift is running; one over midnight belongs to the day on which it began."""
    today = moment.astimezone(GERMANY).date()
    for day in (today - timedelta(days=1), today):
        last = day if shift.ends > shift.begins else day + timedelta(days=1)
        if works_on(land, shift, day) and instant(day, shift.begins) <= moment < instant(last, shift.ends):
            return True
    return False


def works_on(land: str | None, shift: Shift, day: date) -> bool:
    """Whether a shift begins on a day, which must not be a public holiday of the Land, if one counts."""
    return day.weekday() == shift.weekday and (land is None or day not in _holidays(land, day.year))


def instant(day: date, clock_time: time) -> datetime:
    """A time that summer time leaves out comes an hour later, and of one that it repeats the first is meant."""
    return datetime.combine(day, clock_time, GERMANY).astimezone(UTC)


def load_calendars(today: date) -> None:
    """Have the holidays of this year and the next at hand; it takes a second or two, so better in a thread."""
    for land in ("DE", *(f"DE-{code}" for code in LANDS)):
        for year in (today.year, today.year + 1):
            _holidays(land, year)


@cache
def _holidays(land: str, year: int) -> frozenset[date]:
    # The package takes a second to load, which a node that starts need not wait for.
    from holidays import country_holidays  # noqa: PLC0415

    return frozenset(country_holidays("DE", subdiv=land.removeprefix("DE-") if land != "DE" else None, years=year))
