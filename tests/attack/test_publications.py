"""Attacks 2 and 3: what differs between publications, what reading twice tells, and what the ledger lets happen."""

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import asyncpg
import pytest

from app.statistics import service
from app.statistics.codebook import EPSILON, LOW_VOLUME, STANDARD, TOPICS
from app.statistics.exports.attack import NoReleaseFolder, attack_folder, findings_json
from app.statistics.exports.folder import FolderTaken, write_folder
from app.statistics.exports.selection import select_figures
from app.statistics.exports.service import FORMATS
from app.statistics.models import Published, Release
from app.statistics.periods import Period, Run
from app.statistics.refusals import AlreadyOpened, AlreadyPublished
from app.statistics.texts import load_texts
from tests.statistics.counted import SetClock, at, contacts_of, count_all
from tests.statistics.release_cast import published

TEXTS = load_texts()
ALL = Run.of(Period.parse("2025-Q4"), Period.parse("2026-Q1"))
QUARTER = Period.parse("2026-Q1")


def folder_of(place: Path, made: Published) -> Path:
    """A release folder of these releases."""
    folder = place / "releases-of-a-year"
    write_folder(folder, select_figures(made, ALL), TEXTS, "de", lambda _name: None)
    return folder


def leaks(folder: Path) -> dict[str, tuple[str, ...]]:
    return {one.attack: one.leaks for one in attack_folder(folder) if one.leaks}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("releases"), published())


def copy_of(folder: Path, place: Path) -> Path:
    for path in folder.rglob("*"):
        if path.is_file():
            target = place / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return place


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "releases" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_reader_of_everything_that_is_published_finds_nothing(folder: Path) -> None:
    findings = attack_folder(folder)
    assert [one.leaks for one in findings] == [()] * len(findings)
    assert all(one.tried for one in findings)
    assert json.loads(findings_json(findings))["harmless"] is True


def test_a_month_that_was_published_again_is_found(folder: Path, tmp_path: Path) -> None:
    """The quarter's margins tell the first publication, and the mean of both is nearer to the truth."""
    made = copy_of(folder, tmp_path)
    month = Release.read((made / "releases" / "2026-01.json").read_text("utf-8"))
    topics = dict(month.tables["topic"]["2026-01"])
    topics["eligibility"], topics["reintegration"] = topics["eligibility"] + 3, topics["reintegration"] - 3
    again = replace(month, tables={**month.tables, "topic": {"2026-01": topics}})
    (made / "releases" / "2026-01.json").write_text(again.as_text(), "utf-8")
    found = leaks(made)
    assert any("tells -3 more of eligibility" in leak for leak in found["overlapping publications say the same"])
    assert "releases/2026-01.json is not the file that was written" in found["files are those that were written"]


def test_a_table_too_much_is_found(folder: Path, tmp_path: Path) -> None:
    made = copy_of(folder, tmp_path)
    change(made, "2026-02.json", '"topic":{"2026-02"', '"nationality":{"2026-02":{"SY":3}},"topic":{"2026-02"')
    found = leaks(made)
    assert found["no table, dimension or column beyond the codebook"]
    assert found["each contact's path through the tables costs no more than promised"]


def test_noise_of_another_scale_is_found(folder: Path, tmp_path: Path) -> None:
    made = copy_of(folder, tmp_path)
    change(made, "2025-Q4.json", '"scale":2', '"scale":1')
    assert list(leaks(made)) == [
        "files are those that were written",
        "each contact's path through the tables costs no more than promised",
    ]


@pytest.mark.parametrize("secret", ["+4915112345678", "004915112345678", "0151 12345678", "CA" + "0a" * 16])
def test_a_number_or_a_sid_is_found_in_any_file(folder: Path, tmp_path: Path, secret: str) -> None:
    made = copy_of(folder, tmp_path)
    with (made / "codebook.json").open("a", encoding="utf-8") as file:
        file.write(f'"{secret}"')
    assert any("codebook.json" in leak for leak in leaks(made)["no telephone number and no identifier of a call"])


def test_a_formula_is_found(folder: Path, tmp_path: Path) -> None:
    made = copy_of(folder, tmp_path)
    csv = next(path for path in made.glob("*.csv") if not path.name.endswith(".sdmx.csv"))
    csv.write_bytes(csv.read_bytes() + b"=cmd|' /C calc'!A0;x\r\n")
    assert leaks(made)["no cell is a formula"]


def test_a_folder_without_releases_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(NoReleaseFolder, match="stats export --to"):
        attack_folder(tmp_path)
    with pytest.raises(FolderTaken):
        write_folder(folder, select_figures(published(), ALL), TEXTS, "de", lambda _name: None)


def learned(tables: list[dict[str, int]]) -> set[str]:
    """What a reader learns of a target who called between two readings: the topics that grew by one."""
    first, last = tables
    return {topic for topic in first if last[topic] - first[topic] == 1}


def test_a_reader_who_subtracts_successive_readings_learns_nothing(folder: Path) -> None:
    """The attack works on exact tables to date, and finds nothing here, where a period is published once, when over."""
    before = dict.fromkeys(TOPICS, 7)
    assert learned([before, {**before, "eligibility": 8}]) == {"eligibility"}
    month = Release.read((folder / "releases" / "2026-01.json").read_text("utf-8"))
    readings = [dict(month.tables["topic"]["2026-01"]) for _ in range(2)]
    assert learned(readings) == set()


async def a_published_month(pool: asyncpg.Pool) -> Period:
    clock = SetClock(at(QUARTER.first_on))
    await service.open_quarter(pool, QUARTER, clock, simulated=False, workload=STANDARD.name)
    await count_all(pool, contacts_of(date(2026, 1, 8), 40))
    month = Period.parse("2026-01")
    clock.go_to(month.last_on + timedelta(days=3))
    await service.close(pool, month, clock)
    await service.publish(pool, month, clock)
    return month


async def test_a_thousand_readings_are_the_same_bytes(pool: asyncpg.Pool) -> None:
    month = await a_published_month(pool)
    read = {(await service.get_release(pool, month)).as_text() for _ in range(1000)}
    assert len(read) == 1
    run = Run.of(month)
    files = {
        FORMATS[name].write(select_figures(await service.load_published(pool), run), TEXTS, "de")
        for name in ("csv", "json")
        for _ in range(25)
    }
    assert len(files) == 2


async def test_nothing_is_drawn_or_published_twice(pool: asyncpg.Pool) -> None:
    month = await a_published_month(pool)
    first = await service.get_release(pool, month)
    with pytest.raises(AlreadyOpened):
        await service.open_quarter(pool, QUARTER, SetClock(at(QUARTER.first_on)), simulated=False)
    with pytest.raises(AlreadyPublished):
        await service.publish(pool, month, SetClock(at(date(2026, 2, 9))))
    assert (await service.get_release(pool, month)).as_text() == first.as_text()


@pytest.mark.parametrize("workload", [STANDARD, LOW_VOLUME], ids=lambda workload: workload.name)
async def test_the_ledger_sums_to_what_a_contact_may_cost(pool: asyncpg.Pool, workload: object) -> None:
    """The cost of one contact: of each table that it falls into, the line of its day, month or quarter."""
    name = getattr(workload, "name", "")
    await service.open_quarter(pool, QUARTER, SetClock(at(QUARTER.first_on)), simulated=False, workload=name)
    rows = await pool.fetch("SELECT first_on, last_on, scale, epsilon FROM statistics_ledger")
    for day in (part.first_on for part in QUARTER.parts("day")):
        path = [row for row in rows if row["first_on"] <= day <= row["last_on"]]
        assert sum(Fraction(1, row["scale"]) for row in path) == EPSILON
        assert sum(row["epsilon"] for row in path) == EPSILON


async def test_the_rows_age_and_place_show_no_cell(pool: asyncpg.Pool) -> None:
    """Whoever looks at the disk sees which rows were written last: those of whole tables, never a cell's own."""
    await service.open_quarter(pool, QUARTER, SetClock(at(QUARTER.first_on)), simulated=False, workload=STANDARD.name)
    for number in range(20):
        await count_all(pool, contacts_of(date(2026, 1, 8), 1, number))
        written = await pool.fetch(
            "SELECT table_id, cardinality(cells) AS cells FROM statistics_counter "
            "WHERE xmin::text::bigint = (SELECT max(xmin::text::bigint) FROM statistics_counter)"
        )
        assert {row["table_id"]: row["cells"] for row in written} == {
            table.id: len(STANDARD.cells(table.id)) for table in STANDARD.tables
        }


async def test_a_contact_changes_one_cell_of_each_table_by_one(pool: asyncpg.Pool) -> None:
    await service.open_quarter(pool, QUARTER, SetClock(at(QUARTER.first_on)), simulated=False, workload=STANDARD.name)
    query = "SELECT period, table_id, unnest(cells) AS cell, unnest(counts) AS value FROM statistics_counter"
    before = {tuple(row)[:3]: row["value"] for row in await pool.fetch(query)}
    await count_all(pool, contacts_of(date(2026, 1, 8), 1))
    after = {tuple(row)[:3]: row["value"] for row in await pool.fetch(query)}
    changed = {key: after[key] - before[key] for key in before if after[key] != before[key]}
    assert sorted(key[1] for key in changed) == sorted(table.id for table in STANDARD.tables)
    assert set(changed.values()) == {1}
