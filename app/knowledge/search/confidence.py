"""Says whether the best entry found really fits the question, or nothing does."""

from math import exp

# Logistic regression on the development questions and on questions off every topic; bench/search_calibration.py finds
# these numbers again. Without a vector: constant, words, pieces, lead. With one: the same and nearness.
BY_WORDS = (-4.94, 4.72, 7.04, 2.06)
BY_MEANING = (-4.56, 1.65, 4.55, 6.18, 0.15)
THRESHOLD = 0.5


def features(words: float, pieces: float, lead: float, nearness: float | None) -> tuple[float, ...]:
    """What the decision rests on.

    How much of the question the best entry holds, by words and by pieces of words; how far it is ahead of the tenth;
    and how near its meaning is, in standard deviations from the mean of all.
    """
    return (1.0, words, pieces, lead) if nearness is None else (1.0, words, pieces, lead, nearness)


def confidence(found: tuple[float, ...]) -> float:
    """How likely the best entry fits, from 0 to 1."""
    weights = BY_WORDS if len(found) == len(BY_WORDS) else BY_MEANING
    return 1 / (1 + exp(-sum(weight * value for weight, value in zip(weights, found, strict=True))))


def is_confident(found: tuple[float, ...]) -> bool:
    return confidence(found) >= THRESHOLD
