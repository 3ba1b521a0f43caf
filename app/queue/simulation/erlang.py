"""Erlang C and Erlang A: what a line in its steady state is expected to do, where all agents speak one language.

Erlang C: A. K. Erlang, "Løsning af nogle Problemer fra Sandsynlighedsregningen af Betydning for de automatiske
Telefoncentraler", Elektroteknikeren 13 (1917). Erlang A: C. Palm, "Research on telephone traffic carried by full
availability groups", Tele (1957); O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient
customers", Manufacturing & Service Operations Management 4 (2002). Both assume calls that come by a Poisson process,
exponential handling times, and, for Erlang A, exponential patience.
"""

import math
from dataclasses import dataclass
from itertools import count

# States rarer than this change no figure that is shown.
_RAREST = 1e-15
# Simpson's rule on this many pieces is exact to ten digits for the times that a service level asks for.
_PIECES = 400
_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Expected:
    """What the formula expects of a line; shares from 0 to 1, and the mean time to an answer of those answered."""

    waits: float
    service_level: float
    answer_seconds: float
    abandoned: float
    occupancy: float


def erlang_c(staff: int, load: float) -> float:
    """The probability that a caller with endless patience waits; the load in Erlang, calls times handling time."""
    if load >= staff:
        return 1.0
    blocked = 1.0
    for agents in range(1, staff + 1):
        blocked = load * blocked / (agents + load * blocked)
    return blocked / (1 - (load / staff) * (1 - blocked))


def erlang_a(staff: int, load: float, patience: float) -> float:
    """The probability that a caller waits, where patience is exponential with this mean, in handling times."""
    return sum(_crowded(staff, load, patience)) if load else 0.0


def expected(
    staff: int,
    calls_per_hour: float,
    handling_seconds: float,
    *,
    patience_seconds: float | None = None,
    within_seconds: float = 20,
) -> Expected:
    """Erlang A, or Erlang C where patience is endless; the service level counts answers among all calls."""
    load = calls_per_hour * handling_seconds / _HOUR_SECONDS
    within = within_seconds / handling_seconds
    if patience_seconds is None:
        return _patient(staff, load, within, handling_seconds)
    if staff == 0 and load:
        return Expected(1.0, 0.0, math.inf, 1.0, 0.0)
    return _impatient(staff, load, patience_seconds / handling_seconds, within, handling_seconds)


def _patient(staff: int, load: float, within: float, handling_seconds: float) -> Expected:
    if not load:
        return Expected(0.0, 1.0, 0.0, 0.0, 0.0)
    if load >= staff:
        # The line grows without end.
        return Expected(1.0, 0.0, math.inf, 0.0, 1.0)
    waits, spare = erlang_c(staff, load), staff - load
    return Expected(waits, 1 - waits * math.exp(-spare * within), waits * handling_seconds / spare, 0.0, load / staff)


def _impatient(staff: int, load: float, patience: float, within: float, handling_seconds: float) -> Expected:
    """Who finds `ahead` callers waiting is answered before giving up with probability staff / (staff + leaving).

    Each step forward, and the last one, takes an exponential time whose rate is all who may end a call or give up.
    """
    if not load:
        return Expected(0.0, 1.0, 0.0, 0.0, 0.0)
    states = _crowded(staff, load, patience)
    waits = sum(states)
    answered, answer_time, steps = 1 - waits, 0.0, 0.0
    for ahead, probability in enumerate(states):
        rate = staff + (ahead + 1) / patience
        steps += 1 / rate
        answered += probability * staff / rate
        answer_time += probability * staff / rate * steps
    level = 1 - waits + _answered_within(states[0] * staff, staff, load, patience, within)
    occupancy = load * answered / staff
    return Expected(waits, level, answer_time / answered * handling_seconds, 1 - answered, occupancy)


def _crowded(staff: int, load: float, patience: float) -> list[float]:
    """The probabilities that all agents are busy and 0, 1, 2, … callers wait; times in handling times."""
    # Weights grow from the likeliest state of the line to both sides, so that none is too large for a number.
    likeliest = max(0, int((load - staff) * patience))
    shorter, longer = [1.0], list[float]()
    for waiting in range(likeliest, 0, -1):
        shorter.append(shorter[-1] * (staff + waiting / patience) / load)
    whole = sum(shorter)
    weight = 1.0
    for waiting in count(likeliest + 1):
        weight *= load / (staff + waiting / patience)
        if weight < _RAREST * whole:
            break
        longer.append(weight)
        whole += weight
    term = shorter[-1]
    for busy in range(staff, 0, -1):
        term *= busy / load
        whole += term
    return [weight / whole for weight in (*reversed(shorter), *longer)]


def _answered_within(start: float, staff: int, load: float, patience: float, within: float) -> float:
    """The share of calls that wait and are answered within this time, in handling times.

    The wait that a caller would have to stand has the density start × exp(load × patience × (1 − e^(−t/patience)) −
    staff × t): F. Baccelli, G. Hebuterne, "On queues with impatient customers" (1981). The caller is still there with
    probability e^(−t/patience).
    """

    def density(moment: float) -> float:
        gone = -math.expm1(-moment / patience)
        return start * math.exp(load * patience * gone - staff * moment) * (1 - gone)

    width = within / _PIECES
    inner = sum((4 if piece % 2 else 2) * density(piece * width) for piece in range(1, _PIECES))
    return width / 3 * (density(0.0) + inner + density(within))
