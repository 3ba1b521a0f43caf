"""Text messages: only where wished, only to mobile numbers of the Union, few, neutral, and never one twice."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.opening import WRITTEN_MESSAGES
from app.kit.reach import EVERYTHING, Database, transaction
from app.phone.exchange.unsteady import Faults
from app.referrals import service, text_messages
from app.referrals.delivery import dispatch, list_dead_letters, retry, run_due
from app.referrals.models import DeclineReason, Notice
from app.referrals.text_messages import MESSAGES, charge, is_text_number, reference_of, words_of
from app.texts.languages import LAUNCH_LANGUAGES
from tests.cast import real_content
from tests.moving import MovableClock
from tests.referrals.delivery_house import MOBILE, House, key_ring, open_house

# What would tell a stranger who wrote, and why.
TELLING = re.compile(
    r"rückkehr|return|dönüş|عودة|возвращ|hotline|beratung|counsel|danışma|asyl|asylum|ausreise|bamf|zentrum|centre",
    re.IGNORECASE,
)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, tmp_path / "keys") as opened:
        await opened.agree(mail=False, web=False)
        yield opened


async def accepted(house: House, **wishes: object) -> None:
    referral = await house.refer(**wishes)  # type: ignore[arg-type]  # The house's own arguments.
    await house.run()
    await house.answer(referral, "receive", "accept")


async def sms(house: House) -> list[tuple[str, str | None]]:
    """What became of each row for a text message."""
    return [(row.state, row.outcome) for row in await house.rows() if row.way == "sms"]


async def test_a_caller_who_wished_it_learns_in_their_language_that_there_is_an_answer(house: House) -> None:
    await accepted(house, language="tr")
    await house.run()
    [(number, words)] = house.texts()
    assert number == MOBILE
    assert re.fullmatch(r"Yanıt var\. \(\d{5}\)", words)


async def test_a_caller_learns_that_there_is_news_when_a_centre_declines(house: House) -> None:
    referral = await house.refer()
    await house.run()
    await house.answer(referral, "receive")
    await service.decline(house.referrals, EVERYTHING, referral.id, by=uuid4(), reason=DeclineReason.NO_CAPACITY)
    await house.run()
    [(_, words)] = house.texts()
    assert words.startswith("Es gibt eine Nachricht.")


@pytest.mark.parametrize(
    "wishes",
    [{"sms": False}, {"number": "+493023125001"}, {"number": "+12025550123"}, {"number": "+905301234567"}],
    ids=["not wished", "landline", "America", "Turkey"],
)
async def test_nobody_else_gets_one(house: House, wishes: dict[str, object]) -> None:
    await accepted(house, **wishes)
    await house.run()
    assert house.texts() == []
    assert await sms(house) == [("done", "unwished")]


async def test_without_a_sender_none_is_sent(house: House) -> None:
    house.post = replace(house.post, sender="")
    await accepted(house)
    await house.run()
    assert await sms(house) == [("done", "unwished")]


async def test_whoever_withdrew_gets_none(house: House) -> None:
    referral = await house.refer()
    await house.run()
    await house.answer(referral, "receive", "accept")
    await service.withdraw(house.referrals, EVERYTHING, referral.id, by="caller")
    await house.run()
    assert house.texts() == []
    assert ("done", "needless") in await sms(house)


async def test_a_number_gets_three_a_day_over_all_nodes(house: House, plain: asyncpg.Connection) -> None:
    for _ in range(8):
        await accepted(house)
    await asyncio.gather(*(dispatch(house.post) for _ in range(3)))
    await house.run()
    assert len(house.texts()) == 3
    await accepted(house, number="+4917604069002")
    await house.run()
    assert len(house.texts()) == 4
    house.clock.go_on(hours=23)
    await accepted(house)
    await house.run()
    assert len(house.texts()) == 4
    house.clock.go_on(hours=2)
    await run_due(house.post)
    assert await plain.fetchval("SELECT count(*) FROM text_message_sent") == 0
    await accepted(house)
    await house.run()
    assert len(house.texts()) == 5


async def test_no_more_than_three_leave_however_many_ask_at_once(database: Database, plain: asyncpg.Connection) -> None:
    """Ten thousand tries over three nodes would take a while; here three hundred at once are enough to race."""
    keys = key_ring()
    at = MovableClock().at

    # No more at once than there are connections.
    free = asyncio.Semaphore(8)

    async def ask(number: str, once: str) -> bool:
        async with free, transaction(database, EVERYTHING) as session:
            return await charge(session, keys, number=number, once=once, at=at)

    asked = [ask(f"+4917604069{place % 5:03}", f"call {place // 2}") for place in range(300)]
    allowed = await asyncio.gather(*asked)
    assert sum(allowed) == 15
    rows = await plain.fetch("SELECT number_hash, count(*) AS sent FROM text_message_sent GROUP BY 1")
    assert [row["sent"] for row in rows] == [3] * 5


async def test_one_call_gets_one(database: Database) -> None:
    at = MovableClock().at
    async with transaction(database, EVERYTHING) as session:
        allowed = [await charge(session, key_ring(), number=MOBILE, once="call", at=at) for _ in range(3)]
    assert allowed == [True, False, False]


async def test_an_answer_of_the_provider_that_was_lost_doubles_nothing(house: House) -> None:
    await accepted(house)
    house.with_faults(Faults(silent=1.0))
    await dispatch(house.post)
    assert len(house.texts()) == 1
    assert await sms(house) == [("waiting", "provider-busy")]
    house.with_faults(Faults())
    await house.run()
    assert len(house.texts()) == 1
    assert await sms(house) == [("done", "found")]


@pytest.mark.parametrize("fault", ["refused", "overloaded", "broken", "swallowed"])
async def test_a_provider_that_fails_for_a_while_loses_nothing(house: House, fault: str) -> None:
    await accepted(house)
    house.with_faults(Faults(**{fault: 1.0}))
    for _ in range(3):
        await dispatch(house.post)
        house.clock.go_on(minutes=5)
    assert house.texts() == []
    house.with_faults(Faults())
    await house.run()
    assert len(house.texts()) == 1
    assert (await sms(house))[0][0] == "done"


async def test_what_nobody_can_look_up_any_more_is_an_alarm_and_no_second_message(house: House) -> None:
    await accepted(house)
    house.with_faults(Faults(silent=1.0))
    await dispatch(house.post)
    house.exchange.messages.clear()
    house.with_faults(Faults())
    house.clock.go_on(hours=2)
    await house.run()
    for _ in range(2):
        [dead] = await list_dead_letters(house.referrals.database)
        assert dead.reason == "unknown-whether-sent"
        await retry(house.referrals.database, None, house.clock)
        await house.run()
    assert house.texts() == []


async def test_what_the_provider_refuses_for_good_is_an_alarm(house: House) -> None:
    house.post = replace(house.post, sender="+493023125998")
    await accepted(house)
    await house.run()
    [dead] = await list_dead_letters(house.referrals.database)
    assert (dead.tries, dead.reason) == (1, "provider-400")


NUMBERS = st.one_of(
    st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    st.from_regex(r"\+49[0-9]{5,12}", fullmatch=True),
    st.from_regex(r"\+49(900|137|118|180|700|32|110|116)[0-9]{4,8}", fullmatch=True),
    st.text(max_size=16),
)


@given(NUMBERS)
def test_only_mobile_numbers_of_the_union_are_ever_written_to(number: str) -> None:
    if is_text_number(number):
        assert re.fullmatch(r"\+[1-9]\d{6,14}", number)
        assert number.startswith(tuple(f"+{code}" for code in CODES))
        assert not re.match(r"\+49(?!1[567])", number)


CODES = (
    *(30, 31, 32, 33, 34, 351, 352, 353, 356, 357, 358, 359, 36, 370, 371, 372, 385, 386, 39),
    *(40, 420, 421, 43, 45, 46, 48, 49),
)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "anonymous",
        "+266696687",
        "Restricted",
        "+4930",
        "+49110",
        "+49900123456",
        "017604069001",
        "+49 176 04069001",
    ],
)
def test_what_is_no_number_to_write_to_is_told(number: str) -> None:
    assert not is_text_number(number)


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
def test_the_words_are_there_in_each_language_and_tell_a_stranger_nothing(language: str) -> None:
    texts = real_content().wording[language]
    for name in set(MESSAGES.values()):
        assert not TELLING.search(texts[name])
        assert "{" not in texts[name]
        # Two parts of an SMS, whatever the script, with the reference.
        assert len(texts[name]) + len(" (00000)") <= 134
    assert set(MESSAGES.values()) < WRITTEN_MESSAGES


def test_who_speaks_another_language_reads_english_or_german() -> None:
    texts = {"de": {"sms.news": "Neues."}, "en": {"sms.news": "News."}, "sr": {"sms.news": "Novosti."}}
    row = UUID(int=42)
    for language, words in (("sr-Latn", "Novosti."), ("fa", "News."), ("de", "Neues.")):
        assert words_of(texts, Notice.EXPIRED, language, row) == f"{words} (00042)"
    assert words_of({"de": {"sms.news": "Neues."}}, Notice.EXPIRED, "fa", row) == "Neues. (00042)"
    assert words_of({}, Notice.EXPIRED, "fa", row) is None
    assert reference_of(UUID(int=123_456)) == "23456"


async def test_a_message_of_another_row_with_the_same_words_is_not_taken_for_ours(house: House) -> None:
    """The words of all messages are the same, so the reference tells them apart."""
    await accepted(house)
    await house.run()
    await accepted(house)
    house.with_faults(Faults(swallowed=1.0))
    await dispatch(house.post)
    house.with_faults(Faults())
    await house.run()
    assert len({words for _, words in house.texts()}) == 2
    assert [state for state, _ in await sms(house)] == ["done", "done"]


def test_a_day_and_a_number_are_what_was_promised() -> None:
    assert (text_messages.MOST_A_DAY, text_messages.DAY.total_seconds()) == (3, 86_400)
