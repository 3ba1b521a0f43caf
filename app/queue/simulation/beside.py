"""What Erlang's formulas expect of a planned day: all agents as one group, and each language as a group of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.queue.simulation.erlang import Expected, expected
from app.queue.simulation.figures import WITHIN_SECONDS
from app.queue.simulation.plan import DayPlan, WrongPlan


@dataclass(frozen=True, slots=True)
class Formula:
    """What a formula expects of a day: means over its calls, the answer time's over the answered ones."""

    service_levels: Mapping[int, float]
    waits: float
    answer_seconds: float
    abandoned: float
    occupancy: float


def pooled(plan: DayPlan, *, patience_seconds: float | None) -> Formula:
    """As if all agents spoke all languages: no other way to share out the calls could do better.

    Hour by hour as if each hour lasted for ever, which a change from hour to hour blurs.
    """
    groups = [(calls, len(duty)) for hour, calls in plan.calls_by_hour.items() if (duty := plan.on_duty(hour))]
    return _mean(groups, plan, patience_seconds)


def separate(plan: DayPlan, *, patience_seconds: float | None) -> Formula:
    """As if each agent took calls in the own first language alone."""
    groups = []
    for hour, calls in plan.calls_by_hour.items():
        spoken = {language for agent in plan.on_duty(hour) for language in agent.languages}
        own = [next(iter(agent.languages)) for agent in plan.on_duty(hour)]
        groups += [(calls * share, own.count(one)) for one, share in plan.shares.items() if one in spoken]
    return _mean(groups, plan, patience_seconds)


def _mean(groups: Iterable[tuple[float, int]], plan: DayPlan, patience_seconds: float | None) -> Formula:
    """Calls that nobody on duty could take are told so and do not wait, so they are in no group."""
    known = [
        (calls, staff, {within: _expected(plan, calls, staff, within, patience_seconds) for within in WITHIN_SECONDS})
        for calls, staff in groups
    ]
    whole = sum(calls for calls, *_ in known)
    if not whole:
        raise WrongPlan("Nobody is on duty in the hours in which calls come.")
    firsts = [(calls, staff, levels[WITHIN_SECONDS[0]]) for calls, staff, levels in known]
    answered = sum(calls * (1 - one.abandoned) for calls, _, one in firsts)
    return Formula(
        {
            within: sum(calls * levels[within].service_level for calls, _, levels in known) / whole
            for within in WITHIN_SECONDS
        },
        sum(calls * one.waits for calls, _, one in firsts) / whole,
        sum(calls * (1 - one.abandoned) * one.answer_seconds for calls, _, one in firsts if one.abandoned < 1)
        / answered,
        1 - answered / whole,
        sum(staff * one.occupancy for _, staff, one in firsts) / sum(staff for _, staff, _ in firsts),
    )


def _expected(plan: DayPlan, calls: float, staff: int, within: int, patience_seconds: float | None) -> Expected:
    return expected(staff, calls, plan.busy_seconds, patience_seconds=patience_seconds, within_seconds=within)
