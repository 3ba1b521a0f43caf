"""The files that figures are downloaded as: the same figures in each, no formula, and the same bytes again."""

import csv
import importlib.util
import io
import json
import re
import sys
import zipfile
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

from app.kit.errors import HotlineError
from app.statistics.codebook import DIMENSIONS
from app.statistics.exports import sdmx_files
from app.statistics.exports.documents import SCHEMA
from app.statistics.exports.selection import TOTAL
from app.statistics.exports.service import (
    FORMATS,
    NoSuchFormat,
    NoSuchTable,
    NothingPublished,
    SdmxMissing,
    Selection,
    codebook_json,
    file_name,
    format_of,
    select_figures,
)
from app.statistics.exports.tidy import defused
from app.statistics.periods import Period, Run
from app.statistics.reading import table_of, total_of
from app.statistics.report.wording import Lang
from app.statistics.texts import load_texts
from tests.statistics.release_cast import published

TEXTS = load_texts()
ALL = Run.of(Period.parse("2025-Q4"), Period.parse("2026-Q1"))
Key = tuple[str, tuple[tuple[str, str], ...]]


def everything(*, simulated: bool = True) -> Selection:
    return select_figures(published(simulated=simulated), ALL)


def written(name: str, selection: Selection | None = None, language: Lang = "de") -> bytes:
    return FORMATS[name].write(selection or everything(), TEXTS, language)


def expected(selection: Selection | None = None) -> dict[Key, tuple[int, int, int]]:
    """Each cell's value and interval by its period and codes."""
    return {
        (str(line.period), tuple(sorted(line.codes.items()))): (line.figure.value, line.figure.low, line.figure.high)
        for line in (selection or everything()).lines
    }


def tidy(content: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_a_selection_holds_every_cell_of_every_release_once() -> None:
    releases = published().releases
    cells = sum(len(cells) for release in releases for table in release.tables.values() for cells in table.values())
    assert len(everything().lines) == cells + len(releases) == len(expected())


def test_tables_can_be_chosen() -> None:
    chosen = select_figures(published(), ALL, ["land", TOTAL])
    assert {line.table for line in chosen.lines} == {"land", TOTAL}


def test_what_is_not_published_is_said() -> None:
    with pytest.raises(NothingPublished, match="1999"):
        select_figures(published(), Run.of(Period.parse("1999")))
    with pytest.raises(NoSuchTable, match="nationality"):
        select_figures(published(), ALL, ["nationality"])
    with pytest.raises(NoSuchFormat, match="csv, xlsx"):
        format_of("pdf")
    assert issubclass(NothingPublished, HotlineError)


def test_the_csv_holds_one_row_a_cell_with_codes_labels_and_interval() -> None:
    read = {
        (row["period"], tuple(sorted((name, row[name]) for name in DIMENSIONS if row[name]))): (
            int(row["value"]),
            int(row["low"]),
            int(row["high"]),
        )
        for row in tidy(written("csv"))
    }
    assert read == expected()


def test_the_csv_is_as_programs_for_spreadsheets_of_the_language_expect() -> None:
    german, english = written("csv"), written("csv", language="en")
    assert german.startswith(b"\xef\xbb\xbfperiod;grain;table;")
    assert english.startswith(b"\xef\xbb\xbfperiod,grain,table,")
    assert {row["land_label"] for row in tidy(german) if row["land"] == "DE-BY"} == {"Bayern"}
    assert {row["land_label"] for row in tidy(english, ",") if row["land"] == "DE-BY"} == {"Bavaria"}
    assert {row["simulated"] for row in tidy(german)} == {"1"}


def test_what_would_be_a_formula_is_text() -> None:
    starts = ["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"]
    assert [defused(start) for start in starts] == [f"'{start}" for start in starts]
    assert defused("Bayern") == "Bayern"
    assert defused(-3) == -3


def test_the_workbook_has_notes_a_sheet_for_each_table_and_no_formula() -> None:
    content = written("xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/")]
        assert len(sheets) == 1 + len(everything().tables)
        assert all(b"<f" not in packed.read(name) for name in sheets)
        texts = packed.read("xl/sharedStrings.xml").decode()
        read = [ET.fromstring(packed.read(name)) for name in sheets]  # noqa: S314  Written here.
    for part in ("Simulierte Daten", "Tabellenfassung", "EUPL-1.2", "Epsilon = 2", "veröffentlicht am"):
        assert part in texts
    assert not re.search(r"<t[^>]*>[=+\-@]", texts)
    values = [cell for sheet in read for cell in sheet.iter() if cell.tag.endswith("}v")]
    assert len(values) > 3 * len(everything().lines)


def test_the_json_is_of_its_schema_and_has_the_same_figures() -> None:
    document: dict[str, Any] = json.loads(written("json"))
    jsonschema: Any = importlib.import_module("jsonschema")
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(document)
    read = {
        (cell["period"], tuple(sorted(cell["codes"].items()))): (cell["value"], cell["low"], cell["high"])
        for table in document["tables"]
        for cell in table["cells"]
    }
    assert read == expected()
    assert document["simulated"] is True


def test_figures_that_were_counted_are_not_called_simulated() -> None:
    counted = everything(simulated=False)
    assert b"imuliert" not in written("csv", counted).split(b"\r\n", 1)[1]
    assert json.loads(written("json", counted))["simulated"] is False
    assert "simulated" not in file_name(counted, FORMATS["csv"])
    assert file_name(everything(), FORMATS["csv"]) == "contacts-2025-Q4_2026-Q1-simulated.csv"


def some() -> Selection:
    """A table of each kind, since the library takes its time."""
    return select_figures(published(), ALL, [TOTAL, "land", "hour", "land_outcome"])


def test_an_independent_reader_finds_the_same_figures_in_sdmx() -> None:
    import sdmx  # noqa: PLC0415  It takes seconds to load.

    structure = cast("Any", sdmx.read_sdmx(io.BytesIO(written("sdmx-structure", some()))))
    definition = structure.structure["CONTACTS"]
    assert next(dimension.id for dimension in definition.dimensions) == "FREQ"
    assert {code.id for code in structure.codelist["CL_LAND"]} == {"_T", *DIMENSIONS["land"].codes}
    assert str(structure.codelist["CL_LAND"]["DE-BY"].name.localizations["de"]) == "Bayern"
    for name, form in (("sdmx-data", "xml"), ("sdmx-csv", "csv")):
        source = io.BytesIO(written(name, some()))
        message = cast("Any", sdmx.read_sdmx(source, format=form, structure=definition))
        read = dict(_observed(one) for data in message.data for one in data.obs)
        assert read == expected(some())


def _observed(one: Any) -> tuple[Key, tuple[int, int, int]]:  # noqa: ANN401
    codes = {part.id: str(part.value) for part in one.key.values.values()}
    kept = {name.lower(): code for name, code in codes.items() if name.lower() in DIMENSIONS and code != "_T"}
    attributes = {name: str(value.value) for name, value in one.attrib.items()}
    figures = int(float(one.value)), int(attributes["CONF_LOW"]), int(attributes["CONF_HIGH"])
    return (codes["TIME_PERIOD"], tuple(sorted(kept.items()))), figures


def test_sdmx_uses_the_code_lists_that_all_share() -> None:
    frequencies = {"day": "D", "month": "M", "quarter": "Q"}
    chosen = select_figures(published(), ALL, [TOTAL, "kind", "land"])
    rows = list(csv.DictReader(io.StringIO(written("sdmx-csv", chosen).decode(), newline="")))
    assert {row["FREQ"] for row in rows} == set(frequencies.values())
    reliable = {(str(line.period), line.figure.value): line.figure.reliable for line in chosen.lines}
    for row in rows:
        assert row["OBS_STATUS"] == ("A" if reliable[row["TIME_PERIOD"], int(row["OBS_VALUE"])] else "U")
        assert row["STRUCTURE_ID"] == "RETURN_HOTLINE:CONTACTS(1.0)"


def test_without_the_package_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sdmx", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    for writer in (sdmx_files.export_sdmx_csv, sdmx_files.export_sdmx_data, sdmx_files.export_sdmx_structure):
        with pytest.raises(SdmxMissing, match=re.escape("./run setup sdmx")):
            writer(everything(), TEXTS, "de")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_releases_are_the_same_bytes(name: str) -> None:
    selection = select_figures(published(), Run.of(Period.parse("2025-Q4")))
    assert len({FORMATS[name].write(selection, TEXTS, "en") for _ in range(3)}) == 1


def test_the_codebook_defines_every_code_in_both_languages() -> None:
    book: dict[str, Any] = json.loads(codebook_json(TEXTS))
    for name, dimension in DIMENSIONS.items():
        assert tuple(book["dimensions"][name]["codes"]) == dimension.codes
        for texts in book["dimensions"][name]["codes"].values():
            assert texts["de"]["label"]
            assert texts["en"]["label"]


def test_the_totals_are_those_of_the_pages() -> None:
    quarter = Run.of(Period.parse("2026-Q1"))
    totals = {str(line.period): line.figure.value for line in everything().lines if line.table == TOTAL}
    assert total_of(published(), quarter).value == table_of(published(), "land", quarter).total.value
    assert totals["2026-Q1"] == total_of(published(), quarter).value
    assert totals["2026-Q1"] == totals["2026-01"] + totals["2026-02"] + totals["2026-03"]
