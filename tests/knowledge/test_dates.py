"""Dates as exact as their sources gave them, and when facts are due for review."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.knowledge.dates import REVIEW_MONTHS, AsOf, months_later, parse_as_of, review_due_on

RETRIEVED_ON = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("wording", "as_of", "last_day"),
    [
        ("2026-02-02", AsOf(2026, 2, 2), date(2026, 2, 2)),
        ("2024-04", AsOf(2024, 4), date(2024, 4, 30)),
        ("2024-02", AsOf(2024, 2), date(2024, 2, 29)),
        ("2024", AsOf(2024), date(2024, 12, 31)),
        ("2020-2023", AsOf(2020), date(2020, 12, 31)),
        ("2023+", AsOf(2023), date(2023, 12, 31)),
    ],
)
def test_a_date_covers_as_much_as_its_wording(wording: str, as_of: AsOf, last_day: date) -> None:
    assert parse_as_of(wording) == as_of
    assert as_of.last_day() == last_day
    assert as_of.first_day() <= last_day


@pytest.mark.parametrize(
    "wording",
    ["", "spring 2024", "24-04", "2024-13", "2024-02-30", "2023-2020", "2024 ", "2024-4", "2024+2025", "٢٠٢٤-13"],
)
def test_what_is_no_date_is_refused(wording: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_as_of(wording)


@pytest.mark.parametrize(
    ("kind", "wording", "due"),
    [
        ("amount", "2026-02-02", date(2027, 2, 2)),
        ("amount", "2024", date(2025, 12, 31)),
        ("country_rule", "2024-12-31", date(2025, 6, 30)),
        ("country_rule", "2025-08-31", date(2026, 2, 28)),
        ("programme", "2024-04", date(2026, 4, 30)),
        ("general", "2020", date(2023, 12, 31)),
        ("number", "2018-02-08", date(2020, 2, 8)),
        ("amount", "2024-02-29", date(2025, 2, 28)),
    ],
)
def test_a_fact_is_due_as_many_months_after_its_date_as_its_kind_says(kind: str, wording: str, due: date) -> None:
    assert review_due_on(kind, parse_as_of(wording), RETRIEVED_ON) == due


def test_an_undated_fact_counts_from_the_day_it_was_read() -> None:
    assert review_due_on("country_rule", None, RETRIEVED_ON) == date(2027, 5, 21)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_months_later_is_so_many_months_later(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_every_kind_of_fact_has_its_interval() -> None:
    assert REVIEW_MONTHS == {"country_rule": 6, "amount": 12, "programme": 24, "general": 36, "number": 24}
