"""Finds the faults of the directory's content files, one sentence each; run by `hotline check`, never during a call."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import urlsplit

import phonenumbers

from app.centres.models import AreaEntry, CentreEntry, District, Place
from app.centres.rules import distance_km
from app.centres.store import LONGEST_NAME, centre_files, centre_of, read_districts, read_entries, read_places
from app.kit.errors import ContentError

FARTHEST_KM = 25.0
LAENDER = frozenset(
    f"DE-{code}"
    for code in ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH")
)

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


def check_directory(root: Path) -> list[str]:
    """Returns the faults of the knowledge base's places, districts and centres; an empty list if there are none."""
    try:
        places, districts = read_places(root), read_districts(root)
    except ContentError as error:
        return list(error.faults)
    faults = list(place_faults(places, districts))
    entries: list[tuple[str, CentreEntry]] = []
    for path in centre_files(root):
        try:
            entries += [(path.stem, entry) for entry in read_entries(path)]
        except ContentError as error:
            faults += error.faults
    return faults + list(centre_faults(entries, places, districts))


def place_faults(places: Iterable[Place], districts: Iterable[District]) -> Iterator[str]:
    """Yields what is wrong with the derived tables."""
    known = {district.code: district for district in districts}
    yield from (f"districts.csv: {code}: unknown Land {d.land}." for code, d in known.items() if d.land not in LAENDER)
    seen: set[tuple[str, str | None]] = set()
    for place in places:
        if (place.plz, place.district) in seen:
            yield f"places.csv: {place.plz}: the district {place.district} stands twice."
        seen.add((place.plz, place.district))
        district = known.get(place.district or "")
        if place.district is not None and district is None:
            yield f"places.csv: {place.plz}: unknown district {place.district}."
        elif district is not None and district.land != place.land:
            yield f"places.csv: {place.plz}: {district.name} does not lie in {place.land}."


def centre_faults(
    entries: Iterable[tuple[str, CentreEntry]], places: Iterable[Place], districts: Iterable[District]
) -> Iterator[str]:
    """Yields what is wrong with the centres, given as (stem of the file, entry)."""
    listed, by_code, everywhere = list(entries), {district.code: district for district in districts}, list(places)
    for name, count in Counter(entry.id for _, entry in listed).items():
        if count > 1:
            yield f"{name}: the id stands {count} times."
    for land, entry in listed:
        if entry.land != land:
            yield f"{entry.id}: it says {entry.land} but stands in {land}.yaml."
        yield from (f"{entry.id}: {fault}" for fault in _entry_faults(entry, everywhere, by_code))


def _entry_faults(entry: CentreEntry, places: list[Place], districts: Mapping[str, District]) -> Iterator[str]:
    if entry.land != "DE" and entry.land not in LAENDER:
        yield f"unknown Land {entry.land}."
    for area in entry.catchment:
        yield from _area_faults(area, entry.land, districts)
    for value, is_valid, word in _CHECKED:
        if (given := value(entry)) and not is_valid(given):
            yield f"“{given}” is not a valid {word}."
    for language in entry.languages:
        if not _LANGUAGE.fullmatch(language):
            yield f"“{language}” is not a language tag."
    if entry.spoken and len(entry.spoken) > LONGEST_NAME:
        yield f"the spoken name has {len(entry.spoken)} characters, {LONGEST_NAME} are allowed."
    if (entry.city is None) != (entry.position is None):
        yield "city and position stand together or not at all."
    elif entry.position is not None and _is_far_off(entry, places):
        yield f"the position is more than {FARTHEST_KM:.0f} km from every place of {entry.land}."


def _area_faults(area: AreaEntry, land: str, districts: Mapping[str, District]) -> Iterator[str]:
    if area.country is not None:
        return
    if area.district is not None:
        found = {district.land for code, district in districts.items() if code == area.district}
        wording = f"district {area.district}"
    elif area.region is not None:
        found = {district.land for district in districts.values() if district.region == area.region}
        wording = f"region {area.region}"
    else:
        found, wording = set(LAENDER & {str(area.land)}), f"Land {area.land}"
    if not found:
        yield f"the catchment names the unknown {wording}."
    elif land != "DE" and land not in found:
        yield f"the catchment names the {wording}, which does not lie in {land}."


def _is_far_off(entry: CentreEntry, places: list[Place]) -> bool:
    point = centre_of(entry).point
    near = (place for place in places if entry.land in ("DE", place.land))
    return point is not None and all(distance_km(point, place.point) > FARTHEST_KM for place in near)


def _is_phone(number: str) -> bool:
    try:
        return number.startswith("+") and phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _is_email(address: str) -> bool:
    try:
        parsed = Address(addr_spec=address)
    except (MessageError, ValueError, IndexError):
        return False
    return bool(parsed.username) and "." in parsed.domain


def _is_url(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not re.search(r"\s", address)


_CHECKED: tuple[tuple[Callable[[CentreEntry], str | None], Callable[[str], bool], str], ...] = (
    (lambda entry: entry.phone, _is_phone, "telephone number"),
    (lambda entry: entry.email, _is_email, "e-mail address"),
    (lambda entry: entry.website, _is_url, "web address"),
)
