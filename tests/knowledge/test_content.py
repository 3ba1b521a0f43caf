"""The knowledge that is shipped, as a caller hears it."""

import re
from datetime import date

import pytest
from babel import Locale

from app.calls.codes import TOPICS as COUNTED_TOPICS
from app.kit.paths import PROJECT_ROOT
from app.knowledge.models import Knowledge
from app.knowledge.rules import DEFAULT_RULE, answer_review_by
from app.knowledge.service import (
    CONTENT_LANGUAGES,
    UnknownAnswer,
    answer_state,
    check_all,
    check_release,
    concept_rings,
    country_rule,
    list_countries,
    missing_texts,
    offered_languages,
    spoken_date,
    spoken_numbers,
    spoken_texts,
    text_state,
)
from app.knowledge.topics import TOPICS
from app.texts.languages import LAUNCH_LANGUAGES

TODAY = date(2026, 11, 22)
WRITTEN_LANGUAGES = ("de", "en")
AMOUNT_ANSWERS = frozenset({"how-much-money", "family-children"})
# What the flows of the line speak, in every launch language.
SPOKEN_TOPICS = frozenset(
    {
        "what-is-voluntary-return",
        "must-i-leave",
        "asylum-effect",
        "eligible-status",
        "how-much-money",
        "family-children",
        "passport-missing",
        "duration",
        "re-entry",
        "reintegration",
        "stay-options",
        "fear-of-return",
    }
)


def test_the_shipped_content_has_no_fault(knowledge: Knowledge) -> None:
    assert check_all(knowledge, TODAY) == []


def test_every_file_is_read(knowledge: Knowledge) -> None:
    base = PROJECT_ROOT / "knowledge_base"
    for folder, entries in (
        ("offers", {*knowledge.offers, "conditions"}),
        ("answers", set(knowledge.answers)),
        ("countries", set(knowledge.countries)),
        ("answers/wording", {*knowledge.wording, "obligatory"}),
    ):
        assert {path.stem for path in (base / folder).glob("*.yaml")} == entries
    read = {file for files in knowledge.text_files.values() for file in files.values()}
    assert {path.relative_to(base).as_posix() for path in (base / "answers/texts").rglob("*.yaml")} == read


def test_the_61_topics_are_answered_in_german_and_english(knowledge: Knowledge) -> None:
    assert len(TOPICS) == 61
    assert {answer.id for answer in knowledge.answers.values() if answer.kind == "topic"} == set(TOPICS)
    assert {answer.topic for answer in knowledge.answers.values()} <= set(COUNTED_TOPICS)
    assert missing_texts(knowledge, ["de", "en"]) == []
    assert offered_languages(knowledge)[:2] == ("de", "en")


def test_every_language_has_its_phrases_and_names_of_countries(knowledge: Knowledge) -> None:
    assert set(knowledge.wording) == set(CONTENT_LANGUAGES)
    assert all(len(wording.sentences) == 4 and wording.avoid for wording in knowledge.wording.values())
    rings = concept_rings(knowledge)
    assert all(rings[f"country-{iso}"][language] for iso in knowledge.countries for language in CONTENT_LANGUAGES)
    assert "Turkey" in rings["country-TR"]["en"]
    assert len([id_ for id_ in rings if not id_.startswith("country-")]) >= 60


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
def test_what_the_flows_speak_is_written_in_every_launch_language(knowledge: Knowledge, language: str) -> None:
    rules = {id_ for id_, answer in knowledge.answers.items() if answer.kind != "topic"}
    assert SPOKEN_TOPICS | rules <= set(knowledge.texts[language])


def test_22_programmes_stand_beside_the_general_facts(knowledge: Knowledge) -> None:
    assert len(knowledge.offers) == 22 + 1
    assert all(fact.source for fact in knowledge.facts.values())


@pytest.mark.parametrize("language", WRITTEN_LANGUAGES)
def test_a_spoken_text_has_nothing_left_to_fill(knowledge: Knowledge, language: str) -> None:
    texts = spoken_texts(knowledge, language)
    assert set(texts) == {f"answer.{id_}" for id_ in knowledge.answers} | {
        f"answer.{id_}.without_amount" for id_ in AMOUNT_ANSWERS
    }
    assert not [text for text in texts.values() if "{" in text or "}" in text or ".." in text]


def test_amounts_and_dates_are_written_in_the_way_of_the_language(knowledge: Knowledge) -> None:
    german, english = spoken_texts(knowledge, "de"), spoken_texts(knowledge, "en")
    assert "1000 Euro" in german["answer.how-much-money"]
    assert german["answer.how-much-money"].endswith("Stand der Beträge: Februar 2026.")
    assert "1000 euros" in english["answer.how-much-money"]
    assert english["answer.how-much-money"].endswith("February 2026.")
    assert "30. Juni 2025" in german["answer.rule-turkiye"]
    assert "13. Januar 2025" in german["answer.rule-syria"]


@pytest.mark.parametrize("language", WRITTEN_LANGUAGES)
def test_no_amount_stands_in_a_text_that_is_to_have_none(knowledge: Knowledge, language: str) -> None:
    texts = spoken_texts(knowledge, language)
    for answer_id in AMOUNT_ANSWERS:
        assert "uro" in texts[f"answer.{answer_id}"]
        without = texts[f"answer.{answer_id}.without_amount"]
        assert "uro" not in without
        assert re.findall(r"\d+", without) == ["2024"]


@pytest.mark.parametrize(
    ("today", "state"),
    [(TODAY, "current"), (date(2027, 2, 2), "current"), (date(2027, 2, 3), "without_amount")],
)
def test_amounts_fall_silent_after_the_day_of_their_review(knowledge: Knowledge, today: date, state: str) -> None:
    assert {answer_state(knowledge, id_, today) for id_ in AMOUNT_ANSWERS} == {state}


def test_an_answer_without_amounts_does_not_fall_silent(knowledge: Knowledge) -> None:
    others = set(knowledge.answers) - AMOUNT_ANSWERS
    assert {answer_state(knowledge, id_, date(2040, 1, 1)) for id_ in others} == {"current"}


def test_an_unknown_answer_is_named(knowledge: Knowledge) -> None:
    with pytest.raises(UnknownAnswer, match="no-such-answer"):
        answer_state(knowledge, "no-such-answer", TODAY)
    with pytest.raises(UnknownAnswer, match="no-such-answer"):
        text_state(knowledge, "de", "no-such-answer")


def test_only_confirmed_amounts_are_spoken(knowledge: Knowledge) -> None:
    """The travel allowance, the family cap and medical help rest on pages of 2024 or contradict each other."""
    spoken = " ".join(spoken_texts(knowledge, "de").values())
    assert {match[0] for match in re.finditer(r"[\d.]+ Euro", spoken)} == {"1000 Euro", "500 Euro"}


@pytest.mark.parametrize("language", WRITTEN_LANGUAGES)
@pytest.mark.parametrize("answer_id", ["stay-options", "fear-of-return"])
def test_a_sensitive_answer_opens_with_the_safe_way(knowledge: Knowledge, language: str, answer_id: str) -> None:
    opening = {
        "de": "Sie müssen hier nichts entscheiden.",
        "en": "You do not have to decide anything here.",
    }
    assert knowledge.answers[answer_id].sensitive
    assert spoken_texts(knowledge, language)[f"answer.{answer_id}"].startswith(opening[language])


def test_the_police_number_is_spoken_digit_by_digit(knowledge: Knowledge) -> None:
    assert "1 1 0" in spoken_texts(knowledge, "de")["answer.fear-of-return"]
    assert spoken_numbers(knowledge)["violence_women"] == "1 1 6, 0 1 6"
    assert spoken_numbers(knowledge)["telefonseelsorge_3"] == "1 1 6, 1 2 3"
    assert "iom_rlp" not in spoken_numbers(knowledge)


@pytest.mark.parametrize(
    ("iso", "rule", "follow_up"),
    [
        ("TR", "rule-turkiye", "follow-up-both"),
        ("SY", "rule-syria", "follow-up-eurp"),
        ("AF", "rule-land-only", "follow-up-none"),
        ("RU", "rule-funded", "follow-up-starthilfe"),
        ("IQ", "rule-funded", "follow-up-both"),
        ("GE", "rule-visa-free", "follow-up-eurp"),
        ("UA", "rule-visa-free", "follow-up-none"),
        ("XK", "rule-visa-free", "follow-up-ura"),
        ("CO", "rule-unknown", "follow-up-eurp"),
        ("FR", *DEFAULT_RULE),
    ],
)
def test_each_country_has_its_rule(knowledge: Knowledge, iso: str, rule: str, follow_up: str) -> None:
    assert country_rule(knowledge, iso) == (rule, follow_up)


def test_a_country_named_in_a_list_that_counts_has_a_page(knowledge: Knowledge) -> None:
    named = {iso for fact in knowledge.facts.values() for iso in fact.countries if fact.confidence == "seen"}
    assert named <= set(list_countries(knowledge))
    assert list(list_countries(knowledge)) == sorted(list_countries(knowledge))
    assert all(iso in Locale("en").territories for iso in list_countries(knowledge))


def test_an_answer_is_due_with_the_first_of_its_facts(knowledge: Knowledge) -> None:
    assert answer_review_by(knowledge.answers["how-much-money"], knowledge.facts) == date(2025, 6, 30)
    assert answer_review_by(knowledge.answers["stay-options"], knowledge.facts) == date(2026, 12, 31)


def test_emergency_numbers_that_nobody_confirmed_block_a_release(knowledge: Knowledge) -> None:
    overdue = check_release(knowledge, TODAY)
    police = [sentence for sentence in overdue if "“police” had to be confirmed by 2020-02-08." in sentence]
    assert [sentence.partition(": ")[0] for sentence in police] == ["knowledge_base/support_lines/lines.yaml, line 4"]
    assert not [sentence for sentence in overdue if "parents" in sentence]
    assert spoken_numbers(knowledge)["police"] == "1 1 0"


@pytest.mark.parametrize(
    ("wording", "language", "spoken"),
    [
        ("2024-04-08", "de", "April 2024"),
        ("2024-04", "en", "April 2024"),
        ("2024", "tr", "2024"),
        ("2020-2023", "de", "2020"),
        ("2026-02", "ru", "февраль 2026\u00a0г."),
        ("2026-02", "ar", "فبراير 2026"),
        ("", "de", ""),
    ],
)
def test_a_date_is_spoken_no_more_exactly_than_it_is_known(wording: str, language: str, spoken: str) -> None:
    assert spoken_date(wording, language) == spoken
