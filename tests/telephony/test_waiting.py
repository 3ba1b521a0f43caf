"""Callers in the waiting line, through the signed webhooks and the stand-in exchange, over the real database."""

import re
from html import unescape
from pathlib import Path

import asyncpg
import pytest

from app.kit.reach import Database
from app.phone.awaiting import Recording
from app.phone.exchange.clockwork import pass_time
from app.phone.exchange.deeds import hang_up, leave_message
from app.phone.exchange.models import Call
from app.queue import service as queue
from app.queue.models import State, Status
from app.queue.voicemails import list_voicemails
from tests.telephony.line_town import (
    FOREIGN,
    LANDLINE,
    MENU,
    MOBILE,
    WITHHELD,
    LineTown,
    be_patient,
    open_town,
    said,
    text,
)


@pytest.fixture
def town(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LineTown:
    be_patient(monkeypatch)
    return open_town(pool, database, tmp_path)


@pytest.mark.parametrize("language", ["de", "ar", "ru"])
async def test_a_caller_waits_and_is_answered(town: LineTown, language: str) -> None:
    await town.hire(language)
    call = await town.into_line(language)
    assert text("wait.next", language) in said(call)
    assert text("wait.key.callback", language).format(key="1") in said(call)
    await town.pass_time(40)
    assert text("wait.comfort", language) in said(call)
    await town.connect(await town.accept())
    [room] = town.exchange.conferences.values()
    assert room.participants[call.sid].label == "caller"
    assert room.participants[call.sid].ends
    standing = await town.standing(call)
    assert standing is not None
    assert standing.state is State.TALKING
    await hang_up(town.exchange, call)
    await town.pass_time(1)
    assert (call.faults, await town.standing(call)) == ([], None)
    [(kind, waited)] = await town.counted()
    assert kind == "answered"
    assert isinstance(waited, int)
    assert 40 <= waited <= 60


BY_THIS_NUMBER = ("1", "1", "1", "1", "1")


def heard(call: Call) -> str:
    """Everything that the caller heard in the call."""
    return " ".join(one.text for one in call.heard)


@pytest.mark.parametrize("language", ["de", "ar", "ru"])
async def test_a_caller_in_line_is_called_back_instead_and_keeps_the_place(town: LineTown, language: str) -> None:
    await town.hire(language)
    call = await town.into_line(language)
    entered_at = town.now()
    await town.pass_time(30)
    await town.press(call, "1")
    assert call.place is None
    assert text("callback.how", language) in said(call)
    assert await town.standing(call) is None
    await town.press(call, *BY_THIS_NUMBER, "1")
    assert text("callback.made", language) in heard(call)
    [row] = await town.pool.fetch("SELECT language, entered_at FROM callback")
    assert row["language"] == language
    assert abs((row["entered_at"] - entered_at).total_seconds()) < 5
    assert [kind for kind, _ in await town.counted()] == ["callback"]
    await hang_up(town.exchange, call)
    await town.pass_time(1)
    [(kind, waited)] = await town.counted()
    assert kind == "callback"
    assert isinstance(waited, int)
    assert 30 <= waited <= 40


@pytest.mark.parametrize(
    ("number", "offered"),
    [(MOBILE, "choice.this_number"), (LANDLINE, "choice.this_number"), (FOREIGN, ""), (WITHHELD, "")],
)
async def test_only_a_number_that_can_be_called_is_offered_for_the_callback(
    town: LineTown, number: str, offered: str
) -> None:
    await town.hire("de")
    call = await town.into_line("de", number)
    await town.press(call, "1")
    assert (text("choice.this_number") in said(call)) is bool(offered)
    assert (text("callback.caller_unusable") in said(call)) is not bool(offered)
    if not offered:
        await town.press(call, "1", "015112345679")
        await town.pass_time(30)
        await town.press(call, *BY_THIS_NUMBER)
        assert text("callback.made") in heard(call)


@pytest.mark.parametrize("language", ["de", "ar", "ru"])
async def test_a_caller_in_line_leaves_a_message_instead(town: LineTown, language: str) -> None:
    await town.hire(language)
    call = await town.into_line(language)
    await town.press(call, "2")
    assert text("message.purpose", language) in said(call)
    await town.press(call, "1")
    await town.pass_time(10)
    assert isinstance(call.awaiting, Recording)
    await leave_message(town.exchange, call, 7)
    await town.pass_time(5)
    assert text("message.thanks", language) in heard(call)
    [kept] = await list_voicemails(town.safe)
    assert (kept.language, kept.seconds) == (language, 7)
    assert call.faults == []


async def test_who_says_nothing_is_told_that_nothing_was_heard(town: LineTown) -> None:
    await town.hire("de")
    call = await town.into_line()
    await town.press(call, "2", "1")
    await town.pass_time(60)
    assert text("message.no_audio") in heard(call)
    assert text("message.nothing") in heard(call)
    assert await list_voicemails(town.safe) == ()


@pytest.mark.parametrize("language", ["de", "ar", "ru"])
async def test_the_hash_key_leads_back_to_the_main_menu_and_out_of_the_line(town: LineTown, language: str) -> None:
    agent_id = await town.hire(language)
    call = await town.into_line(language)
    offered = await queue.match(town.line)
    assert [one.agent_id for one in offered] == [agent_id]
    await town.press(call, "#")
    assert text("topic.question", language) in said(call)
    assert await town.standing(call) is None
    assert await queue.accept(town.line, agent_id, offered[0].id) is None
    entered_at = town.now()
    await town.pass_time(5)
    await town.press(call, "0", "1")
    assert call.place is not None
    [waiting] = await queue.list_waiting(town.line)
    assert waiting.entered_at > entered_at


async def test_who_hangs_up_in_line_is_counted_as_abandoned_with_the_wait(town: LineTown) -> None:
    await town.hire("de")
    call = await town.into_line()
    await town.pass_time(75)
    await hang_up(town.exchange, call)
    await town.pass_time(1)
    [(kind, waited)] = await town.counted()
    assert kind == "abandoned"
    assert isinstance(waited, int)
    assert 70 <= waited <= 85
    assert await queue.list_waiting(town.line) == ()


@pytest.mark.parametrize("language", ["de", "ar", "ru"])
async def test_whose_agent_is_lost_hears_so_and_comes_first_at_the_old_place(town: LineTown, language: str) -> None:
    await town.hire(language)
    first = await town.into_line(language)
    await town.connect(await town.accept())
    second = await town.into_line(language, LANDLINE)
    (reservation,) = await town.pool.fetch("SELECT id FROM reservation")
    await queue.lose_agent(town.line, reservation["id"])
    address = re.search(r'action="([^"]+after=talk[^"]*)"', town.doors.last("/voice/meet"))
    assert address is not None
    await town.rest.redirect_call(first.sid, unescape(address[1]))
    await town.pass_time(2)
    assert text("person.agent_lost", language) in heard(first)
    assert first.place is not None
    standing = await town.standing(first)
    assert standing is not None
    assert (standing.state, standing.ahead) == (State.WAITING, 0)
    assert await town.standing(second) is not None
    await town.hire(language)
    (again,) = await queue.match(town.line)
    assert again.call_key in town.keys_of(first)
    await hang_up(town.exchange, first)
    assert first.faults == []


async def test_after_the_conversation_the_caller_is_thanked(town: LineTown) -> None:
    await town.hire("de")
    call = await town.into_line()
    reservation = await town.accept()
    await town.connect(reservation)
    await queue.finish(town.line, reservation.id)
    address = re.search(r'action="([^"]+after=talk[^"]*)"', town.doors.last("/voice/meet"))
    assert address is not None
    await town.rest.redirect_call(call.sid, unescape(address[1]))
    await town.pass_time(20)
    assert text("goodbye") in heard(call)
    assert (call.status, call.faults) == ("completed", [])


@pytest.mark.parametrize("language", ["de", "ar", "ru"])
async def test_where_nobody_is_on_duty_nobody_waits(town: LineTown, language: str) -> None:
    call = await town.dial()
    await town.press(call, MENU[language], "0")
    assert call.place is None
    assert text("person.never", language) in heard(call)
    assert await queue.list_waiting(town.line) == ()


async def test_who_waits_for_an_agent_that_went_home_is_told_what_else_there_is(town: LineTown) -> None:
    agent_id = await town.hire("de")
    call = await town.into_line()
    town.agents.remove(agent_id)
    await queue.set_status(town.line, agent_id, Status.AWAY)
    await town.pass_time(400)
    assert text("person.timed_out") in heard(call)
    assert call.faults == []


async def test_a_database_that_is_away_costs_nobody_the_place(town: LineTown) -> None:
    await town.hire("de")
    call = await town.into_line()
    entered_at = town.now()
    door = town.doors.door
    town.doors.door = town.doors.without_database()
    call.heard.clear()
    await pass_time(town.exchange, 120)
    await town.press(call, "1")
    assert call.place is not None
    assert {one.text for one in call.heard if one.kind == "say"} == {text("wait.comfort")}
    await town.pool.execute("DELETE FROM waiting_call")
    town.doors.door = door
    await town.pass_time(60)
    [waiting] = await queue.list_waiting(town.line)
    assert abs((waiting.entered_at - entered_at).total_seconds()) < 5
    assert call.faults == []


async def test_a_key_pressed_while_the_agent_answers_changes_nothing(town: LineTown) -> None:
    await town.hire("de")
    call = await town.into_line()
    reservation = await town.accept()
    for key in ("1", "#"):
        await town.press(call, key)
    await town.pass_time(8)
    [room] = town.exchange.conferences.values()
    assert room.name == reservation.room
    assert call.sid in room.participants
    assert call.faults == []


async def test_wishes_are_noted_and_offered_only_once(town: LineTown) -> None:
    await town.hire("ar", woman=True)
    await town.hire("ar")
    call = await town.into_line("ar")
    assert text("wait.key.woman", "ar").format(key="3") in said(call)
    assert text("wait.key.also", "ar").format(key="4") in said(call)
    await town.press(call, "3")
    assert text("wait.noted", "ar") in said(call)
    await town.press(call, "4")
    call.heard.clear()
    await town.press(call, "*")
    assert text("wait.key.callback", "ar").format(key="1") in said(call)
    assert text("wait.key.woman", "ar").format(key="3") not in said(call)
    [row] = await town.pool.fetch("SELECT woman, also FROM waiting_call")
    assert row["woman"]
    assert set(row["also"]) == {"de", "en"}


async def test_who_waited_very_long_may_wait_on_at_the_old_place(town: LineTown) -> None:
    await town.hire("de")
    call = await town.into_line()
    entered_at = town.now()
    await town.pass_time(31 * 60)
    assert text("person.timed_out") in heard(call)
    assert call.place is None
    await town.press(call, "3")
    assert call.place is not None
    await town.pass_time(60)
    assert call.place is not None
    [waiting] = await queue.list_waiting(town.line)
    assert abs((waiting.entered_at - entered_at).total_seconds()) < 5
    assert call.faults == []
