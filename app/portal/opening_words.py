"""Opening hours in the syntax of OpenStreetMap, read back as the coming seven days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # The stubs lack it.

from app.kit.clock import GERMANY

DAYS = 7


class HoursUnreadable(Exception):
    """The text is not in the syntax; `place` is the position of the first character that does not fit."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day and when somebody is there, as pairs of times."""

    on: date
    times: tuple[tuple[time, time], ...]


def next_days(hours: str, today: date) -> tuple[Day, ...]:
    """The coming seven days from today on, with the holidays of all of Germany; raises HoursUnreadable."""
    try:
        parsed = OpeningHours(hours, country="DE", timezone=GERMANY)
    except ParserError:
        raise HoursUnreadable from None
    return tuple(Day(day, tuple(_times(parsed, day))) for day in (today + timedelta(days=n) for n in range(DAYS)))


def _times(parsed: OpeningHours, day: date) -> list[tuple[time, time]]:
    begin = datetime.combine(day, time(), GERMANY)
    spans = parsed.intervals(begin, begin + timedelta(days=1))
    return [(start.time(), end.time()) for start, end, state, _ in spans if state == State.OPEN]
