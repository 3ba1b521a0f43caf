"""Figures of simulated days with their 95 % intervals: each is a ratio of two sums, one pair for each day."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

# With fewer days the interval would rest on next to nothing.
FEWEST_DAYS = 5
_CONFIDENCE = 0.975

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over all days; without an interval where there are too few days, and nothing where nothing happened."""

    value: float
    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value lies inside the interval."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high


def estimate(days: Sequence[Pair], most: float = 1.0) -> Estimate | None:
    """The ratio of the sums, and its interval from how the days differ; None where all denominators are nothing.

    The interval is kept from 0 to `most`, beyond which the ratio cannot be.

    The classical ratio estimator: W. G. Cochran, "Sampling Techniques", 3rd edition (1977), chapter 6. Days are
    independent of each other, calls of one day are not.
    """
    whole = sum(below for _, below in days)
    if not whole:
        return None
    ratio = sum(above for above, _ in days) / whole
    number = len(days)
    if number < FEWEST_DAYS:
        return Estimate(ratio)
    residue = sum((above - ratio * below) ** 2 for above, below in days)
    width = student(number - 1) * math.sqrt(residue * number / (number - 1)) / whole
    return Estimate(ratio, max(0.0, ratio - width), min(most, ratio + width))


def student(freedom: int) -> float:
    """Student's t at 97.5 %, by M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.5."""
    z = NormalDist().inv_cdf(_CONFIDENCE)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / math.pow(freedom, power) for power, term in enumerate(terms, start=1))
