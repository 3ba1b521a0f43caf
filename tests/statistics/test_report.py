"""The Kurzbericht and the codebook: accessible PDF, sentences that follow from the figures, charts with their words."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast
from xml.etree import ElementTree as ET

import altair as alt
import pypdf
import pytest

from app.statistics import charts
from app.statistics.charts import TILES, Mark, Place, Words
from app.statistics.codebook import LAENDER
from app.statistics.models import Published
from app.statistics.periods import Period, Run
from app.statistics.reading import Figure, table_of, totals_of
from app.statistics.report.drawings import draw_series, draw_table, list_rows
from app.statistics.report.sentences import headlines, list_changes
from app.statistics.report.service import NothingPublished, codebook_pdf, report_pdf
from app.statistics.report.shares import service_figures, share_of
from app.statistics.report.wording import Lang, number, percent, period_words, sentences
from app.statistics.texts import load_texts
from tests.statistics.release_cast import published

TEXTS = load_texts()
QUARTER = Period.parse("2026-Q1")
RUN = Run.of(QUARTER)
WORDS = Words('Zahlen & "mehr" <hier>', "Kontakte", "de")
MARKS = (Mark("Bayern", 400, 380, 420), Mark("Hessen", 12, 0, 33, reliable=False))


def opened(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def tags(reader: pypdf.PdfReader) -> Iterator[dict[str, Any]]:
    """Every element of the structure tree."""
    waiting = [cast("Any", reader.trailer["/Root"])["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += element
        elif isinstance(element, dict):
            if "/S" in element:
                yield element
            if "/K" in element and not isinstance(element["/K"], int):
                waiting.append(element["/K"])


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_report_is_an_accessible_pdf_of_four_to_six_pages(language: Lang) -> None:
    reader = opened(report_pdf(published(), QUARTER, TEXTS, language))
    root = cast("Any", reader.trailer["/Root"])
    assert 4 <= len(reader.pages) <= 6
    assert root["/Lang"].startswith(language)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata.title == sentences()["report.title"][language]
    found = list(tags(reader))
    kinds = [element["/S"] for element in found]
    assert {"/H1", "/Figure", "/Table", "/TH", "/TD", "/L", "/Caption"} <= set(kinds)
    figures = [element for element in found if element["/S"] == "/Figure"]
    assert len(figures) >= 6
    assert all(len(element["/Alt"]) > 40 for element in figures)


def test_each_page_says_that_the_figures_are_simulated() -> None:
    pages = opened(report_pdf(published(), QUARTER, TEXTS, "de")).pages
    assert all("Simulierte Daten" in page.extract_text() for page in pages)
    counted = opened(report_pdf(published(simulated=False), QUARTER, TEXTS, "de")).pages
    assert not any("imuliert" in page.extract_text() for page in counted)


def test_the_fonts_are_the_projects_own() -> None:
    reader = opened(report_pdf(published(), QUARTER, TEXTS, "de"))
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in reader.pages
        for font in cast("Any", page["/Resources"])["/Font"].values()
    }
    assert {name.split("-")[0] for name in fonts} == {"FiraSans"}


def test_the_same_figures_make_the_same_file() -> None:
    from app.statistics.report.typesetting import typeset  # noqa: PLC0415

    first = report_pdf(published(), QUARTER, TEXTS, "en")
    typeset.cache_clear()
    assert report_pdf(published(), QUARTER, TEXTS, "en") == first


def test_a_contact_is_named_only_where_there_is_one() -> None:
    without = opened(report_pdf(published(), QUARTER, TEXTS, "de")).pages[0].extract_text()
    with_ = opened(report_pdf(published(), QUARTER, TEXTS, "de", contact="Referat 1")).pages[0].extract_text()
    assert "Kontakt:" not in without
    assert "Referat 1" in with_


def test_a_period_of_low_volume_tells_what_it_has_no_tables_for() -> None:
    text = "".join(
        page.extract_text() for page in opened(report_pdf(published(), Period.parse("2025-Q4"), TEXTS, "de")).pages
    )
    assert "nur vier Tabellen" in re.sub(r"\s+", " ", re.sub(r"-\n", "", text))
    assert "Zu welchen Stunden" not in text


def test_nothing_is_reported_of_what_is_not_published() -> None:
    with pytest.raises(NothingPublished, match="2031-H1"):
        report_pdf(published(), Period.parse("2031-H1"), TEXTS, "de")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_codebook_names_every_code(language: Lang) -> None:
    reader = opened(codebook_pdf(language))
    text = "".join(page.extract_text() for page in reader.pages)
    assert cast("Any", reader.trailer["/Root"])["/MarkInfo"]["/Marked"]
    assert all(code in text for code in ("DE-BY", "kmr", "language_not_served", "weekend_or_holiday", "up_to_600"))


def scaled(factor: int) -> Published:
    """The standard quarter's months with every figure so many times as large."""
    made = published()
    releases = tuple(
        replace(
            release,
            total=release.total * factor,
            tables={
                name: {
                    period: {cell: value * factor for cell, value in cells.items()} for period, cells in table.items()
                }
                for name, table in release.tables.items()
            },
        )
        if QUARTER.covers(release.period)
        else release
        for release in made.releases
    )
    return replace(made, releases=releases)


def test_a_change_is_said_only_beyond_the_noise() -> None:
    run, before = Run.of(Period.parse("2026-03")), Run.of(Period.parse("2026-02"))
    said = " ".join(headlines(published(), run, before, TEXTS, "de"))
    assert "mehr als im Zeitraum Februar 2026" in said
    assert list_changes(published(), run, run) == ()
    same = " ".join(headlines(published(), run, run, TEXTS, "de"))
    assert "kein Unterschied, der größer ist" in same
    assert "Bei keinem Merkmal" in same


def test_what_grew_many_times_is_said_as_a_factor() -> None:
    said = " ".join(headlines(scaled(9), RUN, Run.of(Period.parse("2025-Q4")), TEXTS, "de"))
    assert "-Fache des Zeitraums 4. Quartal 2025" in said


def test_nothing_is_compared_with_what_is_not_there() -> None:
    said = " ".join(headlines(published(), RUN, Run.of(Period.parse("1999-Q1")), TEXTS, "de"))
    assert "1999" not in said
    assert "0 %" not in said


def test_missing_parts_are_said_first() -> None:
    said = headlines(published(), Run.of(Period.parse("2026-H1")), None, TEXTS, "en")
    assert "no published figures for quarter 2 of 2026" in said[1]


def test_no_sentence_rests_on_an_unreliable_figure() -> None:
    """With hardly any contacts only the bounds are said."""
    made = published()
    few = tuple(
        replace(
            release,
            total=release.total // 500,
            tables={
                name: {period: {cell: value // 500 for cell, value in cells.items()} for period, cells in table.items()}
                for name, table in release.tables.items()
            },
        )
        for release in made.releases
    )
    said = headlines(replace(made, releases=few), RUN, None, TEXTS, "de")
    assert "nicht belastbar" in said[0]
    assert len(said) == 2


def test_unmet_demand_for_languages_is_a_headline() -> None:
    said = headlines(published(), RUN, None, TEXTS, "de")
    unmet = table_of(published(), "outcome", RUN).cells["language_not_served"]
    assert said[1].startswith(f"{number(unmet.value, 'de')} Kontakte endeten, weil die gewünschte Sprache")


def test_a_share_lies_within_bounds_that_hold_the_truth() -> None:
    share = share_of(Figure(80, 100.0), Figure(20, 100.0))
    assert (share.value, share.reliable) == (0.8, True)
    assert share.low == pytest.approx(59 / (59 + 41))
    assert share.high == 1.0
    assert not share_of(Figure(0, 100.0), Figure(0, 100.0)).reliable


def test_the_service_level_is_that_of_the_published_tables() -> None:
    service = service_figures(published(), RUN)
    assert service is not None
    waits = {cell: figure.value for cell, figure in table_of(published(), "wait", RUN).cells.items()}
    waited = sum(waits.values()) - waits["none"]
    assert service.within20.value == pytest.approx((waits["up_to_10"] + waits["up_to_20"]) / waited)
    assert service.within20.low <= service.within20.value <= service.within30.value <= service.within30.high
    assert service_figures(published(), Run.of(Period.parse("2025-Q4"))) is None


@pytest.mark.parametrize(
    "svg",
    [
        charts.bar_chart(MARKS, WORDS),
        charts.line_chart(MARKS, WORDS),
        charts.heat_map((Place("00", "werktags", MARKS[0]), Place("01", "werktags", MARKS[1])), WORDS, across="Uhr"),
        charts.tile_map((("DE-BY", MARKS[0]), ("DE-HE", MARKS[1]), ("unknown", MARKS[1])), WORDS),
    ],
    ids=["bars", "line", "heat", "tiles"],
)
def test_a_chart_is_one_picture_with_a_text_and_no_inline_style(svg: str) -> None:
    root = ET.fromstring(svg)  # noqa: S314  Drawn here.
    assert root.get("role") == "img"
    assert root.get("aria-label") == WORDS.alt == root[0].text
    assert root.get("lang") == "de"
    assert "style=" not in svg
    assert "<script" not in svg
    assert "3,3" in svg, "an unreliable figure has a dashed edge"


def test_charts_are_sound_vega_lite() -> None:
    specs = (
        charts.bar_spec(MARKS, WORDS, 300),
        charts.line_spec(MARKS, WORDS, 300, 100),
        charts.heat_spec((Place("00", "werktags", MARKS[0]),), "Uhr", 20),
        charts.tile_spec((("DE-BY", MARKS[0]),), 60),
    )
    for spec in specs:
        alt.LayerChart.from_dict(spec, validate=True)


@pytest.mark.parametrize(("column", "slanted"), [("08", False), ("Papiere und Reise", True)])
def test_long_names_of_columns_do_not_run_into_each_other(column: str, *, slanted: bool) -> None:
    drawn = charts.heat_map((Place(column, "Berlin", MARKS[0]),), WORDS, across="Thema")
    assert ("rotate(325)" in drawn) is slanted


def test_every_land_has_a_tile_of_its_own() -> None:
    assert set(TILES) == set(LAENDER) - {"unknown"}
    assert len(set(TILES.values())) == 16


def test_beside_each_chart_stands_every_figure() -> None:
    for table_id in ("language", "hour", "land", "land_topic"):
        view = table_of(published(), table_id, RUN)
        rows = list_rows(view, TEXTS, "de")
        assert {row.cell: row.figure for row in rows} == dict(view.cells)
        drawn = draw_table(view, TEXTS, "de")
        assert "simulierte Daten" in drawn.caption
        assert number(max(row.figure.value for row in rows), "de") in drawn.alt
    assert "Januar 2026" in draw_series(totals_of(published(), RUN), "de").caption


def test_periods_and_numbers_are_written_as_people_do() -> None:
    written = [
        period_words(Period.parse(text), "de") for text in ("2026", "2026-H2", "2026-Q4", "2026-11", "2026-11-02")
    ]
    assert written == ["Jahr 2026", "2. Halbjahr 2026", "4. Quartal 2026", "November 2026", "2. November 2026"]
    run = Run.of(Period.parse("2026-07"), Period.parse("2026-09"))
    assert period_words(run, "en") == "1 July 2026 to 30 September 2026"
    assert (number(12345, "de"), number(12345, "en")) == ("12.345", "12,345")
    assert (percent(0.126, "de"), percent(0.126, "en")) == ("13\N{NO-BREAK SPACE}%", "13%")
