"""Reads the directory's content files: places and districts from CSV, centres from one YAML file per Land."""

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from app.centres.models import AreaEntry, Catchment, Centre, CentreEntry, CentreFile, District, Place
from app.kit.errors import ContentError
from app.kit.yamlfile import read_yaml

LONGEST_NAME = 90

T = TypeVar("T")

_ASIDES = re.compile(r"\s*\([^)]*\)|\s+e\. ?V\.|\s+g?GmbH")


def read_places(root: Path) -> list[Place]:
    """Reads postal_codes/places.csv; raises ContentError naming the line that cannot be read."""
    return _read_rows(root / "postal_codes" / "places.csv", _place)


def read_districts(root: Path) -> list[District]:
    """Reads postal_codes/districts.csv; raises ContentError naming the line that cannot be read."""
    return _read_rows(root / "postal_codes" / "districts.csv", _district)


def _place(row: Mapping[str, str]) -> Place:
    others = tuple(row["other_places"].split("; ")) if row["other_places"] else ()
    district, lat, lon = row["district"] or None, float(row["lat"]), float(row["lon"])
    return Place(row["plz"], row["place"], district, row["district_name"], row["land"], lat, lon, others)


def _district(row: Mapping[str, str]) -> District:
    return District(row["district"], row["name"], row["land"], row["region"] or None)


def _read_rows(path: Path, convert: Callable[[Mapping[str, str]], T]) -> list[T]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            return [_converted(path, reader.line_num, row, convert) for row in reader]
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise ContentError([f"{path.name}: the file cannot be read ({error})."]) from error


def _converted(path: Path, line: int, row: Mapping[str, str], convert: Callable[[Mapping[str, str]], T]) -> T:
    try:
        return convert(row)
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise ContentError([f"{path.name}, line {line}: the row is not of the right form ({error})."]) from error


def centre_files(root: Path) -> list[Path]:
    """Lists the centres' files in order of their names."""
    return sorted((root / "centres").glob("*.yaml"))


def read_entries(path: Path) -> tuple[CentreEntry, ...]:
    """Reads one file of centres; raises ContentError with one sentence for each fault of its form."""
    content = read_yaml(path)
    try:
        return CentreFile.model_validate(content).centres
    except ValidationError as error:
        raise ContentError(_sentences(path.name, content, error)) from error


def _sentences(file: str, content: object, error: ValidationError) -> list[str]:
    sentences = []
    for fault in error.errors():
        where = [str(part) for part in fault["loc"]]
        name = _centre_name(content, fault["loc"])
        at = ".".join(where[2:] if name else where) or "the file"
        sentences.append(f"{file}: {name + ': ' if name else ''}{at}: {fault['msg'].rstrip('.')}.")
    return sentences


def _centre_name(content: object, where: tuple[int | str, ...]) -> str:
    match where:
        case ("centres", int(number), *_) if isinstance(content, dict) and isinstance(content.get("centres"), list):
            entry = content["centres"][number]
            return str(entry.get("id", f"entry {number + 1}")) if isinstance(entry, dict) else f"entry {number + 1}"
        case _:
            return ""


def centre_of(entry: CentreEntry) -> Centre:
    """Turns a file's entry into the value that routing works with."""
    return Centre(
        id=entry.id,
        name=entry.name,
        spoken=entry.spoken or _short_name(entry),
        operator=entry.operator,
        independent=entry.independent_of_authorities,
        land=entry.land,
        audience=entry.audience,
        status=entry.status,
        city=entry.city,
        street=entry.street,
        postal_code=entry.postal_code,
        lat=entry.position.lat if entry.position else None,
        lon=entry.position.lon if entry.position else None,
        phone=entry.phone,
        email=entry.email,
        website=entry.website,
        languages=entry.languages,
        opening_hours=entry.opening_hours,
        catchment=_catchment(entry.catchment) if entry.catchment else None,
        source=entry.source,
        doubtful=entry.doubt is not None and entry.verified_on is None,
        as_of=entry.verified_on.isoformat() if entry.verified_on else entry.as_of,
        verified_on=entry.verified_on,
        next_check_on=entry.next_check_on,
    )


def _catchment(areas: tuple[AreaEntry, ...]) -> Catchment:
    return Catchment(
        districts=frozenset(area.district for area in areas if area.district),
        regions=frozenset(area.region for area in areas if area.region),
        laender=frozenset(area.land for area in areas if area.land),
        nationwide=any(area.country for area in areas),
    )


def _short_name(entry: CentreEntry) -> str:
    """Returns operator and name without asides and legal forms, cut at a word; for entries nobody wrote one for."""
    name = _ASIDES.sub("", f"{entry.operator}, {entry.name}")
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME].rsplit(" ", 1)[0].rstrip(",")
