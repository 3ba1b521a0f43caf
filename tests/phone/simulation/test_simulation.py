"""Thousands of simulated callers call the real flows: nobody is led astray, and who wants something gets it."""

import pytest

from app.phone.simulation.callers import HOLD_ON, LEAVE, STAY_TO_THE_END
from app.phone.simulation.goals import GOALS, STAFFED_GOALS
from app.phone.simulation.result import Result, merge
from app.phone.simulation.service import simulate, simulate_at_door
from app.phone.simulation.sharing import simulate_shared
from app.phone.simulation.talking import found_town, new_call
from tests.cast import demo_playbook, telephony
from tests.phone.simulation.doors import door_to

SEED = 20261122
# The first part always, the others with the long tests.
PARTS = 4
SHARE = [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, PARTS))]


def told(result: Result) -> str:
    return "\n".join(f"{failure.call}: {failure.fault}\n{failure.fixture}" for failure in result.failures)


def expect_flawless(result: Result, calls: int, goals: tuple[str, ...] = GOALS) -> None:
    assert not result.failures, told(result)
    found = result.as_dict()
    assert found["calls"] == sum(result.ended.values()) == calls
    assert (found["dead_ends"], found["errors"], result.failed) == (0, 0, 0)
    assert found["goals_reached"] == dict.fromkeys(goals, 1.0)
    assert {"abandoned", "informed", "centre_named"} <= set(result.ended)


@pytest.mark.parametrize("part", SHARE)
def test_twenty_thousand_calls_to_the_engine_end_well_and_every_goal_is_reached(part: int) -> None:
    calls = 20_000 // PARTS
    expect_flawless(simulate(demo_playbook(), calls, SEED, first=part * calls), calls)


@pytest.mark.parametrize("part", SHARE)
def test_calls_to_a_staffed_line_come_to_a_person_a_callback_or_a_message(part: int) -> None:
    calls = 4_000 // PARTS
    result = simulate(demo_playbook(), calls, SEED, first=part * calls, staffed=True)
    expect_flawless(result, calls, STAFFED_GOALS)
    assert {"callback_or_message", "language_not_served"} <= set(result.ended)


@pytest.mark.parametrize("part", SHARE)
async def test_a_thousand_calls_at_the_door_end_well_and_the_door_says_what_the_engine_says(part: int) -> None:
    calls, seed = 1_000 // PARTS, SEED + part
    result = await simulate_at_door(door_to(telephony()), demo_playbook(), calls, seed)
    expect_flawless(result, calls)
    assert result.as_dict() == simulate(demo_playbook(), calls, seed).as_dict()


@pytest.mark.long
@pytest.mark.timeout(3 * 60 * 60)
def test_a_million_calls_to_the_engine_end_well() -> None:
    expect_flawless(simulate_shared(demo_playbook(), 1_000_000, SEED, processes=2), 1_000_000)


def test_the_same_seed_gives_the_same_calls_however_they_are_shared_out() -> None:
    alone = simulate(demo_playbook(), 400, 7)
    parts = Result()
    for first in (0, 130, 270):
        count = {0: 130, 130: 140, 270: 130}[first]
        merge(parts, simulate(demo_playbook(), count, 7, first=first))
    assert alone == parts == simulate(demo_playbook(), 400, 7)
    assert alone.as_dict() != simulate(demo_playbook(), 400, 8).as_dict()


def test_several_processes_find_what_one_finds() -> None:
    heard: list[int] = []
    shared = simulate_shared(demo_playbook(), 4_100, 7, processes=2, on_progress=heard.append)
    assert shared == simulate(demo_playbook(), 4_100, 7)
    assert heard[-1] == 4_100


def test_a_part_never_tears_two_calls_held_at_once() -> None:
    with pytest.raises(ValueError, match="even number"):
        simulate(demo_playbook(), 10, 1, first=5)


def test_callers_are_of_every_kind() -> None:
    town = found_town(demo_playbook(), SEED)
    callers = [new_call(town, number).caller for number in range(2_000)]
    assert {caller.habit for caller in callers} == {*HOLD_ON, *STAY_TO_THE_END, *LEAVE}
    assert {caller.ear.language for caller in callers} == set(demo_playbook().book.languages)
    scripted = {(caller.habit, caller.goal.name) for caller in callers if caller.goal and caller.scripted}
    assert scripted == {(habit, goal) for habit in HOLD_ON for goal in GOALS}
    assert {bool(caller.goal) for caller in callers if caller.habit == "hangs_up"} == {True, False}
    assert {caller.leaves_after for caller in callers if caller.habit == "hangs_up"} == set(range(12))
