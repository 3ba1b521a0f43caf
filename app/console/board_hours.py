"""The picture of a day's hours: columns of answered and unanswered calls, worked out for a server-drawn SVG."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.queue.today_rules import Figures

WIDTH: Final = 640
HEIGHT: Final = 180
_LEFT: Final = 36
_TOP: Final = 12
_FLOOR: Final = 152
_FEWEST_HOURS: Final = 8
_BAR_SHARE: Final = 0.72
_STEPS: Final = (1, 2, 5)
_LAST_HOUR: Final = 23


@dataclass(frozen=True, slots=True)
class Column:
    """An hour: its numbers, and where its two bars stand above each other."""

    hour: int
    answered: int
    unanswered: int
    x: float
    middle: float
    wide: float
    answered_y: float
    answered_tall: float
    unanswered_y: float
    unanswered_tall: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The columns, and lines at these heights with the numbers that they stand for."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[float, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    floor: int = _FLOOR


def unanswered_of(figures: Figures) -> int:
    """Waits that nobody answered."""
    return figures.abandoned + figures.timed_out


def picture_of(hours: Mapping[int, Figures], present_hour: int) -> Picture | None:
    """From the first hour with a call to the present one, eight hours at least; None before the first call."""
    if not any(figures.answered or unanswered_of(figures) for figures in hours.values()):
        return None
    last = max(present_hour, *hours)
    first = max(0, min(*hours, last - _FEWEST_HOURS + 1))
    shown = range(first, min(_LAST_HOUR, max(last, first + _FEWEST_HOURS - 1)) + 1)
    most = rounded_up(max(figures.answered + unanswered_of(figures) for figures in hours.values()))
    slot = (WIDTH - _LEFT) / len(shown)
    columns = tuple(
        _column(hour, hours.get(hour, Figures()), _LEFT + place * slot, slot, most) for place, hour in enumerate(shown)
    )
    halves = {0, most // 2 if most % 2 == 0 else 0, most}
    return Picture(columns, tuple((_height(value, most), value) for value in sorted(halves)))


def _column(hour: int, figures: Figures, left: float, slot: float, most: int) -> Column:
    unanswered, wide = unanswered_of(figures), slot * _BAR_SHARE
    answered_y = _height(figures.answered, most)
    unanswered_y = _height(figures.answered + unanswered, most)
    return Column(
        hour,
        figures.answered,
        unanswered,
        x=round(left + (slot - wide) / 2, 1),
        middle=round(left + slot / 2, 1),
        wide=round(wide, 1),
        answered_y=answered_y,
        answered_tall=round(_FLOOR - answered_y, 1),
        unanswered_y=unanswered_y,
        unanswered_tall=round(answered_y - unanswered_y, 1),
    )


def _height(value: int, most: int) -> float:
    return round(_FLOOR - value / most * (_FLOOR - _TOP), 1)


def rounded_up(value: int) -> int:
    """The next of the numbers 1, 2, 5, 10, 20, 50 and so on."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size >= value:
                return step * size
        size *= 10
