"""Effects that ask the database: once for a step, within their limit, and never silence, whatever the database does."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from app.calls.lasting import EFFECT_SECONDS, Deed, Memory, Occasion, Outside, perform, recall
from app.calls.lasting_effects import LASTING
from app.calls.service import advance
from app.ivr.flow import Facts
from app.ivr.model import Done, Gather, Perform, Pressed, Session
from app.jobs import EFFECT_LIFE, SWEEP_SECONDS, sweep
from app.kit.clock import now
from tests.calls.conftest import House
from tests.calls.test_referring import BY_THIS_NUMBER, MOBILE, at_the_centre, code_heard, text, walk
from tests.cast import client_of, demo_playbook, says, telephony
from tests.conftest import DatabaseUrls

# Twilio gives up after 15 seconds; an effect of two, and the note of what is counted, must stay far below that.
LONGEST_STEP_SECONDS = 4 * EFFECT_SECONDS


@asynccontextmanager
async def locked(urls: DatabaseUrls, table: str) -> AsyncIterator[None]:
    """A table that answers nobody."""
    owner = await asyncpg.connect(urls.owner)
    async with owner.transaction():
        await owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    await owner.close()


@asynccontextmanager
async def away(urls: DatabaseUrls) -> AsyncIterator[None]:
    """A database that lets nobody in and has thrown out everybody."""
    app = await asyncpg.connect(urls.app)
    owner = await asyncpg.connect(urls.owner)
    name = await owner.fetchval("SELECT current_database()")
    await owner.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    try:
        await app.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        await app.close()
        yield
    finally:
        await owner.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
        await owner.close()


@pytest.mark.parametrize("fault", ["away", "slow"])
async def test_without_its_database_the_line_names_the_centre_and_offers_no_call(
    house: House, database_urls: DatabaseUrls, fault: str
) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        began = time.monotonic()
        async with away(database_urls) if fault == "away" else locked(database_urls, "agreement"):
            call = await at_the_centre(client)
        assert time.monotonic() - began < 2 * LONGEST_STEP_SECONDS
        assert "Caritasverband Leipzig" in says(call)
        assert text("choice.call_me") not in says(call)


@pytest.mark.parametrize("fault", ["away", "slow"])
async def test_a_referral_that_cannot_be_made_is_told_honestly_and_in_time(
    house: House, database_urls: DatabaseUrls, fault: str
) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        await walk(call, BY_THIS_NUMBER[:-1])
        began = time.monotonic()
        async with away(database_urls) if fault == "away" else locked(database_urls, "referral"):
            await walk(call, BY_THIS_NUMBER[-1:])
        assert time.monotonic() - began < LONGEST_STEP_SECONDS
        assert text("referral.failed") in says(call)
        assert text("centre.next") in says(call)
        # The database is back, and so is the line.
        await walk(call, ("#", "2", "04109", *BY_THIS_NUMBER))
        code_heard(call)


async def test_who_repeats_what_failed_gets_it_once(house: House, database_urls: DatabaseUrls) -> None:
    """The provider asks again where no answer came: then the step is done, and once."""
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        await walk(call, BY_THIS_NUMBER[:-1])
        before = replace(call, turns=list(call.turns), exchanges=list(call.exchanges))
        async with locked(database_urls, "referral"):
            await walk(call, BY_THIS_NUMBER[-1:])
        await walk(before, BY_THIS_NUMBER[-1:])
        code_heard(before)
    assert len(await house.rows("SELECT id FROM referral")) == 1


async def hang(_memory: Memory, _occasion: Occasion, _given: Facts) -> Done:
    """Does not even end when it is called off."""
    while True:
        try:
            await asyncio.sleep(EFFECT_SECONDS * 2)
        except asyncio.CancelledError:
            await asyncio.sleep(EFFECT_SECONDS)
            raise


async def break_down(_memory: Memory, _occasion: Occasion, given: Facts) -> Done:
    raise ValueError(given)


async def test_an_effect_that_hangs_is_left_alone_in_time(house: House) -> None:
    outside = Outside(house.outside.memory, dict.fromkeys(LASTING, Deed(hang)))
    assert outside.seconds == EFFECT_SECONDS
    async with client_of(house.with_outside(outside)) as client:
        began = time.monotonic()
        call = await at_the_centre(client)
        assert time.monotonic() - began < LONGEST_STEP_SECONDS + 1
    assert "Caritasverband Leipzig" in says(call)


async def test_a_fault_in_an_effect_is_named_without_what_was_typed(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    await house.agree()
    outside = Outside(house.outside.memory, {**house.outside.deeds, "keep_number": Deed(break_down)})
    async with client_of(house.with_outside(outside)) as client:
        call = await at_the_centre(client)
        await walk(call, ("1", "2", "015112345679"))
    assert text("referral.failed") in says(call)
    said = capfd.readouterr()
    assert "ValueError" in said.out + said.err
    assert "5112345679" not in said.out + said.err


async def test_a_node_that_has_not_loaded_its_effects_answers_without_them() -> None:
    async with client_of(telephony()) as client:
        call = await at_the_centre(client)
    assert "Caritasverband Leipzig" in says(call)
    assert text("choice.call_me") not in says(call)


def test_a_plain_step_waits_for_nothing_and_is_worked_out_once() -> None:
    playbook = demo_playbook()
    session = Session(playbook.book.content_hash, (("hotline", "topic"),), facts={"language": "de"})
    with_outside = advance(playbook, session, Pressed("4"), outside=True)
    assert with_outside == advance(playbook, session, Pressed("4"))
    assert with_outside.alone
    assert with_outside.pending is None
    assert isinstance(with_outside.verbs[-1], Gather)


async def test_what_was_remembered_stands_and_is_found_up_to_its_step(house: House) -> None:
    memory, key = house.outside.memory, (bytes(32),)
    given: list[str] = []

    async def note(_memory: Memory, occasion: Occasion, _given: Facts) -> Done:
        given.append(str(occasion.sequence))
        return Done("kept", {"phone_number": f"+49{occasion.sequence}"})

    outside = Outside(memory, {"keep_number": Deed(note, remembered=True)})
    until = asyncio.get_running_loop().time() + 5
    asked = Perform("keep_number", {})
    for sequence in (3, 7, 3, 7, 3):
        done = await perform(outside, Occasion(key, sequence, MOBILE), asked, until)
        assert done.facts == {"phone_number": f"+49{sequence}"}
    assert given == ["3", "7"]
    for sequence, number in ((3, "+493"), (6, "+493"), (7, "+497"), (9, "+497")):
        found = await recall(memory, Occasion(key, sequence, MOBILE), "keep_number")
        assert found is not None
        assert found.facts == {"phone_number": number}
    assert await recall(memory, Occasion(key, 2, MOBILE), "keep_number") is None
    assert await recall(memory, Occasion((bytes([1]) * 32,), 9, MOBILE), "keep_number") is None


async def test_what_was_remembered_goes_within_the_hour(house: House) -> None:
    assert EFFECT_LIFE + timedelta(seconds=SWEEP_SECONDS) < timedelta(hours=1)
    await house.agree()
    async with client_of(house.door) as client:
        await walk(await at_the_centre(client), ("1", "2", "015112345679"))
    assert len(await house.rows("SELECT effect FROM call_effect")) == 1
    await sweep(house.pool, lambda: now() + EFFECT_LIFE - timedelta(minutes=1))
    assert len(await house.rows("SELECT effect FROM call_effect")) == 1
    await sweep(house.pool, lambda: now() + EFFECT_LIFE + timedelta(seconds=1))
    assert await house.rows("SELECT effect FROM call_effect") == []


def test_every_lasting_effect_has_a_deed(house: House) -> None:
    assert set(house.outside.deeds) == set(LASTING)
