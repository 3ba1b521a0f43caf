"""What may be relied on and what may be said."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.knowledge.dates import AsOf
from app.knowledge.models import Amount, Confidence, Fact
from app.knowledge.rules import (
    answer_date,
    country_by_dialling_code,
    is_current,
    may_be_spoken_as_amount,
    oldest_date,
    spoken_number,
    state_for,
)

RETRIEVED_ON = date(2026, 11, 21)
FACT = Fact(
    ref="offer/fact",
    kind="amount",
    text="An amount.",
    source="https://example.org",
    confidence="seen",
    as_of=AsOf(2026, 2, 2),
    retrieved_on=RETRIEVED_ON,
    review_by=date(2027, 2, 2),
    amount=Amount(value=1000, currency="EUR", per="adult"),
)


@pytest.mark.parametrize(
    ("today", "current"),
    [(date(2026, 11, 22), True), (date(2027, 2, 1), True), (date(2027, 2, 2), True), (date(2027, 2, 3), False)],
)
def test_a_fact_is_current_up_to_and_on_the_day_of_its_review(*, today: date, current: bool) -> None:
    assert is_current(FACT, today) is current
    assert state_for([FACT], today) == ("current" if current else "without_amount")


@pytest.mark.parametrize(
    ("today", "current"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)],
)
def test_a_fact_is_current_only_while_it_is_valid(*, today: date, current: bool) -> None:
    limited = replace(FACT, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))
    assert is_current(limited, today) is current


@pytest.mark.parametrize(
    ("confidence", "current", "spoken"),
    [
        ("seen", True, True),
        ("secondary", True, False),
        ("conflicting", True, False),
        ("superseded", False, False),
        ("expired", False, False),
        ("guess", False, False),
        ("not_found", False, False),
    ],
)
def test_how_sure_a_fact_must_be(*, confidence: Confidence, current: bool, spoken: bool) -> None:
    fact = replace(FACT, confidence=confidence)
    assert is_current(fact, RETRIEVED_ON) is current
    assert may_be_spoken_as_amount(fact) is spoken


def test_a_contradicted_amount_is_not_spoken() -> None:
    assert not may_be_spoken_as_amount(replace(FACT, conflicts_with=("offer/other",)))


def test_one_amount_that_is_due_silences_all_amounts_of_an_answer() -> None:
    assert state_for([FACT, replace(FACT, review_by=date(2025, 12, 31))], RETRIEVED_ON) == "without_amount"
    assert state_for([], RETRIEVED_ON) == "current"


def test_an_answer_is_as_old_as_its_oldest_dated_fact() -> None:
    undated = replace(FACT, as_of=None)
    year = replace(FACT, as_of=AsOf(2024))
    month = replace(FACT, as_of=AsOf(2024, 4))
    assert oldest_date([FACT, undated, year, month]) == AsOf(2024, 4)
    assert oldest_date([undated]) is None


def test_amounts_have_their_own_date_unless_an_answer_says_nothing_else() -> None:
    general = replace(FACT, kind="general", as_of=AsOf(2025))
    old_amount = replace(FACT, as_of=AsOf(2019))
    assert answer_date([old_amount, general]) == AsOf(2025)
    assert answer_date([old_amount, FACT]) == AsOf(2019)


@pytest.mark.parametrize(
    ("code", "countries"),
    [
        ("90", ("TR",)),
        ("+90", ("TR",)),
        ("0090", ("TR",)),
        ("7", ("RU", "KZ")),
        ("383", ("XK",)),
        ("963", ("SY",)),
        ("800", ()),
        ("999", ()),
        ("0", ()),
        ("", ()),
        ("abc", ()),
        ("٩٠", ()),
    ],
)
def test_a_country_is_found_by_its_dialling_code(code: str, countries: tuple[str, ...]) -> None:
    assert country_by_dialling_code(code) == countries


@given(st.text(max_size=12))
def test_no_keys_break_the_dialling_code(keys: str) -> None:
    assert isinstance(country_by_dialling_code(keys), tuple)


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("110", "1 1 0"),
        ("116016", "1 1 6, 0 1 6"),
        ("116117", "1 1 6, 1 1 7"),
        ("0800 1110111", "0 8 0 0, 1 1 1, 0 1 1 1"),
        ("+49 6232 1001000", "0 6, 2 3 2, 1 0 0, 1 0 0 0"),
        ("+49 30 12345", "0 3 0, 1 2, 3 4 5"),
        ("+383 38 233 002 100", "0 0, 3 8 3, 3 8, 2 3 3, 0 0 2, 1 0 0"),
    ],
)
def test_a_number_is_spoken_in_groups_of_digits(number: str, spoken: str) -> None:
    assert spoken_number(number) == spoken


@given(st.text("0123456789", min_size=1, max_size=15))
def test_a_spoken_number_loses_no_digit_and_no_group_is_long(digits: str) -> None:
    spoken = spoken_number("1" + digits)
    assert spoken.replace(" ", "").replace(",", "") == "1" + digits
    assert all(1 < len(group.split()) <= 4 for group in spoken.split(", "))
