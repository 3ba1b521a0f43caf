"""Makes noisy tables consistent for publication: whole numbers, none below zero, agreeing; pure.

Nothing but noisy values comes in, so nothing here costs privacy. The rules, in their order:

1. The total is the mean of the tables' sums, weighted by one over their number of cells (a sum's noise grows with it).
2. Each table becomes the nearest table (least squares) without negative cells whose sum is the total: what is left over
   is spread evenly, and what falls below zero is lifted and taken from the others evenly.
3. Fractions are cut off, and the units that this leaves go to the largest remainders; of equal ones to the larger
   cell, then to the earlier one.
4. A quarter's table of two dimensions becomes the nearest one whose margins are those that its months
   published.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import TypeVar

Key = TypeVar("Key")

# So many rounds bring the margins of a table of this size to within a thousandth of a unit.
_ROUNDS = 200


def agree(tables: Mapping[str, Mapping[Key, int]]) -> tuple[int, dict[str, dict[Key, int]]]:
    """The common total, and each table with that sum."""
    total = weighted_total([list(table.values()) for table in tables.values()])
    return total, {
        name: dict(zip(table, nearest(list(table.values()), total), strict=True)) for name, table in tables.items()
    }


def weighted_total(tables: Sequence[Sequence[int]]) -> int:
    """Rule 1, rounded to the nearest whole number and never below zero."""
    weights = [Fraction(1, len(values)) for values in tables]
    weighted = sum((weight * sum(values) for weight, values in zip(weights, tables, strict=True)), Fraction(0))
    return max(0, round(weighted / sum(weights)))


def nearest(values: Sequence[int], total: int) -> list[int]:
    """Rules 2 and 3: the projection onto the simplex of the total, then largest remainders."""
    if total == 0:
        return [0] * len(values)
    falling = sorted(values, reverse=True)
    sums = list(accumulate(falling))
    kept = max(size for size, value in enumerate(falling, start=1) if size * value > sums[size - 1] - total)
    lift = total - sums[kept - 1]
    # All shares are whole numbers over the same denominator, which is how many cells stay above zero.
    shares = [max(0, kept * value + lift) for value in values]
    whole = [share // kept for share in shares]
    order = sorted(range(len(values)), key=lambda place: (-(shares[place] % kept), -values[place], place))
    for place in order[: total - sum(whole)]:
        whole[place] += 1
    return whole


def fit_margins(values: Sequence[Sequence[int]], rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Rule 4: whole numbers from zero on, with exactly these margins, whose sums must be the same."""
    target = _between(values, rows, columns)
    fitted = [[int(value) for value in row] for row in target]
    _settle(fitted, target, rows, columns)
    return fitted


def _between(values: Sequence[Sequence[int]], rows: Sequence[int], columns: Sequence[int]) -> list[list[float]]:
    """The nearest table from zero on with nearly these margins: Dykstra's alternating projections."""
    fitted = [[float(value) for value in row] for row in values]
    taken = [[0.0] * len(columns) for _ in rows]
    for _ in range(_ROUNDS):
        _spread(fitted, rows, columns)
        for row, lifted in zip(fitted, taken, strict=True):
            for place, value in enumerate(row):
                lower = value + lifted[place]
                row[place] = max(0.0, lower)
                lifted[place] = lower - row[place]
    return fitted


def _spread(fitted: list[list[float]], rows: Sequence[int], columns: Sequence[int]) -> None:
    """The projection onto the tables with these margins: what each row and column lacks is spread evenly over it."""
    lacking = [(wanted - sum(row)) / len(columns) for wanted, row in zip(rows, fitted, strict=True)]
    for row, share in zip(fitted, lacking, strict=True):
        row[:] = [value + share for value in row]
    sums = [sum(column) for column in zip(*fitted, strict=True)]
    shares = [(wanted - there) / len(rows) for wanted, there in zip(columns, sums, strict=True)]
    for row in fitted:
        row[:] = [value + share for value, share in zip(row, shares, strict=True)]


def _settle(
    fitted: list[list[int]], target: Sequence[Sequence[float]], rows: Sequence[int], columns: Sequence[int]
) -> None:
    """Brings whole numbers to exactly these margins, unit by unit where the table is farthest from its target."""
    cells = [(row, column) for row in range(len(rows)) for column in range(len(columns))]
    down = [wanted - sum(row) for wanted, row in zip(rows, fitted, strict=True)]
    across = [wanted - sum(column) for wanted, column in zip(columns, zip(*fitted, strict=True), strict=True)]

    def lacks(cell: tuple[int, int]) -> tuple[float, int, int]:
        row, column = cell
        return target[row][column] - fitted[row][column], -row, -column

    def change(cell: tuple[int, int], step: int) -> None:
        row, column = cell
        fitted[row][column] += step
        down[row] -= step
        across[column] -= step

    # Cut off, no margin is above its own, unless the rounds were too few.
    while over := [c for c in cells if fitted[c[0]][c[1]] > 0 and (down[c[0]] < 0 or across[c[1]] < 0)]:
        change(min(over, key=lacks), -1)
    while under := [c for c in cells if down[c[0]] > 0 and across[c[1]] > 0]:
        change(max(under, key=lacks), 1)
