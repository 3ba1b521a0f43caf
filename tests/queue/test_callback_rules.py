"""When a callback is due and when it is forgotten, on ordinary days, over week-ends and in both nights of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queue.callback_models import CallbackState, Result, Window
from app.queue.callback_rules import (
    HOURS,
    LONGEST,
    MOST_MISSED,
    PAUSE,
    SERVICE_DAYS,
    after_attempt,
    days_ahead,
    expires_at,
    first_slot,
    next_slot,
)

BERLIN = ZoneInfo("Europe/Berlin")
windows = st.sampled_from(list(Window))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis adds the zone.


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def weekdays(moment: datetime) -> frozenset[date]:
    return frozenset(day for day in days_ahead(moment) if day.weekday() < 5)


@pytest.mark.parametrize(
    ("window", "asked", "due", "until"),
    [
        # Monday, the 23rd of November 2026.
        (Window.SOON, "2026-11-23T10:00", "2026-11-23T10:00", "2026-11-23T20:00"),
        (Window.SOON, "2026-11-23T19:30", "2026-11-23T19:30", "2026-11-23T21:30"),
        (Window.SOON, "2026-11-23T22:00", "2026-11-23T22:00", "2026-11-24T00:00"),
        (Window.SOON, "2026-11-23T03:00", "2026-11-23T03:00", "2026-11-23T05:00"),
        (Window.SOON, "2026-11-23T07:00", "2026-11-23T07:00", "2026-11-23T20:00"),
        (Window.MORNING, "2026-11-23T07:00", "2026-11-23T08:00", "2026-11-23T12:00"),
        (Window.MORNING, "2026-11-23T10:00", "2026-11-23T10:00", "2026-11-23T12:00"),
        (Window.MORNING, "2026-11-23T11:45", "2026-11-24T08:00", "2026-11-24T12:00"),
        (Window.AFTERNOON, "2026-11-23T10:00", "2026-11-23T12:00", "2026-11-23T17:00"),
        (Window.EVENING, "2026-11-23T19:45", "2026-11-24T17:00", "2026-11-24T20:00"),
        # Friday evening: nobody is on duty before Monday.
        (Window.MORNING, "2026-11-27T18:00", "2026-11-30T08:00", "2026-11-30T12:00"),
        # The nights in which the clocks change.
        (Window.MORNING, "2026-03-27T18:00", "2026-03-30T08:00", "2026-03-30T12:00"),
        (Window.MORNING, "2026-10-23T18:00", "2026-10-26T08:00", "2026-10-26T12:00"),
    ],
)
def test_the_first_attempt_is_made_when_it_was_wished(window: Window, asked: str, due: str, until: str) -> None:
    slot = first_slot(window, berlin(asked), weekdays(berlin(asked)))
    assert (slot.due_at, slot.until_at) == (berlin(due), berlin(until))


@pytest.mark.parametrize(
    ("window", "asked", "forgotten"),
    [
        (Window.SOON, "2026-11-23T10:00", "2026-11-25T20:00"),
        # No time is left of Monday's mornings, so it is not counted.
        (Window.MORNING, "2026-11-23T13:00", "2026-11-26T12:00"),
        (Window.EVENING, "2026-11-27T10:00", "2026-12-01T20:00"),
        (Window.SOON, "2026-11-27T21:00", "2026-12-02T20:00"),
    ],
)
def test_it_is_forgotten_after_three_service_days(window: Window, asked: str, forgotten: str) -> None:
    assert expires_at(window, berlin(asked), weekdays(berlin(asked))) == berlin(forgotten)


def test_a_language_that_is_served_once_a_week_has_seven_days() -> None:
    asked = berlin("2026-11-23T10:00")
    fridays = frozenset(day for day in days_ahead(asked) if day.weekday() == 4)
    assert expires_at(Window.MORNING, asked, fridays) == asked + timedelta(days=7)
    assert first_slot(Window.MORNING, asked, fridays).due_at == berlin("2026-11-27T08:00")


@given(window=windows, moment=moments, days=st.sets(st.integers(0, 7)))
def test_attempts_lie_in_the_window_and_before_the_end(window: Window, moment: datetime, days: set[int]) -> None:
    ahead = days_ahead(moment)
    service_days = {ahead[day] for day in days}
    slot, end = next_slot(window, moment, service_days), expires_at(window, moment, service_days)
    begins, ends = HOURS[window]
    local = slot.due_at.astimezone(BERLIN)
    assert begins <= local.time() < ends
    assert slot.until_at.astimezone(BERLIN).time() == ends
    assert slot.until_at - slot.due_at >= PAUSE
    assert moment <= slot.due_at
    assert end <= moment + LONGEST
    today, last = moment.astimezone(BERLIN).date(), end.astimezone(BERLIN).date()
    if end < moment + LONGEST:
        assert sum(today < day <= last for day in service_days) in {SERVICE_DAYS, SERVICE_DAYS - 1}
        assert last in service_days


@given(window=windows, moment=moments, missed=st.integers(1, MOST_MISSED), result=st.sampled_from(list(Result)))
def test_after_an_attempt_it_ends_or_goes_on_later(
    window: Window, moment: datetime, missed: int, result: Result
) -> None:
    state, slot = after_attempt(result, missed, window, moment, frozenset(days_ahead(moment)))
    assert (slot is None) == (state is not CallbackState.OPEN)
    assert (state is CallbackState.MISSED) == (result is Result.MISSED and missed == MOST_MISSED)
    if slot is not None:
        assert slot.due_at >= moment + PAUSE or result in {Result.LATER, Result.FAILED}
        assert slot.due_at > moment


def test_another_time_is_another_day_unless_it_was_soon() -> None:
    asked = berlin("2026-11-23T09:00")
    days = weekdays(asked)
    assert after_attempt(Result.LATER, 0, Window.MORNING, asked, days)[1] == next_slot(
        Window.MORNING, berlin("2026-11-24T00:00"), days
    )
    soon = after_attempt(Result.LATER, 0, Window.SOON, asked, days)[1]
    assert soon is not None
    assert soon.due_at == berlin("2026-11-23T11:00")
