"""Text messages: to mobiles of the Union alone, one a call, three a day, none twice, and forgotten after a day."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from app.kit.db import open_pool
from app.phone.exchange.unsteady import Faults
from app.queue.jobs import line_jobs
from app.queue.safe import Safe
from app.queue.sweeping import overdue, sweep
from app.queue.text_messages import PATIENCE, Written, send_texts, takes_texts, write_text
from tests.conftest import DatabaseUrls
from tests.fake_twilio.town import BYE, Town, build_town
from tests.moving import MovableClock
from tests.phone.toy import NUMBER
from tests.queue.kept import LANDLINE, MOBILE, OTHER_MOBILE, open_safe


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def safe(pool: asyncpg.Pool, tmp_path: Path, clock: MovableClock) -> Safe:
    return open_safe(pool, tmp_path / "keys", clock)


async def write(safe: Safe, call: bytes, number: str = MOBILE, origin: bytes = b"3:0") -> Written:
    return await write_text(safe, number=number, text="Adresse", call=call, origin=call + origin)


async def go_on(town: Town, clock: MovableClock, **duration: float) -> None:
    clock.go_on(**duration)
    await town.pass_time(timedelta(**duration).total_seconds())


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        (MOBILE, True),
        ("+436641234567", True),  # Austria
        ("+33612345678", True),  # France
        (LANDLINE, False),
        ("+41791234567", False),  # Switzerland is outside of the Union
        ("+905321234567", False),  # Turkey
        ("+4990012345678", False),
        ("anonymous", False),
        ("+266696687", False),
        ("", False),
    ],
)
def test_only_mobiles_of_the_union_take_one(number: str, *, taken: bool) -> None:
    assert takes_texts(number) is taken


async def test_a_call_has_one_and_a_number_three_a_day(safe: Safe, clock: MovableClock) -> None:
    assert await write(safe, b"a") is Written.SENT
    assert await write(safe, b"a") is Written.SENT, "the same step again has the same outcome"
    assert await write(safe, b"a", origin=b"9:0") is Written.ALREADY
    assert [await write(safe, call) for call in (b"b", b"c", b"d")] == [Written.SENT, Written.SENT, Written.CAPPED]
    assert await write(safe, b"e", OTHER_MOBILE) is Written.SENT
    # The day before at noon still counts in the morning, when there is another key.
    clock.go_on(hours=23)
    assert await write(safe, b"f") is Written.CAPPED
    clock.go_on(hours=1, seconds=1)
    assert await write(safe, b"g") is Written.SENT


async def test_it_is_sent_once_and_its_number_leaves_at_once(safe: Safe) -> None:
    town = build_town({"/voice/incoming": BYE})
    await write(safe, b"a")
    assert await asyncio.gather(*(send_texts(safe, town.rest, NUMBER) for _ in range(3))) == [1, 0, 0]
    (message,) = town.exchange.messages.values()
    assert (message.to_number, message.from_number) == (MOBILE, NUMBER)
    assert message.body.startswith("Adresse (")
    assert await safe.pool.fetchval("SELECT sealed FROM line_text") is None


@pytest.mark.parametrize("seed", range(3))
async def test_a_faulty_provider_sends_none_twice(safe: Safe, clock: MovableClock, seed: int) -> None:
    faults = Faults(refused=0.05, overloaded=0.05, broken=0.1, silent=0.1)
    town = build_town({"/voice/incoming": BYE}, rest_faults=faults, seed=seed)
    numbers = [f"+49151123457{place:02}" for place in range(20)]
    for number in numbers:
        assert await write(safe, number.encode(), number) is Written.SENT
    for _ in range(40):
        await asyncio.gather(*(send_texts(safe, town.rest, NUMBER) for _ in range(3)))
        await go_on(town, clock, seconds=30)
    sent = Counter(message.to_number for message in town.exchange.messages.values())
    assert sent == Counter(numbers)


async def test_one_that_was_interrupted_is_looked_for_first(safe: Safe, clock: MovableClock) -> None:
    """The message had left when the node died: it must not leave again."""
    town = build_town({"/voice/incoming": BYE}, rest_faults=Faults(silent=1.0))
    await write(safe, b"a")
    await send_texts(safe, town.rest, NUMBER)
    assert len(town.exchange.messages) == 1
    steady = build_town({"/voice/incoming": BYE})
    steady.exchange.messages.update(town.exchange.messages)
    await go_on(town, clock, minutes=2)
    assert await send_texts(safe, steady.rest, NUMBER) == 1
    assert len(steady.exchange.messages) == 1
    assert await send_texts(safe, steady.rest, NUMBER) == 0


async def test_one_that_comes_too_late_is_given_up(safe: Safe, clock: MovableClock) -> None:
    town = build_town({"/voice/incoming": BYE})
    await write(safe, b"a")
    await go_on(town, clock, seconds=PATIENCE.total_seconds() + 1)
    assert await send_texts(safe, town.rest, NUMBER) == 1
    assert town.exchange.messages == {}
    assert await safe.pool.fetchval("SELECT sealed FROM line_text") is None


async def test_after_a_day_it_is_forgotten_with_its_key(safe: Safe, clock: MovableClock) -> None:
    await write(safe, b"a")
    names = {path.name for path in safe.vault.folder.iterdir()}
    clock.go_on(hours=24)
    assert (await overdue(safe))["text messages"] == 1
    await sweep(safe)
    assert await safe.pool.fetchval("SELECT count(*) FROM line_text") == 0
    clock.go_on(days=2)
    await sweep(safe)
    assert not names & {path.name for path in safe.vault.folder.iterdir()}
    unlogged = "SELECT relpersistence FROM pg_class WHERE relname = 'line_text'"
    assert await safe.pool.fetchval(unlogged) == b"u"


async def hold_the_cap(urls: DatabaseUrls, folder: Path, attempts: int) -> None:
    """Three nodes, calls that ask again and again, few numbers: never more than the cap allows."""
    clock = MovableClock()
    callers = max(4, attempts // 40)
    async with AsyncExitStack() as stack:
        nodes = [
            open_safe(await stack.enter_async_context(await open_pool(urls.app, most=4)), folder, clock)
            for _ in range(3)
        ]

        async def attempt(number: int) -> tuple[str, bytes, Written]:
            to_number, call = f"+4915112{number % callers:06}", b"%d" % (number // 2)
            return to_number, call, await write(nodes[number % 3], call, to_number, b"%d:0" % number)

        made = []
        for begin in range(0, attempts, 120):
            made += await asyncio.gather(*(attempt(number) for number in range(begin, min(begin + 120, attempts))))
        sent = [(to_number, call) for to_number, call, written in made if written is Written.SENT]
        assert max(Counter(to_number for to_number, _ in sent).values()) == 3
        assert max(Counter(call for _, call in sent).values()) == 1
        assert len({to_number for to_number, _ in sent}) == callers, "everybody's first one is sent"
        assert await nodes[0].pool.fetchval("SELECT count(*) FROM line_text") == len(sent)


async def test_over_three_nodes_the_cap_holds(pool: asyncpg.Pool, database_urls: DatabaseUrls, tmp_path: Path) -> None:
    assert await pool.fetchval("SELECT count(*) FROM line_text") == 0
    await hold_the_cap(database_urls, tmp_path / "keys", 500)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_over_three_nodes_the_cap_holds_for_ten_thousand(
    pool: asyncpg.Pool, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    assert await pool.fetchval("SELECT count(*) FROM line_text") == 0
    await hold_the_cap(database_urls, tmp_path / "keys", 10_000)


def test_without_a_sender_no_message_leaves(safe: Safe) -> None:
    town = build_town({"/voice/incoming": BYE})
    assert [name for name, *_ in line_jobs(safe, town.rest, "")] == ["voicemails", "removal"]
    assert [name for name, *_ in line_jobs(safe, town.rest, NUMBER)] == ["voicemails", "removal", "texts"]
