"""A review counts for exactly the words that were read, until the files have it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from app.kit.reach import NOTHING, Database, transaction
from app.knowledge import reports, reviews
from app.knowledge.flags_models import Capacity, FlagRefused, Review
from app.knowledge.models import Knowledge
from app.knowledge.review_files import write_reviews
from app.knowledge.reviews import by_text, hash_of, state_with
from app.knowledge.service import check_all, load_knowledge

EDDA, AMINA = uuid4(), uuid4()
TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def changed(knowledge: Knowledge, language: str, answer_id: str) -> Knowledge:
    texts = dict(knowledge.texts[language])
    texts[answer_id] = texts[answer_id].model_copy(update={"title": "Anders"})
    return replace(knowledge, texts={**knowledge.texts, language: texts})


async def test_a_reviewed_text_is_reviewed_until_it_or_its_original_changes(
    database: Database, knowledge: Knowledge
) -> None:
    seen = hash_of(knowledge, "answer", "tr", "duration")
    async with transaction(database, NOTHING) as session:
        assert await reviews.list_reviews(session) == {}
        wanted = Review("answer", "duration", "tr", seen, Capacity.TRANSLATOR, EDDA, TODAY)
        await reviews.review(session, knowledge, wanted)
        found = await reviews.list_reviews(session)
    states = [
        state_with(content, found, "answer", "tr", "duration")
        for content in (knowledge, changed(knowledge, "tr", "duration"), changed(knowledge, "de", "duration"))
    ]
    assert states == ["reviewed", "draft", "stale"]
    assert state_with(knowledge, found, "answer", "ar", "duration") == "draft"
    assert state_with(knowledge, found, "answer", "de", "duration") == "original"
    assert state_with(knowledge, found, "answer", "xx", "duration") is None
    async with transaction(database, NOTHING) as session:
        assert await reviews.take_back(session, "answer", "duration", "tr")
        assert not await reviews.take_back(session, "answer", "duration", "tr")


@pytest.mark.parametrize(
    ("language", "text_id", "code"),
    [
        ("de", "duration", "no-translation"),
        ("tr", "nothing", "no-translation"),
        ("tr", "duration", "changed-meanwhile"),
    ],
)
async def test_what_was_not_seen_as_it_is_cannot_be_reviewed(
    database: Database, knowledge: Knowledge, language: str, text_id: str, code: str
) -> None:
    wanted = Review("answer", text_id, language, "0" * 16, Capacity.EDITOR, EDDA, TODAY)
    async with transaction(database, NOTHING) as session:
        with pytest.raises(FlagRefused) as refusal:
            await reviews.review(session, knowledge, wanted)
    assert refusal.value.code == code


def test_reviews_are_written_into_the_files_and_nothing_else_changes(copied: Path) -> None:
    before = load_knowledge(copied, ("de", "en"))
    files = {path: path.read_text("utf-8").splitlines() for path in copied.rglob("*.yaml")}
    given = by_text(
        Review(kind, id_, "en", hash_of(before, kind, "en", id_), Capacity.NATIVE_SPEAKER, EDDA, TODAY)  # type: ignore[arg-type]
        for kind, id_ in (("answer", "duration"), ("answer", "how-much-money"), ("offer", "ura"))
    )
    assert write_reviews(before, given) == ["en: duration", "en: how-much-money", "en: ura"]
    after = load_knowledge(copied, ("de", "en"))
    assert [after.texts["en"][id_].state for id_ in ("duration", "how-much-money", "passport-held")] == [
        "reviewed",
        "reviewed",
        before.texts["en"]["passport-held"].state,
    ]
    assert (after.offer_texts["en"]["ura"].reviewed_by, after.offer_texts["en"]["ura"].reviewed_on) == (
        "native-speaker",
        TODAY,
    )
    assert after.texts["en"]["duration"].parts() == before.texts["en"]["duration"].parts()
    added = {
        line.strip().partition(":")[0]
        for path, lines in files.items()
        for line in set(path.read_text("utf-8").splitlines()) ^ set(lines)
    }
    assert added <= {"state", "reviewed_by", "reviewed_on", "of"}
    assert write_reviews(after, given) == []
    assert [fault for fault in check_all(after, TODAY) if "reviewed" in fault] == []
    assert state_with(changed(after, "de", "duration"), given, "answer", "en", "duration") == "stale"


async def test_a_report_keeps_no_number_and_is_closed_once(database: Database, knowledge: Knowledge) -> None:
    async with transaction(database, NOTHING) as session:
        made = await reports.report(
            session, knowledge, "duration", "tr", "Stimmt nicht, sagt 0151 234567", by=AMINA, at=NOON
        )
        assert made.words == "Stimmt nicht, sagt …"
        assert [waiting.id for waiting in await reports.list_waiting(session)] == [made.id]
        done = await reports.finish(session, made.id, "Quelle nachgesehen", by=EDDA, at=NOON)
        assert (done.done_by, done.done_note) == (EDDA, "Quelle nachgesehen")
        for deed in (
            reports.finish(session, made.id, "", by=EDDA, at=NOON),
            reports.get_report(session, uuid4()),
            reports.report(session, knowledge, "nothing", "tr", "", by=AMINA, at=NOON),
        ):
            with pytest.raises(FlagRefused):
                await deed
        assert [closed.id for closed in await reports.list_done(session)] == [made.id]
        await reports.reopen(session, made.id)
        assert await reports.list_done(session) == []


async def test_nobody_reports_without_end(database: Database, knowledge: Knowledge) -> None:
    async with transaction(database, NOTHING) as session:
        for _ in range(reports.MOST_REPORTS):
            await reports.report(session, knowledge, "ura", "de", "", by=AMINA, at=NOON)
        with pytest.raises(FlagRefused) as refusal:
            await reports.report(session, knowledge, "ura", "de", "", by=AMINA, at=NOON + timedelta(minutes=59))
        assert refusal.value.code == "too-many-reports"
        await reports.report(session, knowledge, "ura", "de", "", by=EDDA, at=NOON)
        await reports.report(session, knowledge, "ura", "de", "", by=AMINA, at=NOON + timedelta(minutes=61))
