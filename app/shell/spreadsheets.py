"""Rows as a file for spreadsheets: CSV as a German or English program reads it, or XLSX; no cell is ever a formula."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Final, Literal

from app.kit.clock import GERMANY
from app.shell.answers import Download

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Forms = dict[type[date], "Format"]
Value = str | int | float | date | datetime | None
# What a program may take for the beginning of a formula (OWASP, CSV injection).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST_COLUMN: Final = 60


@dataclass(frozen=True, slots=True)
class File:
    """What goes into a file: its name without ending, the sheet's title, the headings and the rows."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Value]]


def as_file(file: File, kind: Literal["csv", "xlsx"], language: str) -> Download:
    if kind == "csv":
        return Download(as_csv(file, language), f"{file.name}.csv", "text/csv; charset=utf-8")
    return Download(as_xlsx(file), f"{file.name}.xlsx", XLSX)


def as_csv(file: File, language: str) -> bytes:
    """UTF-8 with a mark at its start; German with semicolons and decimal commas, as its programs expect."""
    german = language == "de"
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if german else ",", lineterminator="\r\n")
    writer.writerow([defused(heading) for heading in file.headings])
    writer.writerows([[_csv_cell(value, german=german) for value in row] for row in file.rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(file: File) -> bytes:
    import xlsxwriter  # noqa: PLC0415  It is heavy, and seldom needed.

    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1})
    forms: Forms = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    book.set_properties({"title": file.title})
    for column, heading in enumerate(file.headings):
        sheet.write_string(0, column, defused(heading), bold)
    for line, row in enumerate(file.rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, line, column, value, forms)
    _set_widths(sheet, file)
    sheet.freeze_panes(1, 0)
    book.close()
    return written.getvalue()


def defused(text: str) -> str:
    """The text with an apostrophe before it where a program might take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _csv_cell(value: Value, *, german: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(GERMANY).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value).replace(".", ",") if german else str(value)
    return defused(value)


def _write_cell(
    sheet: "Worksheet",
    line: int,
    column: int,
    value: Value,
    forms: Forms,
) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(line, column, value.astimezone(GERMANY).replace(tzinfo=None), forms[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), forms[date])  # noqa: DTZ001  A cell's day has no zone.
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif value is not None:
        sheet.write_string(line, column, defused(value))


def _set_widths(sheet: "Worksheet", file: File) -> None:
    for column, heading in enumerate(file.headings):
        longest = max([len(heading), *(len(str(row[column])) for row in file.rows)])
        sheet.set_column(column, column, min(longest + 2, _WIDEST_COLUMN))
