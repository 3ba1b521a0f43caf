"""The codebook: fixed lists, versions that follow their content, and a text in both languages for everything."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from app.calls.codes import TOPICS as COUNTED_TOPICS
from app.knowledge.models import CONTENT_LANGUAGES
from app.statistics.codebook import (
    DIMENSIONS,
    EPSILON,
    LANGUAGES,
    LOW_VOLUME,
    OUTCOMES,
    STANDARD,
    TOPICS,
    WAITS,
    WORKLOADS,
    Dimension,
    Table,
    Workload,
    workload_of,
)
from app.statistics.models import Contact
from app.statistics.periods import Period
from app.statistics.rules import choose_workload, counter_cells, day_type, kind_of, values_of, wait_band
from app.statistics.texts import MEASURES, load_texts
from tests.statistics.counted import at, contact

WEDNESDAY = date(2026, 11, 18)


def test_languages_are_those_in_which_the_content_is_complete() -> None:
    assert (*CONTENT_LANGUAGES, "other") == LANGUAGES


def test_the_flows_count_by_the_codebooks_lists() -> None:
    assert COUNTED_TOPICS is TOPICS


def test_dimensions_have_the_sizes_of_the_design() -> None:
    sizes = {dimension.id: len(dimension.codes) for dimension in DIMENSIONS.values()}
    assert sizes == {
        "language": 14,
        "topic": 9,
        "land": 17,
        "outcome": 7,
        "hour": 24,
        "day_type": 2,
        "wait": 8,
        "kind": 4,
    }
    assert len(STANDARD.cells("hour")) == 48
    assert all(dimension.otherwise in dimension.codes for dimension in DIMENSIONS.values())


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS)
def test_a_contact_spends_two_in_all(workload: Workload) -> None:
    assert sum(Fraction(1, workload.scale) for _ in workload.tables) == EPSILON
    assert Workload.read(workload.content) == workload
    assert Workload.read(workload.content).version == workload.version


def test_ten_tables_and_four() -> None:
    assert [len(workload.tables) for workload in (STANDARD, LOW_VOLUME)] == [10, 4]
    assert [workload.scale for workload in (STANDARD, LOW_VOLUME)] == [5, 2]


def test_another_code_or_table_is_another_version() -> None:
    language = replace(DIMENSIONS["language"], codes=("de", "other"))
    shorter = replace(LOW_VOLUME, dimensions={**LOW_VOLUME.dimensions, "language": language})
    fewer = workload_of("low-volume", LOW_VOLUME.tables[:2])
    assert len({LOW_VOLUME.version, shorter.version, fewer.version}) == 3


def test_an_odd_number_of_tables_has_no_whole_scale() -> None:
    with pytest.raises(ValueError, match="whole scales"):
        _ = workload_of("three", LOW_VOLUME.tables[:3]).scale


def test_everything_has_a_name_and_a_definition_in_both_languages() -> None:
    texts = load_texts()
    for language in ("de", "en"):
        for dimension in DIMENSIONS.values():
            assert all(texts.dimension(dimension.id, language))
            for code in dimension.codes:
                assert texts.label(dimension.id, code, language)
        for table in (table for workload in WORKLOADS.values() for table in workload.tables):
            assert all(texts.table(table.id, language))
        assert all(all(texts.measure(measure, language)) for measure in MEASURES)
    known = {(dimension.id, code) for dimension in DIMENSIONS.values() for code in dimension.codes}
    assert texts.codes.keys() == known
    assert texts.dimensions.keys() == DIMENSIONS.keys()
    assert texts.tables.keys() == {table.id for workload in WORKLOADS.values() for table in workload.tables}


def test_a_code_that_is_gone_is_called_by_itself() -> None:
    assert load_texts().label("language", "xx", "de") == "xx"
    assert load_texts().codes_definition("language", "xx", "de") == ""


def test_a_contact_falls_into_one_cell_of_each_table() -> None:
    periods = {table.id: "2026-11" for table in STANDARD.tables}
    one = contact(at(WEDNESDAY, 9, 30), language="tr", topic="eligibility", land="DE-SN", outcome="informed")
    cells = {table: cell for _, table, cell in counter_cells(STANDARD, periods, one)}
    assert cells == {
        "kind": "self_service",
        "language": "tr",
        "topic": "eligibility",
        "land": "DE-SN",
        "outcome": "informed",
        "hour": "09.weekday",
        "wait": "none",
        "language_topic": "tr.eligibility",
        "land_topic": "DE-SN.eligibility",
        "land_outcome": "DE-SN.informed",
    }


def test_what_nobody_learned_counts_as_otherwise() -> None:
    periods = {table.id: "2026-Q4" for table in LOW_VOLUME.tables}
    cells = {
        table: cell for _, table, cell in counter_cells(LOW_VOLUME, periods, contact(at(WEDNESDAY), language="xx"))
    }
    assert cells == {"language": "other", "topic": "other", "land": "unknown", "outcome": "abandoned"}


def test_a_period_counts_by_the_codes_it_was_opened_with() -> None:
    older = Workload(
        "older",
        (Table("topic", ("topic",), "quarter"),),
        {"topic": Dimension("topic", ("eligibility", "rest"), "rest")},
    )
    periods = {"topic": "2026-Q4"}
    cells = [
        counter_cells(older, periods, contact(at(WEDNESDAY), topic=topic))[0][2]
        for topic in ("eligibility", "reintegration", None)
    ]
    assert cells == ["eligibility", "rest", "rest"]


@pytest.mark.parametrize(
    ("day", "free"),
    [
        (WEDNESDAY, False),
        (date(2026, 11, 21), True),
        (date(2026, 11, 22), True),
        (date(2026, 12, 25), True),
        (date(2027, 3, 26), True),
        # All Saints is a holiday in some Länder only.
        (date(2027, 11, 1), False),
        (date(2026, 10, 31), True),
        (date(2028, 10, 3), True),
    ],
)
def test_weekends_and_nationwide_holidays_are_one_type_of_day(day: date, *, free: bool) -> None:
    assert (day_type(day) == "weekend_or_holiday") is free


@pytest.mark.parametrize(
    ("began_at", "hour"),
    [
        (datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "00"),
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), "00"),
        # The hour that comes twice in an autumn night counts twice as two, the one that spring leaves out never.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "03"),
    ],
)
def test_the_hour_is_the_one_on_a_german_clock(began_at: datetime, hour: str) -> None:
    assert values_of(Contact(began_at=began_at, ended_at=began_at))["hour"] == hour


@pytest.mark.parametrize(
    ("seconds", "band"),
    [
        (None, "none"),
        (0, "up_to_10"),
        (10, "up_to_10"),
        (11, "up_to_20"),
        (30, "up_to_30"),
        (600, "up_to_600"),
        (601, "over_600"),
        (90_000, "over_600"),
    ],
)
def test_waits_fall_into_bands(seconds: int | None, band: str) -> None:
    assert wait_band(seconds) == band
    assert band in WAITS


def test_who_waited_in_vain_gave_up() -> None:
    ended = at(WEDNESDAY)
    assert kind_of(contact(ended)) == "self_service"
    assert kind_of(contact(ended, waited_seconds=5)) == "abandoned"
    assert kind_of(contact(ended, waited_seconds=5, kind="callback")) == "callback"


def test_outcomes_begin_with_none_and_end_with_the_furthest() -> None:
    assert (OUTCOMES[0], OUTCOMES[-1]) == ("abandoned", "referred")


@pytest.mark.parametrize(
    ("last", "total", "chosen"),
    [
        (None, 0, LOW_VOLUME),
        ("2026-Q3", 1_799, LOW_VOLUME),
        ("2026-Q3", 1_800, STANDARD),
        ("2026-11", 599, LOW_VOLUME),
        ("2026-11", 600, STANDARD),
    ],
)
def test_the_last_published_total_chooses_the_workload(last: str | None, total: int, chosen: Workload) -> None:
    assert choose_workload(Period.parse(last) if last else None, total) is chosen


def test_a_contact_holds_only_what_is_counted_by() -> None:
    fields = set(Contact.__dataclass_fields__)
    assert fields == {*("began_at", "ended_at", "waited_seconds"), "language", "topic", "land", "outcome", "kind"}
    assert timedelta(0) < at(WEDNESDAY, 2) - at(WEDNESDAY, 1)
