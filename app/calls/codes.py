"""What wins when a call meets several values of one dimension; the lists of values are the codebook's."""

from collections.abc import Iterable

from app.ivr.model import Counted
from app.statistics.codebook import LAENDER, OUTCOMES, TOPICS

__all__ = ["LAENDER", "NOTHING_KNOWN", "OUTCOMES", "TOPICS", "counted_once"]

NOTHING_KNOWN = frozenset({"other", "unknown"})


def counted_once(counted: Iterable[Counted]) -> dict[str, str]:
    """One value a dimension: the last language, the first topic and Land, the furthest outcome.

    “other” and “unknown” are what remains where nothing better was met, so they are not noted.
    """
    values: dict[str, str] = {}
    for event in counted:
        if event.value in NOTHING_KNOWN:
            continue
        old = values.get(event.dimension)
        values[event.dimension] = event.value if old is None else _winner(event.dimension, old, event.value)
    return values


def _winner(dimension: str, old: str, new: str) -> str:
    match dimension:
        case "language":
            return new
        case "outcome":
            return max(old, new, key=OUTCOMES.index)
        case _:
            return old
