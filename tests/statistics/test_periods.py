"""Periods are written, read, stepped through and parted as the calendar has them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.statistics.periods import GRAINS, Grain, Period, PeriodUnreadable, Run, month_of, quarter_of

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2199, 12, 31))
periods = st.builds(Period.holding, days, st.sampled_from(GRAINS))


@given(periods)
def test_what_is_written_is_read_again(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(periods)
def test_the_next_begins_where_one_ends_and_leads_back(period: Period) -> None:
    following = period.next()
    assert following.first_on == period.last_on + timedelta(days=1)
    assert following.previous() == period
    assert period < following


@given(periods, st.sampled_from(GRAINS))
def test_the_parts_make_up_the_whole_once(period: Period, grain: Grain) -> None:
    if GRAINS.index(grain) > GRAINS.index(period.grain):
        return
    parts = period.parts(grain)
    assert parts[0].first_on == period.first_on
    assert parts[-1].last_on == period.last_on
    assert all(one.next() == other for one, other in pairwise(parts))
    assert all(period.covers(part) for part in parts)


@given(days, st.sampled_from(GRAINS))
def test_a_day_lies_in_its_period(day: date, grain: Grain) -> None:
    assert Period.holding(day, grain).contains(day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-11-22", date(2026, 11, 22), date(2026, 11, 22)),
    ],
)
def test_periods_are_read(text: str, first: date, last: date) -> None:
    period = Period.parse(text)
    assert (period.first_on, period.last_on) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-Q5", "2026-H3", "2026-02-30", "2026-11-22x", "٢٠٢٦", "0000"]
)
def test_what_is_no_period_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(PeriodUnreadable, match="is no period: write a year 2026"):
        Period.parse(text)


def test_a_run_never_ends_before_it_begins() -> None:
    november, fourth = month_of(date(2026, 11, 5)), quarter_of(date(2026, 11, 5))
    assert str(Run.of(november)) == "2026-11"
    assert str(Run.of(fourth, november.next())) == "2026-Q4..2026-12"
    with pytest.raises(PeriodUnreadable):
        Run.of(november.next(), november)
