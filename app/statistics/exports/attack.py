"""Attacks a release folder as a reader could who has every file of it, and says what they find."""

import csv
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

from app.kit.errors import HotlineError
from app.statistics.codebook import EPSILON, Workload
from app.statistics.exports.folder import RELEASES, SUMS, WORKLOADS
from app.statistics.exports.tidy import HEADINGS
from app.statistics.models import Release
from app.statistics.periods import Period

_NUMBER: Final = re.compile(rb"(?<![\w.:-])(?:\+|00)[1-9]\d{7,14}(?!\w)|(?<!\d)0\d{3,4}[ /-]\d{5,8}(?!\d)")
_SID: Final = re.compile(rb"\b(?:CA|SM|RE|AC)[0-9a-f]{32}\b")
_FORMULA: Final = re.compile(rb"<f[ >]")


class NoReleaseFolder(HotlineError):
    """The folder holds no releases."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds no releases: ./run hotline stats export --to {folder} writes such a folder.")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one attack found: nothing where it is harmless."""

    attack: str
    tried: int
    leaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loot:
    """All that a reader of the folder has."""

    files: Mapping[str, bytes]
    releases: tuple[Release, ...]
    workloads: Mapping[str, Workload]


def attack_folder(folder: Path) -> tuple[Finding, ...]:
    """Every attack on the folder; raises NoReleaseFolder."""
    loot = _read(folder)
    attacks: tuple[tuple[str, Callable[[Loot], Iterator[str | None]]], ...] = (
        ("files are those that were written", _changed_files),
        ("tables of a period agree, and no figure is negative", _disagreements),
        ("overlapping publications say the same", _differences),
        ("each contact's path through the tables costs no more than promised", _overspending),
        ("no table, dimension or column beyond the codebook", _strangers),
        ("no telephone number and no identifier of a call", _identifiers),
        ("no cell is a formula", _formulas),
    )
    findings = []
    for name, attack in attacks:
        tried = list(attack(loot))
        findings.append(Finding(name, len(tried), tuple(leak for leak in tried if leak)))
    return tuple(findings)


def _read(folder: Path) -> Loot:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    releases = tuple(Release.read(files[name].decode()) for name in files if name.startswith(f"{RELEASES}/"))
    if not releases:
        raise NoReleaseFolder(folder)
    workloads = [Workload.read(files[name].decode()) for name in files if name.startswith(f"{WORKLOADS}/")]
    return Loot(files, releases, {workload.version: workload for workload in workloads})


def _changed_files(loot: Loot) -> Iterator[str | None]:
    listed = dict(line.split("  ", 1)[::-1] for line in loot.files.get(SUMS, b"").decode().splitlines())
    for name, content in loot.files.items():
        if name != SUMS:
            yield (
                None if listed.get(name) == sha256(content).hexdigest() else f"{name} is not the file that was written"
            )
    yield from (f"{name} is missing" for name in listed if name not in loot.files)


def _disagreements(loot: Loot) -> Iterator[str | None]:
    for release in loot.releases:
        for table, periods in release.tables.items():
            values = [value for cells in periods.values() for value in cells.values()]
            wrong = sum(values) != release.total or min(values) < 0
            yield f"{table} of {release.period} does not sum to the total, or is negative" if wrong else None


def _differences(loot: Loot) -> Iterator[str | None]:
    """Subtract what overlaps: a quarter less its months, and a quarter's margins less the months' tables.

    Where a difference is not nothing, the same contacts were published twice with fresh noise, and the mean of both
    publications is nearer to the truth than either.
    """
    by_period = {release.period: release for release in loot.releases}
    for release in loot.releases:
        if release.period.grain != "quarter":
            continue
        parts = release.period.parts("month")
        months = [by_period[month] for month in parts if month in by_period]
        if len(months) < len(parts) or release.workload not in loot.workloads:
            continue
        same = release.total == sum(month.total for month in months)
        yield None if same else f"{release.period} and its months differ in their total"
        for table_id in release.tables:
            yield from _margins(loot, release, months, table_id)


def _margins(loot: Loot, quarter: Release, months: list[Release], table_id: str) -> Iterator[str | None]:
    dimensions = loot.workloads[quarter.workload].table(table_id).dimensions
    for place, dimension in enumerate(dimensions):
        if not all(dimension in month.tables for month in months):
            continue
        margin: Counter[str] = Counter()
        for cells in quarter.tables[table_id].values():
            for cell, value in cells.items():
                margin[cell.split(".")[place]] += value
        for month in months:
            for cells in month.tables[dimension].values():
                margin.subtract(cells)
        for code, rest in margin.items():
            yield f"{table_id} of {quarter.period} tells {rest} more of {code}" if rest else None


def _overspending(loot: Loot) -> Iterator[str | None]:
    """A contact falls into one cell of each table of its day, month and quarter: one over the scale for each."""
    quarters = {Period.holding(release.period.first_on, "quarter") for release in loot.releases}
    for quarter in sorted(quarters):
        spent: dict[str, Fraction] = {}
        for release in loot.releases:
            if quarter.covers(release.period):
                spent |= dict.fromkeys(release.tables, Fraction(1, release.scale))
                grain = "month" if release.period.grain == "month" else "quarter"
                twice = [other for other in loot.releases if other.period == release.period and other != release]
                yield f"{grain} {release.period} is published more than once" if twice else None
        cost = sum(spent.values(), Fraction(0))
        yield f"contacts of {quarter} cost {float(cost)}, more than {EPSILON}" if cost > EPSILON else None


def _strangers(loot: Loot) -> Iterator[str | None]:
    for release in loot.releases:
        workload = loot.workloads.get(release.workload)
        if workload is None:
            yield f"{release.period} names the unknown workload {release.workload}"
            continue
        for table_id, periods in release.tables.items():
            known = workload.has(table_id) and all(
                set(cells) == set(workload.cells(table_id)) for cells in periods.values()
            )
            yield None if known else f"{table_id} of {release.period} has cells beyond its codebook"
    for name, content in loot.files.items():
        if name.endswith(".csv") and not name.endswith(".sdmx.csv"):
            first = content.decode("utf-8-sig").split("\r\n", 1)[0]
            columns = next(csv.reader(StringIO(first), delimiter=";" if ";" in first else ","))
            yield None if tuple(columns) == HEADINGS else f"{name} has columns of its own"


def _contents(loot: Loot) -> Iterator[tuple[str, bytes]]:
    """Every file, and what is packed within workbooks."""
    for name, content in loot.files.items():
        yield name, content
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(BytesIO(content)) as packed:
                yield from ((f"{name}/{inner}", packed.read(inner)) for inner in packed.namelist())


def _identifiers(loot: Loot) -> Iterator[str | None]:
    for name, content in _contents(loot):
        if name == SUMS or name.endswith(".xlsx"):
            continue
        found = _NUMBER.search(content) or _SID.search(content)
        yield f"{name} holds what looks like {found[0][:4].decode(errors='replace')}…" if found else None


def _formulas(loot: Loot) -> Iterator[str | None]:
    for name, content in _contents(loot):
        if "/xl/worksheets/" in name:
            yield f"{name} holds a formula" if _FORMULA.search(content) else None
        elif name.endswith(".csv"):
            cells = re.split(r"[;,\r\n]+", content.decode("utf-8-sig"))
            bad = [cell for cell in cells if cell.lstrip('"').startswith(("=", "+", "-", "@", "\t"))]
            yield f"{name} holds the cell {bad[0][:20]}" if bad else None


def findings_json(findings: tuple[Finding, ...]) -> str:
    listed = [{"attack": one.attack, "tried": one.tried, "leaks": list(one.leaks)} for one in findings]
    return json.dumps({"harmless": not any(one.leaks for one in findings), "attacks": listed}, ensure_ascii=False)
