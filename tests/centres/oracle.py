"""The routing rule once more, by brute force from the raw files: slow, plain, and sharing no code with the room."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Entry = dict[str, Any]


@dataclass(frozen=True)
class Oracle:
    """The raw rows of places and the raw entries of centres."""

    places: list[dict[str, str]]
    entries: list[Entry]

    def expected(self, row: dict[str, str]) -> tuple[str, list[Entry]]:
        """The best reason for a row of places, and every centre of that reason, the nearest first."""
        for reason, fits in (("catchment", _covers), ("nearest", _has_town), ("land", _has_none)):
            found = [entry for entry in self.callers() if fits(entry, row)]
            if found:
                return reason, sorted(found, key=lambda entry: (far(entry, row), entry["id"]))
        found = [entry for entry in self.callers() if {"country": "DE"} in entry.get("catchment", [])]
        return "nationwide", sorted(found, key=lambda entry: (far(entry, row), entry["id"]))

    def callers(self) -> Iterator[Entry]:
        return (e for e in self.entries if e["audience"] == "callers" and e["status"] != "ended")


def read(root: Path) -> Oracle:
    with (root / "postal_codes" / "places.csv").open(encoding="utf-8", newline="") as lines:
        places = list(csv.DictReader(lines))
    files = (yaml.safe_load(path.read_text("utf-8")) for path in (root / "centres").glob("*.yaml"))
    return Oracle(places, [entry for content in files for entry in content["centres"]])


def far(entry: Entry, row: dict[str, str]) -> float:
    """Kilometres by the haversine formula on a sphere of 6371.0088 km; infinite without a position."""
    if "position" not in entry:
        return math.inf
    lat, lon = math.radians(float(row["lat"])), math.radians(float(row["lon"]))
    to_lat, to_lon = (math.radians(float(entry["position"][axis])) for axis in ("lat", "lon"))
    half = math.sin((to_lat - lat) / 2) ** 2 + math.cos(lat) * math.cos(to_lat) * math.sin((to_lon - lon) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def covers_land(entry: Entry, row: dict[str, str]) -> bool:
    """Whether the entry is there for the row's Land, or states no catchment and lies in it."""
    if "catchment" not in entry:
        return bool(entry["land"] == row["land"])
    return {"land": row["land"]} in entry["catchment"]


def _covers(entry: Entry, row: dict[str, str]) -> bool:
    areas = entry.get("catchment", [])
    return {"district": row["district"]} in areas or {"region": row["district"][:3]} in areas


def _has_town(entry: Entry, row: dict[str, str]) -> bool:
    return covers_land(entry, row) and "position" in entry


def _has_none(entry: Entry, row: dict[str, str]) -> bool:
    return covers_land(entry, row) and "position" not in entry
