"""The week of the line as a picture: when it is open, and how many shifts are planned beneath, quarter by quarter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import Final

from app.queue.models import Shift

_DAY: Final = 24 * 60
_WEEK: Final = 7 * _DAY
_LEFT, _WIDTH = 96, 720
_TOP, _ROW = 28, 44
_HOURS: Final = range(0, 25, 3)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar within a row of the picture; `count` shifts run there, or the line is open."""

    x: int
    width: int
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """A row of the picture, and the same in words: pairs of clock times with how many shifts run."""

    weekday: int
    y: int
    open: tuple[Bar, ...]
    staffed: tuple[Bar, ...]
    open_hours: tuple[str, ...]
    staffed_hours: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """All that the picture needs."""

    days: tuple[Day, ...]
    marks: tuple[tuple[int, int], ...]
    width: int
    height: int
    left: int


def week_of(hours: Sequence[Shift], shifts: Sequence[Shift]) -> Week:
    """A week without holidays; a line without hours is always open."""
    opened = _counted(hours) if hours else [1] * _WEEK
    staffed = _counted(shifts)
    marks = tuple((hour, _x(hour * 60)) for hour in _HOURS)
    days = tuple(_day(weekday, opened, staffed) for weekday in range(7))
    return Week(days, marks, _LEFT + _WIDTH + 16, _TOP + 7 * _ROW, _LEFT)


def _counted(spans: Sequence[Shift]) -> list[int]:
    """For each minute of the week how many of the spans run; the week is a ring."""
    running = [0] * _WEEK
    for span in spans:
        begins = span.weekday * _DAY + _minute(span.begins)
        length = (_minute(span.ends) - _minute(span.begins)) % _DAY or _DAY
        for minute in range(begins, begins + length):
            running[minute % _WEEK] += 1
    return running


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _day(weekday: int, opened: Sequence[int], staffed: Sequence[int]) -> Day:
    begins = weekday * _DAY
    open_spans = _spans([min(count, 1) for count in opened[begins : begins + _DAY]])
    staff_spans = _spans(staffed[begins : begins + _DAY])
    return Day(
        weekday,
        _TOP + weekday * _ROW,
        tuple(Bar(_x(begin), _x(end) - _x(begin), count) for begin, end, count in open_spans),
        tuple(Bar(_x(begin), _x(end) - _x(begin), count) for begin, end, count in staff_spans),
        tuple(_clock(begin, end) for begin, end, _ in open_spans),
        tuple((_clock(begin, end), count) for begin, end, count in staff_spans),
    )


def _spans(counts: Sequence[int]) -> list[tuple[int, int, int]]:
    """From when, until when, and how many, where there are any."""
    spans, begins = [], 0
    for count, group in groupby(counts):
        ends = begins + sum(1 for _ in group)
        if count:
            spans.append((begins, ends, count))
        begins = ends
    return spans


def _x(minute: int) -> int:
    return _LEFT + minute * _WIDTH // _DAY


def _clock(begins: int, ends: int) -> str:
    return f"{begins // 60:02}:{begins % 60:02}–{ends // 60:02}:{ends % 60:02}"
