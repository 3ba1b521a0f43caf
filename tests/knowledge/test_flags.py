"""Two people withdraw and return what is said; what is dangerous goes at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from app.kit.reach import NOTHING, Database, transaction
from app.knowledge import flags
from app.knowledge.flags import Withdrawal
from app.knowledge.flags_models import Flag, FlagReason, FlagRefused, FlagState
from app.knowledge.flags_rules import (
    check_withdrawable,
    content_hash,
    hidden,
    is_done_by_file,
    kind_of,
    waits_too_long,
    without_numbers,
)
from app.knowledge.flags_watch import read_news
from app.knowledge.models import Knowledge

EDDA, SOEREN, THIRD = uuid4(), uuid4(), uuid4()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def withdraw(database: Database, knowledge: Knowledge, ref: str, *, at_once: bool = False) -> Flag:
    wanted = Withdrawal(ref, FlagReason.OUTDATED, "Die Seite ist weg. 0151 2345678", at_once=at_once)
    async with transaction(database, NOTHING) as session:
        return await flags.withdraw(session, knowledge, wanted, by=EDDA, at=NOON)


async def refused(code: str, deed: object) -> None:
    with pytest.raises(FlagRefused) as refusal:
        await deed  # type: ignore[misc]
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("ref", "kind"),
    [
        ("duration", "answer"),
        ("ura", "offer"),
        ("reag-garp-2/startup_adult", "fact"),
        ("advice/de-avb", "advice"),
        ("country-SY", "country"),
        ("country-syria", "answer"),
        ("line/depression", "line"),
        ("line/nothing", None),
        ("country-XX", None),
        ("nothing", None),
    ],
)
def test_whatever_is_said_has_a_name(knowledge: Knowledge, ref: str, kind: str | None) -> None:
    assert kind_of(knowledge, ref) == kind
    if kind is None:
        with pytest.raises(FlagRefused):
            check_withdrawable(knowledge, ref)
    else:
        check_withdrawable(knowledge, ref)


@pytest.mark.parametrize("ref", ["ask-a-centre", "rule-unknown", "follow-up-none", "line/telefonseelsorge"])
def test_what_stands_in_and_what_saves_lives_is_never_silenced(knowledge: Knowledge, ref: str) -> None:
    with pytest.raises(FlagRefused):
        check_withdrawable(knowledge, ref)


def test_what_rests_on_something_withdrawn_is_hidden_with_it(knowledge: Knowledge) -> None:
    assert hidden(knowledge, frozenset()) == frozenset()
    assert "duration" in hidden(knowledge, frozenset({"reag-garp-2/processing_time"}))
    assert "country-SY" in hidden(knowledge, frozenset({"rule-syria"}))
    assert "ura" in hidden(knowledge, frozenset({"ura/free_counselling"}))
    assert hidden(knowledge, frozenset({"reag-garp-2/startup_adult"})) == {"reag-garp-2/startup_adult"}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Ruft 0151 2345678 an", "Ruft … an"),
        ("Az. 12345/26", "Az. …"),
        ("seit 2024 gelten 1000 Euro", "seit 2024 gelten 1000 Euro"),
        ("01.02.1990", "…"),
        ("+49 (30) 23 12 50-00", "+…"),
    ],
)
def test_numbers_that_may_be_somebodys_are_dropped(words: str, kept: str) -> None:
    assert without_numbers(words) == kept


async def test_one_proposes_and_another_confirms(database: Database, pool: asyncpg.Pool, knowledge: Knowledge) -> None:
    flag = await withdraw(database, knowledge, "duration")
    assert (flag.state, flag.note) == (FlagState.PROPOSED, "Die Seite ist weg. …")
    assert (await read_news(pool)).withdrawn == frozenset()
    async with transaction(database, NOTHING) as session:
        await refused("same-eyes", flags.confirm(session, flag.id, by=EDDA, at=NOON))
        confirmed = await flags.confirm(session, flag.id, by=SOEREN, at=NOON)
        await refused("not-waiting", flags.confirm(session, flag.id, by=THIRD, at=NOON))
        await refused("not-waiting", flags.decline(session, flag.id, by=THIRD, at=NOON))
    assert confirmed.state is FlagState.IN_FORCE
    assert (await read_news(pool)).withdrawn == {"duration"}
    await refused("open-already", withdraw(database, knowledge, "duration"))


async def test_it_comes_back_by_two_people_and_stays_away_until_then(
    database: Database, pool: asyncpg.Pool, knowledge: Knowledge
) -> None:
    flag = await withdraw(database, knowledge, "ura", at_once=True)
    assert (await read_news(pool)).withdrawn == {"ura"}
    async with transaction(database, NOTHING) as session:
        await flags.propose_lift(session, flag.id, by=SOEREN, at=NOON)
        await refused("same-eyes", flags.lift(session, flag.id, by=SOEREN, at=NOON))
        assert (await flags.keep(session, flag.id)).state is FlagState.AT_ONCE
        await refused("not-waiting", flags.lift(session, flag.id, by=EDDA, at=NOON))
        await flags.propose_lift(session, flag.id, by=SOEREN, at=NOON)
    assert (await read_news(pool)).withdrawn == {"ura"}
    async with transaction(database, NOTHING) as session:
        assert (await flags.lift(session, flag.id, by=EDDA, at=NOON)).state is FlagState.LIFTED
        assert [ended.ref for ended in await flags.list_ended(session)] == ["ura"]
        assert await flags.list_open(session) == []
    assert (await read_news(pool)).withdrawn == frozenset()
    assert (await withdraw(database, knowledge, "ura")).state is FlagState.PROPOSED


async def test_a_proposal_may_be_declined_and_what_does_not_exist_is_refused(
    database: Database, knowledge: Knowledge
) -> None:
    flag = await withdraw(database, knowledge, "country-SY")
    async with transaction(database, NOTHING) as session:
        await refused("not-in-force", flags.propose_lift(session, flag.id, by=SOEREN, at=NOON))
        assert (await flags.decline(session, flag.id, by=EDDA, at=NOON)).state is FlagState.DECLINED
        await refused("no-flag", flags.get_flag(session, uuid4()))
    await refused("unknown", withdraw(database, knowledge, "nothing"))


async def test_what_was_withdrawn_in_a_hurry_waits_for_a_second_look_for_a_day(
    database: Database, knowledge: Knowledge
) -> None:
    flag = await withdraw(database, knowledge, "duration", at_once=True)
    assert not waits_too_long(flag, NOON + timedelta(hours=23))
    assert waits_too_long(flag, NOON + timedelta(days=1))
    async with transaction(database, NOTHING) as session:
        confirmed = await flags.confirm(session, flag.id, by=SOEREN, at=NOON)
    assert not waits_too_long(confirmed, NOON + timedelta(days=9))


async def test_one_person_closes_what_the_files_have_mended(
    database: Database, pool: asyncpg.Pool, knowledge: Knowledge
) -> None:
    flag = await withdraw(database, knowledge, "duration", at_once=True)
    assert not is_done_by_file(knowledge, flag)
    mended = changed(knowledge, "duration")
    assert is_done_by_file(mended, flag)
    async with transaction(database, NOTHING) as session:
        await refused("not-done", flags.close_as_done(session, knowledge, flag.id, by=EDDA, at=NOON))
        closed = await flags.close_as_done(session, mended, flag.id, by=EDDA, at=NOON)
    assert closed.state is FlagState.DONE_BY_FILE
    assert (await read_news(pool)).withdrawn == frozenset()


def test_a_hash_follows_the_content_and_nothing_else(knowledge: Knowledge) -> None:
    refs = ["duration", "ura", "reag-garp-2/startup_adult", "advice/de-avb", "country-SY", "line/depression", "gone"]
    hashes = {ref: content_hash(knowledge, ref) for ref in refs}
    assert len(set(hashes.values())) == len(refs)
    mended = changed(knowledge, "duration")
    assert [ref for ref in refs if content_hash(mended, ref) != hashes[ref]] == ["duration"]


def changed(knowledge: Knowledge, answer_id: str) -> Knowledge:
    """The knowledge after somebody mended the Turkish text of an answer in its file."""
    turkish = dict(knowledge.texts["tr"])
    turkish[answer_id] = turkish[answer_id].model_copy(update={"spoken": "Değişti."})
    return replace(knowledge, texts={**knowledge.texts, "tr": turkish})
