"""What simulated days show: service level, answer time, abandonment, occupancy and kept announcements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from app.queue.models import Band
from app.queue.rules import band_limits
from app.queue.simulation.day import SimulatedCall, SimulatedDay, simulate_day
from app.queue.simulation.measures import Estimate, Pair, estimate
from app.queue.simulation.plan import HOUR_SECONDS, DayPlan

WITHIN_SECONDS: Final = (20, 30, 60)
WHOLE: Final = "all"

OnProgress = Callable[[int], None]
_Measure = Callable[[SimulatedCall], Pair | None]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a group of calls; a measure of which there was nothing is None.

    `service_levels` by seconds, of all calls that could wait; `kept`: of those who waited and were answered, or waited
    longer than announced, who waited no longer; `less_would_do`: of the same, for whom the next shorter announcement
    would have been true as well; `nobody_on_duty`: of all calls, those that nobody on duty could have taken.
    """

    calls_per_day: float
    service_levels: Mapping[int, Estimate | None]
    waited: Estimate | None
    answer_seconds: Estimate | None
    abandoned: Estimate | None
    kept: Estimate | None
    less_would_do: Estimate | None
    nobody_on_duty: Estimate | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the days of a plan showed, for all calls, by language and by hour of the day."""

    plan: DayPlan
    days: int
    whole: Figures
    languages: Mapping[str, Figures]
    hours: Mapping[int, Figures]
    occupancy: Estimate | None


def simulate_days(plan: DayPlan, seed: int, days: int, on_progress: OnProgress = lambda _: None) -> Outcome:
    """So many independent days; the same seed gives the same days."""
    seen: list[SimulatedDay] = []
    for number in range(days):
        seen.append(simulate_day(plan, f"{seed} {number}"))
        on_progress(number + 1)
    by_language = {one: [_in_language(day.calls, one) for day in seen] for one in plan.shares}
    by_hour = {one: [_in_hour(day.calls, one) for day in seen] for one in plan.calls_by_hour}
    return Outcome(
        plan,
        days,
        figures_of([day.calls for day in seen]),
        {one: figures_of(calls) for one, calls in by_language.items()},
        {one: figures_of(calls) for one, calls in by_hour.items()},
        estimate([(day.busy_seconds, day.staffed_seconds) for day in seen]),
    )


def figures_of(days: Sequence[Sequence[SimulatedCall]]) -> Figures:
    """The figures of these calls, given by day."""
    levels = {within: _estimate(days, _answered_within(within)) for within in WITHIN_SECONDS}
    return Figures(
        calls_per_day=sum(map(len, days)) / len(days),
        service_levels=levels,
        waited=_estimate(days, _waited),
        answer_seconds=_estimate(days, _answer_seconds, most=inf),
        abandoned=_estimate(days, _abandoned),
        kept=_estimate(days, _kept),
        less_would_do=_estimate(days, _less_would_do),
        nobody_on_duty=_estimate(days, lambda call: (float(call.announced is None), 1.0)),
    )


def _in_language(calls: Iterable[SimulatedCall], language: str) -> list[SimulatedCall]:
    return [call for call in calls if call.language == language]


def _in_hour(calls: Iterable[SimulatedCall], hour: int) -> list[SimulatedCall]:
    return [call for call in calls if call.entered // HOUR_SECONDS == hour]


def _estimate(days: Iterable[Iterable[SimulatedCall]], measure: _Measure, most: float = 1.0) -> Estimate | None:
    pairs = []
    for calls in days:
        known = [pair for call in calls if (pair := measure(call)) is not None]
        pairs.append((sum(above for above, _ in known), sum(below for _, below in known)))
    return estimate(pairs, most)


def _answered_within(seconds: int) -> _Measure:
    def measure(call: SimulatedCall) -> Pair | None:
        if call.announced is None:
            return None
        return float(call.answered_after is not None and call.answered_after <= seconds), 1.0

    return measure


def _waited(call: SimulatedCall) -> Pair | None:
    return None if call.announced is None else (float(call.answered_after != 0), 1.0)


def _answer_seconds(call: SimulatedCall) -> Pair | None:
    return None if call.answered_after is None else (call.answered_after, 1.0)


def _abandoned(call: SimulatedCall) -> Pair | None:
    return None if call.announced is None else (float(call.gave_up_after is not None), 1.0)


def _kept(call: SimulatedCall) -> Pair | None:
    """What was announced is proven by an answer after a wait, or disproven by a wait that was longer."""
    return _below(call, call.announced)


def _less_would_do(call: SimulatedCall) -> Pair | None:
    bands = list(Band)
    if call.announced is None or _kept(call) is None:
        return None
    place = bands.index(call.announced)
    return _below(call, bands[place - 1]) if place else (0.0, 1.0)


def _below(call: SimulatedCall, band: Band | None) -> Pair | None:
    waited = call.answered_after or call.gave_up_after
    if band is None or not waited:
        return None
    if waited >= band_limits(band)[1]:
        return 0.0, 1.0
    return (1.0, 1.0) if call.answered_after else None
