"""What is measured, what is wanted of it, and whether it is so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound: `sign` is ">=" or "<="."""

    sign: str
    bound: float

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.sign == ">=" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


def at_least(bound: float) -> Goal:
    return Goal(">=", bound)


def at_most(bound: float) -> Goal:
    return Goal("<=", bound)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; `value` is None where it could not be taken, `goal` where it is only reported."""

    name: str
    means: str
    value: float | None
    goal: Goal | None = None

    @property
    def ok(self) -> bool:
        """Whether the goal is met; what is only reported is always right."""
        if self.goal is None:
            return True
        return self.value is not None and self.goal.is_met(self.value)

    def as_dict(self) -> dict[str, object]:
        return {"value": self.value, "goal": str(self.goal) if self.goal else None, "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU microseconds a request, of the application and of the database, one of each for every round."""

    application: tuple[float, ...]
    database: tuple[float, ...]

    @property
    def rounds(self) -> list[float]:
        """What each round cost in all."""
        return [mine + other for mine, other in zip(self.application, self.database, strict=True)]

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a share of the median."""
        return (max(self.rounds) - min(self.rounds)) / median(self.rounds)


def median(values: Sequence[float]) -> float:
    """The middle value; of an even number the lower of the two in the middle."""
    return sorted(values)[(len(values) - 1) // 2]


Costs = Mapping[tuple[str, str], Cost]
_RATIOS: tuple[tuple[str, str, tuple[str, str], tuple[str, str], Goal], ...] = (
    ("share_of_floor", "plain step, share of the floor", ("floor", "plain"), ("hotline", "plain"), at_least(0.25)),
    ("times_typical", "plain step, times the typical server", ("typical", "plain"), ("hotline", "plain"), at_least(6)),
    ("times_stateful", "plain step, times SQLModel", ("stateful", "plain"), ("hotline", "plain"), at_least(15)),
    ("durable_times_stateful", "durable step, SQLModel", ("stateful", "durable"), ("hotline", "durable"), at_least(4)),
    ("times_fastify", "plain step, times Fastify", ("fastify", "plain"), ("hotline", "plain"), at_least(1)),
    ("growth_plain", "plain step, large against small", ("large", "plain"), ("hotline", "plain"), at_most(1.25)),
    (
        "growth_durable",
        "durable step, large against small",
        ("large", "durable"),
        ("hotline", "durable"),
        at_most(1.25),
    ),
    (
        "growth_centre",
        "finding a centre, large against small",
        ("large", "centre"),
        ("hotline", "centre"),
        at_most(1.25),
    ),
)


def ratios(costs: Costs) -> list[Measure]:
    """The costs of servers against each other; of a server that was not measured there is no value.

    Each round has its own quotient, and the median one counts: what slows the machine slows a whole round.
    """
    return [
        Measure(name, means, _quotient(costs.get(upper), costs.get(lower)), goal)
        for name, means, upper, lower, goal in _RATIOS
    ]


def _quotient(upper: Cost | None, lower: Cost | None) -> float | None:
    if upper is None or lower is None:
        return None
    return round(median([above / below for above, below in zip(upper.rounds, lower.rounds, strict=True)]), 3)


def reported(costs: Costs) -> list[Measure]:
    """What a request costs each server, in microseconds."""
    return [
        Measure(f"cpu_us_{server}_{kind}", f"CPU microseconds: {server}, {kind}", round(median(cost.rounds), 1))
        for (server, kind), cost in costs.items()
    ]


Tell = Callable[[str], None]
