"""An attacker who knows all but whether one person called: likelihood ratios over many releases of two worlds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.int64]
# What is released about the cells that the target would be in: `releases` rows, without (0) or with (1) the target.
Mechanism = Callable[[int, int], Figures]

TABLES = 10
SCALE = 5
PROMISE = 2.0
CONFIDENCE = 0.999
# Beyond this many standard deviations, cells of one release do not hold noise of their own.
TIED = 7.0
# Beyond this a figure is as far from the truth as any the attacker learns from.
FAR = 60


@dataclass(frozen=True, slots=True)
class Audit:
    """A lower bound on epsilon, and how often the best event was seen in each world."""

    epsilon: float
    seen_with: int
    seen_without: int
    releases: int


def audit(mechanism: Mechanism, releases: int) -> Audit:
    """The attacker learns from the first half of the releases and proves it on the second.

    The event is “the ratio is at least so much”, its height chosen on the first half, so that the bound of Clopper and
    Pearson on the second half holds with the stated confidence.
    """
    without, with_ = mechanism(releases, 0), mechanism(releases, 1)
    half = releases // 2
    ratio = _learn(without[:half], with_[:half])
    height = _best_height(ratio(without[:half]), ratio(with_[:half]))
    seen = [int((ratio(world[half:]) >= height).sum()) for world in (without, with_)]
    rest = releases - half
    sure = (1 - CONFIDENCE) / 2
    bounds = [
        np.log(lower_bound(seen[1], rest, sure)) - np.log(upper_bound(seen[0], rest, sure)),
        np.log(lower_bound(rest - seen[0], rest, sure)) - np.log(upper_bound(rest - seen[1], rest, sure)),
    ]
    return Audit(float(max(bounds)), seen[1], seen[0], rest)


def _learn(without: Figures, with_: Figures) -> Callable[[Figures], NDArray[np.float64]]:
    """The log-likelihood ratio of a release, from how often each figure was met, all cells being alike."""
    spread = np.zeros((2, 2 * FAR + 1))
    for world, figures in enumerate((without, with_)):
        np.add.at(spread[world], _place(figures).ravel(), 1)
    logs = np.log(spread + 0.5) - np.log(spread.sum(axis=1, keepdims=True) + 0.5 * spread.shape[1])
    gain = logs[1] - logs[0]
    # What is seldom seen teaches noise, not the mechanism, unless one of the worlds never shows it.
    seldom = spread.sum(axis=0) < 50
    gain[seldom] = np.sign(np.arange(-FAR, FAR + 1))[seldom] * np.median(np.abs(gain[~seldom]))

    def ratio(figures: Figures) -> NDArray[np.float64]:
        return np.asarray(gain[_place(figures)].sum(axis=1), dtype=np.float64)

    return ratio


def _place(figures: Figures) -> Figures:
    return np.clip(figures, -FAR, FAR) + FAR


def _best_height(without: NDArray[np.float64], with_: NDArray[np.float64]) -> float:
    """The height whose bound is the best on these releases."""
    size, sure = len(without), (1 - CONFIDENCE) / 2
    heights = np.unique(np.quantile(with_, np.linspace(0.05, 0.999, 25)))
    bounds = [
        np.log(lower_bound(int((with_ >= height).sum()), size, sure))
        - np.log(upper_bound(int((without >= height).sum()), size, sure))
        for height in heights
    ]
    return float(heights[int(np.argmax(bounds))])


def upper_bound(seen: int, trials: int, alpha: float) -> float:
    """Clopper and Pearson 1934: the chance at which so few are seen with probability alpha."""
    if seen == trials:
        return 1.0
    return _chance_where(lambda chance: tail_below(seen, trials, chance) > alpha, seen / trials)


def lower_bound(seen: int, trials: int, alpha: float) -> float:
    return max(1 - upper_bound(trials - seen, trials, alpha), np.finfo(float).tiny)


def _chance_where(is_lower: Callable[[float], bool], low: float) -> float:
    high = 1.0
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (middle, high) if is_lower(middle) else (low, middle)
    return high


def tail_below(seen: int, trials: int, chance: float) -> float:
    """The probability of at most `seen` among `trials`, for a chance not below `seen / trials`."""
    if not 0 < chance < 1:
        return float(chance <= 0)
    factorials = _log_factorials(trials)
    # What lies far below the last term adds nothing that counts.
    counts = np.arange(max(0, seen - 4000), seen + 1)
    logs = (
        factorials[trials]
        - factorials[counts]
        - factorials[trials - counts]
        + counts * np.log(chance)
        + (trials - counts) * np.log1p(-chance)
    )
    return float(np.exp(logs).sum())


_FACTORIALS: dict[int, NDArray[np.float64]] = {}


def _log_factorials(most: int) -> NDArray[np.float64]:
    if most not in _FACTORIALS:
        _FACTORIALS[most] = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1)))))
    return _FACTORIALS[most]


def strongest_tie(noise: Figures) -> float:
    """How far the most tied pair of cells is from independence, in standard deviations of their correlation."""
    correlations = np.asarray(np.corrcoef(noise, rowvar=False))
    np.fill_diagonal(correlations, 0)
    return float(np.abs(correlations).max() * np.sqrt(len(noise)))
