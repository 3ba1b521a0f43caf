"""What the command says of simulated days: text with the formulas beside, and JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from math import isinf
from typing import Any, Final

from app.queue.simulation.beside import Formula, pooled, separate
from app.queue.simulation.figures import WITHIN_SECONDS, Figures, Outcome
from app.queue.simulation.measures import Estimate
from app.queue.simulation.plan import DayPlan

_NONE: Final = "–"


def formulas_beside(plan: DayPlan) -> Mapping[str, Formula]:
    """Erlang C and, where patience ends, Erlang A; with several languages for all agents pooled and kept separate."""
    ways = {"": pooled} if len(plan.shares) == 1 else {", pooled": pooled, ", separate": separate}
    made = {f"Erlang C{name}": way(plan, patience_seconds=None) for name, way in ways.items()}
    if plan.patience_seconds is not None:
        made |= {f"Erlang A{name}": way(plan, patience_seconds=plan.patience_seconds) for name, way in ways.items()}
    return made


def formula_by_hour(plan: DayPlan) -> Mapping[int, Formula]:
    """What the formula that knows the callers' patience expects of each hour in which somebody is on duty."""
    return {
        hour: pooled(replace(plan, calls_by_hour={hour: calls}), patience_seconds=plan.patience_seconds)
        for hour, calls in plan.calls_by_hour.items()
        if calls and plan.on_duty(hour)
    }


def name_of_formula(plan: DayPlan) -> str:
    """The name of the formula that `formula_by_hour` asks."""
    name = "Erlang C" if plan.patience_seconds is None else "Erlang A"
    return name if len(plan.shares) == 1 else f"{name}, pooled"


def text_of(outcome: Outcome, seed: int) -> str:
    """The figures as text, for a terminal."""
    return "\n".join(
        [
            *_heading(outcome, seed),
            "",
            *_columns(list(_figures_table(outcome))),
            "",
            *_columns(list(_groups_table("language", outcome.languages))),
            "",
            *_columns(list(_hours_table(outcome))),
            "",
        ]
    )


def dict_of(outcome: Outcome, seed: int) -> dict[str, Any]:
    """The figures for a program; times in seconds, shares from 0 to 1, intervals of 95 %."""
    return {
        "seed": seed,
        "days": outcome.days,
        "agents": len(outcome.plan.agents),
        "patience_seconds": outcome.plan.patience_seconds,
        "handling_seconds": outcome.plan.busy_seconds,
        "all": asdict(outcome.whole) | {"occupancy": _as_dict(outcome.occupancy)},
        "languages": {language: asdict(one) for language, one in outcome.languages.items()},
        "hours": {
            str(hour): asdict(one) | {"on_duty": len(outcome.plan.on_duty(hour))} for hour, one in outcome.hours.items()
        },
        "beside": {name: _finite(asdict(one)) for name, one in formulas_beside(outcome.plan).items()},
    }


def _heading(outcome: Outcome, seed: int) -> Iterator[str]:
    plan = outcome.plan
    patience = "endless patience" if plan.patience_seconds is None else f"a patience of {plan.patience_seconds:g} s"
    yield (
        f"Simulated, seed {seed}: {outcome.days} days of {len(plan.agents)} agents and about"
        f" {outcome.whole.calls_per_day:.0f} calls of {plan.busy_seconds:g} s, with {patience}."
    )
    if outcome.whole.nobody_on_duty and outcome.whole.nobody_on_duty.value:
        yield f"Nobody on duty could have taken {_share(outcome.whole.nobody_on_duty)} of the calls; they do not wait."


def _figures_table(outcome: Outcome) -> Iterator[list[str]]:
    formulas = formulas_beside(outcome.plan)
    whole = outcome.whole
    yield ["", "simulated, 95 % interval", *formulas]
    for within in WITHIN_SECONDS:
        expected = (_plain(one.service_levels[within]) for one in formulas.values())
        yield [f"answered within {within} s", _share(whole.service_levels[within]), *expected]
    yield ["had to wait", _share(whole.waited), *(_plain(one.waits) for one in formulas.values())]
    waits = (_plain_seconds(one.answer_seconds) for one in formulas.values())
    yield ["average speed of answer", _seconds(whole.answer_seconds), *waits]
    yield ["abandoned", _share(whole.abandoned), *(_plain(one.abandoned) for one in formulas.values())]
    yield ["occupancy", _share(outcome.occupancy), *(_plain(one.occupancy) for one in formulas.values())]
    yield ["waited no longer than announced", _share(whole.kept)]
    yield ["a shorter announcement would do", _share(whole.less_would_do)]


def _groups_table(name: str, groups: Mapping[str, Figures]) -> Iterator[list[str]]:
    yield [name, "calls a day", "within 20 s", "average speed", "abandoned", "as announced"]
    for group, one in groups.items():
        yield [
            group,
            f"{one.calls_per_day:.1f}",
            _share(one.service_levels[WITHIN_SECONDS[0]]),
            _seconds(one.answer_seconds),
            _share(one.abandoned),
            _share(one.kept),
        ]


def _hours_table(outcome: Outcome) -> Iterator[list[str]]:
    by_hour = formula_by_hour(outcome.plan)
    yield ["hour", "calls a day", "on duty", "within 20 s", name_of_formula(outcome.plan)]
    for hour, one in outcome.hours.items():
        level = one.service_levels[WITHIN_SECONDS[0]]
        expected = _plain(by_hour[hour].service_levels[WITHIN_SECONDS[0]]) if hour in by_hour else _NONE
        yield [str(hour), f"{one.calls_per_day:.1f}", str(len(outcome.plan.on_duty(hour))), _share(level), expected]


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows if place < len(row)) for place in range(max(map(len, rows)))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()


def _share(found: Estimate | None) -> str:
    if found is None:
        return _NONE
    between = "" if found.low is None or found.high is None else f" ({found.low * 100:.1f} – {found.high * 100:.1f})"
    return f"{_plain(found.value)}{between}"


def _seconds(found: Estimate | None) -> str:
    if found is None:
        return _NONE
    between = "" if found.low is None or found.high is None else f" ({found.low:.1f} – {found.high:.1f})"
    return f"{_plain_seconds(found.value)}{between}"


def _plain(share: float) -> str:
    return f"{share * 100:.1f} %"


def _plain_seconds(seconds: float) -> str:
    return "without end" if isinf(seconds) else f"{seconds:.1f} s"


def _as_dict(found: Estimate | None) -> dict[str, float | None] | None:
    return None if found is None else asdict(found)


def _finite(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no infinity: a wait without end is null."""
    return {name: None if isinstance(value, float) and isinf(value) else value for name, value in fields.items()}
