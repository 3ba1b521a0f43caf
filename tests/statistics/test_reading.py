"""Reading: sums over any run with intervals that hold, what is missing is said, and nothing but releases is read."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.statistics.codebook import LOW_VOLUME, STANDARD, Workload
from app.statistics.models import Published, Release
from app.statistics.periods import Period, Run
from app.statistics.reading import (
    Figure,
    days_of,
    differs,
    run_of,
    series_of,
    sum_figures,
    table_of,
    tables_of,
    total_of,
    totals_of,
)
from app.statistics.rules import half_width, noise_variance, reliable_from, total_variance

WORKLOADS = {workload.version: workload for workload in (STANDARD, LOW_VOLUME)}


def distribution(scale: int, draws: int) -> dict[int, float]:
    """The exact distribution of the noise in a cell, as far as it matters."""
    a = math.exp(-1 / scale)
    once = {value: (1 - a) / (1 + a) * a ** abs(value) for value in range(-30 * scale, 30 * scale + 1)}
    if draws == 1:
        return once
    twice: dict[int, float] = {}
    for (x, p), (y, q) in product(once.items(), once.items()):
        twice[x + y] = twice.get(x + y, 0) + p * q
    return twice


@pytest.mark.parametrize(
    ("scale", "draws", "half", "reliable"), [(5, 1, 15, 20), (5, 2, 21, 30), (2, 1, 6, 10), (2, 2, 9, 20)]
)
def test_the_interval_of_one_cell_holds_in_95_of_100_cases(scale: int, draws: int, half: int, reliable: int) -> None:
    exact = distribution(scale, draws)
    variance = noise_variance(scale, draws)
    assert math.isclose(variance, math.fsum(value**2 * p for value, p in exact.items()), rel_tol=1e-6)
    assert half_width(variance) == half
    assert 0.95 <= math.fsum(p for value, p in exact.items() if abs(value) <= half) < 0.975
    assert math.fsum(p for value, p in exact.items() if abs(value) < half - 1) < 0.95
    assert reliable_from(half) == reliable


def test_a_figure_says_whether_it_can_be_trusted() -> None:
    cell = Figure(29, noise_variance(5, 2))
    assert (cell.low, cell.high, cell.half_width, cell.reliable) == (8, 50, 21, False)
    assert replace(cell, value=30).reliable
    assert replace(cell, value=4).low == 0


@given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from([1, 2])), min_size=1, max_size=20))
def test_in_a_sum_values_and_variances_add_up(parts: list[tuple[int, int]]) -> None:
    whole = sum_figures(Figure(value, noise_variance(5, draws)) for value, draws in parts)
    assert whole.value == sum(value for value, _ in parts)
    assert math.isclose(whole.variance, sum(noise_variance(5, draws) for _, draws in parts))
    assert whole.half_width <= sum(half_width(noise_variance(5, draws)) for _, draws in parts)


def test_two_figures_differ_beyond_the_noise_of_their_difference() -> None:
    one = Figure(100, noise_variance(5, 1))
    assert not differs(one, replace(one, value=121))
    assert differs(one, replace(one, value=122))


def release(period: str, workload: Workload, each: int) -> Release:
    """A release in which every cell of every table has the same value."""
    whole = Period.parse(period)
    tables = {
        table.id: {str(part): dict.fromkeys(workload.cells(table.id), each) for part in whole.parts(table.grain)}
        for table in workload.tables
        if (table.grain == "quarter") == (whole.grain == "quarter")
    }
    published_at = datetime(2027, 5, 1, tzinfo=UTC)
    return Release(
        period=whole,
        published_at=published_at,
        workload=workload.version,
        scale=workload.scale,
        draws=1,
        simulated=False,
        total=each * 100,
        counted_from=whole.first_on,
        gaps=(),
        tables=tables,
    )


@pytest.fixture
def published() -> Published:
    releases = [
        release("2026-Q4", LOW_VOLUME, 5),
        release("2027-01", STANDARD, 1),
        release("2027-02", STANDARD, 2),
        release("2027-03", STANDARD, 3),
        release("2027-Q1", STANDARD, 6),
        release("2027-04", STANDARD, 4),
    ]
    gap = Period.parse("2027-05")
    ordered = tuple(sorted(releases, key=lambda one: one.period))
    return Published(ordered, WORKLOADS, (gap,), (), simulated=False)


def run(first: str, last: str | None = None) -> Run:
    return Run.of(Period.parse(first), Period.parse(last) if last else None)


def test_a_run_of_months_is_the_sum_of_its_months(published: Published) -> None:
    view = table_of(published, "language", run("2027-Q1"))
    assert view.releases == ("2027-01", "2027-02", "2027-03")
    assert {figure.value for figure in view.cells.values()} == {6}
    assert view.cells["tr"].variance == pytest.approx(3 * noise_variance(5, 1))
    assert (view.missing, view.gaps) == ((), ())
    assert list(view.cells) == list(STANDARD.cells("language"))
    assert view.total.value == 600


def test_quarters_of_low_volume_and_months_are_summed_alike(published: Published) -> None:
    view = table_of(published, "language", run("2026-Q4", "2027-Q1"))
    assert view.cells["tr"].value == 11
    assert view.cells["tr"].variance == pytest.approx(noise_variance(2, 1) + 3 * noise_variance(5, 1))
    assert view.workloads == (LOW_VOLUME.version, STANDARD.version)


def test_what_is_missing_is_said(published: Published) -> None:
    view = table_of(published, "language", run("2027-H1"))
    assert [str(part) for part in view.missing] == ["2027-05..2027-06"]
    assert [str(gap) for gap in view.gaps] == ["2027-05"]
    nothing = table_of(published, "land_topic", run("2026-Q4"))
    assert (nothing.cells, nothing.releases) == ({}, ())
    assert [str(part) for part in nothing.missing] == ["2026-Q4"]


def test_no_contact_is_counted_twice_in_a_total(published: Published) -> None:
    assert total_of(published, run("2027-Q1")).value == 600
    assert total_of(published, run("2026", "2027")).value == 500 + 600 + 400
    parts = totals_of(published, run("2026-Q4", "2027-Q1"))
    assert [str(period) for period, _ in parts] == ["2026-Q4", "2027-01", "2027-02", "2027-03"]
    only_quarter = replace(published, releases=tuple(r for r in published.releases if r.period.grain == "quarter"))
    assert total_of(only_quarter, run("2027-Q1")).value == 600


def test_a_total_is_finer_than_any_of_its_tables(published: Published) -> None:
    month = total_of(published, run("2027-01"))
    sizes = [124, 14, 9, 17, 7, 48, 8]
    assert month.variance == pytest.approx(total_variance(sizes, noise_variance(5, 1)))
    assert month.half_width == 21
    assert total_of(published, run("2027-Q1")).variance > month.variance * 2.9


def test_a_series_has_a_view_for_each_release(published: Published) -> None:
    assert [view.total.value for view in series_of(published, "language", run("2027"))] == [100, 200, 300, 400]
    assert [view.releases for view in series_of(published, "land_topic", run("2027"))] == [("2027-Q1",)]


def test_days_are_read_day_by_day(published: Published) -> None:
    days = days_of(published, "kind", run("2027-01", "2027-02"))
    assert len(days) == 31 + 28
    assert days[0][0] == date(2027, 1, 1)
    assert days[0][1]["answered"].half_width == 15
    assert table_of(published, "kind", run("2027-01")).cells["answered"].value == 31


def test_tables_are_named_in_the_order_of_the_codebook(published: Published) -> None:
    assert tables_of(published, run("2027-01")) == tuple(t.id for t in STANDARD.tables if t.grain != "quarter")
    assert tables_of(published, run("2030")) == ()


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 900))
def test_a_run_of_days_is_named_by_periods_that_begin_and_end_with_it(first_on: date, days: int) -> None:
    last_on = date.fromordinal(first_on.toordinal() + days)
    found = run_of(first_on, last_on)
    assert (found.first_on, found.last_on) == (first_on, last_on)
