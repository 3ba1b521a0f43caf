"""How old a fact is and when it is due for review, from dates as exact as their source gave them."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

REVIEW_MONTHS = {"country_rule": 6, "amount": 12, "programme": 24, "general": 36, "number": 24}

_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_YEARS = re.compile(r"(\d{4})(?:\+|-(\d{4}))")


@dataclass(frozen=True, slots=True)
class AsOf:
    """The date a source gives for a fact: a day, a month or only a year."""

    year: int
    month: int | None = None
    day: int | None = None

    def first_day(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    def last_day(self) -> date:
        """The last day that the wording covers: 2024 is 31 December 2024, 2024-04 is 30 April 2024."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


def parse_as_of(wording: str) -> AsOf:
    """Read `2024-04-08`, `2024-04`, `2024`, `2020-2023` or `2023+`; raises ValueError for anything else.

    Of a span of years the first one counts: the fact is at least that young, and nothing says that it is younger.
    """
    if years := _YEARS.fullmatch(wording):
        if years[2] is not None and years[2] <= years[1]:
            raise ValueError(f"“{wording}” ends before it begins.")
        return AsOf(int(years[1]))
    if parts := _DAY.fullmatch(wording):
        as_of = AsOf(*(int(part) if part else None for part in parts.groups()))  # type: ignore[arg-type]
        as_of.last_day()
        return as_of
    raise ValueError(f"“{wording}” is not a date like 2024-04-08, 2024-04, 2024, 2020-2023 or 2023+.")


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def review_due_on(kind: str, as_of: AsOf | None, retrieved_on: date) -> date:
    """The last day before a review is due; an undated fact counts from the day it was read."""
    counted_from = retrieved_on if as_of is None else as_of.last_day()
    return months_later(counted_from, REVIEW_MONTHS[kind])
