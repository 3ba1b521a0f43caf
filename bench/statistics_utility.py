"""How much the noise takes from the statistics: published tables beside the true ones, for several volumes.

The contacts are made up: skewed weights for each dimension, the same for all volumes. Their counts go through the real
noise and the real post-processing, without a database.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from app.statistics import publication
from app.statistics.codebook import LAENDER, LANGUAGES, LOW_VOLUME, OUTCOMES, STANDARD, TOPICS, Workload
from app.statistics.models import Contact, Release
from app.statistics.noise import discrete_laplace
from app.statistics.periods import Period
from app.statistics.rules import counter_cells, half_width, noise_variance, reliable_from

QUARTER: Final = Period.parse("2026-Q4")
VOLUMES: Final = (3, 20, 100)
_WEIGHTS: Final[Mapping[str, Sequence[int]]] = {
    "language": (24, 7, 12, 16, 11, 5, 4, 1, 2, 4, 3, 8, 2, 1),
    "topic": (18, 22, 12, 14, 10, 8, 9, 4, 3),
    "land": (3, 5, 12, 14, 1, 8, 3, 2, 10, 20, 5, 3, 1, 5, 3, 2, 3),
    "outcome": (14, 3, 33, 25, 8, 11, 6),
    "hour": (1, 1, 1, 1, 1, 1, 2, 3, 6, 9, 10, 10, 8, 8, 9, 9, 8, 7, 5, 4, 3, 2, 2, 1),
    "wait": (50, 20, 10, 6, 5, 6, 2, 1),
}
_WAITS: Final = (None, 5, 15, 25, 45, 120, 450, 900)
_CODES: Final = {"language": LANGUAGES, "topic": TOPICS, "land": LAENDER, "outcome": OUTCOMES}
# A cell is large enough to be judged by its relative error from here on.
LARGE: Final = 30


@dataclass(frozen=True, slots=True)
class Utility:
    """Relative errors over all seeds, and the share of cells, and of contacts in one-way tables, that can be read."""

    workload: str
    draws: int
    a_day: int
    total_median: float
    total_worst: float
    simple_median: float | None
    simple_p95: float | None
    joint_median: float | None
    joint_p95: float | None
    readable_cells: float
    readable_contacts: float


# A table with the true and the published value of one of its cells.
Pair = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Trial:
    """One quarter of one seed."""

    totals: list[tuple[int, int]]
    cells: list[Pair]


def measure_utility(
    seeds: int, volumes: Sequence[int] = VOLUMES, workloads: Sequence[Workload] = (STANDARD, LOW_VOLUME)
) -> list[Utility]:
    """Every workload with one draw and with two, for each volume of contacts a day."""
    measured = []
    for workload in workloads:
        for a_day in volumes:
            true = [_count(workload, a_day, seed) for seed in range(seeds)]
            for draws in (1, 2):
                trials = [_publish(workload, draws, counted) for counted in true]
                measured.append(_judge(workload, draws, a_day, trials))
    return measured


def _contacts(a_day: int, seed: int) -> list[Contact]:
    chance = random.Random(f"{a_day} {seed}")  # noqa: S311  The same contacts for each mechanism.
    days = (QUARTER.last_on - QUARTER.first_on).days + 1
    return [_contact(chance, chance.randrange(days)) for _ in range(a_day * days)]


def _contact(chance: random.Random, day: int) -> Contact:
    hour = chance.choices(range(24), _WEIGHTS["hour"])[0]
    began_at = datetime(QUARTER.first_on.year, QUARTER.first_on.month, 1, tzinfo=UTC) + timedelta(days=day, hours=hour)
    values = {name: chance.choices(codes, _WEIGHTS[name])[0] for name, codes in _CODES.items()}
    waited = chance.choices(_WAITS, _WEIGHTS["wait"])[0]
    ended_at = began_at + timedelta(minutes=4)
    return Contact(began_at=began_at, ended_at=ended_at, waited_seconds=waited, **values)


def _count(workload: Workload, a_day: int, seed: int) -> publication.Cells:
    """The true tables of a quarter."""
    true: dict[tuple[str, str], Counter[str]] = {
        (table.id, str(period)): Counter(dict.fromkeys(workload.cells(table.id), 0))
        for table in workload.tables
        for period in QUARTER.parts(table.grain)
    }
    for contact in _contacts(a_day, seed):
        day = contact.ended_at.date()
        periods = {table.id: str(Period.holding(day, table.grain)) for table in workload.tables}
        for period, table_id, cell in counter_cells(workload, periods, contact):
            true[table_id, period][cell] += 1
    return true


def _publish(workload: Workload, draws: int, true: publication.Cells) -> Trial:
    noisy = true
    for _ in range(draws):
        noisy = publication.drawn_again(noisy, workload.scale, discrete_laplace)
    trial = Trial([], [])
    months: list[Release] = []
    for whole in (*QUARTER.parts("month"), QUARTER):
        own = {key: values for key, values in noisy.items() if _published_with(whole, key[1])}
        if own:
            months.append(_release(workload, whole, own, months))
            _compare(trial, months[-1], true)
    return trial


def _published_with(whole: Period, period: str) -> bool:
    part = Period.parse(period)
    return part == whole or (part.grain == "day" and whole.grain == "month" and whole.covers(part))


def _release(workload: Workload, whole: Period, cells: publication.Cells, months: Sequence[Release]) -> Release:
    total, tables = publication.compose(workload, cells, months if whole.grain == "quarter" else [])
    return Release(
        period=whole,
        published_at=datetime(2027, 1, 2, tzinfo=UTC),
        workload=workload.version,
        scale=workload.scale,
        draws=1,
        simulated=True,
        total=total,
        counted_from=whole.first_on,
        gaps=(),
        tables=tables,
    )


def _compare(trial: Trial, release: Release, true: Mapping[tuple[str, str], Mapping[str, int]]) -> None:
    some = next(table for table in release.tables if table != "kind")
    trial.totals.append((sum(true[some, str(release.period)].values()), release.total))
    for table_id, periods in release.tables.items():
        for period, values in periods.items():
            trial.cells.extend((table_id, true[table_id, period][cell], value) for cell, value in values.items())


def _judge(workload: Workload, draws: int, a_day: int, trials: Sequence[Trial]) -> Utility:
    totals = sorted(abs(shown - there) / there for trial in trials for there, shown in trial.totals)
    cells = [cell for trial in trials for cell in trial.cells]
    simple = _errors([cell for cell in cells if len(workload.table(cell[0]).dimensions) == 1 and cell[0] != "kind"])
    joint = _errors([cell for cell in cells if workload.table(cell[0]).grain == "quarter" and "_" in cell[0]])
    threshold = reliable_from(half_width(noise_variance(workload.scale, draws)))
    readable = [cell for cell in cells if cell[2] >= threshold]
    return Utility(
        workload=workload.name,
        draws=draws,
        a_day=a_day,
        total_median=median(totals),
        total_worst=totals[-1],
        simple_median=_at(simple, 0.5),
        simple_p95=_at(simple, 0.95),
        joint_median=_at(joint, 0.5),
        joint_p95=_at(joint, 0.95),
        readable_cells=len(readable) / len(cells),
        readable_contacts=sum(there for _, there, _ in readable) / max(1, sum(there for _, there, _ in cells)),
    )


def _errors(cells: Sequence[Pair]) -> list[float]:
    return sorted(abs(shown - there) / there for _, there, shown in cells if there >= LARGE)


def _at(errors: Sequence[float], share: float) -> float | None:
    return errors[min(len(errors) - 1, int(share * len(errors)))] if errors else None


def table_of_utility(measured: Sequence[Utility]) -> str:
    """As a Markdown table."""
    head = (
        "| workload | draws | contacts a day | total, median | total, worst | one-way cells of 30 on, median | p95 "
        "| two-way cells of 30 on, median | p95 | cells that can be read | contacts in them |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    return head + "".join(_row(one) for one in measured)


def _row(one: Utility) -> str:
    errors = (one.total_median, one.total_worst, one.simple_median, one.simple_p95, one.joint_median, one.joint_p95)
    shares = (one.readable_cells, one.readable_contacts)
    cells = [one.workload, str(one.draws), str(one.a_day), *map(_percent, errors), *map(_percent, shares)]
    return f"| {' | '.join(cells)} |\n"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
