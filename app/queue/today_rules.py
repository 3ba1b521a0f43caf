"""How the line did: the day's figures, and the figures of the field that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from app.kit.clock import GERMANY

# The two waits within which the field counts a call as answered in time.
SHORT_SECONDS: Final = 20
LONG_SECONDS: Final = 30
TARGETS: Final = (SHORT_SECONDS, LONG_SECONDS)


@dataclass(frozen=True, slots=True)
class Figures:
    """Waits by how they ended: `answered_20` within 20 s; `waited_seconds` is the sum of the waits of all answered.

    `abandoned`: the caller hung up while waiting. `timed_out`: the line gave up. `diverted`: the caller chose another
    way, a callback, a message or the menu. `callbacks` were promised, from the line or elsewhere in the call.
    """

    answered: int = 0
    answered_20: int = 0
    answered_30: int = 0
    abandoned: int = 0
    abandoned_20: int = 0
    abandoned_30: int = 0
    timed_out: int = 0
    diverted: int = 0
    waited_seconds: int = 0
    callbacks: int = 0

    def within(self, seconds: int) -> int:
        """How many were answered in that time, which is one of TARGETS."""
        return self.answered_20 if seconds == SHORT_SECONDS else self.answered_30

    def counted(self, seconds: int) -> int:
        """All waits that a service level counts: who hung up within the time gave nobody the chance to answer."""
        short = self.abandoned_20 if seconds == SHORT_SECONDS else self.abandoned_30
        return self.answered + self.timed_out + self.abandoned - short

    def service_level(self, seconds: int) -> float | None:
        """The share of the counted waits that was answered in time; None where there was none."""
        counted = self.counted(seconds)
        return self.within(seconds) / counted if counted else None

    @property
    def mean_wait(self) -> float | None:
        """Average speed of answer, in seconds; None where nobody was answered."""
        return self.waited_seconds / self.answered if self.answered else None


NAMES: Final = tuple(field.name for field in fields(Figures))


def total(figures: Iterable[Figures]) -> Figures:
    """All of them together."""
    return reduce(_sum, figures, Figures())


def _sum(one: Figures, other: Figures) -> Figures:
    return Figures(*(getattr(one, name) + getattr(other, name) for name in NAMES))


@dataclass(frozen=True, slots=True)
class Today:
    """The figures since midnight, German time, and by the hour of the wall clock at which they were counted."""

    total: Figures
    hours: Mapping[int, Figures]


def day_begins(moment: datetime, days_before: int = 0) -> datetime:
    """Midnight in Germany on the moment's day, or so many days before."""
    local = moment.astimezone(GERMANY)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) - timedelta(days=days_before)


def today_of(rows: Iterable[tuple[datetime, Figures]]) -> Today:
    """Hours of one German day; the hour that a clock repeats in autumn counts as one."""
    hours: dict[int, Figures] = {}
    for begins_at, figures in rows:
        hour = begins_at.astimezone(GERMANY).hour
        hours[hour] = _sum(hours.get(hour, Figures()), figures)
    return Today(total(hours.values()), hours)
