"""Shares and service levels from published figures, with bounds that the noise cannot break."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.statistics.codebook import WAITS
from app.statistics.models import Published
from app.statistics.periods import Run
from app.statistics.reading import Figure, TableView, sum_figures, table_of

_WITHIN_20 = ("up_to_10", "up_to_20")
_WITHIN_30 = (*_WITHIN_20, "up_to_30")
_WAITED = WAITS[1:]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole as a number from 0 to 1, and between which two it lies."""

    value: float
    low: float
    high: float
    reliable: bool


@dataclass(frozen=True, slots=True)
class Service:
    """What callers who wanted a person met: shares of those who waited, and of those who wanted a person."""

    within20: Share
    within30: Share
    answered: Share
    abandoned: Share
    median_band: str


def share_of(part: Figure, rest: Figure) -> Share:
    """The part among part and rest, counted apart: the bounds let both err at once, each against the other."""
    whole = part.value + rest.value
    both = sum_figures((part, rest))
    if whole == 0:
        return Share(0.0, 0.0, 1.0, reliable=False)
    low = part.low / max(1, part.low + rest.high)
    high = part.high / max(1, part.high + rest.low)
    return Share(part.value / whole, low, min(1.0, high), reliable=both.reliable)


def part_of(view: TableView, cells: Iterable[str], among: Iterable[str] | None = None) -> tuple[Figure, Figure]:
    """The sum of the named cells, and that of the others among which they are."""
    named = set(cells)
    whole = set(view.cells) if among is None else set(among)
    part = sum_figures(figure for cell, figure in view.cells.items() if cell in named)
    rest = sum_figures(figure for cell, figure in view.cells.items() if cell in whole - named)
    return part, rest


def service_figures(published: Published, run: Run) -> Service | None:
    """None where the tables of the run do not tell, or where too few waited to say anything."""
    wait, kind = table_of(published, "wait", run), table_of(published, "kind", run)
    if not wait.releases or not kind.releases:
        return None
    waited, _ = part_of(wait, _WAITED)
    wanted = ("answered", "abandoned", "callback")
    asked, _ = part_of(kind, wanted)
    if not (waited.reliable and asked.reliable):
        return None
    return Service(
        within20=share_of(*part_of(wait, _WITHIN_20, _WAITED)),
        within30=share_of(*part_of(wait, _WITHIN_30, _WAITED)),
        answered=share_of(*part_of(kind, ("answered",), wanted)),
        abandoned=share_of(*part_of(kind, ("abandoned",), wanted)),
        median_band=_median_band(wait, waited.value),
    )


def _median_band(wait: TableView, waited: int) -> str:
    """The band in which half of those who waited are reached."""
    seen = 0
    for band in _WAITED:
        seen += wait.cells[band].value
        if 2 * seen >= waited:
            return band
    return _WAITED[-1]
