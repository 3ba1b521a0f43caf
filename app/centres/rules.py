"""Decides which centres a caller is offered and what of them may be said; no input or output."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain, count, islice, repeat
from typing import NamedTuple

from app.centres.models import (
    CALLERS,
    Audience,
    Centre,
    Choice,
    Contact,
    Directory,
    District,
    Near,
    Place,
    Point,
    Reason,
    Wish,
)

EARTH_RADIUS_KM = 6371.0088
MOST_CHOICES = 3
PHONE_YEARS = 2
REASONS: tuple[Reason, ...] = ("catchment", "nearest", "land", "nationwide")
NEVER_OFFERED: frozenset[Audience] = frozenset({"advisers", "own_line"})

Suits = Callable[[Centre], bool]


def is_offerable(centre: Centre) -> bool:
    """Whether the centre may ever be offered to a caller."""
    return centre.status != "ended" and centre.audience not in NEVER_OFFERED


def is_nationwide(centre: Centre) -> bool:
    """Whether the centre is there for the whole country."""
    return centre.land == "DE" if centre.catchment is None else centre.catchment.nationwide


class _Group(NamedTuple):
    """Centres in order of their ids, those with a town apart, with where these lie."""

    points: list[Point]
    with_town: list[Centre]
    without_town: list[Centre]


def build_directory(places: Iterable[Place], districts: Iterable[District], centres: Iterable[Centre]) -> Directory:
    """Orders the centres for every place beforehand, so that a call neither searches nor measures."""
    by_code = {district.code: district for district in districts}
    by_id = {centre.id: centre for centre in centres}
    offerable = [centre for _, centre in sorted(by_id.items()) if is_offerable(centre)]
    covering = {code: _grouped(listed) for code, listed in _by_district(offerable, by_code.values()).items()}
    landwide = {land: _grouped(listed) for land, listed in _by_land(offerable).items()}
    nationwide = [centre for centre in offerable if is_nationwide(centre)]
    by_plz: dict[str, list[Place]] = defaultdict(list)
    near: dict[tuple[str, str | None], Near] = {}
    everywhere, nowhere = _grouped(nationwide), _grouped(())
    for place in places:
        by_plz[place.plz].append(place)
        around = covering.get(place.district or "", nowhere), landwide.get(place.land, nowhere), everywhere
        near[place.plz, place.district] = _near(place, *around)
    return Directory(
        places={plz: tuple(listed) for plz, listed in by_plz.items()},
        districts=by_code,
        centres=by_id,
        near=near,
        nationwide=tuple(nationwide),
    )


def _by_district(centres: Iterable[Centre], districts: Iterable[District]) -> dict[str, list[Centre]]:
    of_region: dict[str, set[str]] = defaultdict(set)
    for district in districts:
        if district.region is not None:
            of_region[district.region].add(district.code)
    covering: dict[str, list[Centre]] = defaultdict(list)
    for centre in centres:
        if centre.catchment is not None:
            of_regions = (of_region[region] for region in centre.catchment.regions)
            for code in centre.catchment.districts.union(*of_regions):
                covering[code].append(centre)
    return covering


def _by_land(centres: Iterable[Centre]) -> dict[str, list[Centre]]:
    landwide: dict[str, list[Centre]] = defaultdict(list)
    for centre in centres:
        for land in {centre.land} if centre.catchment is None else centre.catchment.laender:
            landwide[land].append(centre)
    return landwide


def _grouped(centres: Iterable[Centre]) -> _Group:
    group = _Group([], [], [])
    for centre in centres:
        if centre.point is None:
            group.without_town.append(centre)
        else:
            group.points.append(centre.point)
            group.with_town.append(centre)
    return group


def _near(place: Place, covering: _Group, landwide: _Group, nationwide: _Group) -> Near:
    return Near(
        covering=(*_by_distance(place, covering), *covering.without_town),
        landwide=_by_distance(place, landwide),
        landwide_without_town=tuple(landwide.without_town),
        nationwide=(*_by_distance(place, nationwide), *nationwide.without_town),
    )


def _by_distance(place: Place, group: _Group) -> tuple[Centre, ...]:
    # The running number parts equally far centres, so that they stay in order of their ids.
    measured = sorted(zip(map(math.dist, repeat(place.point), group.points), count(), group.with_town, strict=False))
    return tuple(centre for _, _, centre in measured)


def places_of(directory: Directory, plz: str) -> tuple[Place, ...]:
    """Returns one place per district that the postal code lies in, none for a code nobody knows."""
    return directory.places.get(plz.strip(), ())


def distance_km(start: Point, end: Point) -> float:
    """Returns the great-circle distance of two points on the unit sphere in kilometres."""
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.dist(start, end) / 2))


def nearest_centres(directory: Directory, place: Place | None, wish: Wish) -> tuple[Choice, ...]:
    """Returns the centres for a place of the directory, the best first; without a place the nationwide ones.

    The best class of reasons answers alone. To it are added the best independent centre and the best one for every
    further audience asked for, where these are only farther down. A language puts the centres that list it first
    among those of one reason, though never a farther one before the nearest ones that are named anyway.
    """
    wanted = [_is_independent, *(_is_for(other) for other in sorted(wish.audience - CALLERS))]
    chosen: list[tuple[Reason, Centre]] = []
    for reason, centres in _classes(directory, place):
        if not chosen:
            chosen = [(reason, centre) for centre in _best(reason, centres, wish, MOST_CHOICES, _is_any)]
        for suits in wanted:
            if chosen and not any(suits(centre) for _, centre in chosen):
                # It stands second, so that a caller who wants another one hears of it next.
                chosen[1:1] = [(reason, centre) for centre in _best(reason, centres, wish, 1, suits)]
    return tuple(_choice(reason, centre, place) for reason, centre in chosen)


def _classes(directory: Directory, place: Place | None) -> Iterator[tuple[Reason, tuple[Centre, ...]]]:
    if place is None:
        yield "nationwide", directory.nationwide
        return
    near = directory.near[place.plz, place.district]
    yield "catchment", near.covering
    yield "nearest", near.landwide
    yield "land", near.landwide_without_town
    yield "nationwide", near.nationwide


def _best(reason: Reason, centres: tuple[Centre, ...], wish: Wish, most: int, suits: Suits) -> list[Centre]:
    """Returns the first so many that the caller may be offered, those listing the language first."""
    language = wish.language
    admitted = (centre for centre in centres if suits(centre) and _admits(centre, wish))
    if language is None:
        return list(islice(admitted, most))
    if reason == "nearest":
        return sorted(islice(admitted, most), key=lambda centre: language not in centre.languages)
    speaking = (
        centre for centre in centres if language in centre.languages and suits(centre) and _admits(centre, wish)
    )
    silent = (centre for centre in admitted if language not in centre.languages)
    return list(islice(chain(speaking, silent), most))


def _admits(centre: Centre, wish: Wish) -> bool:
    return (
        centre.audience in wish.audience
        and (centre.independent or not wish.independent_only)
        and (centre.confirmed or not wish.confirmed_only)
    )


def _is_any(_centre: Centre) -> bool:
    return True


def _is_independent(centre: Centre) -> bool:
    return centre.independent


def _is_for(audience: Audience) -> Suits:
    return lambda centre: centre.audience == audience


def _choice(reason: Reason, centre: Centre, place: Place | None) -> Choice:
    far = None if place is None or centre.point is None else distance_km(place.point, centre.point)
    return Choice(centre, reason, far, place.land if place is not None and place.district else None)


def union_of(answers: Iterable[tuple[Choice, ...]]) -> tuple[Choice, ...]:
    """Joins the answers for several places: no centre twice, each for its best reason and shortest way."""
    best: dict[str, Choice] = {}
    for choice in (choice for answer in answers for choice in answer):
        known = best.get(choice.centre.id)
        if known is None or _rank(choice) < _rank(known):
            best[choice.centre.id] = choice
    return tuple(sorted(best.values(), key=lambda choice: REASONS.index(choice.reason)))


def _rank(choice: Choice) -> tuple[int, float]:
    return REASONS.index(choice.reason), math.inf if choice.distance_km is None else choice.distance_km


def first_day(wording: str) -> date:
    """Returns the first day that 2024, 2024-03 or 2024-03-08 may mean."""
    parts = [int(part) for part in wording.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)  # noqa: PLR2004 - year, month, day


def is_recent(centre: Centre, today: date) -> bool:
    """Whether what is known of the centre is surely younger than 24 months; an undated entry never is."""
    if centre.as_of is None:
        return False
    known = first_day(centre.as_of)
    return (known.year + PHONE_YEARS, known.month, known.day) >= (today.year, today.month, today.day)


def may_speak_phone(centre: Centre, today: date) -> bool:
    """Whether the telephone number may be said: only from a source of the last 24 months that leaves no doubt."""
    return centre.phone is not None and not centre.doubtful and is_recent(centre, today)


def best_contact(centre: Centre, today: date) -> Contact:
    """Returns the way to the centre that may be said; an old or doubtful number or street is never said."""
    if may_speak_phone(centre, today):
        return "phone"
    if centre.street and centre.city and not centre.doubtful and is_recent(centre, today):
        return "address"
    return "web" if centre.website else "none"
