"""What a publication holds: the noisy cells of its tables made consistent with each other; pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from app.kit.clock import GERMANY
from app.statistics.codebook import Workload
from app.statistics.models import LedgerLine, Release, Values
from app.statistics.periods import Period
from app.statistics.postprocess import agree, fit_margins, nearest

# The cells of a period of a table, by table and period.
Cells = Mapping[tuple[str, str], Mapping[str, int]]


def drawn_again(cells: Cells, scale: int, draw: Callable[[int], int]) -> Cells:
    """Every cell with a second noise of the same scale."""
    return {key: {cell: value + draw(scale) for cell, value in values.items()} for key, values in cells.items()}


def is_whole(cells: Cells, workload: Workload, lines: Sequence[LedgerLine]) -> bool:
    """Whether exactly those cells are there that the lines were opened with."""
    opened = {(line.table_id, str(line.period)): set(workload.cells(line.table_id)) for line in lines}
    return {key: set(values) for key, values in cells.items()} == opened


def compose(workload: Workload, cells: Cells, months: Sequence[Release]) -> tuple[int, dict[str, Values]]:
    """The total and the tables; where the months of a quarter are published, they give its total and its margins."""
    tables: dict[str, dict[tuple[str, str], int]] = {}
    for (table_id, period), values in sorted(cells.items()):
        ordered = {(period, cell): values[cell] for cell in workload.cells(table_id)}
        tables.setdefault(table_id, {}).update(ordered)
    if not months:
        total, agreed = agree(tables)
    else:
        total = sum(month.total for month in months)
        agreed = {table_id: _pulled(workload, table_id, values, months) for table_id, values in tables.items()}
    return total, {table_id: _by_period(values) for table_id, values in agreed.items()}


def _pulled(
    workload: Workload, table_id: str, values: Mapping[tuple[str, str], int], months: Sequence[Release]
) -> dict[tuple[str, str], int]:
    """The table with the months' margins, or at least with their total where a month's table is not there."""
    table = workload.table(table_id)
    margins = [_margin(workload, dimension, months) for dimension in table.dimensions]
    flat = list(values.values())
    match margins:
        case [dict() as rows, dict() as columns]:
            width = len(columns)
            square = [flat[start : start + width] for start in range(0, len(flat), width)]
            fitted = fit_margins(square, list(rows.values()), list(columns.values()))
            flat = [value for row in fitted for value in row]
        case _:
            flat = nearest(flat, sum(month.total for month in months))
    return dict(zip(values, flat, strict=True))


def _margin(workload: Workload, dimension: str, months: Sequence[Release]) -> dict[str, int] | None:
    """What the months' tables of one dimension sum up to, by its codes."""
    found = [table for table in workload.tables if table.dimensions == (dimension,) and table.grain == "month"]
    if not found:
        return None
    sums = dict.fromkeys(workload.dimensions[dimension].codes, 0)
    for month in months:
        for cell, value in month.tables[found[0].id][str(month.period)].items():
            sums[cell] += value
    return sums


def _by_period(values: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    parted: dict[str, dict[str, int]] = {}
    for (period, cell), value in values.items():
        parted.setdefault(period, {})[cell] = value
    return parted


def counted_from(period: Period, lines: Sequence[LedgerLine]) -> date:
    """The first day of the period on which its noise was drawn, and so anything could be counted."""
    first_opened: datetime = min(line.opened_at for line in lines if not line.gap)
    return max(period.first_on, first_opened.astimezone(GERMANY).date())
