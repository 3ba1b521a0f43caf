"""Finds a place by what somebody types of its name, for those who are not told a postal code."""

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from app.centres.models import Directory, Place

SHORTEST_NAME: Final = 3
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def find_towns(directory: Directory, typed: str, land: str | None = None) -> tuple[Place, ...]:
    """The towns whose names begin with what is typed, one place for each: its most central one.

    Towns of just that name come first, then those in the Land, then those with most postal codes.
    """
    begun = _folded(typed)
    if len(begun) < SHORTEST_NAME:
        return ()
    towns: dict[tuple[str, str | None], list[Place]] = defaultdict(list)
    named = set()
    for name, place in _names(directory):
        if name.startswith(begun):
            town = place.name, place.district
            towns[town].append(place)
            if _is_named(name, begun):
                named.add(town)
    ordered = sorted(
        towns.items(),
        key=lambda town: (town[0] not in named, town[1][0].land != land, -len(town[1]), town[0][0], town[0][1] or ""),
    )
    return tuple(_central(places) for _, places in ordered)


def the_town(towns: tuple[Place, ...], typed: str, land: str | None = None) -> Place | None:
    """Which one must be meant: the only one, or the only one of that name, in the Land where there are several."""
    begun = _folded(typed)
    named = [place for place in towns if any(_is_named(_folded(name), begun) for name in _names_of(place))]
    for candidates in (list(towns), named, [place for place in named if place.land == land]):
        if len({place.district for place in candidates}) == 1:
            return candidates[0]
    return None


def _is_named(name: str, begun: str) -> bool:
    """Frankfurt is what both Frankfurt am Main and Frankfurt (Oder) are called."""
    return name == begun or name.startswith(f"{begun} ")


def _names_of(place: Place) -> tuple[str, ...]:
    return place.name, *place.other_names


@lru_cache(maxsize=2)
def _names(directory: Directory) -> tuple[tuple[str, Place], ...]:
    places = (place for listed in directory.places.values() for place in listed)
    return tuple((_folded(name), place) for place in places for name in _names_of(place))


def _folded(name: str) -> str:
    """As it is typed without marks: Köln and Koeln are the same."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_UMLAUTS))
    letters = (one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return " ".join("".join(letters).split())


def _central(places: Iterable[Place]) -> Place:
    listed = sorted(places, key=lambda place: place.plz)
    middle = tuple(math.fsum(axis) / len(listed) for axis in zip(*(place.point for place in listed), strict=True))
    return min(listed, key=lambda place: math.dist(place.point, middle))
