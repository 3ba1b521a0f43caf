"""Releases for the tests of files and reports: made of drawn callers by the room's own rules, without a database."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from app.statistics import publication
from app.statistics.codebook import LOW_VOLUME, STANDARD, Workload
from app.statistics.demo_year_callers import contacts_of
from app.statistics.models import Contact, Published, Release
from app.statistics.periods import Period
from app.statistics.rules import counter_cells

QUARTERS = {"2025-Q4": LOW_VOLUME, "2026-Q1": STANDARD}


@cache
def callers() -> dict[str, tuple[Contact, ...]]:
    """Who called in each quarter: what no reader of the releases may find out."""
    chance = random.Random(7)  # noqa: S311  The same callers in every run.
    called = {}
    for place, name in enumerate(QUARTERS):
        days = enumerate((day.first_on for day in Period.parse(name).parts("day")), start=place * 91)
        called[name] = tuple(contact for since, day in days for contact in contacts_of(day, since, chance))
    return called


@cache
def published(*, simulated: bool = True) -> Published:
    """A quarter of low volume and a standard one, as a year of the demonstration begins."""
    if not simulated:
        made = published()
        counted = tuple(replace(release, simulated=False) for release in made.releases)
        return replace(made, releases=counted, simulated=False)
    noise = random.Random(8)  # noqa: S311  The same releases in every run.
    releases: list[Release] = []
    for name, workload in QUARTERS.items():
        releases += _releases(Period.parse(name), workload, list(callers()[name]), noise)
    workloads = {workload.version: workload for workload in (STANDARD, LOW_VOLUME)}
    return Published(tuple(sorted(releases, key=lambda one: one.period)), workloads, (), (), simulated=True)


def _noise(scale: int, chance: random.Random) -> int:
    """Quick noise of about the right size, the same in every run; how exact it is does not matter here."""
    return round(chance.expovariate(1 / scale) - chance.expovariate(1 / scale))


def _releases(quarter: Period, workload: Workload, contacts: list[Contact], chance: random.Random) -> Iterator[Release]:
    months: list[Release] = []
    simulated = True
    for period in (*(quarter.parts("month") if workload is STANDARD else ()), quarter):
        tables = [table for table in workload.tables if (period.grain == "quarter") == (table.grain == "quarter")]
        cells = {
            (table.id, str(part)): {cell: _noise(workload.scale, chance) for cell in workload.cells(table.id)}
            for table in tables
            for part in period.parts(table.grain)
        }
        for place, more in _counted(workload, contacts, period).items():
            part, table_id, cell = place
            if (table_id, part) in cells:
                cells[table_id, part][cell] += more
        total, composed = publication.compose(workload, cells, months if period.grain == "quarter" else [])
        moment = datetime.combine(period.last_on + timedelta(days=3), datetime.min.time(), UTC)
        release = Release(
            period, moment, workload.version, workload.scale, 1, simulated, total, period.first_on, (), composed
        )
        months.append(release)
        yield release


def _counted(workload: Workload, contacts: list[Contact], period: Period) -> Counter[tuple[str, str, str]]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for contact in contacts:
        day: date = contact.ended_at.date()
        if period.contains(day):
            places = {table.id: str(Period.holding(day, table.grain)) for table in workload.tables}
            counted.update(counter_cells(workload, places, contact))
    return counted
