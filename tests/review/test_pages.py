"""The review as a reader of the authority meets it: sentences, charts with their tables, files, codebook."""

import re
from io import BytesIO

import pytest
from fastapi import FastAPI
from pypdf import PdfReader

from app.accounts.models import Role
from app.shell.registry import list_pages
from tests.entrance.house import Visit
from tests.moving import MovableClock
from tests.review.conftest import enter


async def test_before_the_first_publication_a_page_says_when_it_comes(reader: Visit) -> None:
    await reader.open("/review")
    assert (reader.page.status_code, "Noch ist nichts veröffentlicht" in reader.text) == (200, True)
    await reader.open("/review/files")
    assert "Noch ist nichts veröffentlicht" in reader.text


async def test_the_total_and_every_table_stand_on_the_page(reader: Visit, figures: int) -> None:
    await reader.open("/review?from=2026-01&to=2026-03")
    assert "Simulierte Zahlen" in reader.text
    assert "1. Quartal 2026 in Kürze" in reader.text
    low, high = (int(n.replace(".", "")) for n in re.findall(r"zwischen ([\d.]+) und ([\d.]+)", reader.text)[0])
    assert low - 40 <= figures <= high + 40
    charts, tables = reader.page.text.count("<svg role="), reader.page.text.count("<table")
    assert charts == tables == 11
    assert "style=" not in reader.page.text
    for heading in ("Sprachen", "Themen", "Bundesländer", "Ergebnisse", "Wartezeiten", "Tageszeit"):
        assert heading in reader.text


async def test_a_view_is_compared_and_stays_in_its_address(reader: Visit, figures: int) -> None:
    assert figures
    await reader.open("/review?from=2026-03&to=2026-03&compare=before")
    assert "Februar 2026:" in reader.text
    assert re.search(r"nicht erkennbar|mehr|weniger", reader.text)
    assert '<option value="2026-03" selected>' in reader.page.text
    await reader.open("/review?from=2026-03&to=2026-03&compare=year")
    assert "Für den Zeitraum zum Vergleich ist nichts veröffentlicht." in reader.text


async def test_what_the_address_cannot_mean_still_shows_a_page(reader: Visit, figures: int) -> None:
    assert figures
    for query in ("from=gestern&to=9999-99", "from=2026-03&to=2026-01", "compare=%00", "from=2026-01-01"):
        await reader.open(f"/review?{query}")
        assert reader.page.status_code == 200


async def test_the_codebook_names_every_table_and_code(reader: Visit) -> None:
    await reader.open("/review/codebook")
    for word in ("language_topic", "stay_or_fear", "DE-MV", "weekend_or_holiday", "b = 5"):
        assert word in reader.text, word
    low_volume = re.findall(r"/review/codebook\?version=(low-volume-[0-9a-f]+)", reader.page.text)[0]
    await reader.open(f"/review/codebook?version={low_volume}")
    assert "b = 2" in reader.text
    assert "day_type" not in reader.text
    book = await reader.client.get("/review/codebook.json")
    assert "stay_or_fear" in book.text


FORMATS = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "json": b"{", "sdmx-csv": b"STRUCTURE", "sdmx-structure": b"<?xml"}


async def test_files_hold_the_figures(reader: Visit, figures: int) -> None:
    assert figures
    for kind, start in FORMATS.items():
        got = await reader.client.get(f"/review/download?from=2026-01&to=2026-03&format={kind}")
        assert got.status_code == 200
        assert got.content.startswith(start), kind
        assert "attachment" in got.headers["content-disposition"]
        assert "simulated" in got.headers["content-disposition"]
        again = await reader.client.get(f"/review/download?from=2026-01&to=2026-03&format={kind}")
        assert again.content == got.content, kind


async def test_what_there_is_not_leads_back_to_the_files(reader: Visit) -> None:
    for address in ("download?format=exe", "download?format=csv", "report?period=2019-H1", "report?period=;", "report"):
        await reader.open(f"/review/{address}")
        assert reader.at == "/review/files"
        assert "Dafür ist nichts veröffentlicht." in reader.page.text


async def test_the_short_report_is_a_paper(reader: Visit, figures: int) -> None:
    assert figures
    got = await reader.client.get("/review/report?period=2026-H1&language=en")
    assert got.headers["content-type"] == "application/pdf"
    paper = PdfReader(BytesIO(got.content))
    assert 4 <= len(paper.pages) <= 6
    assert "simulated" in paper.pages[0].extract_text().lower()


def test_whoever_takes_figures_away_proves_again_who_they_are(pages: FastAPI) -> None:
    guarded = {entry.path for entry in list_pages(pages) if entry.router == "review" and entry.step_up}
    assert guarded == {"/review/files", "/review/download", "/review/report"}


@pytest.mark.parametrize("role", [Role.AGENT, Role.EDITOR, Role.CENTRE_STAFF])
async def test_others_do_not_enter(pages: FastAPI, clock: MovableClock, role: Role) -> None:
    somebody = await enter(pages, clock, role)
    for address in ("/review", "/review/files", "/review/download?format=csv", "/review/codebook.json"):
        assert (await somebody.open(address)).page.status_code == 403
