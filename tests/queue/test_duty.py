"""When shifts begin and run: holidays of the Land, both nights in which the clocks change, and shifts over midnight."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.kit.clock import GERMANY
from app.queue import service
from app.queue.models import Shift
from app.queue.plan_models import Plan
from app.queue.plan_rules import next_opening
from app.queue.weekly import is_planned
from tests.queue.cast import House

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6


def berlin(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=GERMANY).astimezone(UTC)


def next_begin(shifts: Sequence[tuple[str, Shift]], moment: datetime) -> datetime | None:
    """Of a line that is always open."""
    return next_opening(Plan(), shifts, moment)


def test_a_shift_begins_by_the_clock_on_the_wall_in_winter_and_in_summer() -> None:
    shift = ("DE", Shift(MONDAY, time(8), time(16)))
    assert next_begin([shift], datetime(2026, 1, 9, tzinfo=UTC)) == datetime(2026, 1, 12, 7, tzinfo=UTC)
    assert next_begin([shift], datetime(2026, 7, 10, tzinfo=UTC)) == datetime(2026, 7, 13, 6, tzinfo=UTC)


def test_a_shift_falls_out_on_a_public_holiday_of_its_land_alone() -> None:
    corpus_christi = berlin(2026, 6, 4, 9)
    shift = Shift(THURSDAY, time(8), time(16))
    assert is_planned("DE-BE", shift, corpus_christi)
    assert not is_planned("DE-BY", shift, corpus_christi)
    before = corpus_christi - timedelta(days=1)
    assert next_begin([("DE-BE", shift)], before) == berlin(2026, 6, 4, 8)
    assert next_begin([("DE-BY", shift)], before) == berlin(2026, 6, 11, 8)


def test_in_the_night_without_two_o_clock_a_shift_is_an_hour_shorter() -> None:
    night = Shift(SATURDAY, time(22), time(6))
    begin, end = berlin(2026, 3, 28, 22), berlin(2026, 3, 29, 6)
    assert end - begin == timedelta(hours=7)
    assert all(is_planned("DE", night, moment) for moment in (begin, end - timedelta(seconds=1)))
    assert not is_planned("DE", night, end)
    missing = Shift(SUNDAY, time(2, 30), time(10))
    assert next_begin([("DE", missing)], begin) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert berlin(2026, 3, 29, 3, 30) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_in_the_night_with_two_o_clock_twice_a_shift_is_an_hour_longer() -> None:
    night = Shift(SATURDAY, time(22), time(6))
    begin, end = berlin(2026, 10, 24, 22), berlin(2026, 10, 25, 6)
    assert end - begin == timedelta(hours=9)
    assert all(is_planned("DE", night, begin + timedelta(minutes=30 * step)) for step in range(18))
    assert not is_planned("DE", night, end)
    twice = Shift(SUNDAY, time(2, 30), time(10))
    assert next_begin([("DE", twice)], begin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001  The zone stands beside it.
    st.builds(Shift, st.integers(0, 6), st.times(), st.times()),
)
def test_the_next_begin_is_ahead_within_two_weeks_and_the_shift_runs_from_then_on(
    moment: datetime, shift: Shift
) -> None:
    begin = next_begin([("DE-BY", shift)], moment)
    if begin is not None:
        assert moment < begin <= moment + timedelta(days=14)
        assert begin.astimezone(GERMANY).weekday() == shift.weekday
        if shift.begins != shift.ends and not {2, 3} & {shift.begins.hour, shift.ends.hour}:
            assert is_planned("DE-BY", shift, begin)
            assert not is_planned("DE-BY", shift, begin - timedelta(microseconds=1))


async def test_who_is_there_counts_and_not_who_was_planned(house: House) -> None:
    house.moment = berlin(2026, 11, 23, 9)
    jonas = await house.agent("Jonas", {"de": 3, "en": 1})
    karin = await house.agent("Karin", {"de": 2, "tr": 3}, woman=True, land="DE-BE")
    await service.set_shifts(house.line, jonas, [Shift(MONDAY, time(8), time(12)), Shift(THURSDAY, time(8), time(12))])
    await service.set_shifts(house.line, karin, [Shift(MONDAY, time(13), time(17))])
    now = await service.duty(house.line, "de")
    assert (now.now, now.women, now.next_at) == (2, 1, berlin(2026, 11, 23, 13))
    house.passes(120)
    later = await service.duty(house.line, "de")
    assert (later.now, later.women, later.next_at) == (0, 0, berlin(2026, 11, 23, 13))
    assert await service.duty(house.line, "en") == await service.duty(house.line, "so")
    assert await service.get_shifts(house.line, karin) == (Shift(MONDAY, time(13), time(17)),)
    assert (await service.list_shifts(house.line))[jonas][1].weekday == THURSDAY
    await service.set_shifts(house.line, karin, [])
    assert (await service.duty(house.line, "tr")).next_at is None
