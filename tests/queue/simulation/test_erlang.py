"""Erlang C and A against published values and against the solved Markov chain."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.queue.simulation.erlang import Expected, erlang_a, erlang_c, expected
from app.queue.simulation.staffing import Target, staffing, staffing_table
from tests.queue.simulation.chain import Solved, solve


def test_erlang_c_of_a_textbook() -> None:
    # D. Gross, C. Harris, "Fundamentals of Queueing Theory", the eye clinic: three doctors, six patients an hour, each
    # twenty minutes; 8/9 of a patient waits on average, so each waits 4/27 of an hour.
    assert erlang_c(3, 2.0) == pytest.approx(4 / 9)
    assert expected(3, 6, 1200).answer_seconds == pytest.approx(4 / 27 * 3600)


def test_erlang_c_of_published_examples_of_call_centres() -> None:
    # Call Centre Helper, "Erlang C formula made simple with an easy worked example": 100 calls in half an hour of
    # three minutes each, 14 agents: 17.4 % wait, 88.8 % within 20 seconds, 7.8 seconds on average, 71.4 % occupied.
    fourteen = expected(14, 200, 180)
    assert (round(fourteen.waits, 3), round(fourteen.service_level, 3)) == (0.174, 0.888)
    assert (round(fourteen.answer_seconds, 1), round(fourteen.occupancy, 3)) == (7.8, 0.714)
    # Mitan, "Call centre maths": 360 calls in half an hour of four minutes each, 55 agents: 23.9 % wait.
    assert round(erlang_c(55, 48.0), 3) == 0.239


def test_erlang_a_of_the_paper_that_made_it_known() -> None:
    # O. Garnett, A. Mandelbaum, M. Reiman (2002), the comparison in the introduction: 50 agents, 48 calls a minute of
    # one minute each, patience of two minutes: 3.1 % abandon; waits of 3.7 seconds instead of 20.8, and agents are
    # occupied for 93 % instead of 96 %. Its wait is that of all callers, which is patience times abandonment.
    patient, impatient = expected(50, 48 * 60, 60), expected(50, 48 * 60, 60, patience_seconds=120)
    assert (round(patient.answer_seconds, 1), round(patient.occupancy, 2)) == (20.8, 0.96)
    assert (round(impatient.abandoned, 3), round(impatient.abandoned * 120, 1)) == (0.031, 3.7)
    assert round(impatient.occupancy, 2) == 0.93


CASES = [(1, 0.6, 0.5), (3, 2.0, 1.0), (7, 6.3, 0.43), (12, 7.0, 0.43), (12, 15.0, 2.0), (40, 38.0, 0.2)]


@pytest.mark.parametrize(("staff", "load", "patience"), CASES)
def test_erlang_a_is_the_steady_state_of_the_chain(staff: int, load: float, patience: float) -> None:
    found = expected(staff, load * 3600 / 420, 420, patience_seconds=patience * 420, within_seconds=0.1 * 420)
    _agree(found, solve(staff, load, patience, 0.1))
    assert found.waits == pytest.approx(erlang_a(staff, load, patience))


@pytest.mark.parametrize(("staff", "load"), [(1, 0.6), (3, 2.0), (12, 10.5), (40, 37.0)])
def test_erlang_c_is_the_steady_state_of_the_chain(staff: int, load: float) -> None:
    _agree(expected(staff, load * 3600 / 420, 420, within_seconds=0.1 * 420), solve(staff, load, None, 0.1))


def _agree(found: Expected, chain: Solved) -> None:
    shares = (found.waits, found.service_level, found.abandoned, found.occupancy)
    assert shares == pytest.approx((chain.waits, chain.service_level, chain.abandoned, chain.occupancy), abs=1e-6)
    assert found.answer_seconds == pytest.approx(chain.answer_seconds * 420, rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(staff=st.integers(1, 60), load=st.floats(0.05, 80), patience=st.floats(0.05, 20))
def test_more_staff_and_shorter_patience_never_make_waits_likelier(staff: int, load: float, patience: float) -> None:
    waits = erlang_a(staff, load, patience)
    assert 0 <= waits <= 1 + 1e-12
    assert erlang_a(staff + 1, load, patience) <= waits + 1e-12
    assert waits <= erlang_a(staff, load, patience * 2) + 1e-12
    assert waits <= erlang_c(staff, load) + 1e-12


def test_endless_patience_is_where_erlang_a_becomes_erlang_c() -> None:
    assert erlang_a(12, 10.0, 1e7) == pytest.approx(erlang_c(12, 10.0), abs=1e-5)


def test_a_line_without_calls_or_without_agents() -> None:
    assert expected(0, 0, 420) == Expected(0.0, 1.0, 0.0, 0.0, 0.0)
    assert expected(0, 10, 420, patience_seconds=60).abandoned == 1
    assert math.isinf(expected(5, 60, 420).answer_seconds)


@pytest.mark.parametrize("patience", [None, 180.0])
@pytest.mark.parametrize("calls", [0.5, 12.0, 60.0, 300.0])
def test_the_staff_reaches_the_target_and_one_less_does_not(calls: float, patience: float | None) -> None:
    target = Target(0.9, 30)
    staff = staffing(calls, 420, target, patience)

    def level(agents: int) -> float:
        return expected(agents, calls, 420, patience_seconds=patience, within_seconds=30).service_level

    assert level(staff) >= 0.9
    assert staff == 1 or level(staff - 1) < 0.9


def test_the_staffing_of_a_published_example() -> None:
    # The same worked example of Call Centre Helper finds 14 agents for 80 % within 20 seconds.
    assert staffing(200, 180) == 14


def test_a_table_has_a_row_for_each_hour() -> None:
    rows = staffing_table({8: 30.0, 9: 60.0, 10: 0.0}, 420)
    assert [(row.hour, row.load, row.staff) for row in rows] == [(8, 3.5, 6), (9, 7.0, 10), (10, 0.0, 0)]
    assert rows[2].expected.service_level == 1
