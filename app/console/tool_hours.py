"""Whether a centre is open today and now, where its hours are written so that this can be told."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # The stubs lack it.

from app.kit.clock import GERMANY

# How German pages shorten the days, in the syntax of OpenStreetMap.
_GERMAN: Final = {"Di": "Tu", "Mi": "We", "Do": "Th", "So": "Su"}
_GERMAN_DAY: Final = re.compile(rf"\b({'|'.join(_GERMAN)})\b")
_DAY: Final = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_BETWEEN_DAYS: Final = re.compile(rf"({_DAY}), (?={_DAY})")
_TIMES: Final = r"\d\d:\d\d-\d\d:\d\d"
_SPAN: Final = rf"{_DAY}(?:[-,]{_DAY})* {_TIMES}(?:, {_TIMES})*"
_WEEK: Final = re.compile(rf"{_SPAN}(?:; {_SPAN})*")


@dataclass(frozen=True, slots=True)
class Today:
    """When somebody is there today, in German time, and whether they are now."""

    times: tuple[tuple[time, time], ...]
    open: bool


def as_syntax(hours: str) -> str | None:
    """Hours as pages write them, in the syntax of OpenStreetMap; None where they are more than those of every week."""
    written = _BETWEEN_DAYS.sub(r"\1,", _GERMAN_DAY.sub(lambda day: _GERMAN[day[1]], hours))
    return written if _WEEK.fullmatch(written) else None


def hours_today(hours: str, moment: datetime) -> Today | None:
    """Of hours in the syntax of OpenStreetMap, with the holidays of all of Germany; None for what is not in it."""
    try:
        parsed = OpeningHours(hours, country="DE", timezone=GERMANY)
    except ParserError:
        return None
    local = moment.astimezone(GERMANY)
    begin = datetime.combine(local.date(), time(), GERMANY)
    spans = parsed.intervals(begin, begin + timedelta(days=1))
    times = tuple((start.time(), end.time()) for start, end, state, _ in spans if state == State.OPEN)
    return Today(times, any(start <= local.time() and (local.time() < end or end == time()) for start, end in times))
