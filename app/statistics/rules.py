"""Decisions of the statistics: what a contact counts as, when periods open and close, how far figures hold."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from app.kit.clock import GERMANY
from app.statistics.codebook import DAY_TYPES, LOW_VOLUME, STANDARD, WAIT_BANDS, WAITS, Table, Workload
from app.statistics.models import Contact
from app.statistics.periods import Period, quarter_of

# A call that ended within a period may still be counted in it for so long.
GRACE: Final = timedelta(hours=24)
# The next quarter is opened so long before it begins.
AHEAD: Final = timedelta(days=14)
# From so many contacts a quarter on the standard tables can be read; it is about twenty a day.
STANDARD_FROM: Final = 1_800
# The nationwide line's known figure is about 400 callers in five months, so a line that begins is one of low volume.
_WITHOUT_HISTORY: Final = LOW_VOLUME
# So many standard deviations hold 95 % of the noise: for one cell, whose tails are longer than a normal curve's, and,
# being more than 1.96, for sums of cells too.
_DEVIATIONS: Final = 2.1
# A figure is reliable from this share of its half width on, rounded up to the next ten.
_RELIABLE_FROM: Final = 4 / 3
_SUNDAY, _SATURDAY = 6, 5


def values_of(contact: Contact) -> dict[str, str]:
    """One value a dimension; what nobody learned is left out and counts as the dimension's `otherwise`."""
    began = contact.began_at.astimezone(GERMANY)
    known = {
        "language": contact.language,
        "topic": contact.topic,
        "land": contact.land,
        "outcome": contact.outcome,
        "hour": f"{began.hour:02}",
        "day_type": day_type(began.date()),
        "wait": wait_band(contact.waited_seconds),
        "kind": kind_of(contact),
    }
    return {dimension: value for dimension, value in known.items() if value is not None}


def kind_of(contact: Contact) -> str:
    """Who waited for a person and is not known to have had one, or a callback, gave up waiting."""
    if contact.kind is not None:
        return contact.kind
    return "self_service" if contact.waited_seconds is None else "abandoned"


def wait_band(seconds: int | None) -> str:
    if seconds is None:
        return WAITS[0]
    return next((band for band, most in WAIT_BANDS.items() if seconds <= most), WAITS[-1])


def day_type(day: date) -> str:
    """Saturdays, Sundays and the holidays of all of Germany are one type, all other days the other."""
    free = day.weekday() in {_SATURDAY, _SUNDAY} or day in _holidays(day.year)
    return DAY_TYPES[1] if free else DAY_TYPES[0]


@lru_cache(maxsize=8)
def _holidays(year: int) -> frozenset[date]:
    # The package takes a second to load, which a node that starts need not wait for.
    from holidays import country_holidays  # noqa: PLC0415

    return frozenset(country_holidays("DE", years=year))


def day_ended(contact: Contact) -> date:
    return contact.ended_at.astimezone(GERMANY).date()


def closes_at(period: Period) -> datetime:
    """When a period can be closed: a day after its end, which is midnight in Germany."""
    midnight = datetime.combine(period.last_on + timedelta(days=1), time(), GERMANY)
    return midnight.astimezone(UTC) + GRACE


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A period of a table that is about to be opened, or that it is too late for."""

    table: Table
    period: Period
    gap: bool


def plan_quarter(quarter: Period, workload: Workload, moment: datetime) -> tuple[PlannedTable, ...]:
    """All tables of a quarter for each of their periods; what could already be closed is a gap."""
    return tuple(
        PlannedTable(table, period, closes_at(period) <= moment)
        for table in workload.tables
        for period in quarter.parts(table.grain)
    )


def quarters_to_open(last: Period | None, moment: datetime) -> tuple[Period, ...]:
    """All since the last that was opened, or from the present one on; the next one when it is near."""
    today = moment.astimezone(GERMANY).date()
    quarter = last.next() if last is not None else quarter_of(today)
    due: list[Period] = []
    while quarter.first_on <= today + AHEAD:
        due.append(quarter)
        quarter = quarter.next()
    return tuple(due)


def choose_workload(last: Period | None, total: int) -> Workload:
    """The workload of the next quarter, by the total of the month or quarter that was published last."""
    if last is None:
        return _WITHOUT_HISTORY
    per_quarter = total * 3 if last.grain == "month" else total
    return STANDARD if per_quarter >= STANDARD_FROM else LOW_VOLUME


def noise_variance(scale: int, draws: int) -> float:
    """The variance of the noise in one cell: each draw has 2a/(1-a)^2 with a = exp(-1/scale)."""
    a = math.exp(-1 / scale)
    return draws * 2 * a / (1 - a) ** 2


def half_width(variance: float) -> int:
    """Half of the 95 % interval of a figure whose noise has this variance."""
    return math.ceil(_DEVIATIONS * math.sqrt(variance))


def reliable_from(width: int) -> int:
    return math.ceil(width * _RELIABLE_FROM / 10) * 10


def total_variance(cells: Iterable[int], variance: float) -> float:
    """The variance of a total that is the weighted mean of several tables' sums; `cells` are the tables' sizes."""
    return variance / sum(1 / size for size in cells)


def counter_cells(workload: Workload, periods: Mapping[str, str], contact: Contact) -> list[tuple[str, str, str]]:
    """The one cell of each table that a contact falls into; `periods` names the open period of each table."""
    values = values_of(contact)
    tables = (workload.table(table_id) for table_id in periods)
    return [(periods[table.id], table.id, workload.cell_of(table, values)) for table in tables]
