"""Today's figures: each wait counts once however often its end is told, by the German hour, for two days at most."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.clock import GERMANY
from app.queue import callbacks, service
from app.queue.models import Choice, Line, Status
from app.queue.sweeping import sweep
from app.queue.today import forget_days, read_today
from app.queue.today_rules import Figures, day_begins, today_of, total
from tests.cast import keys
from tests.moving import MovableClock
from tests.queue.cast import House, agent_id, call_keys
from tests.queue.kept import a_wish, open_safe, plan, promise

seconds = st.floats(0, 4_000)
ONE = Figures(answered=1)


async def figures(house: House) -> Figures:
    return (await read_today(house.line)).total


async def answer(house: House, name: str, after: float) -> None:
    """Somebody waits that long and is answered by Jonas."""
    await house.calls(name)
    house.passes(after)
    await house.offered()
    await house.talk("Jonas")


async def test_a_conversation_counts_when_it_begins_and_never_again(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await answer(house, "Anna", 20)
    held = await house.held_by("Jonas")
    for _ in range(3):
        await service.joined(house.line, held.id, "caller")
    expected = Figures(answered=1, answered_20=1, answered_30=1, waited_seconds=20)
    assert await figures(house) == expected
    await service.parted(house.line, held.id, "caller")
    for _ in range(3):
        await service.leave(house.line, call_keys("Anna"), ended=True)
    assert await figures(house) == expected


async def test_who_hangs_up_counts_once_though_it_is_told_by_many_at_once(house: House) -> None:
    await house.calls("Anna")
    await house.calls("Boris")
    house.passes(25)
    ends = [service.leave(house.line, call_keys(name), ended=True) for name in ("Anna", "Boris") * 8]
    await asyncio.gather(*ends)
    assert await figures(house) == Figures(abandoned=2, abandoned_30=2)


async def test_beginning_and_end_told_at_once_count_as_one(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    for number in range(12):
        await house.calls(f"Anna {number}")
        await house.offered()
        held = await house.held_by("Jonas")
        await service.accept(house.line, agent_id("Jonas"), held.id)
        await asyncio.gather(
            service.joined(house.line, held.id, "caller"),
            service.leave(house.line, call_keys(f"Anna {number}"), ended=True),
            service.joined(house.line, held.id, "caller"),
            service.parted(house.line, held.id, "caller"),
        )
        await service.set_status(house.line, agent_id("Jonas"), Status.READY)
    counted = await figures(house)
    assert counted.answered + counted.abandoned == 12


async def test_whose_agent_was_lost_is_answered_once(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await answer(house, "Anna", 5)
    held = await house.held_by("Jonas")
    await service.lose_agent(house.line, held.id)
    await service.set_status(house.line, agent_id("Jonas"), Status.READY)
    await house.offered()
    await house.talk("Jonas")
    await service.leave(house.line, call_keys("Anna"), ended=True)
    assert await figures(house) == Figures(answered=1, answered_20=1, answered_30=1, waited_seconds=5)


async def test_who_hangs_up_after_a_lost_agent_was_answered_all_the_same(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await answer(house, "Anna", 31)
    await service.lose_agent(house.line, (await house.held_by("Jonas")).id)
    house.passes(60)
    await service.leave(house.line, call_keys("Anna"), ended=True)
    assert await figures(house) == Figures(answered=1, waited_seconds=31)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice.CALLBACK, Figures(diverted=1)),
        (Choice.MESSAGE, Figures(diverted=1)),
        (Choice.TIMED_OUT, Figures(timed_out=1)),
    ],
)
async def test_other_ways_out_of_the_line(house: House, choice: Choice, expected: Figures) -> None:
    await house.calls("Anna")
    await service.choose(house.line, call_keys("Anna"), choice)
    assert await figures(house) == Figures()
    await service.leave(house.line, call_keys("Anna"))
    await service.leave(house.line, call_keys("Anna"), ended=True)
    assert await figures(house) == expected


async def test_who_goes_back_to_the_menu_is_diverted_and_a_late_request_counts_nothing(house: House) -> None:
    await house.calls("Anna")
    await service.leave(house.line, call_keys("Anna"), diverted=True)
    # Another address is another wait; one that is only late leaves without a trace.
    await house.calls("Anna", path="/voice/left?n=9&s=Anna")
    await service.leave(house.line, call_keys("Anna"))
    assert await figures(house) == Figures(diverted=1)


async def test_callbacks_are_counted_when_promised_and_not_as_answered(pool: asyncpg.Pool, tmp_path: Path) -> None:
    safe = open_safe(pool, tmp_path / "keys", MovableClock(datetime(2026, 11, 23, 9, tzinfo=UTC)))
    agent = await plan(safe, "tr")
    made = await promise(safe, wish=a_wish(safe))
    assert await callbacks.put_due_in_line(safe) == 1
    await service.set_status(safe.line, agent, Status.READY)
    (reservation,) = await service.match(safe.line)
    await service.accept(safe.line, agent, reservation.id)
    await service.joined(safe.line, reservation.id, "caller")
    await service.parted(safe.line, reservation.id, "caller")
    await service.leave(safe.line, service.callback_keys(safe.line, made.id))
    assert (await read_today(safe.line)).total == Figures(callbacks=1)


async def test_figures_go_at_the_end_of_the_next_day(house: House, tmp_path: Path) -> None:
    house.moment = datetime(2026, 11, 23, 22, 50, tzinfo=UTC)
    await house.calls("Anna")
    await service.leave(house.line, call_keys("Anna"), ended=True)
    assert (await read_today(house.line)).hours == {23: Figures(abandoned=1, abandoned_20=1, abandoned_30=1)}
    house.passes(20 * 60)
    assert await figures(house) == Figures()
    house.passes(23 * 3600)
    assert await forget_days(house.line) == 0
    house.passes(3600)
    safe = open_safe(house.pool, tmp_path / "keys", MovableClock(house.moment))
    assert await sweep(safe) == 1
    assert await house.pool.fetchval("SELECT count(*) FROM line_today") == 0


async def test_nothing_of_a_call_is_kept_with_the_figures(house: House) -> None:
    columns = await house.pool.fetch(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'line_today'"
    )
    assert {row["data_type"] for row in columns if row["column_name"] != "hour"} == {"smallint", "integer", "bigint"}
    persistence = await house.pool.fetchval("SELECT relpersistence FROM pg_class WHERE relname = 'line_today'")
    assert persistence == b"u"


@given(st.lists(seconds, max_size=12), st.lists(seconds, max_size=12), st.integers(0, 9))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_service_level_is_a_share_of_those_who_could_be_answered(
    pool: asyncpg.Pool, waits: list[float], given_up: list[float], timed_out: int
) -> None:
    moment = datetime(2026, 11, 23, 9, tzinfo=UTC)
    await pool.execute("DELETE FROM line_today")
    ends = [("answered", wait) for wait in waits] + [("abandoned", wait) for wait in given_up]
    for ended, wait in [*ends, *[("timed_out", 1_800.0)] * timed_out]:
        await count(pool, moment, ended, wait)
    counted = (await read_today(Line(pool, keys(), lambda: moment))).total
    for target in (20, 30):
        in_time = sum(wait <= target for wait in waits)
        of = len(waits) + timed_out + sum(wait > target for wait in given_up)
        assert (counted.within(target), counted.counted(target)) == (in_time, of)
        assert counted.service_level(target) == (in_time / of if of else None)
    assert (counted.mean_wait is None) == (not waits)
    assert counted.mean_wait is None or abs(counted.mean_wait - sum(waits) / len(waits)) <= 1


async def count(pool: asyncpg.Pool, moment: datetime, ended: str, waited_seconds: float) -> None:
    """What the statements of the line do when a wait ends."""
    await pool.execute("SELECT count_wait($1, $2, $3)", moment, ended, waited_seconds)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-11-23"])
async def test_each_hour_of_a_german_day_stands_by_itself(house: House, day: str) -> None:
    begins_at = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=GERMANY)
    ends_at = (begins_at + timedelta(days=1)).astimezone(UTC)
    hours = int((ends_at - begins_at.astimezone(UTC)) / timedelta(hours=1))
    moments = [begins_at.astimezone(UTC) + timedelta(hours=hour, minutes=30) for hour in range(hours)]
    for moment in (moments[0] - timedelta(hours=1), *moments):
        await count(house.pool, moment, "answered", 1)
    house.moment = moments[-1]
    assert day_begins(house.moment).astimezone(UTC) == begins_at.astimezone(UTC)
    today = await read_today(house.line)
    assert today.total.answered == hours
    assert {hour: one.answered for hour, one in today.hours.items() if one.answered != 1} == (
        {2: 2} if hours == 25 else {}
    )
    assert len(today.hours) == min(hours, 24)


def test_hours_of_the_wall_clock() -> None:
    noon = datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert today_of([(noon, ONE), (noon, ONE)]).hours == {12: Figures(answered=2)}
    assert total([ONE, Figures(abandoned=2)]) == Figures(answered=1, abandoned=2)
