"""Simulated days through the real rules: nothing is lost, nobody serves two at once, and Erlang's formulas hold."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.queue.simulation.beside import pooled, separate
from app.queue.simulation.day import SimulatedCall, simulate_day
from app.queue.simulation.erlang import expected
from app.queue.simulation.figures import Outcome, simulate_days
from app.queue.simulation.plan import HOUR_SECONDS, DayPlan, Profile, roster, speakers, spread_calls

FOUR_LANGUAGES = {"de": 0.4, "ar": 0.3, "tr": 0.2, "ru": 0.1}


def steady(calls_per_hour: float, patience: float | None, hours: int, warm_up: int = 4) -> DayPlan:
    """Eight agents of one language in an endless day; its first hours, which begin empty, do not count."""
    span = range(warm_up + hours)
    return DayPlan(
        agents=roster([{"de": 3}] * 8, [], span),
        calls_by_hour=spread_calls(calls_per_hour, span, Profile.EVEN),
        shares={"de": 1.0},
        patience_seconds=patience,
        counted=(warm_up * HOUR_SECONDS, (warm_up + hours) * HOUR_SECONDS),
    )


def working_day(
    agents: int, calls_per_hour: float, shares: Mapping[str, float], patience: float | None = None, also: float = 0.0
) -> DayPlan:
    hours = range(8, 20)
    return DayPlan(
        agents=roster(speakers(shares, agents), [], hours),
        calls_by_hour=spread_calls(calls_per_hour, hours, Profile.EVEN),
        shares=shares,
        patience_seconds=patience,
        also_share=also,
    )


def assert_as_expected(outcome: Outcome, calls_per_hour: float, patience: float | None) -> None:
    formula = expected(8, calls_per_hour, 420, patience_seconds=patience, within_seconds=20)
    level = outcome.whole.service_levels[20]
    assert level
    assert level.holds(formula.service_level), (level, formula)
    assert outcome.whole.answer_seconds
    assert outcome.whole.answer_seconds.holds(formula.answer_seconds)
    assert outcome.occupancy
    assert outcome.occupancy.holds(formula.occupancy)
    if patience is not None:
        assert outcome.whole.abandoned
        assert outcome.whole.abandoned.holds(formula.abandoned)


def kept(outcome: Outcome) -> float:
    assert outcome.whole.kept
    return outcome.whole.kept.value


@pytest.mark.parametrize("patience", [None, 180.0])
def test_one_skill_is_as_erlang_expects(patience: float | None) -> None:
    assert_as_expected(simulate_days(steady(45, patience, 12), 1, 6), 45, patience)


@pytest.mark.long
@pytest.mark.parametrize("patience", [None, 180.0])
@pytest.mark.parametrize("calls_per_hour", [45, 52, 58])
def test_one_skill_is_as_erlang_expects_at_every_load(calls_per_hour: float, patience: float | None) -> None:
    outcome = simulate_days(steady(calls_per_hour, patience, 40, warm_up=8), 1, 20)
    assert_as_expected(outcome, calls_per_hour, patience)
    level = outcome.whole.service_levels[20]
    assert level
    assert level.high is not None
    assert level.low is not None
    assert level.high - level.low < 0.05
    assert kept(outcome) >= 0.8


def test_a_staff_of_other_size_is_not_as_erlang_expects() -> None:
    outcome = simulate_days(steady(45, 180, 12), 1, 6)
    level = outcome.whole.service_levels[20]
    assert level
    for staff in (7, 9):
        assert not level.holds(expected(staff, 45, 420, patience_seconds=180, within_seconds=20).service_level)


@pytest.mark.parametrize("patience", [None, 180.0])
def test_several_skills_are_between_all_pooled_and_each_alone(patience: float | None) -> None:
    plan = working_day(12, 60, FOUR_LANGUAGES, patience)
    outcome = simulate_days(plan, 1, 2)
    best, worst = pooled(plan, patience_seconds=patience), separate(plan, patience_seconds=patience)
    for within in (20, 30, 60):
        level = outcome.whole.service_levels[within]
        assert level
        assert worst.service_levels[within] < level.value < best.service_levels[within]
    assert kept(outcome) >= 0.8


@pytest.mark.parametrize(("agents", "languages"), [(7, 1), (9, 1), (9, 4), (2, 1)])
def test_four_of_five_wait_no_longer_than_announced(agents: int, languages: int) -> None:
    shares = {"de": 1.0} if languages == 1 else FOUR_LANGUAGES
    plan = working_day(agents, 60 if agents > 2 else 10, shares, patience=600 if agents == 7 else None)
    outcome = simulate_days(plan, 1, 2)
    assert outcome.whole.waited
    assert outcome.whole.waited.value > 0.2
    assert kept(outcome) >= 0.8


def test_the_announcement_says_something() -> None:
    outcome = simulate_days(working_day(9, 60, {"de": 1.0}), 1, 3)
    assert outcome.whole.less_would_do
    assert outcome.whole.less_would_do.value < kept(outcome) - 0.1


def test_a_second_language_helps_those_whom_it_does() -> None:
    alone = simulate_days(working_day(9, 60, FOUR_LANGUAGES, 300), 1, 2).languages["ru"].abandoned
    also = simulate_days(working_day(9, 60, FOUR_LANGUAGES, 300, also=1.0), 1, 2).languages["ru"].abandoned
    assert alone
    assert also
    assert also.value < alone.value - 0.05


PLANS = st.builds(
    DayPlan,
    agents=st.lists(
        st.sampled_from([{"de": 3}, {"ar": 3, "de": 2}, {"tr": 3, "de": 2}, {"ar": 3, "tr": 2}]), min_size=1, max_size=5
    ).map(lambda spoken: roster(spoken, [(8 + place, 11 + place % 3, 1) for place, _ in enumerate(spoken)], range(3))),
    calls_by_hour=st.dictionaries(st.integers(7, 14), st.floats(0, 60), min_size=1, max_size=4),
    shares=st.just({"de": 0.5, "ar": 0.3, "tr": 0.2}),
    wrap_up_seconds=st.sampled_from([0.0, 60.0]),
    patience_seconds=st.sampled_from([None, 60.0, 600.0]),
    also_share=st.sampled_from([0.0, 0.5]),
)


@settings(max_examples=40, deadline=None)
@given(plan=PLANS, seed=st.integers(0, 1000))
def test_every_call_has_one_end_and_every_agent_one_call(plan: DayPlan, seed: int) -> None:
    seen = simulate_day(plan, seed)
    by_agent: dict[int, list[SimulatedCall]] = defaultdict(list)
    for call in seen.calls:
        ends = (call.announced is None, call.answered_by is not None, call.gave_up_after is not None)
        assert sum(ends) == 1
        if call.answered_by is not None:
            by_agent[call.answered_by].append(call)
    for agent, calls in by_agent.items():
        rostered = plan.agents[agent]
        for call in calls:
            assert {call.language, *call.also} & rostered.languages.keys()
            assert begun(call) >= rostered.begins
        for before, after in pairwise(sorted(calls, key=begun)):
            assert begun(before) + before.handling_seconds <= begun(after) + 1e-6
    assert seen.busy_seconds <= seen.staffed_seconds + 1e-6


def begun(call: SimulatedCall) -> float:
    assert call.answered_after is not None
    return call.entered + call.answered_after


@settings(max_examples=20, deadline=None)
@given(calls=st.floats(5, 80), seed=st.integers(0, 1000))
def test_who_came_first_is_answered_first(calls: float, seed: int) -> None:
    plan = DayPlan(roster([{"de": 3}] * 3, [], range(8, 11)), spread_calls(calls, range(8, 11)), {"de": 1.0})
    answered = [begun(call) for call in simulate_day(plan, seed).calls]
    assert answered == sorted(answered)


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    plan = working_day(5, 30, FOUR_LANGUAGES, 120)
    assert simulate_day(plan, 7) == simulate_day(plan, 7)
    assert simulate_day(plan, 7).calls != simulate_day(plan, 8).calls


def test_callers_do_not_depend_on_the_staff() -> None:
    few, many = (simulate_day(working_day(agents, 30, FOUR_LANGUAGES), 7).calls for agents in (4, 12))
    assert [(call.entered, call.language, call.handling_seconds) for call in few] == [
        (call.entered, call.language, call.handling_seconds) for call in many
    ]


def test_calls_outside_all_shifts_are_told_so_and_do_not_wait() -> None:
    plan = DayPlan(roster([{"de": 3}] * 2, [(9, 10, 2)], range(8, 11)), {8: 20, 9: 20, 10: 20}, {"de": 1.0})
    outcome = simulate_days(plan, 1, 6)
    refused = {hour: one.nobody_on_duty for hour, one in outcome.hours.items()}
    assert refused[8]
    assert refused[8].value == 1
    assert refused[9]
    assert refused[9].value == 0
    assert refused[10]
    assert refused[10].value == 1


def test_who_waits_when_the_shift_ends_is_still_served_by_those_whom_nobody_else_can_replace() -> None:
    spoken = [{"de": 3}, {"ar": 3, "de": 2}]
    plan = DayPlan(roster(spoken, [(8, 10, 1), (8, 9, 1)], range(8, 10)), {8: 40}, {"de": 0.5, "ar": 0.5})
    seen = simulate_day(plan, 3)
    late = [call for call in seen.calls if begun(call) > 9 * HOUR_SECONDS]
    assert {(call.language, call.answered_by) for call in late} == {("de", 0), ("ar", 1)}
    assert seen.staffed_seconds > 3 * HOUR_SECONDS
