"""Where callers stand: places, bands, wishes, and what late, doubled and lost requests do to them."""

from datetime import timedelta

import pytest

from app.kit.crypto import SealBroken
from app.queue import service
from app.queue.models import Band, Interpreter, State, Status
from app.queue.rules import MOST_PASSED
from app.queue.waiting import open_address
from tests.queue.cast import House, agent_id, call_keys


async def test_the_band_follows_who_is_ahead_and_who_is_there(house: House) -> None:
    assert (await house.calls("Anna")).band is Band.VERY_LONG
    for number in range(10):
        await house.agent(f"agent {number}", {"de": 3})
    assert (await house.calls("Anna")).band is Band.FEW
    for number in range(20):
        house.passes(0.01)
        await house.calls(f"caller {number}")
    house.passes(0.01)
    last = await house.calls("last")
    assert (last.ahead, last.band) == (21, Band.LONG)
    house.passes(61)
    assert (await house.calls("Anna")).band is Band.VERY_LONG


async def test_who_speaks_only_another_language_hears_of_those_who_speak_that(house: House) -> None:
    for number in range(10):
        await house.agent(f"agent {number}", {"de": 3, "ti": 1})
    assert (await house.calls("Selam", "ti")).band is Band.VERY_LONG
    assert (await house.calls("Selam", "ti", also=("de",))).band is Band.FEW


async def test_the_oldest_place_is_kept_whatever_order_requests_come_in(house: House) -> None:
    entered_at = house.moment
    house.passes(20)
    await house.calls("Boris")
    await house.calls("Anna")
    await house.calls("Anna", entered_at=entered_at)
    assert (await house.calls("Anna", entered_at=house.moment)).ahead == 0
    assert (await house.calls("Boris")).ahead == 1
    await house.calls("Carla", entered_at=house.moment + timedelta(hours=1))
    assert [waiting.entered_at for waiting in await service.list_waiting(house.line)] == [
        entered_at,
        house.moment,
        house.moment,
    ]


async def test_wishes_are_only_added(house: House) -> None:
    await house.agent("Jonas", {"de": 3, "en": 2})
    await house.calls("Selam", "ti", woman=True)
    await service.wish(house.line, call_keys("Selam"), also=("en", "de"))
    await house.calls("Selam", "ti", also=("de",))
    assert [waiting.woman for waiting in await service.list_waiting(house.line)] == [True]
    assert await house.offered() == {}
    await house.agent("Karin", {"de": 3}, woman=True)
    assert await house.offered() == {"Selam": agent_id("Karin")}
    assert await service.wish(house.line, call_keys("nobody"), woman=True) is None


async def test_a_call_that_asks_no_more_is_not_offered_and_comes_back_at_its_place(house: House) -> None:
    entered_at = house.moment
    await house.calls("Anna")
    house.passes(20)
    await house.calls("Boris")
    house.passes(71)
    await house.agent("Jonas", {"de": 3})
    assert await house.offered() == {"Boris": agent_id("Jonas")}
    house.passes(300)
    await service.expire(house.line)
    assert await service.find_standing(house.line, call_keys("Anna")) is None
    await house.calls("Anna", entered_at=entered_at)
    await service.set_status(house.line, agent_id("Jonas"), Status.READY)
    assert await house.offered() == {"Anna": agent_id("Jonas")}


async def test_agents_who_are_not_seen_get_no_calls_and_become_away(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    house.passes(60)
    await house.calls("Anna")
    assert await house.offered() == {}
    assert (await service.duty(house.line, "de")).now == 0
    assert await service.see(house.line, agent_id("Jonas")) == Status.READY
    assert (await service.duty(house.line, "de")).now == 1
    house.passes(60)
    await service.expire(house.line)
    assert await service.see(house.line, agent_id("Jonas")) == Status.AWAY
    assert await service.see(house.line, agent_id("stranger")) == Status.AWAY


async def test_who_was_passed_three_times_by_callers_of_a_rarer_language_is_next(house: House) -> None:
    await house.agent("Selam", {"de": 3, "ti": 3})
    for number in range(9):
        await house.agent(f"busy {number}", {"de": 3})
    await house.pool.execute("UPDATE agent_presence SET status = 'wrap-up' WHERE agent_id <> $1", agent_id("Selam"))
    await house.calls("Anna")
    taken = []
    for number in range(5):
        house.passes(5)
        await house.calls(f"Tesfay {number}", "ti")
        taken += list(await house.offered())
        held = await house.talk("Selam")
        await service.finish(house.line, held.id)
        await service.wrap_up(house.line, agent_id("Selam"))
    assert taken == ["Tesfay 0", "Tesfay 1", "Tesfay 2", "Anna", "Tesfay 3"]
    index = await house.pool.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_waiting_call_passed'")
    assert f"passed > {MOST_PASSED - 1}" in index


async def test_an_interpreter_who_can_be_reached_makes_calls_possible(house: House) -> None:
    await house.agent("Jonas", {"de": 3})
    await house.calls("Selam", "ti")
    name = agent_id("interpreter")
    await service.save_interpreter(
        house.line, Interpreter(name, "Tesfay", ("ti", "am"), "+4930123456", "1234", "Mo-Fr 12:00-16:00")
    )
    assert await service.list_interpreters(house.line, "ti", house.moment) == ()
    assert await house.offered() == {}
    house.passes(2 * 3600)
    found = await service.list_interpreters(house.line, "ti", house.moment)
    assert [(one.name, one.telephone, one.pin) for one in found] == [("Tesfay", "+4930123456", "1234")]
    await house.calls("Selam", "ti")
    await service.see(house.line, agent_id("Jonas"))
    assert await house.offered() == {"Selam": agent_id("Jonas")}
    await service.remove_interpreter(house.line, name)
    assert await service.find_interpreter(house.line, name) is None


async def test_nothing_in_the_tables_tells_who_calls_or_how_an_interpreter_is_reached(house: House) -> None:
    await house.calls("Anna")
    await house.agent("Jonas", {"de": 3}, telephone="+4930111111")
    await service.save_interpreter(house.line, Interpreter(agent_id("i"), "Tesfay", ("ti",), "+4930123456", "98765"))
    tables = ("waiting_call", "agent_skills", "interpreter")
    rows = [await house.pool.fetch(f"SELECT t::text FROM {name} t") for name in tables]  # noqa: S608  Written here.
    kept = " ".join(row[0] for table in rows for row in table)
    assert "Tesfay" in kept
    assert not any(secret in kept for secret in ("CA-Anna", "n=3", "4930111111", "4930123456", "98765"))
    skills = await service.get_skills(house.line, agent_id("Jonas"))
    assert skills is not None
    assert skills.telephone == "+4930111111"


async def test_tables_that_name_a_call_are_not_logged(house: House) -> None:
    rows = await house.pool.fetch("SELECT relname, relpersistence FROM pg_class WHERE relkind = 'r'")
    kinds = {row["relname"]: row["relpersistence"] for row in rows}
    assert [kinds[name] for name in ("waiting_call", "reservation")] == [b"u", b"u"]
    assert kinds["agent_presence"] == b"p"


async def test_the_address_of_a_call_opens_for_its_own_row_only(house: House) -> None:
    await house.calls("Anna")
    await house.calls("Boris")
    rows = {
        row["call_key"]: row["sealed"] for row in await house.pool.fetch("SELECT call_key, sealed FROM waiting_call")
    }
    (anna,), (boris,) = call_keys("Anna"), call_keys("Boris")
    assert open_address(house.line, anna, rows[anna])[0] == "CA-Anna"
    with pytest.raises(SealBroken):
        open_address(house.line, anna, rows[boris])


async def test_a_call_under_an_older_key_of_the_ring_keeps_its_row(house: House) -> None:
    await house.calls("Anna")
    older, newer = call_keys("Anna")[0], b"n" * 32
    await house.agent("Jonas", {"de": 3})
    standing = await house.calls("Anna", call_keys=(newer, older))
    assert standing.state is State.WAITING
    assert [row[0] for row in await house.pool.fetch("SELECT call_key FROM waiting_call")] == [older]
    assert await house.offered() == {"Anna": agent_id("Jonas")}


async def test_skills_and_shifts_are_replaced_and_forgotten(house: House) -> None:
    jonas = await house.agent("Jonas", {"de": 3, "en": 2}, land="DE-BE", topics=frozenset({"money"}))
    await house.agent("Jonas", {"de": 2}, land="DE-BY")
    skills = await service.get_skills(house.line, jonas)
    assert skills is not None
    assert (skills.languages, skills.land, skills.topics) == ({"de": 2}, "DE-BY", frozenset())
    assert set(await service.list_skills(house.line)) == {jonas}
    await service.remove_agent(house.line, jonas)
    assert await service.get_skills(house.line, jonas) is None
    assert await service.list_agents(house.line) == ()
