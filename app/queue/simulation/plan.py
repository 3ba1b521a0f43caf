"""What a simulated day is made of: when calls come and in which languages, and who is on duty when."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.kit.errors import HotlineError

HOUR_SECONDS: Final = 3600.0
NATIVE: Final = 3
FLUENT: Final = 2

# How calls spread over a working day: an assumption, with more calls in the morning and fewer towards the evening.
_WORKING_DAY: Final[Mapping[int, float]] = {
    **dict.fromkeys((8, 13, 16), 0.9),
    **dict.fromkeys((9, 11), 1.4),
    10: 1.6,
    12: 1.0,
    **dict.fromkeys((14, 15), 1.1),
    17: 0.7,
}
_QUIET: Final = 0.5


class WrongPlan(HotlineError):
    """A day cannot be simulated as it is asked for."""


class Profile(StrEnum):
    """How calls spread over the hours."""

    EVEN = "even"
    WORKING_DAY = "working-day"


@dataclass(frozen=True, slots=True)
class Rostered:
    """An agent of the day: languages with their level, the first one named first, and seconds since midnight."""

    languages: Mapping[str, int]
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day; `calls_by_hour` are means, `shares` of the languages add up to 1, no patience is an endless one.

    `also_share` of the callers say at once that the most frequent language will do, too. Calls and working time count
    from the first to the second of the moments `counted`.
    """

    agents: tuple[Rostered, ...]
    calls_by_hour: Mapping[int, float]
    shares: Mapping[str, float]
    handling_seconds: float = 420.0
    wrap_up_seconds: float = 0.0
    patience_seconds: float | None = None
    also_share: float = 0.0
    counted: tuple[float, float] = (0.0, math.inf)

    @property
    def busy_seconds(self) -> float:
        """How long a call keeps an agent on average."""
        return self.handling_seconds + self.wrap_up_seconds

    def on_duty(self, hour: int) -> list[Rostered]:
        """Who is on duty in the middle of an hour."""
        middle = (hour + 0.5) * HOUR_SECONDS
        return [agent for agent in self.agents if agent.begins <= middle < agent.ends]


def spread_calls(
    calls_per_hour: float, hours: Sequence[int], profile: Profile = Profile.WORKING_DAY
) -> Mapping[int, float]:
    """The mean number of calls of each hour; over all hours they have the mean asked for."""
    if profile is Profile.EVEN:
        return dict.fromkeys(hours, calls_per_hour)
    weights = {hour: _WORKING_DAY.get(hour, _QUIET) for hour in hours}
    whole = sum(weights.values())
    return {hour: calls_per_hour * len(hours) * weight / whole for hour, weight in weights.items()}


def speakers(shares: Mapping[str, float], number: int) -> list[Mapping[str, int]]:
    """Agents by the languages called in: each speaks one natively, and all speak the most frequent one fluently.

    The languages are apportioned by Huntington and Hill's method, which gives each language one agent first.
    """
    if len(shares) > number:
        raise WrongPlan(f"{number} agents cannot speak {len(shares)} languages: say with --skills who speaks what.")
    most = max(shares, key=lambda language: shares[language])
    seats = dict.fromkeys(shares, 0)
    made: list[Mapping[str, int]] = []
    for _ in range(number):
        own = max(shares, key=lambda language: (_priority(shares[language], seats[language]), language == most))
        seats[own] += 1
        made.append({own: NATIVE} if own == most else {own: NATIVE, most: FLUENT})
    return made


def _priority(share: float, seats: int) -> float:
    return share / math.sqrt(seats * (seats + 1)) if seats else math.inf


def roster(
    skills: Sequence[Mapping[str, int]], shifts: Sequence[tuple[float, float, int]], hours: Sequence[int]
) -> tuple[Rostered, ...]:
    """Agents with their shifts (begin and end as hours, number of agents); without shifts all stay the whole day."""
    filled = shifts or [(hours[0], hours[-1] + 1, len(skills))]
    if sum(number for *_, number in filled) != len(skills):
        raise WrongPlan(f"The shifts are not those of {len(skills)} agents: their numbers must add up to that.")
    spans = [(begins, ends) for begins, ends, number in filled for _ in range(number)]
    return tuple(
        Rostered(languages, begins * HOUR_SECONDS, ends * HOUR_SECONDS)
        for languages, (begins, ends) in zip(skills, spans, strict=True)
    )
