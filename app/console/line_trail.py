"""The path by which a caller came, as far as there are words for it."""

from typing import Final

# Whoever came by one of these may be in danger.
URGENT: Final = frozenset({"danger", "violence", "despair", "illness", "fear"})
PLACES: Final = frozenset({
    *URGENT, "information", "about_return", "money", "papers", "my_country", "own_question", "eligibility", "centre",
    "help_now", "about",
})  # fmt: skip


def known(trail: tuple[str, ...]) -> tuple[str, ...]:
    """Without what another version of the flows has marked."""
    return tuple(place for place in trail if place in PLACES)


def is_urgent(trail: tuple[str, ...]) -> bool:
    return not URGENT.isdisjoint(trail)
