"""The path by which a caller came reaches the agent, in the flows' own names, and goes when the conversation ends."""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.console.line_trail import PLACES, URGENT, is_urgent, known
from app.ivr.model import Session
from app.ivr.trail import MOST_PLACES, extended
from app.kit.reach import Database
from app.phone.exchange.deeds import hang_up, press
from app.phone.exchange.models import Call
from app.queue import service as queue
from app.shell.words import LANGUAGES, words_in
from app.telephony.sealing import (
    place_of,
    read_query,
    read_session,
    read_trail,
    seal,
    step_url,
    unseal,
    with_trail,
    write_session,
)
from tests.cast import BASE_URL, demo_playbook, keys
from tests.telephony.line_town import MENU, RETRIES, LineTown, be_patient, open_town

names = st.sampled_from(sorted(PLACES))


@pytest.fixture
def town(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LineTown:
    be_patient(monkeypatch)
    return open_town(pool, database, tmp_path)


async def waits_after(town: LineTown, *entries: str) -> Call:
    call = await town.dial()
    for entry in entries:
        await press(town.exchange, call, entry)
    assert (call.faults, call.place is not None) == ([], True)
    return call


async def test_an_agent_sees_by_which_menus_a_caller_came(town: LineTown) -> None:
    await town.hire("de")
    # Information, money, how much; another question; help: violence; a person, who is waited for.
    call = await waits_after(town, MENU["de"], "1", "2", "1", "#", "3", "2", "0", "1")
    (waiting,) = await queue.list_waiting(town.line)
    assert waiting.trail == ("information", "money", "help_now", "violence")
    assert is_urgent(waiting.trail)
    reservation = await town.accept()
    assert reservation.trail == waiting.trail
    await town.connect(reservation)
    talking = await queue.find_offered(town.line, reservation.id)
    assert talking is not None
    assert talking.trail == waiting.trail
    await hang_up(town.exchange, call)
    await town.pass_time(1)
    wrapped = await queue.find_offered(town.line, reservation.id)
    assert wrapped is not None
    assert wrapped.trail == ()
    assert await town.pool.fetchval("SELECT count(*) FROM waiting_call WHERE trail <> '{}'") == 0


async def test_the_path_is_told_again_after_the_line_was_lost(town: LineTown) -> None:
    await town.hire("ar")
    await waits_after(town, MENU["ar"], "3", "4", "0", "1")
    await town.pool.execute("DELETE FROM waiting_call")
    await town.pool.execute("DELETE FROM call_effect")
    await town.pass_time(60)
    (waiting,) = await queue.list_waiting(town.line)
    assert waiting.trail == ("help_now", "illness")


async def test_who_goes_back_to_the_menu_takes_the_path_along(town: LineTown) -> None:
    await town.hire("tr")
    call = await waits_after(town, MENU["tr"], "4", "3", "0", "1")
    await town.press(call, "#")
    assert call.place is None
    await town.press(call, "3", "1", "0", "1")
    (waiting,) = await queue.list_waiting(town.line)
    assert waiting.trail == ("about", "help_now", "danger")


async def test_steps_stay_prepared_for_all_whatever_way_they_came(town: LineTown) -> None:
    await town.hire("de")
    prepared = town.doors.door.prepared
    for entries in (("1", "#", "1", "#", "4", "#", "3", "2", "0", "1"), ("4", "#")):
        await town.press(await town.dial(), MENU["de"], *entries)
    before = len(prepared)
    await town.press(await town.dial(), MENU["de"], "4", "#", "1", "#", "3", "2", "0", "1")
    trails = {waiting.trail for waiting in await queue.list_waiting(town.line)}
    assert trails == {
        ("information", "about", "help_now", "violence"),
        ("about", "information", "help_now", "violence"),
    }
    assert len(prepared) == before
    assert all(read_trail(session) == () for session, _ in prepared)


async def test_an_address_without_a_path_still_opens(town: LineTown) -> None:
    call = await town.dial()
    await town.press(call, MENU["de"])
    request = town.doors.requests[-1]
    sequence, token = read_query(urlsplit(str(request.url)).query)
    plain = unseal(keys(), call.sid, sequence, token)
    assert plain is not None
    assert read_trail(plain) == ()
    assert read_session(plain) is not None


@given(st.lists(names, max_size=30))
def test_a_path_is_short_and_names_each_place_once(visited: list[str]) -> None:
    trail = extended((), visited)
    assert len(trail) <= MOST_PLACES
    assert len(set(trail)) == len(trail)
    assert trail[-1:] == tuple(visited[-1:])
    assert extended(trail[:-1], trail[-1:]) == trail
    # Step by step or all at once is the same path.
    half = len(visited) // 2
    assert extended(extended((), visited[:half]), visited[half:]) == trail


@given(st.lists(names, max_size=6, unique=True), st.text(max_size=40))
def test_path_and_session_are_told_apart(visited: list[str], value: str) -> None:
    session = Session("00000000", (("hotline", "topic"),), facts={"language": "de", "topic": value})
    place = write_session(session)
    plain = with_trail(place, tuple(visited))
    assert (place_of(plain), read_trail(plain), read_session(plain)) == (place, tuple(visited), session)


def test_an_address_grows_by_no_more_than_a_hundred_characters() -> None:
    session = write_session(Session("00000000", (("hotline", "topic"),), facts={"language": "de"}))
    longest = tuple(sorted(PLACES, key=len)[-MOST_PLACES:])
    bare, full = (
        len(step_url(BASE_URL, 1, seal(keys(), "CA1", 1, with_trail(session, trail)))) for trail in ((), longest)
    )
    assert full - bare <= 100
    assert len(RETRIES) + full < 4_000


def test_every_marked_place_has_words_for_agents() -> None:
    flows = demo_playbook().book.flows.values()
    marked = {place for flow in flows for place in flow.trail}
    assert marked == PLACES
    assert marked >= URGENT
    for language in LANGUAGES:
        assert all(words_in(language).say(f"line.trail.{place}") for place in marked)


def test_places_of_another_version_are_not_shown() -> None:
    assert known(("money", "of_yesterday", "violence")) == ("money", "violence")
