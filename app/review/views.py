"""Which figures an address asks for: a run of published periods, and the run that it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args
from urllib.parse import urlencode

from app.statistics.models import Published
from app.statistics.periods import Period, PeriodUnreadable, Run, half_year_of, quarter_of, year_of

Comparison = Literal["before", "year", "none"]
COMPARISONS: Final[tuple[Comparison, ...]] = get_args(Comparison)
MONTHS_OF_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: from one published period to another, beside another run where that is published whole."""

    first: Period
    last: Period
    comparison: Comparison
    before: Run | None

    @property
    def run(self) -> Run:
        return Run.of(self.first, self.last)

    @property
    def query(self) -> str:
        """The view as the part of an address after its question mark."""
        return urlencode({"from": str(self.first), "to": str(self.last), "compare": self.comparison})


def units_of(published: Published) -> tuple[Period, ...]:
    """The periods that a run is put together from, oldest first: months, and quarters that have no months."""
    periods = sorted(release.period for release in published.releases)
    months = {period for period in periods if period.grain == "month"}
    return tuple(period for period in periods if period in months or not any(period.covers(month) for month in months))


def view_of(units: Sequence[Period], query: Mapping[str, str]) -> View:
    """What the address asks for; what it cannot mean counts as not said, and a year up to now is shown then."""
    last = _chosen(units, query.get("to")) or units[-1]
    first = _chosen(units, query.get("from")) or _year_before(units, last)
    if first > last:
        first, last = last, first
    asked = query.get("compare")
    comparison: Comparison = next((one for one in COMPARISONS if one == asked), "before")
    return _view(units, first, last, comparison)


def shortcuts(units: Sequence[Period], shown: View) -> tuple[View, ...]:
    """The latest month, quarter, half-year and year that are published whole, compared as this view is."""
    found: list[View] = []
    for containing in (lambda day: _unit_of(units, day), quarter_of, half_year_of, year_of):
        for unit in reversed(units):
            view = _whole(units, containing(unit.last_on), shown.comparison)
            if view is not None:
                found += [view] if view not in found else []
                break
    return tuple(found)


def months_of(first: Period, last: Period) -> int:
    years = last.last_on.year - first.first_on.year
    return years * MONTHS_OF_A_YEAR + last.last_on.month - first.first_on.month + 1


def _whole(units: Sequence[Period], period: Period, comparison: Comparison) -> View | None:
    inside = [unit for unit in units if period.covers(unit)]
    if not inside or (inside[0].first_on, inside[-1].last_on) != (period.first_on, period.last_on):
        return None
    return _view(units, inside[0], inside[-1], comparison)


def _view(units: Sequence[Period], first: Period, last: Period, comparison: Comparison) -> View:
    return View(first, last, comparison, _run_before(units, first, last, comparison))


def _run_before(units: Sequence[Period], first: Period, last: Period, comparison: Comparison) -> Run | None:
    """A run of the same length, right before or a year earlier; None where it is not published."""
    if comparison == "none":
        return None
    months = MONTHS_OF_A_YEAR if comparison == "year" else months_of(first, last)
    start, end = _earlier(first.first_on, months), _earlier(last.last_on, months)
    first_before = next((unit for unit in units if unit.first_on == start), None)
    last_before = next((unit for unit in units if unit.last_on.replace(day=1) == end), None)
    return Run.of(first_before, last_before) if first_before and last_before else None


def _unit_of(units: Sequence[Period], day: date) -> Period:
    return next(unit for unit in units if unit.contains(day))


def _year_before(units: Sequence[Period], last: Period) -> Period:
    start = _earlier(last.last_on, MONTHS_OF_A_YEAR - 1)
    return next(unit for unit in units if unit.first_on >= start or unit == last)


def _chosen(units: Sequence[Period], text: str | None) -> Period | None:
    try:
        asked = Period.parse(text or "")
    except PeriodUnreadable:
        return None
    return asked if asked in units else None


def _earlier(day: date, months: int) -> date:
    """The first day of a month that lies so many months earlier."""
    year, month = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 - months, MONTHS_OF_A_YEAR)
    return date(year, month + 1, 1)
