"""What an agent has told is sent to the number that calls, which is asked for at that moment and written nowhere."""

import logging
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import pytest

from app.calls.texting import Refusal, Sent, answer_text, consent_sentence, refusal_of, send
from app.kit.reach import Database
from app.knowledge.service import show_answer
from app.phone.exchange.deeds import press
from app.phone.exchange.unsteady import Faults
from app.queue import callbacks
from app.queue.callback_models import Window, Wish
from app.queue.models import Reservation
from app.queue.text_messages import send_texts, write_text
from tests.cast import NUMBER, TODAY, demo_playbook
from tests.telephony.agents_town import AgentsTown, Ground, open_agents_town
from tests.telephony.line_town import FOREIGN, LANDLINE, MOBILE, WITHHELD

WORDS = "Grimmaische Straße 10, Leipzig"


@pytest.fixture
def ground(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> Ground:
    return Ground(pool, database, tmp_path)


@pytest.fixture
def town(ground: Ground) -> AgentsTown:
    return open_agents_town(ground)


async def talk_with(town: AgentsTown, number: str) -> Reservation:
    """An agent and the caller of that number talk."""
    agent_id = await town.hire("de")
    await town.town.into_line(number=number)
    offer = await town.offered(agent_id)
    await town.answer(agent_id)
    return offer


async def messages(town: AgentsTown) -> list[tuple[str, str]]:
    """To whom what was sent by now."""
    await send_texts(town.town.safe, town.town.rest, NUMBER)
    return [(message.to_number, message.body) for message in town.town.exchange.messages.values()]


async def test_one_message_goes_to_the_number_that_calls(town: AgentsTown) -> None:
    talk = await talk_with(town, MOBILE)
    assert await send(town.desk, talk.agent_id, WORDS, "centre:leipzig:de") is Sent.SENT
    assert await send(town.desk, talk.agent_id, WORDS, "centre:leipzig:de") is Sent.SENT, "the button pressed twice"
    assert await send(town.desk, talk.agent_id, WORDS, "answer:duration:de") is Sent.ALREADY
    ((to_number, body),) = await messages(town)
    assert to_number == MOBILE
    assert body.startswith(WORDS)


@pytest.mark.parametrize(
    ("number", "told"), [(LANDLINE, Sent.LANDLINE), (FOREIGN, Sent.FOREIGN), (WITHHELD, Sent.WITHHELD)]
)
async def test_other_numbers_get_none_and_it_is_said_why(town: AgentsTown, number: str, told: Sent) -> None:
    talk = await talk_with(town, number)
    assert await send(town.desk, talk.agent_id, WORDS, "x") is told
    assert await messages(town) == []


async def test_a_fourth_message_of_the_day_is_not_sent(town: AgentsTown) -> None:
    for call in (b"a", b"b", b"c"):
        await write_text(town.town.safe, number=MOBILE, text="-", call=call, origin=call)
    talk = await talk_with(town, MOBILE)
    assert await send(town.desk, talk.agent_id, WORDS, "x") is Sent.CAPPED


async def test_only_who_talks_sends(town: AgentsTown) -> None:
    agent_id = await town.hire("de")
    assert await send(town.desk, agent_id, WORDS, "x") is Sent.NO_CALL
    call = await town.town.into_line()
    offer = await town.offered(agent_id)
    assert await send(town.desk, agent_id, WORDS, "x") is Sent.NO_CALL, "an offer is no conversation"
    await town.answer(agent_id)
    await town.hang_up(call)
    assert await send(town.desk, offer.agent_id, WORDS, "x") is Sent.NO_CALL, "the provider knows that the call is over"
    await town.pass_time(6)
    assert await send(town.desk, offer.agent_id, WORDS, "x") is Sent.NO_CALL
    assert await messages(town) == []


async def test_a_busy_provider_and_one_that_is_not_there_are_told_apart(ground: Ground) -> None:
    town = open_agents_town(ground)
    talk = await talk_with(town, MOBILE)
    town.network.faults = Faults(broken=1.0)
    assert await send(town.desk, talk.agent_id, WORDS, "x") is Sent.BUSY
    for desk in (replace(town.desk, texts=False), replace(town.desk, telephony=None)):
        assert await send(desk, talk.agent_id, WORDS, "x") is Sent.NOT_POSSIBLE
    town.network.faults = Faults()
    assert await send(town.desk, talk.agent_id, WORDS, "x") is Sent.SENT


async def test_who_is_called_back_gets_it_on_the_number_that_was_called(town: AgentsTown) -> None:
    agent_id = await town.hire("de")
    entered_at = town.town.now() - timedelta(minutes=10)
    wish = Wish(language="de", window=Window.SOON, show_number=True, others_may_answer=False, entered_at=entered_at)
    assert await callbacks.make_callback(town.town.safe, b"origin", MOBILE, "word3", wish)
    await town.answer(agent_id)
    await town.pass_time(4)
    [call] = town.placed(MOBILE)
    await press(town.town.exchange, call, "1")
    await town.pass_time(3)
    assert await send(town.desk, agent_id, WORDS, "x") is Sent.SENT
    assert [to_number for to_number, _ in await messages(town)] == [MOBILE]


async def test_the_number_stands_in_no_table_and_no_log(town: AgentsTown, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    talk = await talk_with(town, MOBILE)
    await send(town.desk, talk.agent_id, WORDS, "x")
    pool = town.town.pool
    names = await pool.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    for sent in (False, True):
        if sent:
            assert len(await messages(town)) == 1
        rows = [
            str(await pool.fetch(f'SELECT t::text FROM "{name}" t'))  # noqa: S608  The database's own names.
            for (name,) in names
            if await pool.fetchval("SELECT has_table_privilege($1::text, 'SELECT')", f'"{name}"')
        ]
        assert rows
        assert MOBILE[3:] not in "".join(rows) + caplog.text
    call_sid = next(call.sid for call in town.town.exchange.calls.values() if call.from_number == MOBILE)
    assert call_sid not in "".join(rows)


def test_what_others_should_not_read_is_not_sent_and_drafts_stay_in_the_demonstration() -> None:
    knowledge = demo_playbook().knowledge
    shown = {
        (id_, language): show_answer(knowledge, language, id_, TODAY)
        for id_ in ("duration", "women-violence", "suicidal", "trafficking", "fear-of-return")
        for language in ("de", "ar")
    }
    refused = {
        key: (
            refusal_of(knowledge.answers[key[0]], text, demo=True),
            refusal_of(knowledge.answers[key[0]], text, demo=False),
        )
        for key, text in shown.items()
        if text is not None
    }
    assert refused.pop(("duration", "de")) == (None, None)
    assert refused.pop(("duration", "ar")) == (None, Refusal.DRAFT)
    assert set(refused.values()) == {(Refusal.SENSITIVE, Refusal.SENSITIVE)}
    assert len(refused) == 8


def test_a_withdrawn_answer_is_not_sent() -> None:
    knowledge = demo_playbook().knowledge
    shown = show_answer(knowledge, "de", "duration", TODAY, frozenset({"duration"}))
    assert shown is not None
    assert refusal_of(knowledge.answers["duration"], shown, demo=True) is Refusal.WITHDRAWN


def test_the_message_has_the_words_that_are_said_and_the_day() -> None:
    playbook = demo_playbook()
    for language, day in (("de", "22.11.2026"), ("tr", "22 Kas 2026")):
        shown = show_answer(playbook.knowledge, language, "duration", TODAY)
        assert shown is not None
        text = answer_text(playbook, shown, date(2026, 11, 22))
        assert day in text
        assert text.endswith(shown.spoken)


def test_the_question_is_there_in_every_language_of_the_line() -> None:
    playbook = demo_playbook()
    asked = {consent_sentence(playbook, language) for language in playbook.wording}
    assert len(asked) == 5
    assert None not in asked
    assert consent_sentence(playbook, "ka") is None
