"""Figures as tidy rows: one row a cell, one column a dimension; and as CSV."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Final

from app.statistics.exports.selection import COLUMNS, Line, Selection
from app.statistics.report.wording import Lang
from app.statistics.texts import Texts

Value = str | int

# What a program for spreadsheets may take for the beginning of a formula (OWASP, CSV injection).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HEADINGS: Final = (
    "period",
    "grain",
    "table",
    *(heading for name in COLUMNS for heading in (name, f"{name}_label")),
    "value",
    "low",
    "high",
    "reliable",
    "draws",
    "noise_scale",
    "simulated",
    "workload",
    "published_at",
)


def list_rows(selection: Selection, texts: Texts, language: Lang) -> tuple[tuple[Value, ...], ...]:
    """Rows in the order of HEADINGS; a dimension that a table does not have is an empty cell."""
    return tuple(_row(line, texts, language) for line in selection.lines)


def export_csv(selection: Selection, texts: Texts, language: Lang) -> bytes:
    """UTF-8 with a mark at its start; German with semicolons, as its programs expect. Headings are the same in both."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if language == "de" else ",", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows([defused(cell) for cell in row] for row in list_rows(selection, texts, language))
    return text.getvalue().encode("utf-8-sig")


def defused(cell: Value) -> Value:
    """The cell with an apostrophe before it where a program might take its text for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def labels_of(line: Line, names: Sequence[str], texts: Texts, language: Lang) -> list[Value]:
    """For each of the dimensions the code and its label."""
    cells: list[Value] = []
    for name in names:
        code = line.codes.get(name)
        cells += ["", ""] if code is None else [code, texts.label(name, code, language)]
    return cells


def _row(line: Line, texts: Texts, language: Lang) -> tuple[Value, ...]:
    figure, release = line.figure, line.release
    return (
        str(line.period),
        line.period.grain,
        line.table,
        *labels_of(line, COLUMNS, texts, language),
        figure.value,
        figure.low,
        figure.high,
        int(figure.reliable),
        release.draws,
        release.scale,
        int(release.simulated),
        release.workload,
        release.published_at.date().isoformat(),
    )
