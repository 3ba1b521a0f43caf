"""Pictures of a day as SVG: panels above each other, an hour beside the other; a table always stands beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from app.queue.simulation.beside import Formula
from app.queue.simulation.figures import WITHIN_SECONDS, Outcome
from app.queue.simulation.measures import Estimate
from app.queue.simulation.staffing import StaffingRow

_WIDTH: Final = 720
_LEFT: Final = 48
_RIGHT: Final = 708
_PANEL_HEIGHT: Final = 110
_PANEL_GAP: Final = 48
_FOOT: Final = 20
_BAR_SHARE: Final = 0.7
_LABEL_HEIGHT: Final = 18
_EXACT_BELOW: Final = 10
_STEPS: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class DayWords:
    """What the picture of a day says; `levels` is the name of the share answered in time."""

    alt: str
    calls: str
    staff: str
    levels: str


@dataclass(frozen=True, slots=True)
class StaffingWords:
    """What the picture of a staffing says."""

    alt: str
    calls: str
    staff: str


@dataclass(frozen=True, slots=True)
class _Panel:
    """One measure by hour: bars, or marks with their intervals beside dashes of what was expected."""

    title: str
    hours: Sequence[int]
    bars: Mapping[int, float] = field(default_factory=dict)
    marks: Mapping[int, Estimate] = field(default_factory=dict)
    dashes: Mapping[int, float] = field(default_factory=dict)

    def drawn(self, top: float) -> dict[str, object]:
        """Where everything stands, the panel's upper edge being at `top`."""
        most = 1.0 if self.marks or self.dashes else _rounded(max(self.bars.values(), default=1.0))
        bottom = top + _PANEL_HEIGHT
        spot = {hour: _middle(place, len(self.hours)) for place, hour in enumerate(self.hours)}
        wide = (_RIGHT - _LEFT) / len(self.hours) * _BAR_SHARE

        def down(value: float) -> float:
            return round(bottom - min(max(value, 0.0), most) / most * _PANEL_HEIGHT, 1)

        return {
            "title": self.title,
            "top": top,
            "ticks": [{"at": down(part * most), "label": self._label(part * most)} for part in (0, 0.5, 1)],
            "bars": [
                {
                    "x": round(spot[hour] - wide / 2, 1),
                    "middle": spot[hour],
                    "y": down(value),
                    "width": round(wide, 1),
                    "height": round(bottom - down(value), 1),
                    "label": f"{value:.0f}" if value >= _EXACT_BELOW else f"{value:.2g}",
                    "is_tall": bottom - down(value) > _LABEL_HEIGHT,
                }
                for hour, value in self.bars.items()
            ],
            "dashes": [
                {"x1": round(spot[hour] - wide / 2, 1), "x2": round(spot[hour] + wide / 2, 1), "y": down(value)}
                for hour, value in self.dashes.items()
            ],
            "marks": [
                {
                    "x": spot[hour],
                    "y": down(found.value),
                    "low": None if found.low is None else down(found.low),
                    "high": None if found.high is None else down(found.high),
                }
                for hour, found in self.marks.items()
            ],
        }

    def _label(self, value: float) -> str:
        return f"{value:.0%}".replace("%", " %") if self.marks or self.dashes else f"{value:g}"


def day_picture(outcome: Outcome, by_hour: Mapping[int, Formula], words: DayWords, *, alone: bool = False) -> str:
    """Calls, agents on duty, and service levels with their intervals beside what the formula expects of each hour.

    `alone` is for a file of its own, which brings colours for light and dark; on a page it takes the page's ink.
    """
    hours = list(outcome.hours)
    levels = {hour: one.service_levels[WITHIN_SECONDS[0]] for hour, one in outcome.hours.items()}
    panels = [
        _Panel(words.calls, hours, bars={hour: one.calls_per_day for hour, one in outcome.hours.items()}),
        _Panel(words.staff, hours, bars={hour: len(outcome.plan.on_duty(hour)) for hour in hours}),
        _Panel(
            words.levels,
            hours,
            marks={hour: level for hour, level in levels.items() if level is not None},
            dashes={hour: one.service_levels[WITHIN_SECONDS[0]] for hour, one in by_hour.items()},
        ),
    ]
    return _svg(panels, hours, words.alt, alone=alone)


def staffing_picture(rows: Sequence[StaffingRow], words: StaffingWords) -> str:
    """Calls and the smallest staff by hour, in the page's ink."""
    hours = [row.hour for row in rows]
    panels = [
        _Panel(words.calls, hours, bars={row.hour: row.calls for row in rows}),
        _Panel(words.staff, hours, bars={row.hour: row.staff for row in rows}),
    ]
    return _svg(panels, hours, words.alt, alone=False)


def _svg(panels: Sequence[_Panel], hours: Sequence[int], alt: str, *, alone: bool) -> str:
    tops = [_PANEL_GAP + place * (_PANEL_HEIGHT + _PANEL_GAP) for place in range(len(panels))]
    return _template().render(
        width=_WIDTH,
        height=tops[-1] + _PANEL_HEIGHT + _FOOT + 10,
        left=_LEFT,
        right=_RIGHT,
        alt=alt,
        alone=alone,
        panels=[panel.drawn(top) for panel, top in zip(panels, tops, strict=True)],
        hours=[{"x": _middle(place, len(hours)), "label": str(hour)} for place, hour in enumerate(hours)],
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("picture.svg")


def _middle(place: int, number: int) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * (place + 0.5) / number, 1)


def _rounded(most: float) -> float:
    """The next round number, so that ticks are easy to read."""
    power = 1.0
    while power * 10 <= most:
        power *= 10
    return next((step * power for step in _STEPS if step * power >= most), power * 10)
