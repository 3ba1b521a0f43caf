"""Working days by the calendar of a Land: Monday to Friday without its public holidays."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

from holidays import country_holidays

from app.kit.clock import GERMANY

_SATURDAY: Final = 5


def end_of_working_day(at: datetime, days: int, land: str) -> datetime:
    """The end in Germany of the n-th working day after an instant's own day; 0 is that day itself.

    `land` is DE-BY and the like, or DE for the holidays of the whole country. Holidays of single towns do not count,
    so nobody's time is shorter than it says.
    """
    day = at.astimezone(GERMANY).date()
    for _ in range(days):
        day += timedelta(days=1)
        while not is_working_day(day, land):
            day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), GERMANY).astimezone(UTC)


def is_working_day(day: date, land: str) -> bool:
    return day.weekday() < _SATURDAY and day not in _holidays(land, day.year)


@cache
def _holidays(land: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays("DE", subdiv=land.removeprefix("DE-") if land != "DE" else None, years=year))


def last_day(deadline: datetime) -> date:
    """The day that ends with a deadline, which is a German midnight: people say a day, not the zero hour after it."""
    return (deadline - timedelta(minutes=1)).astimezone(GERMANY).date()
