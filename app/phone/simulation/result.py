"""What a simulation found: how calls ended, which goals were reached, and the calls that failed."""

from collections import Counter
from dataclasses import dataclass, field

from app.phone.simulation.goals import STAFFED_GOALS

# So many failed calls are kept with their transcripts; all of them are counted.
MOST_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one call went: `fault` is a sentence for a dead end, an error or a goal that was missed."""

    steps: int
    dead_end: bool = False
    error: bool = False
    goal: str | None = None
    reached: bool = False
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed call: `fixture` is its transcript as a conversation that can be saved and replayed."""

    seed: int
    call: int
    fault: str
    fixture: str


@dataclass(slots=True)
class Result:
    """`wanted` and `reached` count the goals of scripted callers, `ended` what calls count as."""

    calls: int = 0
    steps: int = 0
    dead_ends: int = 0
    errors: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return {
            "calls": self.calls,
            "ended": dict(sorted(self.ended.items())),
            "dead_ends": self.dead_ends,
            "errors": self.errors,
            "goals_reached": {
                goal: self.reached[goal] / self.wanted[goal] for goal in STAFFED_GOALS if self.wanted[goal]
            },
            "steps": self.steps,
        }


def record(result: Result, outcome: str, verdict: Verdict) -> None:
    """Count one call that ended as `outcome`."""
    result.calls += 1
    result.steps += verdict.steps
    result.dead_ends += verdict.dead_end
    result.errors += verdict.error
    result.failed += verdict.fault is not None
    result.ended[outcome] += 1
    if verdict.goal is not None:
        result.wanted[verdict.goal] += 1
        result.reached[verdict.goal] += verdict.reached


def keep(result: Result, failure: Failure) -> None:
    """Keep a failure's transcript, unless there are enough already."""
    if len(result.failures) < MOST_FAILURES:
        result.failures.append(failure)


def merge(result: Result, part: Result) -> None:
    """Add the result of other calls."""
    result.calls += part.calls
    result.steps += part.steps
    result.dead_ends += part.dead_ends
    result.errors += part.errors
    result.failed += part.failed
    result.ended += part.ended
    result.wanted += part.wanted
    result.reached += part.reached
    for failure in part.failures:
        keep(result, failure)
