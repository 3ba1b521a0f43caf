"""Figures of simulated days: ratios of sums, and intervals that hold as often as they say."""

import random

import pytest

from app.queue.models import Band
from app.queue.simulation.day import SimulatedCall
from app.queue.simulation.figures import figures_of
from app.queue.simulation.measures import Estimate, estimate, student


def test_students_t_is_that_of_the_tables() -> None:
    table = {4: 2.776, 9: 2.262, 14: 2.145, 19: 2.093, 29: 2.045, 120: 1.980}
    assert {freedom: round(student(freedom), 3) for freedom in table} == table


def test_a_ratio_is_that_of_the_sums_and_not_the_mean_of_ratios() -> None:
    assert estimate([(1, 2), (90, 98)]) == Estimate(0.91)
    assert estimate([(0, 0), (0, 0)]) is None


def test_an_interval_needs_days_and_stays_where_the_ratio_can_be() -> None:
    assert estimate([(1, 2)] * 4) == Estimate(0.5)
    assert estimate([(1, 2)] * 5) == Estimate(0.5, 0.5, 0.5)
    wide = estimate([(1, 1), (1, 1), (1, 1), (1, 1), (0, 1)])
    assert wide
    assert (wide.value, wide.high) == (0.8, 1.0)
    assert wide.holds(0.9)
    assert not wide.holds(0.1)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance = random.Random(1)  # noqa: S311  Nothing secret hangs on a test.
    held = 0
    for _ in range(1000):
        days = []
        for _ in range(12):
            calls = chance.randint(60, 140)
            days.append((sum(chance.random() < 0.7 for _ in range(calls)), calls))
        found = estimate(days)
        assert found
        held += found.holds(0.7)
    assert 930 <= held <= 970


def a_call(
    announced: Band | None = Band.FEW, *, answered: float | None = None, gave_up: float | None = None
) -> SimulatedCall:
    return SimulatedCall("de", 0.0, 400.0, announced=announced, answered_after=answered, gave_up_after=gave_up)


def test_what_each_end_of_a_call_counts_as() -> None:
    found = figures_of(
        [
            [
                a_call(answered=0.0),
                a_call(answered=25.0),
                a_call(answered=200.0),
                a_call(gave_up=100.0),
                a_call(gave_up=300.0),
                a_call(None),
            ]
        ]
    )
    assert found.calls_per_day == 6
    assert {within: level.value for within, level in found.service_levels.items() if level} == {
        20: 0.2,
        30: 0.4,
        60: 0.4,
    }
    assert found.waited == Estimate(0.8)
    assert found.answer_seconds == Estimate(75.0)
    assert found.abandoned == Estimate(0.4)
    # Who gave up within what was announced proves nothing about it.
    assert found.kept == Estimate(1 / 3)
    assert found.less_would_do == Estimate(1 / 3)
    assert found.nobody_on_duty == Estimate(1 / 6)


@pytest.mark.parametrize("band", [Band.SOON, Band.VERY_LONG])
def test_the_first_and_the_last_announcement(band: Band) -> None:
    found = figures_of([[a_call(band, answered=50.0)]])
    assert found.kept == Estimate(1.0)
    assert found.less_would_do == Estimate(0.0 if band is Band.SOON else 1.0)


def test_nothing_happened() -> None:
    found = figures_of([[]])
    assert found.calls_per_day == 0
    assert found.answer_seconds is None
