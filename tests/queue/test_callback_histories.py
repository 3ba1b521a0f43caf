"""Any history of callbacks: attempts, answers, interruptions and time lose none, double none, and leave no key."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.db import open_pool
from app.queue import callbacks
from app.queue.callback_models import CallbackGone, Dialling, Made, Result, Window
from app.queue.callback_rules import LONGEST, MOST_MISSED
from app.queue.safe import Safe
from app.queue.sweeping import overdue, sweep
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.moving import MovableClock
from tests.queue.kept import LANDLINE, MOBILE, OTHER_MOBILE, a_wish, keys_in, open_safe, plan

NUMBERS = (MOBILE, OTHER_MOBILE, LANDLINE)
steps = st.one_of(
    st.tuples(st.just("make"), st.integers(0, 2), st.sampled_from(list(Window))),
    st.tuples(st.just("repeat"), st.integers(0, 9)),
    st.tuples(st.just("dial"), st.integers(0, 9)),
    st.tuples(st.just("settle"), st.integers(0, 9), st.sampled_from(list(Result))),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
    st.tuples(st.just("pass"), st.sampled_from([1, 20, 31, 240, 1_440])),
    st.tuples(st.just("line")),
    st.tuples(st.just("lose line")),
    st.tuples(st.just("sweep")),
)


@dataclass
class Model:
    """What must be so, kept beside the database by the simplest means."""

    safe: Safe
    clock: MovableClock
    origins: list[tuple[bytes, UUID, str]] = field(default_factory=list)
    number_of: dict[UUID, str] = field(default_factory=dict)
    open: set[UUID] = field(default_factory=set)
    missed: dict[UUID, int] = field(default_factory=dict)
    attempts: list[Dialling] = field(default_factory=list)
    settled: set[tuple[UUID, int]] = field(default_factory=set)

    async def make(self, number: int, window: Window) -> None:
        origin, word = b"%d" % len(self.origins), f"word{len(self.origins) % 12 + 1}"
        wished = NUMBERS[number]
        made = await callbacks.make_callback(self.safe, origin, wished, word, a_wish(self.safe, window=window))
        taken = wished in {self.number_of[id_] for id_ in self.open}
        assert (made is None) == taken
        if made is not None:
            self.origins.append((origin, made.id, made.word))
            self.number_of[made.id] = wished
            self.open.add(made.id)

    async def repeat(self, pick: int) -> None:
        """A webhook that comes again; a day after the end nobody remembers it."""
        if self.origins:
            origin, id_, word = self.origins[pick % len(self.origins)]
            if id_ in self.open:
                again = await callbacks.make_callback(self.safe, origin, MOBILE, "word1", a_wish(self.safe))
                assert again == Made(id_, word)

    async def dial(self, pick: int) -> None:
        if not self.number_of:
            return
        id_ = sorted(self.number_of)[pick % len(self.number_of)]
        try:
            dialling = await callbacks.get_dialling(self.safe, id_)
        except CallbackGone:
            return
        assert id_ in self.open
        assert dialling.number == self.number_of[id_]
        assert (id_, dialling.attempt) not in self.settled
        self.attempts.append(dialling)

    async def settle(self, pick: int, result: Result) -> None:
        if not self.attempts:
            return
        one = self.attempts[pick % len(self.attempts)]
        if not await callbacks.settle(self.safe, one.callback_id, one.attempt, result):
            return
        assert (one.callback_id, one.attempt) not in self.settled
        self.settled.add((one.callback_id, one.attempt))
        if result is Result.MISSED:
            self.missed[one.callback_id] = self.missed.get(one.callback_id, 0) + 1
        if result in {Result.REACHED, Result.WRONG_PERSON}:
            self.open.discard(one.callback_id)

    async def withdraw(self, pick: int) -> None:
        if self.number_of:
            id_ = sorted(self.number_of)[pick % len(self.number_of)]
            withdrawn = await callbacks.withdraw(self.safe, id_)
            assert not withdrawn or id_ in self.open
            self.open.discard(id_)

    async def check(self) -> None:
        listed = {callback.id: callback for callback in await callbacks.list_callbacks(self.safe)}
        # Only time, three misses or somebody's word end one.
        assert set(listed) <= self.open
        for id_ in self.open - set(listed):
            row = await self.safe.pool.fetchrow("SELECT state, missed FROM callback WHERE id = $1", id_)
            assert row is None or row["state"] in {"expired", "missed"}
        self.open = set(listed)
        for callback in listed.values():
            assert callback.expires_at <= callback.made_at + LONGEST
        for id_, count in self.missed.items():
            assert count <= MOST_MISSED
            assert count < MOST_MISSED or id_ not in listed
        twice = await self.safe.pool.fetch("SELECT callback_id FROM waiting_call GROUP BY 1 HAVING count(*) > 1")
        assert twice == []
        assert len({name.partition(".")[0] for name in keys_in(self.safe)}) == len(keys_in(self.safe)) == len(listed)


def deed(model: Model, pool: asyncpg.Pool, step: tuple[object, ...]) -> Coroutine[object, object, object]:
    name, *given_ = step
    match name:
        case "pass":
            model.clock.go_on(minutes=float(str(given_[0])))
            return asyncio.sleep(0)
        case "line":
            return callbacks.put_due_in_line(model.safe)
        case "lose line":
            return pool.execute("TRUNCATE waiting_call")
        case "sweep":
            return sweep(model.safe)
        case _:
            made: Coroutine[object, object, object] = getattr(model, str(name))(*given_)
            return made


async def play(urls: DatabaseUrls, history: list[tuple[object, ...]], folder: Path) -> None:
    await empty_all_tables(urls)
    clock = MovableClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    owner = await asyncpg.create_pool(urls.owner, min_size=1, max_size=1)
    async with await open_pool(urls.app, most=2) as pool, owner:
        model = Model(open_safe(pool, folder / "keys", clock), clock)
        await plan(model.safe, "tr")
        for step in history:
            await deed(model, owner, step)
            await model.check()
        clock.at += timedelta(days=9)
        await sweep(model.safe)
        assert keys_in(model.safe) == []
        assert not any((await overdue(model.safe)).values())
        clock.at += timedelta(days=2)
        await sweep(model.safe)
        assert await pool.fetchval("SELECT count(*) FROM callback") == 0


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, min_size=5, max_size=25))
def test_any_history_ends_well(database_urls: DatabaseUrls, history: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(play(database_urls, history, Path(folder)))
