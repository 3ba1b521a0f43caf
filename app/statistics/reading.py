"""Figures over any run of published periods, each with its interval, from what is published alone; pure."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.statistics import rules
from app.statistics.models import Published, Release
from app.statistics.periods import GRAINS, Period, Run

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """A published number and the variance of its noise; the true one lies within the half width in 95 of 100 cases."""

    value: int
    variance: float

    @property
    def half_width(self) -> int:
        return rules.half_width(self.variance)

    @property
    def low(self) -> int:
        return max(0, self.value - self.half_width)

    @property
    def high(self) -> int:
        return self.value + self.half_width

    @property
    def reliable(self) -> bool:
        """Not below 20 for one cell with one draw of noise of the scale 5, not below 30 with two, and so on."""
        return self.value >= rules.reliable_from(self.half_width)


NOTHING = Figure(0, 0.0)


@dataclass(frozen=True, slots=True)
class TableView:
    """A table summed over a run, with where its figures come from.

    `missing`: the parts of the run that no release of this table covers; `gaps`: those within that were never open.
    """

    table: str
    dimensions: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    run: Run
    cells: Mapping[str, Figure]
    total: Figure
    releases: tuple[str, ...]
    draws: tuple[int, ...]
    workloads: tuple[str, ...]
    simulated: bool
    gaps: tuple[Period, ...]
    missing: tuple[Run, ...]


def sum_figures(figures: Iterable[Figure]) -> Figure:
    """The sum of figures whose noise was drawn apart: values and variances add up."""
    listed = list(figures)
    return Figure(sum(figure.value for figure in listed), math.fsum(figure.variance for figure in listed))


def differs(one: Figure, other: Figure) -> bool:
    """Whether two figures differ by more than the noise of their difference."""
    return abs(one.value - other.value) > rules.half_width(one.variance + other.variance)


def tables_of(published: Published, run: Run) -> tuple[str, ...]:
    """The tables that a release within the run has, in the order of their workloads."""
    found = {table_id: None for release in _within(published, run) for table_id in _ordered(published, release)}
    return tuple(found)


def _ordered(published: Published, release: Release) -> list[str]:
    return [t.id for t in published.workloads[release.workload].tables if t.id in release.tables]


def table_of(published: Published, table_id: str, run: Run) -> TableView:
    """A table summed over all releases that lie within the run."""
    releases = [release for release in _within(published, run) if table_id in release.tables]
    cells: dict[str, list[Figure]] = {cell: [] for release in releases for cell in _cells(published, table_id, release)}
    for release in releases:
        variance = rules.noise_variance(release.scale, release.draws)
        for values in release.tables[table_id].values():
            for cell, value in values.items():
                cells[cell].append(Figure(value, variance))
    dimensions, codes = _shape(published, table_id, releases)
    return TableView(
        table=table_id,
        dimensions=dimensions,
        codes=codes,
        run=run,
        cells={cell: sum_figures(figures) for cell, figures in cells.items()},
        total=sum_figures(_total(published, release) for release in releases),
        releases=tuple(str(release.period) for release in releases),
        draws=tuple(sorted({release.draws for release in releases})),
        workloads=tuple(dict.fromkeys(release.workload for release in releases)),
        simulated=any(release.simulated for release in releases),
        gaps=tuple(gap for gap in published.gaps if run.covers(gap)),
        missing=_missing(run, [release.period for release in releases]),
    )


def series_of(published: Published, table_id: str, run: Run) -> tuple[TableView, ...]:
    """The table of each release within the run by itself, in the order of time."""
    return tuple(
        table_of(published, table_id, Run.of(release.period))
        for release in _within(published, run)
        if table_id in release.tables
    )


def days_of(published: Published, table_id: str, run: Run) -> tuple[tuple[date, Mapping[str, Figure]], ...]:
    """A table that is kept by day, day by day."""
    days = []
    for release in _within(published, run):
        variance = rules.noise_variance(release.scale, release.draws)
        for period, values in release.tables.get(table_id, {}).items():
            if Period.parse(period).grain == "day":
                figures = {cell: Figure(value, variance) for cell, value in values.items()}
                days.append((date.fromisoformat(period), figures))
    return tuple(sorted(days, key=lambda day: day[0]))


def total_of(published: Published, run: Run) -> Figure:
    """How many contacts there were: the totals of the months, and of the quarters that have none, within the run."""
    return sum_figures(_total(published, release) for release in _counting_once(_within(published, run)))


def totals_of(published: Published, run: Run) -> tuple[tuple[Period, Figure], ...]:
    """The total of each month or, where there are none, quarter within the run."""
    return tuple((one.period, _total(published, one)) for one in _counting_once(_within(published, run)))


def _within(published: Published, run: Run) -> list[Release]:
    return [release for release in published.releases if run.covers(release.period)]


def _counting_once(releases: Iterable[Release]) -> list[Release]:
    """Without the quarters whose contacts are in months that are published too."""
    listed = list(releases)
    months = [release.period for release in listed if release.period.grain == "month"]
    return [
        release
        for release in listed
        if release.period.grain == "month" or not any(release.period.covers(month) for month in months)
    ]


def _total(published: Published, release: Release) -> Figure:
    """A month's total is the weighted mean of its tables; a quarter's with months is the sum of theirs."""
    inner = [one for one in published.releases if one.period != release.period and release.period.covers(one.period)]
    if inner:
        return Figure(release.total, math.fsum(_own_variance(one) for one in inner))
    return Figure(release.total, _own_variance(release))


def _own_variance(release: Release) -> float:
    sizes = [sum(len(values) for values in table.values()) for table in release.tables.values()]
    return rules.total_variance(sizes, rules.noise_variance(release.scale, release.draws))


def _cells(published: Published, table_id: str, release: Release) -> tuple[str, ...]:
    return published.workloads[release.workload].cells(table_id)


def _shape(
    published: Published, table_id: str, releases: Iterable[Release]
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The dimensions, and the codes that they ever had in these releases."""
    dimensions: tuple[str, ...] = ()
    codes: dict[str, dict[str, None]] = {}
    for release in releases:
        workload = published.workloads[release.workload]
        dimensions = workload.table(table_id).dimensions
        for name in dimensions:
            codes.setdefault(name, {}).update(dict.fromkeys(workload.dimensions[name].codes))
    return dimensions, {name: tuple(listed) for name, listed in codes.items()}


def _missing(run: Run, periods: Iterable[Period]) -> tuple[Run, ...]:
    """What none of the periods covers."""
    found, day = [], run.first_on
    for period in sorted(periods):
        if period.first_on > day:
            found.append(run_of(day, period.first_on - _A_DAY))
        day = max(day, period.last_on + _A_DAY)
    if day <= run.last_on:
        found.append(run_of(day, run.last_on))
    return tuple(found)


def run_of(first_on: date, last_on: date) -> Run:
    """The run of these days, named by the coarsest periods that begin and end with it."""
    beginning = [one for grain in GRAINS if (one := Period.holding(first_on, grain)).first_on == first_on]
    ending = [one for grain in GRAINS if (one := Period.holding(last_on, grain)).last_on == last_on]
    first = max(one for one in beginning if one.last_on <= last_on)
    return Run.of(first, min(one for one in ending if one.first_on >= first_on))
