"""The time: aware instants in UTC, and the calendar day in Germany."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

GERMANY: Final = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    return datetime.now(UTC)


def today_in_germany(clock: Clock = now) -> date:
    """The date on a German wall calendar at the clock's instant, which around midnight is not the date in UTC."""
    return clock().astimezone(GERMANY).date()
