"""Which telephone numbers a centre may be asked to call, and how they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.numbers import CALLED, WITHHELD, passable, slowly, spoken_number, takes_text_messages


@pytest.mark.parametrize(
    ("number", "e164"),
    [
        ("+4915112345678", "+4915112345678"),
        ("015112345678", "+4915112345678"),
        ("15112345678", "+4915112345678"),
        ("004915112345678", "+4915112345678"),
        ("+493023125000", "+493023125000"),
        ("03023125000", "+493023125000"),
        ("00436641234567", "+436641234567"),
        ("0041791234567", "+41791234567"),
        ("+380501234567", None),
        ("+12025550123", None),
        ("09001234567", None),
        ("01371234567", None),
        ("0180512345", None),
        ("08001234567", None),
        ("110", None),
        ("11833", None),
        ("00000", None),
        ("0151", None),
        ("anonymous", None),
        ("", None),
    ],
)
def test_ordinary_numbers_of_near_countries_are_passed_on(number: str, e164: str | None) -> None:
    assert passable(number) == e164


@pytest.mark.parametrize("number", sorted(WITHHELD))
def test_a_withheld_number_is_none(number: str) -> None:
    assert passable(number) is None


@given(st.text("0123456789+* abc", max_size=20))
def test_whatever_is_typed_gives_a_number_that_stays_itself_or_none(typed: str) -> None:
    number = passable(typed)
    if number is not None:
        assert passable(number) == number
        assert "".join(filter(str.isdigit, spoken_number(number))).endswith(number[3:])


def test_text_messages_go_to_mobile_numbers_alone() -> None:
    assert takes_text_messages("+4915112345678")
    assert not takes_text_messages("+493023125000")
    assert not takes_text_messages("+380501234567")


def test_numbers_are_read_as_they_are_dialled_and_codes_slowly() -> None:
    assert spoken_number("+4915112345678") == "0 1 5, 1 1 2, 3 4 5, 6 7 8"
    assert spoken_number("+436641234567") == "0 0 4, 3 6 6, 4 1 2, 3 4 5, 6 7"
    assert slowly("0123456789") == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


def test_only_countries_that_exist_are_called() -> None:
    assert all(len(code) == 2 and code.isupper() for code in CALLED)
    assert "DE" in CALLED
