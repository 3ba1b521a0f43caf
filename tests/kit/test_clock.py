"""The day in Germany is not the day in UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.kit.clock import now, today_in_germany


def test_now_is_aware_and_in_utc() -> None:
    assert now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), date(2026, 2, 1)),
        (datetime(2026, 7, 31, 21, 59, tzinfo=UTC), date(2026, 7, 31)),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), date(2026, 8, 1)),
    ],
)
def test_the_day_changes_at_midnight_in_germany_in_winter_and_summer(moment: datetime, day: date) -> None:
    assert today_in_germany(lambda: moment) == day
