"""Callbacks keep place and language, are put in line in time, tried a few times, and forgotten with their numbers."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from app.kit.vault import KeyMissing
from app.queue import callback_store, callbacks, service
from app.queue.callback_models import CallbackGone, CallbackState, Result, Window
from app.queue.callback_rules import STALE, first_slot
from app.queue.models import State, Status
from app.queue.safe import Safe
from app.queue.sealing import read_key
from app.queue.sweeping import overdue, sweep
from tests.moving import MovableClock
from tests.queue.kept import MOBILE, OTHER_MOBILE, a_wish, keys_in, open_safe, plan, promise

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(MONDAY)


@pytest.fixture
async def safe(pool: asyncpg.Pool, tmp_path: Path, clock: MovableClock) -> Safe:
    return open_safe(pool, tmp_path / "keys", clock)


async def states(safe: Safe) -> list[str]:
    return [row["state"] for row in await safe.pool.fetch("SELECT state FROM callback ORDER BY made_at")]


async def in_line(safe: Safe) -> int:
    return sum(call.is_callback and call.state is State.WAITING for call in await service.list_waiting(safe.line))


async def test_a_callback_waits_at_the_old_place_and_is_dialled_once(safe: Safe, clock: MovableClock) -> None:
    agent_id = await plan(safe, "tr")
    entered_at = clock() - timedelta(minutes=12)
    wish = replace(a_wish(safe), entered_at=entered_at, topic="money", land="DE-SN", woman=False)
    made = await promise(safe, wish=wish)
    assert await callbacks.put_due_in_line(safe) == 1
    assert await callbacks.put_due_in_line(safe) == 0
    (waiting,) = await service.list_waiting(safe.line)
    assert (waiting.language, waiting.entered_at, waiting.topic, waiting.land) == ("tr", entered_at, "money", "DE-SN")
    await service.set_status(safe.line, agent_id, Status.READY)
    (reservation,) = await service.match(safe.line)
    assert reservation.callback_id == made.id
    await service.accept(safe.line, agent_id, reservation.id)
    dialling = await callbacks.get_dialling(safe, made.id)
    assert (dialling.number, dialling.language, dialling.word) == (MOBILE, "tr", "word7")
    assert not dialling.show_number
    assert MOBILE not in repr(dialling)
    with pytest.raises(CallbackGone):
        await callbacks.get_dialling(safe, made.id)
    assert await callbacks.put_due_in_line(safe) == 0
    assert await callbacks.settle(safe, made.id, dialling.attempt, Result.REACHED)
    assert not await callbacks.settle(safe, made.id, dialling.attempt, Result.MISSED)
    assert await states(safe) == ["reached"]
    assert keys_in(safe) == []
    assert await callbacks.list_callbacks(safe) == ()


async def test_a_lost_line_gets_its_callbacks_back(safe: Safe, pool: asyncpg.Pool) -> None:
    for number in (MOBILE, OTHER_MOBILE):
        await promise(safe, number)
    assert await callbacks.put_due_in_line(safe) == 2
    await pool.execute("DELETE FROM waiting_call")
    assert await callbacks.put_due_in_line(safe) == 2
    assert await in_line(safe) == 2


async def test_a_number_has_one_open_callback(safe: Safe) -> None:
    assert not await callbacks.callback_exists(safe, MOBILE)
    first = await promise(safe)
    assert await callbacks.callback_exists(safe, MOBILE)
    assert not await callbacks.callback_exists(safe, OTHER_MOBILE)
    assert await callbacks.make_callback(safe, uuid4().bytes, MOBILE, "word1", a_wish(safe)) is None
    await promise(safe, OTHER_MOBILE)
    assert len(keys_in(safe)) == 2
    assert await callbacks.withdraw(safe, first.id)
    assert not await callbacks.withdraw(safe, first.id)
    assert not await callbacks.callback_exists(safe, MOBILE)
    await promise(safe)


async def test_the_same_step_makes_one_callback_with_one_word(safe: Safe) -> None:
    """However often the step comes, and however many come at once."""
    asked = [callbacks.make_callback(safe, b"call:3:0", MOBILE, f"word{place + 1}", a_wish(safe)) for place in range(8)]
    made = set(await asyncio.gather(*asked))
    assert len(made) == 1
    assert made == {await callbacks.make_callback(safe, b"call:3:0", MOBILE, "word12", a_wish(safe))}
    assert await states(safe) == ["open"]
    assert len(keys_in(safe)) == 1
    (callback,) = await callbacks.list_callbacks(safe)
    assert (await callbacks.get_dialling(safe, callback.id)).number == MOBILE


async def test_of_many_calls_for_one_number_one_makes_it(safe: Safe) -> None:
    asked = [callbacks.make_callback(safe, uuid4().bytes, MOBILE, "word1", a_wish(safe)) for _ in range(8)]
    made = await asyncio.gather(*asked)
    assert sum(one is not None for one in made) == 1
    assert await states(safe) == ["open"]
    assert len(keys_in(safe)) == 1


async def test_three_missed_attempts_are_made_half_an_hour_apart(safe: Safe, clock: MovableClock) -> None:
    await plan(safe, "tr")
    made = await promise(safe)
    waits = []
    for missed in range(1, 4):
        dialling = await callbacks.get_dialling(safe, made.id)
        assert await callbacks.settle(safe, made.id, dialling.attempt, Result.MISSED)
        if missed < 3:
            (callback,) = await callbacks.list_callbacks(safe)
            assert callback.attempts == missed
            waits.append(callback.due_at - clock())
            assert await callbacks.put_due_in_line(safe) == 0
            clock.go_on(seconds=(callback.due_at - clock()).total_seconds())
            assert await callbacks.put_due_in_line(safe) == 1
    assert waits == [timedelta(minutes=30)] * 2
    assert await states(safe) == ["missed"]
    assert await in_line(safe) == 0
    assert keys_in(safe) == []


async def test_an_attempt_that_nobody_tells_of_counts_as_missed(safe: Safe, clock: MovableClock) -> None:
    """Whoever placed the call was killed: the callback is neither lost nor dialled twice at once."""
    made = await promise(safe)
    dialling = await callbacks.get_dialling(safe, made.id)
    clock.go_on(seconds=STALE.total_seconds() - 1)
    await callbacks.put_due_in_line(safe)
    assert await states(safe) == ["dialling"]
    clock.go_on(seconds=2)
    await callbacks.put_due_in_line(safe)
    assert await states(safe) == ["open"]
    assert not await callbacks.settle(safe, made.id, dialling.attempt, Result.REACHED)
    clock.go_on(minutes=31)
    assert await callbacks.put_due_in_line(safe) == 1
    again = await callbacks.get_dialling(safe, made.id)
    assert again.attempt == dialling.attempt + 1
    assert await callbacks.settle(safe, made.id, again.attempt, Result.REACHED)


async def test_hours_that_pass_take_it_out_of_the_line(safe: Safe, clock: MovableClock) -> None:
    await plan(safe, "tr")
    made = await promise(safe, wish=a_wish(safe, window=Window.MORNING))
    assert await callbacks.put_due_in_line(safe) == 1
    clock.go_on(hours=2, minutes=30)
    assert await callbacks.put_due_in_line(safe) == 0
    assert await in_line(safe) == 0
    (callback,) = await callbacks.list_callbacks(safe)
    assert callback.due_at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    clock.at = callback.due_at
    assert await callbacks.put_due_in_line(safe) == 1
    await callbacks.withdraw(safe, made.id)
    assert await in_line(safe) == 0


async def test_an_offered_callback_stays_with_its_agent_when_its_hours_pass(safe: Safe, clock: MovableClock) -> None:
    agent_id = await plan(safe, "tr")
    made = await promise(safe, wish=a_wish(safe, window=Window.MORNING))
    await callbacks.put_due_in_line(safe)
    clock.go_on(hours=1, minutes=59, seconds=55)
    await service.set_status(safe.line, agent_id, Status.READY)
    (reservation,) = await service.match(safe.line)
    clock.go_on(seconds=10)
    await callbacks.put_due_in_line(safe)
    assert await service.accept(safe.line, agent_id, reservation.id) is not None
    assert (await callbacks.get_dialling(safe, made.id)).number == MOBILE


async def test_who_asks_for_another_time_is_called_then(safe: Safe, clock: MovableClock) -> None:
    made = await promise(safe)
    for _ in range(4):
        dialling = await callbacks.get_dialling(safe, made.id)
        assert await callbacks.settle(safe, made.id, dialling.attempt, Result.LATER)
        (callback,) = await callbacks.list_callbacks(safe)
        clock.at = callback.due_at
    assert await states(safe) == ["open"]


async def test_the_wrong_person_ends_it(safe: Safe) -> None:
    made = await promise(safe)
    dialling = await callbacks.get_dialling(safe, made.id)
    await callbacks.settle(safe, made.id, dialling.attempt, Result.WRONG_PERSON)
    assert await states(safe) == ["wrong_person"]
    assert keys_in(safe) == []


async def test_it_expires_after_three_service_days(safe: Safe, clock: MovableClock) -> None:
    await plan(safe, "tr")
    made = await promise(safe)
    key_id = await callback_store.find_key_id(safe.pool, made.id)
    assert key_id is not None
    await callbacks.put_due_in_line(safe)
    clock.at = datetime(2026, 11, 25, 18, 59, tzinfo=UTC)
    await sweep(safe)
    assert await states(safe) == ["open"]
    assert await overdue(safe) == dict.fromkeys(await overdue(safe), 0)
    clock.go_on(minutes=1)
    assert (await overdue(safe))["callbacks"] == 1
    await sweep(safe)
    assert await states(safe) == ["expired"]
    assert await overdue(safe) == dict.fromkeys(await overdue(safe), 0)
    assert await in_line(safe) == 0
    with pytest.raises(KeyMissing):
        await read_key(safe.vault, made.id, key_id)
    with pytest.raises(CallbackGone):
        await callbacks.get_dialling(safe, made.id)
    clock.go_on(days=1, seconds=1)
    await sweep(safe)
    assert await states(safe) == []


async def test_without_shifts_it_lives_for_seven_days(safe: Safe, clock: MovableClock) -> None:
    await promise(safe, wish=a_wish(safe, "ti"))
    clock.go_on(days=7, seconds=-1)
    await sweep(safe)
    assert await states(safe) == ["open"]
    clock.go_on(seconds=1)
    await sweep(safe)
    assert await states(safe) == ["expired"]


async def test_a_sweep_finishes_what_was_interrupted(safe: Safe, pool: asyncpg.Pool, clock: MovableClock) -> None:
    """An end whose key was left, and a promise that was never made."""
    made = await promise(safe)
    left = keys_in(safe)
    await callback_store.end(pool, [made.id], CallbackState.REACHED, clock())
    slot = first_slot(Window.SOON, clock(), ())
    begun = await callback_store.begin(pool, uuid4(), bytes(32), "word1", a_wish(safe), clock(), slot, clock())
    assert keys_in(safe) == left
    assert (await overdue(safe))["keys of the line"] == 1
    await sweep(safe)
    assert keys_in(safe) == []
    assert begun[1] is CallbackState.MAKING
    assert "making" in await states(safe)
    clock.go_on(hours=1)
    await sweep(safe)
    assert "making" not in await states(safe)


async def test_a_lost_key_ends_its_callback_alone(safe: Safe) -> None:
    lost, kept = await promise(safe), await promise(safe, OTHER_MOBILE)
    for path in safe.vault.folder.glob(f"line-{lost.id.hex}.*"):
        path.unlink()
    assert not await callbacks.callback_exists(safe, MOBILE)
    with pytest.raises(CallbackGone):
        await callbacks.get_dialling(safe, lost.id)
    assert sorted(await states(safe)) == ["missed", "open"]
    assert (await callbacks.get_dialling(safe, kept.id)).number == OTHER_MOBILE


async def test_what_failed_on_our_side_is_not_counted(safe: Safe, clock: MovableClock) -> None:
    await plan(safe, "tr")
    made = await promise(safe)
    for _ in range(5):
        dialling = await callbacks.get_dialling(safe, made.id)
        assert await callbacks.settle(safe, made.id, dialling.attempt, Result.FAILED)
        clock.go_on(minutes=5)
        assert await callbacks.put_due_in_line(safe) == 1
    assert await states(safe) == ["open"]
