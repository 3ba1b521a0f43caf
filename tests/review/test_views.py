"""Which figures an address asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.review.views import View, shortcuts, units_of, view_of
from app.statistics.periods import Period
from tests.statistics.release_cast import published

MONTHS = tuple(Period.parse(f"2025-{month:02}") for month in range(1, 13)) + tuple(
    Period.parse(f"2026-{month:02}") for month in range(1, 8)
)


def view(units: tuple[Period, ...] = MONTHS, /, **query: str) -> View:
    return view_of(units, {"from" if name == "first" else name: value for name, value in query.items()})


def test_months_are_chosen_where_there_are_some_and_quarters_where_there_are_none() -> None:
    assert [str(unit) for unit in units_of(published())] == ["2025-Q4", "2026-01", "2026-02", "2026-03"]


def test_without_a_word_the_last_year_is_shown() -> None:
    shown = view()
    assert (str(shown.first), str(shown.last), shown.comparison) == ("2025-08", "2026-07", "before")
    assert str(view(MONTHS[-3:]).run) == "2026-05..2026-07"


@pytest.mark.parametrize(
    ("query", "run", "before"),
    [
        ({"first": "2026-04", "to": "2026-06"}, "2026-04..2026-06", "2026-01..2026-03"),
        ({"first": "2026-04", "to": "2026-06", "compare": "year"}, "2026-04..2026-06", "2025-04..2025-06"),
        ({"first": "2026-04", "to": "2026-06", "compare": "none"}, "2026-04..2026-06", "None"),
        ({"first": "2026-06", "to": "2026-04"}, "2026-04..2026-06", "2026-01..2026-03"),
        ({"first": "2026-07", "to": "2026-07"}, "2026-07", "2026-06"),
        ({"first": "2025-01", "to": "2025-03"}, "2025-01..2025-03", "None"),
        ({"first": "2019-01", "to": "2026-Q9", "compare": "'"}, "2025-08..2026-07", "None"),
    ],
)
def test_a_run_is_compared_with_one_of_its_length(query: dict[str, str], run: str, before: str) -> None:
    shown = view(**query)
    assert (str(shown.run), str(shown.before)) == (run, before)


def test_quarters_without_months_are_compared_too() -> None:
    quarters = tuple(Period.parse(name) for name in ("2025-Q2", "2025-Q3", "2025-Q4"))
    assert str(view(quarters, first="2025-Q4", to="2025-Q4").before) == "2025-Q3"


def test_the_short_cuts_are_whole_periods() -> None:
    assert [str(one.run) for one in shortcuts(MONTHS, view())] == [
        "2026-07",
        "2026-04..2026-06",
        "2026-01..2026-06",
        "2025-01..2025-12",
    ]


@given(st.text(max_size=10), st.text(max_size=10), st.text(max_size=6))
def test_whatever_an_address_says_there_is_a_view(first: str, last: str, compare: str) -> None:
    shown = view(first=first, to=last, compare=compare)
    assert shown.first in MONTHS
    assert shown.last in MONTHS
    assert shown.first <= shown.last


@given(st.sampled_from(MONTHS), st.sampled_from(MONTHS), st.sampled_from(["before", "year", "none"]))
def test_an_address_holds_the_view(first: Period, last: Period, compare: str) -> None:
    shown = view(first=str(first), to=str(last), compare=compare)
    said = dict(part.split("=") for part in shown.query.split("&"))
    assert view_of(MONTHS, said) == shown
