"""Post-processing: whole numbers, none below zero, all tables of a publication agree, the same from the same."""

import math

from hypothesis import given
from hypothesis import strategies as st

from app.statistics.postprocess import agree, fit_margins, nearest, weighted_total

noisy = st.integers(min_value=-60, max_value=3_000)
tables = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.dictionaries(st.integers(0, 99), noisy, min_size=1, max_size=50),
    min_size=1,
    max_size=6,
)


@given(tables)
def test_tables_agree_in_whole_numbers_from_zero_on(drawn: dict[str, dict[int, int]]) -> None:
    total, agreed = agree(drawn)
    assert total >= 0
    assert agreed.keys() == drawn.keys()
    for name, table in agreed.items():
        assert list(table) == list(drawn[name])
        assert sum(table.values()) == total
        assert min(table.values()) >= 0
        assert all(isinstance(value, int) for value in table.values())
    assert agree(drawn) == (total, agreed)


@given(st.lists(noisy, min_size=1, max_size=60), st.integers(0, 10_000))
def test_no_table_with_that_sum_is_nearer(values: list[int], total: int) -> None:
    fitted = nearest(values, total)
    assert sum(fitted) == total
    # Moving one unit from any cell to any other brings the table no nearer.
    gains = [2 * (fitted[place] - value) + 1 for place, value in enumerate(values)]
    losses = [2 * (value - fitted[place]) + 1 for place, value in enumerate(values) if fitted[place] > 0]
    if losses:
        assert min(gains) + min(losses) >= 0


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40))
def test_what_agrees_already_stays_as_it_is(values: list[int]) -> None:
    assert nearest(values, sum(values)) == values


def test_larger_tables_weigh_less() -> None:
    assert weighted_total([[100], [60, 0, 0, 0]]) == 92
    assert weighted_total([[-7], [-3, 2]]) == 0


@given(st.data())
def test_a_table_takes_the_margins_of_the_months(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    true = [[data.draw(st.integers(0, 40)) for _ in range(width)] for _ in range(height)]
    drawn = [[value + data.draw(st.integers(-30, 30)) for value in row] for row in true]
    rows, columns = [sum(row) for row in true], [sum(column) for column in zip(*true, strict=True)]
    fitted = fit_margins(drawn, rows, columns)
    assert [sum(row) for row in fitted] == rows
    assert [sum(column) for column in zip(*fitted, strict=True)] == columns
    assert min(map(min, fitted)) >= 0
    assert fit_margins(drawn, rows, columns) == fitted


def test_a_table_with_its_margins_stays_as_it_is() -> None:
    table = [[3, 0, 12], [40, 5, 0]]
    assert fit_margins(table, [15, 45], [43, 5, 12]) == table


def test_the_fitted_table_is_near_the_noisy_one() -> None:
    noisy_table = [[103, 48, -6], [52, 205, 11]]
    fitted = fit_margins(noisy_table, [150, 260], [152, 250, 8])
    distance = math.hypot(*(f - n for a, b in zip(fitted, noisy_table, strict=True) for f, n in zip(a, b, strict=True)))
    assert distance < 12
