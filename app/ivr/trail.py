"""The way that a caller took through the flows, as far as an agent may be told: a few names of marked places."""

from collections.abc import Iterable

Trail = tuple[str, ...]

# Whoever went further is known by the last of them.
MOST_PLACES = 6


def extended(trail: Trail, visited: Iterable[str]) -> Trail:
    """The trail after further places: each stands in it once, where the call came to it last."""
    for place in visited:
        trail = (*(name for name in trail if name != place), place)[-MOST_PLACES:]
    return trail
