"""Periods of the calendar in Germany: days, months, quarters, half-years, years, and runs of days."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, Self

from app.kit.errors import HotlineError

Grain = Literal["day", "month", "quarter", "half-year", "year"]

GRAINS: Final[tuple[Grain, ...]] = ("day", "month", "quarter", "half-year", "year")
_MONTHS: Final[dict[Grain, int]] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_WRITTEN: Final = re.compile(
    r"(?P<year>\d{4})(-Q(?P<quarter>[1-4])|-H(?P<half>[12])|-(?P<month>\d\d)(-(?P<day>\d\d))?)?", re.ASCII
)
_A_DAY: Final = timedelta(days=1)


class PeriodUnreadable(HotlineError):
    """A text names no period."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text[:20]}” is no period: write a year 2026, a half-year 2026-H2, a quarter 2026-Q4, a month 2026-11 "
            "or a day 2026-11-22."
        )


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A period is its first day and its length; earlier ones come first, and of two that begin together the shorter."""

    first_on: date
    last_on: date
    grain: Grain

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what `str` writes; raises PeriodUnreadable."""
        found = _WRITTEN.fullmatch(text)
        try:
            return cls._read(found) if found else cls._refuse(text)
        except ValueError:
            return cls._refuse(text)

    @classmethod
    def _read(cls, found: re.Match[str]) -> Self:
        year = int(found["year"])
        if found["day"]:
            return cls.holding(date(year, int(found["month"]), int(found["day"])), "day")
        if found["month"]:
            return cls.holding(date(year, int(found["month"]), 1), "month")
        if found["quarter"]:
            return cls.holding(date(year, 3 * int(found["quarter"]), 1), "quarter")
        if found["half"]:
            return cls.holding(date(year, 6 * int(found["half"]), 1), "half-year")
        return cls.holding(date(year, 1, 1), "year")

    @classmethod
    def _refuse(cls, text: str) -> Self:
        raise PeriodUnreadable(text)

    @classmethod
    def holding(cls, day: date, grain: Grain) -> Self:
        """The period of that grain in which a day lies."""
        if grain == "day":
            return cls(day, day, grain)
        months = _MONTHS[grain]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        years, month = divmod(first.month - 1 + months, 12)
        try:
            return cls(first, date(first.year + years, month + 1, 1) - _A_DAY, grain)
        except ValueError:
            # The calendar of the program ends with the year 9999.
            return cls(first, date.max, grain)

    def __str__(self) -> str:
        first = self.first_on
        match self.grain:
            case "day":
                return first.isoformat()
            case "month":
                return f"{first.year:04}-{first.month:02}"
            case "quarter":
                return f"{first.year:04}-Q{(first.month + 2) // 3}"
            case "half-year":
                return f"{first.year:04}-H{(first.month + 5) // 6}"
            case _:
                return f"{first.year:04}"

    def next(self) -> Self:
        return self.holding(self.last_on + _A_DAY, self.grain)

    def previous(self) -> Self:
        return self.holding(self.first_on - _A_DAY, self.grain)

    def contains(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on

    def covers(self, other: "Period") -> bool:
        return self.first_on <= other.first_on and other.last_on <= self.last_on

    def parts(self, grain: Grain) -> tuple[Self, ...]:
        """The periods of a grain, not coarser than this one, that make it up."""
        return tuple(self._each(grain))

    def _each(self, grain: Grain) -> Iterator[Self]:
        part = self.holding(self.first_on, grain)
        while self.covers(part):
            yield part
            if part.last_on == self.last_on:
                return
            part = part.next()


def day_of(day: date) -> Period:
    return Period.holding(day, "day")


def month_of(day: date) -> Period:
    return Period.holding(day, "month")


def quarter_of(day: date) -> Period:
    return Period.holding(day, "quarter")


def half_year_of(day: date) -> Period:
    return Period.holding(day, "half-year")


def year_of(day: date) -> Period:
    return Period.holding(day, "year")


@dataclass(frozen=True, slots=True)
class Run:
    """Any run of days from the first of one period to the last of another."""

    first: Period
    last: Period

    @classmethod
    def of(cls, first: Period, last: Period | None = None) -> Self:
        """Raises PeriodUnreadable where the last ends before the first begins."""
        last = last or first
        if last.last_on < first.first_on:
            raise PeriodUnreadable(f"{first}..{last}")
        return cls(first, last)

    @property
    def first_on(self) -> date:
        return self.first.first_on

    @property
    def last_on(self) -> date:
        return self.last.last_on

    def covers(self, period: Period) -> bool:
        return self.first_on <= period.first_on and period.last_on <= self.last_on

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"
