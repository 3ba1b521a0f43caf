"""People who are called back: neutral words first, the agent only after a key, and each answer noted once."""

from html import unescape
from pathlib import Path
from re import findall, search
from uuid import uuid4

import asyncpg
import pytest

from app.calls.called import Called, called_path, read_called
from app.calls.lasting_effects import WORDS
from app.kit.protocols import OutgoingCall
from app.kit.reach import Database
from app.phone.exchange.deeds import hang_up
from app.phone.exchange.models import Call, Callee
from app.queue import service as queue
from app.queue.callback_models import Window, Wish
from app.queue.callbacks import get_dialling, list_callbacks, make_callback, put_due_in_line
from app.queue.models import Reservation
from app.texts.languages import LAUNCH_LANGUAGES
from tests.cast import BASE_URL, NUMBER, keys
from tests.telephony.line_town import MOBILE, RETRIES, LineTown, be_patient, open_town, text

WORD = "word3"


@pytest.fixture
def town(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LineTown:
    be_patient(monkeypatch)
    return open_town(pool, database, tmp_path)


async def dialled(town: LineTown, language: str = "de") -> tuple[Call, Reservation]:
    """A due callback that an agent has accepted, and the call to the person, who has answered."""
    await town.hire(language)
    wish = Wish(
        language=language,
        window=Window.SOON,
        show_number=True,
        others_may_answer=False,
        entered_at=town.now(),
    )
    made = await make_callback(town.safe, b"call:1:0", MOBILE, WORD, wish)
    assert made is not None
    await town.pass_time(1)
    assert await put_due_in_line(town.safe) == 1
    reservation = await town.accept()
    assert reservation.callback_id == made.id
    dialling = await get_dialling(town.safe, made.id)
    called = Called(made.id, dialling.attempt, reservation.id, language, dialling.word)
    town.exchange.callees[MOBILE] = Callee("answers")
    sid = await town.rest.create_call(outgoing(f"{BASE_URL}{called_path(town.line.keys, called)}{RETRIES}"))
    await town.pass_time(4)
    return town.exchange.calls[sid], reservation


def outgoing(url: str) -> OutgoingCall:
    return OutgoingCall(to_number=MOBILE, from_number=NUMBER, url=url)


def heard(call: Call) -> str:
    return " ".join(one.text for one in call.heard)


async def state_of(town: LineTown) -> list[str]:
    return [row["state"] for row in await town.pool.fetch("SELECT state FROM callback")]


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
async def test_who_is_called_hears_the_agreed_word_and_meets_the_agent_by_a_key(town: LineTown, language: str) -> None:
    call, reservation = await dialled(town, language)
    word = text(f"callback.word.{WORD}", language)
    assert text("called.word", language).format(word=word) in heard(call)
    assert text("called.ask", language) in heard(call)
    assert town.exchange.conferences == {}
    await town.press(call, "1")
    [room] = town.exchange.conferences.values()
    assert room.name == reservation.room
    assert room.participants[call.sid].label == "caller"
    assert await state_of(town) == ["reached"]
    await hang_up(town.exchange, call)
    assert call.faults == []


@pytest.mark.parametrize(
    ("key", "said", "state"), [("2", "called.later", "open"), ("3", "called.gone", "wrong_person")]
)
async def test_who_cannot_speak_now_or_did_not_ask_says_so_by_a_key(
    town: LineTown, key: str, said: str, state: str
) -> None:
    call, _ = await dialled(town)
    await town.press(call, key)
    await town.pass_time(10)
    assert text(said) in heard(call)
    assert (call.status, call.faults) == ("completed", [])
    assert await state_of(town) == [state]


async def test_a_mailbox_presses_no_key_and_is_not_taken_for_anybody(town: LineTown) -> None:
    call, _ = await dialled(town)
    await town.pass_time(90)
    assert heard(call).count(text("called.ask")) == 2
    assert (call.status, call.faults) == ("completed", [])
    assert town.exchange.conferences == {}
    assert await state_of(town) == ["dialling"]


async def test_whose_agent_is_gone_is_told_that_we_call_again(town: LineTown) -> None:
    call, reservation = await dialled(town)
    await queue.give_back(town.line, reservation.id)
    await town.press(call, "1")
    await town.pass_time(10)
    assert text("called.sorry") in heard(call)
    assert call.status == "completed"
    assert await state_of(town) == ["open"]


async def test_without_the_database_who_wants_to_speak_is_led_to_the_agent(town: LineTown) -> None:
    call, reservation = await dialled(town)
    town.doors.door = town.doors.without_database()
    await town.press(call, "1")
    [room] = town.exchange.conferences.values()
    assert room.name == reservation.room


async def test_after_the_conversation_the_call_ends(town: LineTown) -> None:
    call, _ = await dialled(town)
    await town.press(call, "1")
    address = search(r'action="([^"]+after=talk[^"]*)"', town.doors.last("/voice/called"))
    assert address is not None
    await town.rest.redirect_call(call.sid, unescape(address[1]))
    await town.pass_time(2)
    assert (call.status, call.faults) == ("completed", [])


async def test_a_repeated_key_gets_the_same_answer_and_is_noted_once(town: LineTown) -> None:
    call, _ = await dialled(town)
    await town.press(call, "3")
    (request,) = [one for one in town.doors.requests if b"Digits=3" in one.content]
    before = town.doors.last("/voice/called")
    again = await town.doors.handle_async_request(request)
    assert (await again.aread()).decode() == before
    assert await list_callbacks(town.safe) == ()


async def test_a_sealed_address_tells_nothing_and_opens_nowhere_else(town: LineTown) -> None:
    called = Called(uuid4(), 1, uuid4(), "de", WORD)
    path = called_path(keys(), called)
    (token,) = findall(r"c=([\w-]+)", path)
    assert read_called(keys(), token) == called
    assert read_called(keys(), f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}") is None
    for secret in (str(called.callback_id), called.callback_id.hex, WORD):
        assert secret not in path
    call, _ = await dialled(town)
    await town.rest.redirect_call(call.sid, f"{BASE_URL}/voice/called?c=forged{RETRIES}")
    await town.pass_time(2)
    assert (call.status, call.faults) == ("completed", [])


def test_every_agreed_word_is_a_word_of_every_language() -> None:
    for language in LAUNCH_LANGUAGES:
        assert len({text(f"callback.word.{word}", language) for word in WORDS}) == len(WORDS)
