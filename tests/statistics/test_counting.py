"""Counting: each call adds one to one cell of each table, once, whatever arrives twice, late or out of order."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import jobs
from app.calls import counting, store
from app.calls.counting import count_call, count_ended
from app.jobs import LIVE_ROW_LIFE, Figures, count_calls, keep_periods, run_jobs, sweep
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.phone.line import dial, hang_up, press
from app.statistics import service
from app.statistics.codebook import STANDARD
from app.statistics.periods import Period, quarter_of
from app.statistics.refusals import NothingOpen
from tests.cast import client_of, line_to, telephony
from tests.statistics.counted import SetClock, at, cells, contact, contacts_of, count_all, counted_since

Q4 = Period.parse("2026-Q4")
DAY = date(2026, 11, 18)
CALL, OTHER = bytes(32), bytes(range(32))
AFTER = timedelta(minutes=15)
LANGUAGES = ("de", "tr", "ar")


@pytest.fixture
async def noise(pool: asyncpg.Pool) -> dict[tuple[str, str, str], int]:
    """The quarter is open; what its cells hold is their noise."""
    await service.open_quarter(pool, Q4, SetClock(at(date(2026, 10, 1))), simulated=True, workload="standard")
    return await cells(pool)


def by_table(counted: Counter[tuple[str, str, str]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for (_, table, _), more in counted.items():
        sums[table] += more
    return dict(sums)


async def begin_call(pool: asyncpg.Pool, key: bytes, began_at: datetime) -> None:
    await store.note(pool, [key], 1, {"language": "tr"})
    await pool.execute("UPDATE live_call SET began_at = $2 WHERE call_key = $1", key, began_at)


async def test_a_contact_adds_one_to_one_cell_of_each_table(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    one = contact(at(DAY, 9, 30), language="tr", topic="eligibility", land="DE-SN", outcome="referred", kind="answered")
    await count_all(pool, [one])
    assert await counted_since(pool, noise) == {
        ("2026-11-18", "kind", "answered"): 1,
        ("2026-11", "language", "tr"): 1,
        ("2026-11", "topic", "eligibility"): 1,
        ("2026-11", "land", "DE-SN"): 1,
        ("2026-11", "outcome", "referred"): 1,
        ("2026-11", "hour", "09.weekday"): 1,
        ("2026-11", "wait", "none"): 1,
        ("2026-Q4", "language_topic", "tr.eligibility"): 1,
        ("2026-Q4", "land_topic", "DE-SN.eligibility"): 1,
        ("2026-Q4", "land_outcome", "DE-SN.referred"): 1,
    }


async def test_many_who_count_at_the_same_time_lose_nothing(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    contacts = contacts_of(DAY, 60)
    await asyncio.gather(*(count_all(pool, contacts[start : start + 3]) for start in range(0, 60, 3)))
    assert by_table(await counted_since(pool, noise)) == dict.fromkeys((table.id for table in STANDARD.tables), 60)


async def test_what_ends_after_the_closing_counts_in_the_next_period(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    last = date(2026, 11, 30)
    await service.close(pool, Period.parse("2026-11"), SetClock(at(date(2026, 12, 2))))
    await count_all(pool, [contact(at(last, 23))])
    counted = await counted_since(pool, noise)
    assert {period for period, _, _ in counted} == {"2026-12-01", "2026-12", "2026-Q4"}
    assert by_table(counted) == dict.fromkeys((table.id for table in STANDARD.tables), 1)


async def test_a_close_waits_for_who_is_counting_and_nobody_counts_into_what_is_closed(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    clock = SetClock(at(date(2026, 12, 2)))
    async with pool.acquire() as connection, connection.transaction():
        await service.count(connection, [contact(at(date(2026, 11, 30)))])
        closing = asyncio.create_task(service.close(pool, Period.parse("2026-11"), clock))
        await asyncio.sleep(0.2)
        assert not closing.done()
    await closing
    await asyncio.gather(*(count_all(pool, [contact(at(date(2026, 11, 30)))]) for _ in range(4)))
    counted = await counted_since(pool, noise)
    assert sum(more for (period, table, _), more in counted.items() if (period, table) == ("2026-11", "language")) == 1
    assert sum(more for (period, table, _), more in counted.items() if (period, table) == ("2026-12", "language")) == 4


async def test_where_nothing_is_open_nothing_is_lost_until_the_rows_life_is_over(pool: asyncpg.Pool) -> None:
    await store.close(pool, [CALL], "completed", now())
    with pytest.raises(NothingOpen):
        await count_call(pool, [CALL], now())
    with pytest.raises(NothingOpen):
        await count_ended(pool, now() + AFTER, LIVE_ROW_LIFE)
    assert await pool.fetchval("SELECT count(*) FROM live_call WHERE counted_at IS NULL") == 1
    await service.open_quarter(pool, quarter_of(now().date()), simulated=True)
    assert await count_ended(pool, now() + AFTER, LIVE_ROW_LIFE) == 1


async def test_a_call_is_counted_once_by_whoever_is_first(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    await begin_call(pool, CALL, at(DAY, 9))
    await store.close(pool, [CALL], "completed", at(DAY, 9, 5))
    tries: list[Awaitable[int]] = [count_call(pool, [CALL], at(DAY, 10)) for _ in range(5)]
    tries += [count_ended(pool, at(DAY, 10), LIVE_ROW_LIFE) for _ in range(5)]
    assert sum(await asyncio.gather(*tries)) == 1
    assert by_table(await counted_since(pool, noise)) == dict.fromkeys((table.id for table in STANDARD.tables), 1)


async def test_a_counted_row_keeps_nothing_of_what_it_was_counted_as(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    await begin_call(pool, CALL, at(DAY, 9))
    await pool.execute(
        "UPDATE live_call SET kind = 'answered', waited_seconds = 12, outcome = 5, topic = 'eligibility'"
    )
    await store.close(pool, [CALL], "completed", at(DAY, 9, 5))
    assert await count_call(pool, [CALL], at(DAY, 10))
    await store.note(pool, [CALL], 9, {"language": "ar", "topic": "reintegration", "outcome": "referred"})
    await store.close(pool, [CALL], "failed", at(DAY, 11))
    row = await pool.fetchrow("SELECT * FROM live_call")
    assert row is not None
    kept = {name for name, value in row.items() if value not in {None, 0}}
    assert kept == {"call_key", "began_at", "ended_at", "status", "counted_at"}
    assert row["status"] == "completed"
    assert not await count_call(pool, [CALL], at(DAY, 12))
    counted = await counted_since(pool, noise)
    assert counted["2026-11-18", "kind", "answered"] == counted["2026-11", "wait", "up_to_20"] == 1
    assert counted["2026-Q4", "land_outcome", "unknown.advised_by_person"] == 1


async def test_calls_are_counted_a_quarter_of_an_hour_after_their_end(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    await begin_call(pool, CALL, at(DAY, 9))
    await begin_call(pool, OTHER, at(DAY, 9))
    await store.close(pool, [CALL], "completed", at(DAY, 9, 5))
    assert await count_ended(pool, at(DAY, 9, 19), LIVE_ROW_LIFE) == 0
    assert await count_ended(pool, at(DAY, 9, 20), LIVE_ROW_LIFE) == 1
    assert await count_ended(pool, at(DAY, 9, 30), LIVE_ROW_LIFE) == 0
    assert by_table(await counted_since(pool, noise)) == dict.fromkeys((table.id for table in STANDARD.tables), 1)


async def test_a_call_whose_end_was_never_told_counts_before_its_row_is_wiped(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    await begin_call(pool, CALL, at(DAY, 9))
    clock = SetClock(at(DAY, 9) + LIVE_ROW_LIFE)
    assert (await count_calls(pool, clock), await sweep(pool, clock)) == (0, 0)
    clock.moment += timedelta(seconds=1)
    assert (await count_calls(pool, clock), await sweep(pool, clock)) == (1, 1)
    assert (await counted_since(pool, noise))["2026-11-18", "kind", "self_service"] == 1
    assert await pool.fetchval("SELECT count(*) FROM live_call") == 0


async def test_more_calls_than_one_transaction_takes_are_all_counted(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_AT_ONCE", 4)
    for number in range(10):
        await store.close(pool, [number.to_bytes(32)], "completed", at(DAY, 9))
    assert await count_ended(pool, at(DAY, 10), LIVE_ROW_LIFE) == 10
    assert by_table(await counted_since(pool, noise))["kind"] == 10


steps = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "language": st.sampled_from(LANGUAGES),
            "topic": st.sampled_from(["eligibility", "reintegration"]),
            "outcome": st.sampled_from(["informed", "centre_named"]),
        },
    ),
    min_size=1,
    max_size=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(calls=st.lists(steps, min_size=1, max_size=4), data=st.data())
async def test_duplicated_shuffled_and_late_webhooks_count_as_the_calls_in_order(
    pool: asyncpg.Pool, calls: list[list[dict[str, str]]], data: st.DataObject
) -> None:
    if not await pool.fetchval("SELECT count(*) FROM statistics_ledger"):
        await service.open_quarter(pool, Q4, SetClock(at(date(2026, 10, 1))), simulated=True, workload="standard")
    found = []
    for troubled in (False, True):
        await pool.execute("DELETE FROM live_call")
        noise = await cells(pool)
        arriving = [(call, step) for call, said in enumerate(calls) for step in range(len(said) + 1)]
        late: list[tuple[int, int]] = []
        if troubled:
            arriving = data.draw(st.permutations(arriving + data.draw(st.lists(st.sampled_from(arriving)))))
            late = data.draw(st.lists(st.sampled_from(arriving)))
        await deliver(pool, calls, arriving)
        await pool.execute("UPDATE live_call SET began_at = $1", at(DAY, 9))
        assert await count_ended(pool, at(DAY, 10), LIVE_ROW_LIFE) == len(calls)
        await deliver(pool, calls, late)
        assert await count_ended(pool, at(DAY, 11), LIVE_ROW_LIFE) == 0
        found.append(await counted_since(pool, noise))
    assert found[0] == found[1]
    assert by_table(found[0]) == dict.fromkeys((table.id for table in STANDARD.tables), len(calls))


async def deliver(pool: asyncpg.Pool, calls: list[list[dict[str, str]]], arriving: list[tuple[int, int]]) -> None:
    """The webhooks of calls, each named by call and step; the one after the last step tells the end."""
    for call, step in arriving:
        key = [call.to_bytes(32)]
        if step == len(calls[call]):
            await store.close(pool, key, "completed", at(DAY, 9, 5))
        elif calls[call][step]:
            await store.note(pool, key, step, calls[call][step])


async def test_a_real_call_is_counted_through_the_webhooks(pool: asyncpg.Pool) -> None:
    figures = Figures(simulated=True, second_draw=True)
    await keep_periods(pool, figures)
    noise = await cells(pool)
    async with client_of(telephony(pool)) as client:
        call = await dial(line_to(client))
        for keys in ("3", "2", "04109"):
            await press(call, keys)
        await hang_up(call)
    assert await count_calls(pool, lambda: now() + AFTER) == 1
    counted = await counted_since(pool, noise)
    quarter = str(quarter_of(now().date()))
    assert counted[quarter, "language", "tr"] == 1
    assert counted[quarter, "outcome", "centre_named"] == counted[quarter, "land", "DE-SN"] == 1
    assert sum(counted.values()) == 4


async def test_a_call_keeps_its_row_while_the_keys_are_replaced(pool: asyncpg.Pool) -> None:
    old, new = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    rings = [KeyRing.from_setting(setting) for setting in (old, f"{new},{old}", f"{old},{new}", f"{new},{old}")]
    async with client_of(telephony(pool, keys=rings[0])) as client:
        call = await dial(line_to(client))
        await press(call, "3")
    for ring, keys in zip(rings[1:], ("2", "04109", "1"), strict=True):
        async with client_of(telephony(pool, keys=ring)) as client:
            call.line = line_to(client)
            await press(call, keys)
            if keys == "1":
                await hang_up(call)
    rows = await pool.fetch("SELECT call_key, language, land, ended_at FROM live_call")
    assert [(row["language"], row["land"], row["ended_at"] is None) for row in rows] == [("tr", "DE-SN", False)]
    assert rows[0]["call_key"] == rings[0].keyed_hash("call", call.caller.call_sid)


async def test_the_jobs_keep_the_periods_and_count(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SWEEP_SECONDS", 0.01)
    await store.close(pool, [CALL], "completed", now() - AFTER)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await run_jobs(pool, figures=Figures(simulated=True, second_draw=True))
    assert await pool.fetchval("SELECT count(*) FROM live_call WHERE counted_at IS NOT NULL") == 1
    report = await service.verify(pool)
    assert (report.faults, report.openings > 0) == ((), True)


class Timed:
    """A connection that lets the server time each statement, planning included, before it is done."""

    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self.connection = connection
        self.milliseconds = 0.0

    async def time(self, query: str, arguments: tuple[object, ...]) -> None:
        """Without the planning, which a connection does once for all its counts."""
        undone = self.connection.transaction()
        await undone.start()
        told = await self.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *arguments)
        await undone.rollback()
        self.milliseconds += json.loads(told)[0]["Execution Time"]

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        async def done(query: str, *arguments: object) -> object:
            await self.time(query, arguments)
            return await getattr(self.connection, name)(query, *arguments)

        return done


async def counts_and_floors(pool: asyncpg.Pool) -> tuple[list[float], list[float]]:
    """Milliseconds in the database: of twelve contacts counted, and of one row written as often as a contact writes."""
    counts, floors = [], []
    async with pool.acquire() as connection:
        await connection.execute("CREATE TEMPORARY TABLE floor AS SELECT n, 0 AS counted FROM generate_series(1, 10) n")
        for number in range(12):
            key = [number.to_bytes(32)]
            await store.close(pool, key, "completed", at(DAY, 9))
            timed, floor = Timed(connection), Timed(connection)
            async with connection.transaction():
                contacts = await store.take_contact(timed, key, at(DAY, 10))  # type: ignore[arg-type]
                await service.count(timed, contacts)  # type: ignore[arg-type]
                await floor.execute("UPDATE floor SET counted = counted + 1")
            counts.append(timed.milliseconds)
            floors.append(floor.milliseconds)
        await connection.execute("DROP TABLE floor")
    return counts, floors


async def test_counting_costs_the_database_little_more_than_its_rows(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    counts, floors = await counts_and_floors(pool)
    assert by_table(await counted_since(pool, noise))["kind"] == 12
    print(f"counting: {min(counts):.2f} ms in the database, ten rows written: {min(floors):.2f} ms")  # noqa: T201
    assert min(counts) < 60 * min(floors), (counts, floors)


@pytest.mark.long
async def test_counting_takes_under_a_millisecond_in_the_database(
    pool: asyncpg.Pool, noise: dict[tuple[str, str, str], int]
) -> None:
    counts, _ = await counts_and_floors(pool)
    # The quickest of them, as the processors of the machine may be busy with other things.
    assert noise
    assert min(counts) < 1.0, counts
