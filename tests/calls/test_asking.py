"""A question in the caller's own words: the right topic, help in danger, keys at any time, no trace of the words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree as ET

import pytest

from app.calls.asking import find_topic
from app.calls.opening import open_playbook
from app.calls.playbook import Playbook
from app.calls.service import advance
from app.calls.withdrawing import without
from app.ivr.engine import step
from app.ivr.model import Pressed, Said, Session, Started
from app.kit.paths import PROJECT_ROOT
from app.knowledge.library import Library
from app.knowledge.search import parts, query
from app.knowledge.search.folding import fold
from app.phone.line import LiveCall, dial, press, say, wait
from app.texts.approvals import approve
from tests.cast import TODAY, client_of, demo_playbook, line_to, real_content, says, session_of, telephony

KEYS = {"de": "1", "tr": "3", "ar": "4"}
# A name in a question, so that no text of ours has it.
CANARY = "Xaverine"


@pytest.fixture(scope="module")
def withdrawn() -> set[str]:
    """What this node last heard that editors withdrew."""
    return set()


@pytest.fixture(scope="module")
def library(withdrawn: set[str]) -> Library:
    """Of the languages that these calls are held in."""
    read = Library(PROJECT_ROOT, lambda: frozenset(withdrawn), languages=tuple(KEYS))
    read.load()
    return read


@pytest.fixture
def playbook(library: Library) -> Playbook:
    return replace(demo_playbook(), library=library)


@asynccontextmanager
async def at_the_question(playbook: Playbook, language: str) -> AsyncIterator[LiveCall]:
    async with client_of(telephony(playbook=playbook)) as client:
        call = await dial(line_to(client))
        for key in (KEYS[language], "1", "5"):
            await press(call, key)
        assert playbook.wording[language]["question.say_it"] in says(call)
        yield call


@pytest.mark.parametrize(
    ("language", "words", "topic"),
    [
        ("de", "wer bezahlt denn mein ticket", "ticket-luggage"),
        ("de", "bekomme ich später noch einmal geld im heimatland", "second-payment"),
        ("tr", "pasaportum yok nasıl yolculuk yaparım", "passport-missing"),
        ("ar", "كم من المال أحصل عليه", "how-much-money"),
    ],
)
async def test_a_spoken_question_is_answered_once_its_topic_is_confirmed(
    playbook: Playbook, language: str, words: str, topic: str
) -> None:
    texts = playbook.wording[language]
    async with at_the_question(playbook, language) as call:
        await say(call, words)
        assert texts["question.understood"] in says(call)
        assert texts[f"title.{topic}"] in says(call)
        await press(call, "1")
        assert texts[f"answer.{topic}"] in says(call)


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize(
    ("language", "words", "message"),
    [
        ("de", "mein mann schlägt mich gerade", "help.violence"),
        ("de", "ich will nicht mehr leben ich bringe mich um", "help.despair"),
        ("tr", "eşim beni dövüyor yardım edin", "help.violence"),
    ],
)
async def test_danger_leads_to_help_at_once_even_before_the_index_is_there(
    playbook: Playbook, language: str, words: str, message: str, *, loaded: bool
) -> None:
    playbook = playbook if loaded else replace(playbook, library=Library(PROJECT_ROOT))
    async with at_the_question(playbook, language) as call:
        await say(call, words)
        assert playbook.wording[language][message] in says(call)
        assert playbook.wording[language]["help.question"] in says(call)


async def test_until_the_index_is_there_a_question_leads_to_the_topics_on_keys() -> None:
    playbook = replace(demo_playbook(), library=Library(PROJECT_ROOT))
    async with at_the_question(playbook, "ar") as call:
        await say(call, "كم من المال أحصل عليه")
        assert playbook.wording["ar"]["question.not_now"] in says(call)
        assert playbook.wording["ar"]["information.question"] in says(call)
        await press(call, "2")
        await press(call, "1")
        assert playbook.wording["ar"]["answer.how-much-money"] in says(call)


async def test_an_unsure_search_offers_the_nearest_topics_on_keys(playbook: Playbook) -> None:
    texts = playbook.wording["de"]
    async with at_the_question(playbook, "de") as call:
        await say(call, "irgendwas wegen schule halt")
        assert texts["question.which"] in says(call)
        assert texts["title.school-children"] in says(call)
        await press(call, "5")
        assert texts["question.say_it"] in says(call)
        await press(call, "0")
        assert texts["person.nobody_now"] in says(call)


@pytest.mark.parametrize("words", ["pizza", "wer hat gestern gewonnen", "asdf qwertz"])
async def test_what_no_topic_fits_is_not_answered(playbook: Playbook, words: str) -> None:
    assert find_topic(playbook, {"words": words}, "de").outcome in {"nothing", "nearest"}


async def test_a_withdrawn_answer_is_not_found_and_not_read(withdrawn: set[str], playbook: Playbook) -> None:
    words = {"words": "wie lange dauert es bis zur ausreise"}
    assert find_topic(playbook, words, "de").facts["topic"] == "duration"
    masked = without(playbook, frozenset({"duration"}))
    async with at_the_question(masked, "de") as call:
        await say(call, words["words"])
        await press(call, "1")
        assert masked.wording["de"]["information.withdrawn"] in says(call)
        await press(call, "2")
        assert masked.wording["de"]["centre.which_area"] in says(call)
    withdrawn.add("duration")
    found = find_topic(masked, words, "de")
    withdrawn.clear()
    assert "duration" not in ",".join(found.facts.values()).split(",")


async def test_keys_lead_on_without_a_word(playbook: Playbook) -> None:
    texts = playbook.wording["tr"]
    async with at_the_question(playbook, "tr") as call:
        await press(call, "1")
        assert texts["information.question"] in says(call)
        await press(call, "5")
        for message in ("question.again", "question.help", "information.question"):
            await wait(call)
            assert texts[message] in says(call)


@pytest.mark.parametrize("loaded", [True, False])
async def test_spoken_words_end_with_the_step_that_heard_them(
    playbook: Playbook, capfd: pytest.CaptureFixture[str], *, loaded: bool
) -> None:
    playbook = playbook if loaded else replace(playbook, library=Library(PROJECT_ROOT))
    async with at_the_question(playbook, "de") as call:
        for words in (f"Wie viel Geld bekommt {CANARY}", f"{CANARY} wird geschlagen", f"{CANARY}"):
            await say(call, words)
            assert CANARY.lower() not in session_of(call).lower()
            assert CANARY.lower() not in says(call).lower()
            for key in ("#", "1", "5"):
                await press(call, key)
    told = "".join(capfd.readouterr())
    assert CANARY.lower() not in told.lower()
    for remembering in (fold, query.gram_keys, parts.gram_keys):
        assert remembering.cache_info().currsize == 0


def test_a_fault_in_the_search_leads_to_keys_and_tells_no_word(
    playbook: Playbook, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken(Library):
        ready = True

        def index(self) -> NoReturn:
            raise RuntimeError(CANARY)

    playbook = replace(playbook, library=Broken(PROJECT_ROOT))
    session = Session(playbook.book.content_hash)
    taken = step(playbook.book, playbook.guards, session, Started())
    for key in ("1", "1", "5"):
        taken = step(playbook.book, playbook.guards, taken.session, Pressed(key))
    advanced = advance(playbook, taken.session, Said(f"Wer ist {CANARY}"))
    assert ("information", "subject_or_question") in advanced.session.stack
    assert CANARY not in "".join(capfd.readouterr())


async def test_where_speech_is_not_allowed_nobody_is_asked_to_speak() -> None:
    playbook = demo_playbook()
    silent = replace(playbook, guards={**playbook.guards, "speech_allowed": False})
    async with client_of(telephony(playbook=silent)) as client:
        call = await dial(line_to(client))
        await press(call, "1")
        await press(call, "1")
        assert silent.wording["de"]["choice.own_question"] not in says(call)
        gather = ET.fromstring(call.exchanges[-1].answer).find("Gather")  # noqa: S314  The document is our own.
    assert gather is not None
    assert gather.attrib["input"] == "dtmf"


def test_in_production_speech_and_a_hidden_number_wait_for_the_operator(tmp_path: Path) -> None:
    (tmp_path / "locales").mkdir()
    for language in ("de", "en"):
        approve(tmp_path / "locales" / "approvals.yaml", language, real_content().wording[language], "head", TODAY)
    opened = [
        open_playbook(
            real_content(),
            root=tmp_path,
            production=True,
            speak_drafts=False,
            today=lambda: TODAY,
            allow_speech=allowed,
            may_hide=allowed,
        )
        for allowed in (True, False)
    ]
    assert [playbook.guards["speech_allowed"] for playbook in opened] == [True, False]
    assert [playbook.guards["number_may_hide"] for playbook in opened] == [True, False]
