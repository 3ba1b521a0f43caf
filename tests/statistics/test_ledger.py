"""The ledger: noise is drawn once, periods are published once and in time, who changes it is found."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from app.kit.errors import HotlineError
from app.statistics import codebook, opening, service
from app.statistics.codebook import LOW_VOLUME, STANDARD, Table, workload_of
from app.statistics.models import Kept, Release
from app.statistics.periods import Period, Run, month_of, quarter_of
from app.statistics.reading import table_of, total_of
from app.statistics.refusals import (
    AlreadyClosed,
    AlreadyOpened,
    AlreadyPublished,
    NeverOpened,
    NotClosed,
    NotPublished,
    SimulatedMixed,
    StatisticsRefused,
    TooEarly,
)
from tests.conftest import DatabaseUrls
from tests.statistics.counted import SetClock, at, cells, contacts_of, count_all, counted_since

Q4 = Period.parse("2026-Q4")
NOVEMBER = Period.parse("2026-11")
BEGIN = date(2026, 10, 1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(at(BEGIN, 0, 1))


async def keep(pool: asyncpg.Pool, clock: SetClock, *, second_draw: bool = False) -> Kept:
    return await service.keep(pool, clock, simulated=True, second_draw=second_draw)


async def open_standard(pool: asyncpg.Pool, clock: SetClock, quarter: Period = Q4) -> None:
    await service.open_quarter(pool, quarter, clock, simulated=True, workload="standard")


async def test_a_quarter_is_opened_whole_and_holds_noise_in_every_cell(pool: asyncpg.Pool, clock: SetClock) -> None:
    await open_standard(pool, clock)
    noise = await cells(pool)
    wanted = {
        (str(period), table.id, cell)
        for table in STANDARD.tables
        for period in Q4.parts(table.grain)
        for cell in STANDARD.cells(table.id)
    }
    assert noise.keys() == wanted
    assert len(set(noise.values())) > 20
    report = await service.verify(pool)
    assert (report.faults, report.openings) == ((), 3 + 6 * 3 + 92)


async def test_noise_is_drawn_once_however_many_open_at_the_same_time(pool: asyncpg.Pool, clock: SetClock) -> None:
    async def opened() -> bool:
        try:
            await service.open_quarter(pool, Q4, clock, simulated=True)
        except AlreadyOpened:
            return False
        return True

    assert sorted(await asyncio.gather(*(opened() for _ in range(8)))) == [False] * 7 + [True]
    before = await cells(pool)
    with pytest.raises(
        AlreadyOpened, match=r"2026-Q4 is open already: its noise was drawn once and is never drawn again\."
    ):
        await open_standard(pool, clock)
    assert await cells(pool) == before
    assert (await service.verify(pool)).sound


async def test_neither_a_month_nor_an_unknown_workload_is_opened(pool: asyncpg.Pool, clock: SetClock) -> None:
    with pytest.raises(StatisticsRefused, match="only whole quarters are opened, like 2026-Q4"):
        await service.open_quarter(pool, NOVEMBER, clock, simulated=True)
    with pytest.raises(StatisticsRefused, match="there are standard and low-volume"):
        await service.open_quarter(pool, Q4, clock, simulated=True, workload="exact")


async def test_simulated_and_real_statistics_never_share_a_database(pool: asyncpg.Pool, clock: SetClock) -> None:
    assert await service.find_ledger_kind(pool) is None
    await open_standard(pool, clock)
    assert await service.find_ledger_kind(pool) is True
    with pytest.raises(SimulatedMixed, match="holds simulated statistics: real ones need a database of their own"):
        await service.open_quarter(pool, Q4.next(), clock, simulated=False)


async def test_a_period_closes_a_day_after_its_end_and_once(pool: asyncpg.Pool, clock: SetClock) -> None:
    await open_standard(pool, clock)
    clock.moment = at(date(2026, 12, 1), 23, 59)
    with pytest.raises(TooEarly, match="2026-11 can be closed from 2026-12-01 23:00 UTC on, a day after its end"):
        await service.close(pool, NOVEMBER, clock)
    clock.moment += timedelta(minutes=1)
    closed = await service.close(pool, NOVEMBER, clock)
    assert set(closed) == {NOVEMBER, *NOVEMBER.parts("day")}
    with pytest.raises(AlreadyClosed):
        await service.close(pool, NOVEMBER, clock)
    with pytest.raises(NeverOpened):
        await service.close(pool, Period.parse("2027-01"), clock)


async def test_a_release_is_published_once_and_takes_the_counters_with_it(pool: asyncpg.Pool, clock: SetClock) -> None:
    await open_standard(pool, clock)
    with pytest.raises(NotClosed, match="2026-11 cannot be published yet"):
        await service.publish(pool, NOVEMBER, clock)
    clock.go_to(date(2027, 1, 2))
    await service.close(pool, Q4, clock)
    with pytest.raises(NotClosed, match="2026-Q4 cannot be published yet: 2026-10 is not published"):
        await service.publish(pool, Q4, clock)
    release = await service.publish(pool, NOVEMBER, clock)
    assert (release.draws, release.simulated, release.gaps) == (2, True, ())
    assert not any(period.startswith("2026-11") for period, _, _ in await cells(pool))
    tries = await asyncio.gather(*(service.publish(pool, NOVEMBER, clock) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(refused, AlreadyPublished) for refused in tries)
    assert await service.get_release(pool, NOVEMBER) == release
    assert (await service.verify(pool)).faults == ()
    with pytest.raises(NotPublished):
        await service.get_release(pool, Q4)
    with pytest.raises(StatisticsRefused, match="Months and quarters are published"):
        await service.publish(pool, Period.parse("2026-11-02"), clock)


async def test_of_many_who_publish_at_the_same_time_one_does(pool: asyncpg.Pool, clock: SetClock) -> None:
    await open_standard(pool, clock)
    clock.go_to(date(2026, 12, 2))
    await service.close(pool, NOVEMBER, clock)
    tries = await asyncio.gather(*(service.publish(pool, NOVEMBER, clock) for _ in range(6)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in tries) == ["AlreadyPublished"] * 5 + ["Release"]
    assert len(await service.list_releases(pool)) == 1


async def test_all_tables_of_a_month_agree_and_the_quarter_has_the_months_margins(
    pool: asyncpg.Pool, clock: SetClock
) -> None:
    await open_standard(pool, clock)
    for period in Q4.parts("month"):
        await count_all(pool, contacts_of(period.first_on + timedelta(days=9), 300))
    clock.go_to(date(2027, 1, 2))
    await keep(pool, clock, second_draw=True)
    months = [await service.get_release(pool, period) for period in Q4.parts("month")]
    for month in months:
        sums = {sum(sum(values.values()) for values in table.values()) for table in month.tables.values()}
        assert sums == {month.total}
        assert month.tables.keys() == {table.id for table in STANDARD.tables if table.grain != "quarter"}
        assert abs(month.total - 300) < 120
    quarter = await service.get_release(pool, Q4)
    assert quarter.total == sum(month.total for month in months)
    table = quarter.tables["language_topic"]["2026-Q4"]
    for code in STANDARD.dimensions["language"].codes:
        by_topic = sum(value for cell, value in table.items() if cell.split(".")[0] == code)
        assert by_topic == sum(month.tables["language"][str(month.period)][code] for month in months)
    assert all(value >= 0 for values in table.values() for value in [values])


async def test_the_keeper_opens_closes_and_publishes_in_time(pool: asyncpg.Pool, clock: SetClock) -> None:
    first = await keep(pool, clock)
    assert [opened.quarter for opened in first.opened] == [Q4]
    assert first.opened[0].workload == LOW_VOLUME.version
    assert not await keep(pool, clock)
    assert not await keep(pool, clock.go_to(date(2026, 12, 17)))
    ahead = await keep(pool, clock.go_to(date(2026, 12, 18)))
    assert [opened.quarter for opened in ahead.opened] == [Q4.next()]
    assert not await keep(pool, clock.go_to(date(2027, 1, 1)))
    done = await keep(pool, clock.go_to(date(2027, 1, 2)))
    assert (done.closed, done.published) == ((Q4,), (Q4,))
    assert (await service.verify(pool)).faults == ()


async def test_one_node_keeps_the_periods_at_a_time(pool: asyncpg.Pool, clock: SetClock) -> None:
    kept = await asyncio.gather(*(keep(pool, clock) for _ in range(3)))
    assert sum(len(one.opened) for one in kept) == 1
    await keep(pool, clock.go_to(date(2027, 1, 2)))
    assert len(await service.list_releases(pool)) == 1


async def test_what_was_missed_is_caught_up_and_what_never_was_open_is_a_gap(
    pool: asyncpg.Pool, clock: SetClock
) -> None:
    await keep(pool, clock)
    # From the middle of December until late in August nothing ran.
    back = await keep(pool, clock.go_to(date(2027, 8, 20)))
    opened = {str(one.quarter): one.gaps for one in back.opened}
    assert opened == {
        "2027-Q1": (Period.parse("2027-Q1"),),
        "2027-Q2": (Period.parse("2027-Q2"),),
        "2027-Q3": (),
    }
    assert back.published == (Q4,)
    published = await service.load_published(pool)
    assert published.gaps == (Period.parse("2027-Q1"), Period.parse("2027-Q2"))
    assert [str(one.period) for one in published.open] == ["2027-Q3"]
    with pytest.raises(NeverOpened, match="it stays a gap"):
        await service.publish(pool, Period.parse("2027-Q1"), clock)
    assert (await service.verify(pool)).faults == ()
    view = table_of(published, "language", Run.of(Period.parse("2026-10"), Period.parse("2027-06")))
    assert [str(run) for run in view.missing] == ["2027-H1"]


async def test_a_quarter_that_is_opened_late_has_gaps_and_says_from_when_it_counted(
    pool: asyncpg.Pool, clock: SetClock
) -> None:
    clock.go_to(date(2026, 11, 22))
    await open_standard(pool, clock)
    await count_all(pool, contacts_of(date(2026, 11, 10), 50))
    await keep(pool, clock.go_to(date(2027, 1, 2)))
    november, quarter = await service.get_release(pool, NOVEMBER), await service.get_release(pool, Q4)
    assert november.counted_from == date(2026, 11, 22)
    assert [str(gap) for gap in november.gaps] == [f"2026-11-{day:02}" for day in range(1, 21)]
    assert min(november.tables["kind"]) == "2026-11-21"
    assert str(quarter.gaps[0]) == "2026-10"
    assert quarter.total == november.total + (await service.get_release(pool, Period.parse("2026-12"))).total
    with pytest.raises(NotPublished):
        await service.get_release(pool, Period.parse("2026-10"))
    assert (await service.verify(pool)).faults == ()


async def test_the_next_workload_follows_the_last_published_total(pool: asyncpg.Pool, clock: SetClock) -> None:
    await keep(pool, clock)
    await count_all(pool, contacts_of(date(2026, 11, 10), 2_500))
    await keep(pool, clock.go_to(date(2027, 1, 2)))
    await keep(pool, clock.go_to(date(2027, 3, 20)))
    versions = {
        row["workload"]
        for row in await pool.fetch("SELECT workload FROM statistics_ledger WHERE period LIKE '2027-Q2%'")
    }
    assert versions == {STANDARD.version}


async def test_a_changed_codebook_counts_from_the_next_quarter_and_old_ones_stay_readable(
    pool: asyncpg.Pool, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(pool, clock)
    old = await service.load_published(pool)
    changed = workload_of("low-volume", (*LOW_VOLUME.tables[:3], Table("wait", ("wait",), "quarter")))
    monkeypatch.setitem(codebook.WORKLOADS, "low-volume", changed)
    monkeypatch.setattr(opening, "WORKLOADS", {"low-volume": changed})
    noise = await cells(pool)
    await count_all(pool, contacts_of(date(2026, 11, 10), 3))
    assert {table for _, table, _ in await counted_since(pool, noise)} == {"language", "topic", "land", "outcome"}
    await service.open_quarter(pool, Q4.next(), clock, simulated=True, workload="low-volume")
    await keep(pool, clock.go_to(date(2027, 4, 3)))
    published = await service.load_published(pool)
    assert published.workloads.keys() == {*old.workloads, changed.version}
    assert set(published.releases[0].tables) == {"language", "topic", "land", "outcome"}
    assert set(published.releases[1].tables) == {"language", "topic", "land", "wait"}
    assert table_of(published, "outcome", Run.of(Q4)).cells
    assert (await service.verify(pool)).faults == ()


async def test_the_applications_role_cannot_change_what_was_drawn_or_published(
    pool: asyncpg.Pool, clock: SetClock
) -> None:
    await keep(pool, clock)
    await keep(pool, clock.go_to(date(2027, 1, 2)))
    for statement in (
        "UPDATE statistics_release SET content = '{}'",
        "DELETE FROM statistics_release",
        "TRUNCATE statistics_release",
        "DELETE FROM statistics_ledger",
        "UPDATE statistics_ledger SET scale = 1",
        "UPDATE statistics_ledger SET closed_at = NULL, published_at = NULL",
        "UPDATE statistics_ledger SET closed_at = now() WHERE closed_at IS NOT NULL",
        "UPDATE statistics_workload SET content = '{}'",
        "DELETE FROM statistics_workload",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


TAMPERINGS = {
    "a line goes": "DELETE FROM statistics_ledger WHERE seq = 3",
    "a scale changes": "UPDATE statistics_ledger SET scale = 10 WHERE seq = 2",
    "real becomes simulated": "UPDATE statistics_ledger SET simulated = NOT simulated WHERE seq = 4",
    "two lines change places": (
        "UPDATE statistics_ledger SET seq = CASE seq WHEN 1 THEN 102 WHEN 2 THEN 101 END WHERE seq < 3;"
        "UPDATE statistics_ledger SET seq = seq - 100 WHERE seq > 100"
    ),
    "a figure changes": "UPDATE statistics_release SET content = replace(content, '\"total\":', '\"total\":1')",
    "a release goes": "DELETE FROM statistics_release",
    "a release is forgotten": "UPDATE statistics_ledger SET published_at = NULL WHERE seq = 1",
    "a counter goes": (
        "UPDATE statistics_counter SET cells = cells[2:], counts = counts[2:] WHERE table_id = 'language'"
    ),
    "a workload changes": "UPDATE statistics_workload SET content = replace(content, '\"scale\":2', '\"scale\":3')",
}


@pytest.mark.parametrize("deed", TAMPERINGS)
async def test_the_owners_tampering_is_found(
    pool: asyncpg.Pool, database_urls: DatabaseUrls, clock: SetClock, deed: str
) -> None:
    await keep(pool, clock)
    await keep(pool, clock.go_to(date(2027, 1, 2)))
    before = await service.verify(pool)
    assert before.sound
    owner = await asyncpg.connect(database_urls.owner)
    try:
        for table in ("ledger", "release", "workload", "counter"):
            await owner.execute(f"ALTER TABLE statistics_{table} DISABLE TRIGGER USER")
        async with owner.transaction():
            await owner.execute("SET CONSTRAINTS ALL DEFERRED")
            await owner.execute(TAMPERINGS[deed])
    finally:
        for table in ("ledger", "release", "workload", "counter"):
            await owner.execute(f"ALTER TABLE statistics_{table} ENABLE TRIGGER USER")
        await owner.close()
    report = await service.verify(pool)
    assert report.faults
    assert not report.sound


async def test_releases_are_the_same_at_every_reading(pool: asyncpg.Pool, clock: SetClock) -> None:
    await keep(pool, clock)
    await count_all(pool, contacts_of(date(2026, 11, 10), 40))
    await keep(pool, clock.go_to(date(2027, 1, 2)))
    stored = await pool.fetchval("SELECT content FROM statistics_release")
    release = await service.get_release(pool, Q4)
    assert release.as_text() == stored
    assert Release.read(stored) == release
    head = (await service.list_releases(pool))[0]
    assert head.content_hash == release.content_hash
    assert total_of(await service.load_published(pool), Run.of(Q4)).value == release.total


async def test_one_draw_or_two_as_it_is_set(pool: asyncpg.Pool, clock: SetClock) -> None:
    await service.open_quarter(pool, Q4, clock, simulated=True)
    noise = await cells(pool)
    await keep(pool, clock.go_to(date(2027, 1, 2)), second_draw=False)
    release = await service.get_release(pool, Q4)
    assert release.draws == 1
    shown = release.tables["hour" if "hour" in release.tables else "language"]["2026-Q4"]
    highest = max(LOW_VOLUME.cells("language"), key=lambda cell: noise["2026-Q4", "language", cell])
    assert shown[highest] == max(shown.values())


def test_refusals_are_sentences_for_people() -> None:
    for refused in (
        AlreadyOpened(Q4),
        AlreadyPublished(Q4),
        NotPublished(Q4),
        TooEarly(Q4, datetime(2027, 1, 1, tzinfo=UTC)),
    ):
        assert isinstance(refused, HotlineError)
        assert str(refused).endswith(".")
    assert quarter_of(date(2026, 12, 31)) == Q4
    assert month_of(date(2026, 11, 30)) == NOVEMBER
