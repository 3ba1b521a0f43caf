"""Tables by the address, and their rows as files in which no cell is a formula."""

import csv
import io
import re
import zipfile
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.shell.spreadsheets import File, as_csv, as_xlsx
from app.shell.styleguide import FRUITS
from tests.shell.conftest import Toy

STARTS = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", ""])
TEXTS = st.builds(
    str.__add__, STARTS, st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
)
CELLS = st.one_of(TEXTS, st.integers(-(10**9), 10**9), st.none(), st.dates(date(1901, 1, 1), date(2100, 1, 1)))


def names(html: str) -> list[str]:
    return re.findall(r'href="/styleguide/fruits/\d+"[^>]*>([^<]+)</a>', html)


async def test_the_address_sorts(toy: Toy) -> None:
    up = await toy.client.get("/styleguide?sort=weight&order=ascending")
    down = await toy.client.get("/styleguide?sort=weight&order=descending")
    assert names(up.text) == [fruit.name for fruit in FRUITS[:5]]
    assert names(down.text) == [fruit.name for fruit in FRUITS[:-6:-1]]
    assert 'aria-sort="descending"' in down.text
    assert "/styleguide?sort=weight&amp;order=descending" in up.text


async def test_the_address_pages_and_sorting_begins_again_at_the_first_page(toy: Toy) -> None:
    second = await toy.client.get("/styleguide?sort=weight&order=ascending&page=2")
    assert names(second.text) == [fruit.name for fruit in FRUITS[5:10]]
    assert 'href="/styleguide?sort=weight&amp;order=ascending&amp;page=3" rel="next"' in second.text
    assert 'href="/styleguide?sort=name&amp;order=ascending"' in second.text
    assert "Seite 2 von 3" in second.text


async def test_an_address_that_means_nothing_shows_the_first_page(toy: Toy) -> None:
    for query in ("sort=__class__", "page=0", "page=-1", "page=x", "page=²", "sort=ripe"):
        answer = await toy.client.get(f"/styleguide?{query}")
        assert names(answer.text) == [fruit.name for fruit in FRUITS[:5]]
    last = await toy.client.get("/styleguide?page=999999999999")
    assert names(last.text) == [fruit.name for fruit in FRUITS[10:]]


async def test_an_empty_table_says_so(toy: Toy) -> None:
    assert "Sobald jemand etwas pflückt, steht es hier." in (await toy.client.get("/styleguide")).text


async def test_the_rows_are_written_as_their_reader_writes(toy: Toy) -> None:
    german = (await toy.client.get("/styleguide", headers={"Accept-Language": "de"})).text
    english = (await toy.client.get("/styleguide", headers={"Accept-Language": "en"})).text
    assert [found for found in ["1.234", "01.03.2026", "29.03.2026, 01:30", "reif"] if found in german] == [
        "1.234",
        "01.03.2026",
        "29.03.2026, 01:30",
        "reif",
    ]
    assert [found for found in ["1,234", "1 Mar 2026", "29 Mar 2026, 01:30", "ripe"] if found in english] == [
        "1,234",
        "1 Mar 2026",
        "29 Mar 2026, 01:30",
        "ripe",
    ]


async def test_all_rows_come_as_a_file_in_the_order_of_the_page(toy: Toy) -> None:
    answer = await toy.client.get("/styleguide/fruits/file?format=csv&sort=weight&order=descending")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Name", "Zustand", "Gewicht in Gramm", "Gepflückt", "Gewogen"]
    assert [row[0] for row in rows[1:3]] == ["Olive", "'=1+1"]
    assert len(rows) == len(FRUITS) + 1
    book = await toy.client.get("/styleguide/fruits/file")
    assert "spreadsheetml" in book.headers["content-type"]
    assert zipfile.ZipFile(io.BytesIO(book.content)).testzip() is None


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4), st.sampled_from(["de", "en"]))
def test_no_cell_of_a_csv_is_a_formula(rows: list[list[str | int | date | None]], language: str) -> None:
    content = as_csv(File("f", "F", ["=A1", "b"], rows), language).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(content, newline=""), delimiter=";" if language == "de" else ","))
    assert len(read) == len(rows) + 1
    for cell in (cell for row in read for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n"))
        assert not cell.startswith("-") or cell[1:].isdigit()


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4))
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(rows: list[list[str | int | date | None]]) -> None:
    book = zipfile.ZipFile(io.BytesIO(as_xlsx(File("f", "F", ["=A1", "b"], rows))))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    shared = book.read("xl/sharedStrings.xml").decode()
    assert not re.search(r"<t[^>]*>[=+@-]", shared)
