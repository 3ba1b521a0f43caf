"""How many agents an hour needs, by the formulas."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from app.queue.simulation.erlang import Expected, expected

_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Target:
    """The share of all calls that are to be answered within a time."""

    share: float = 0.8
    within_seconds: float = 20


@dataclass(frozen=True, slots=True)
class StaffingRow:
    """What an hour of the day needs: calls, load in Erlang, the smallest staff, and what to expect with it."""

    hour: int
    calls: float
    load: float
    staff: int
    expected: Expected


USUAL = Target()


def staffing(
    calls_per_hour: float, handling_seconds: float, target: Target = USUAL, patience_seconds: float | None = None
) -> int:
    """The smallest staff that reaches the target, on the safe side with endless patience; nobody where nobody calls."""
    if not calls_per_hour:
        return 0

    def level(staff: int) -> float:
        return _expected(staff, calls_per_hour, handling_seconds, target, patience_seconds).service_level

    enough = 1
    while level(enough) < target.share:
        enough *= 2
    return bisect_left(range(enough), target.share, lo=1, key=level)


def staffing_table(
    calls_by_hour: Mapping[int, float],
    handling_seconds: float,
    target: Target = USUAL,
    patience_seconds: float | None = None,
) -> tuple[StaffingRow, ...]:
    """A row for each hour, as if each hour were long: hours in which calls rise steeply need a little more."""
    rows = []
    for hour, calls in calls_by_hour.items():
        staff = staffing(calls, handling_seconds, target, patience_seconds)
        hoped = _expected(staff, calls, handling_seconds, target, patience_seconds)
        rows.append(StaffingRow(hour, calls, calls * handling_seconds / _HOUR_SECONDS, staff, hoped))
    return tuple(rows)


def _expected(
    staff: int, calls_per_hour: float, handling_seconds: float, target: Target, patience_seconds: float | None
) -> Expected:
    return expected(
        staff,
        calls_per_hour,
        handling_seconds,
        patience_seconds=patience_seconds,
        within_seconds=target.within_seconds,
    )
