"""The closed lists that flows count by; what wins when a call meets several of one dimension."""

from collections.abc import Iterable

from app.ivr.model import Counted

TOPICS = (
    "about_return",
    "money_and_offers",
    "eligibility",
    "documents_and_travel",
    "country_of_return",
    "reintegration",
    "stay_or_fear",
    "safety_and_help",
    "other",
)
LAENDER = (
    "DE-BB", "DE-BE", "DE-BW", "DE-BY", "DE-HB", "DE-HE", "DE-HH", "DE-MV",
    "DE-NI", "DE-NW", "DE-RP", "DE-SH", "DE-SL", "DE-SN", "DE-ST", "DE-TH",
    "unknown",
)  # fmt: skip
NOTHING_KNOWN = frozenset({"other", "unknown"})
# The furthest outcome wins, in this order.
OUTCOMES = (
    "abandoned",
    "language_not_served",
    "informed",
    "centre_named",
    "callback_or_message",
    "advised_by_person",
    "referred",
)


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
