"""Figures as a workbook: notes first, then a sheet for each table; no cell is ever a formula."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from app.kit.clock import GERMANY
from app.statistics.exports.notes import list_notes
from app.statistics.exports.selection import TOTAL, Line, Selection
from app.statistics.exports.tidy import Value, defused, labels_of
from app.statistics.report.wording import Lang, say
from app.statistics.texts import Texts

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FIGURES: Final = ("value", "low", "high", "reliable", "draws", "simulated")
_NAME_LENGTH: Final = 31
_WIDEST_COLUMN: Final = 60
_NOTE_WIDTHS: Final = (26, 110)


def export_xlsx(selection: Selection, texts: Texts, language: Lang) -> bytes:
    import xlsxwriter  # noqa: PLC0415  It is heavy, and seldom needed.

    written = BytesIO()
    book = xlsxwriter.Workbook(written, _OPTIONS)
    title = f"{say('line.name', language)} {selection.run}"
    # The program writes the time of making into the file, unless it is told another.
    book.set_properties({"title": title, "created": _naive(selection.published_at)})
    _write_notes(book, selection, language)
    for table_id in selection.tables:
        lines = [line for line in selection.lines if line.table == table_id]
        _write_table(book, table_id, lines, texts, language)
    book.close()
    return written.getvalue()


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(GERMANY).replace(tzinfo=None, microsecond=0)


def _write_notes(book: "Workbook", selection: Selection, language: Lang) -> None:
    sheet = book.add_worksheet(say("file.sheet.notes", language))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for line, (heading, text) in enumerate(list_notes(selection, language)):
        sheet.write_string(line, 0, str(defused(heading)), bold)
        sheet.write_string(line, 1, str(defused(text)), wrapped)
    for column, width in enumerate(_NOTE_WIDTHS):
        sheet.set_column(column, column, width)
    _print_setup(sheet)


def _write_table(book: "Workbook", table_id: str, lines: Sequence[Line], texts: Texts, language: Lang) -> None:
    name = say("file.sheet.total", language) if table_id == TOTAL else texts.table(table_id, language)[0]
    sheet = book.add_worksheet(_sheet_name(name, table_id))
    dimensions = tuple(lines[0].codes) if lines else ()
    rows = [_headings(dimensions, texts, language), *(_cells(line, dimensions, texts, language) for line in lines)]
    bold = book.add_format({"bold": True, "bottom": 1})
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(place, column, value)
            else:
                sheet.write_string(place, column, str(defused(value)), bold if place == 0 else None)
    for column in range(len(rows[0])):
        longest = max(len(str(row[column])) for row in rows)
        sheet.set_column(column, column, min(longest + 2, _WIDEST_COLUMN))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows) - 1, len(rows[0]) - 1)
    sheet.repeat_rows(0)
    _print_setup(sheet)


def _headings(dimensions: Sequence[str], texts: Texts, language: Lang) -> list[Value]:
    named: list[Value] = [say("col.period", language)]
    for dimension in dimensions:
        label = texts.dimension(dimension, language)[0]
        named += [f"{label} ({say('codebook.column.code', language)})", label]
    return [
        *named,
        *(say(f"col.{name}", language) for name in ("value", "low", "high", "reliable", "draws", "simulated")),
    ]


def _cells(line: Line, dimensions: Sequence[str], texts: Texts, language: Lang) -> list[Value]:
    figure = line.figure
    said = {True: say("file.yes", language), False: say("file.no", language)}
    return [
        str(line.period),
        *labels_of(line, dimensions, texts, language),
        figure.value,
        figure.low,
        figure.high,
        said[figure.reliable],
        line.release.draws,
        said[line.release.simulated],
    ]


def _sheet_name(name: str, table_id: str) -> str:
    """A sheet's name may be short only, and some signs mean something else in it."""
    plain = "".join(sign for sign in name if sign not in "[]:*?/\\'")
    return plain if 0 < len(plain) <= _NAME_LENGTH else table_id


def _print_setup(sheet: "Worksheet") -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
