"""What goes into a file: the cells of the releases of a run, one line each, in a fixed order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from app.kit.errors import HotlineError
from app.statistics.codebook import DIMENSIONS, JOINT, Workload
from app.statistics.models import Published, Release
from app.statistics.periods import Period, Run
from app.statistics.reading import Figure, tables_of, total_of
from app.statistics.rules import noise_variance

# The sums over all codes, which no table of the codebook holds.
TOTAL: Final = "total"
# Every dimension has its column, whichever tables are chosen.
COLUMNS: Final = tuple(DIMENSIONS)


class NothingPublished(HotlineError):
    """Nothing that was asked for is published."""

    def __init__(self, run: Run | Period) -> None:
        super().__init__(f"Nothing is published for {run}: ./run hotline stats list shows what is.")


class NoSuchTable(HotlineError):
    """No release has a table of this name."""

    def __init__(self, table_id: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no published table “{table_id[:40]}”; there are {', '.join(known)}.")


@dataclass(frozen=True, slots=True)
class Line:
    """One cell as it is published: its codes by dimension, and its figure."""

    period: Period
    table: str
    codes: Mapping[str, str]
    figure: Figure
    release: Release


@dataclass(frozen=True)
class Selection:
    """The releases of a run and the chosen tables of them."""

    run: Run
    releases: tuple[Release, ...]
    tables: tuple[str, ...]
    workloads: Mapping[str, Workload]
    gaps: tuple[Period, ...]
    lines: tuple[Line, ...]

    @property
    def simulated(self) -> bool:
        return any(release.simulated for release in self.releases)

    @property
    def published_at(self) -> datetime:
        """When the last of the releases was published: files carry this time, never that of their making."""
        return max(release.published_at for release in self.releases)

    @cached_property
    def versions(self) -> tuple[str, ...]:
        return tuple(sorted({release.workload for release in self.releases}))


def select_figures(published: Published, run: Run, tables: Sequence[str] = ()) -> Selection:
    """Raises NothingPublished where the run holds no release, NoSuchTable for a name that none of them has."""
    releases = tuple(sorted((r for r in published.releases if run.covers(r.period)), key=lambda r: r.period))
    if not releases:
        raise NothingPublished(run)
    known = (TOTAL, *tables_of(published, run))
    for name in tables:
        if name not in known:
            raise NoSuchTable(name, known)
    chosen = tuple(name for name in known if not tables or name in tables)
    lines = tuple(line for name in chosen for release in releases for line in _lines(published, release, name))
    gaps = tuple(gap for gap in published.gaps if run.covers(gap))
    workloads = {release.workload: published.workloads[release.workload] for release in releases}
    return Selection(run, releases, chosen, workloads, gaps, lines)


def _lines(published: Published, release: Release, table_id: str) -> Iterator[Line]:
    if table_id == TOTAL:
        yield Line(release.period, TOTAL, {}, total_of(published, Run.of(release.period)), release)
        return
    if table_id not in release.tables:
        return
    workload = published.workloads[release.workload]
    dimensions = workload.table(table_id).dimensions
    variance = noise_variance(release.scale, release.draws)
    for period, values in sorted(release.tables[table_id].items()):
        for cell in workload.cells(table_id):
            codes = dict(zip(dimensions, cell.split(JOINT), strict=True))
            yield Line(Period.parse(period), table_id, codes, Figure(values[cell], variance), release)
