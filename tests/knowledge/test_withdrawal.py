"""What is withdrawn is not said, and the caller hears where to ask instead."""

from datetime import date

import pytest

from app.knowledge.eligibility import Situation
from app.knowledge.models import Knowledge
from app.knowledge.service import (
    answer_state,
    country_rule,
    point_to_offers,
    show_answer,
    show_offer,
    spoken_texts,
)
from app.texts.languages import LAUNCH_LANGUAGES

TODAY = date(2026, 11, 22)
LATER = date(2027, 2, 3)


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
@pytest.mark.parametrize("withdrawn", ["duration", "reag-garp-2/processing_time"])
def test_a_withdrawn_answer_or_fact_is_not_spoken(knowledge: Knowledge, language: str, withdrawn: str) -> None:
    before, after = (spoken_texts(knowledge, language, flags) for flags in (frozenset[str](), frozenset({withdrawn})))
    assert before["answer.duration"] != before["answer.ask-a-centre"]
    assert after["answer.duration"] == before["answer.ask-a-centre"]
    assert after["answer.how-much-money"] == before["answer.how-much-money"]
    assert answer_state(knowledge, "duration", TODAY, {withdrawn}) == "withdrawn"


def test_a_withdrawn_amount_leaves_the_text_without_amounts(knowledge: Knowledge) -> None:
    withdrawn = {"reag-garp-2/startup_adult"}
    assert answer_state(knowledge, "how-much-money", TODAY, withdrawn) == "without_amount"
    shown = show_answer(knowledge, "en", "how-much-money", TODAY, withdrawn)
    assert shown is not None
    assert shown.written is not None
    assert (shown.answer_state, "uro" in shown.spoken, "1000" in shown.written) == ("without_amount", False, False)
    assert "reag-garp-2/startup_adult" not in shown.facts


def test_a_text_that_is_not_translated_yet_says_where_to_ask(knowledge: Knowledge) -> None:
    german = knowledge.texts["de"]
    for language in LAUNCH_LANGUAGES:
        spoken = spoken_texts(knowledge, language)
        for id_ in german.keys() - knowledge.texts[language].keys():
            assert spoken[f"answer.{id_}"] == spoken["answer.ask-a-centre"]
        assert {f"answer.{id_}" for id_ in german} <= set(spoken)


def test_a_withdrawn_rule_of_a_country_is_unknown(knowledge: Knowledge) -> None:
    assert country_rule(knowledge, "SY")[0] == "rule-syria"
    assert country_rule(knowledge, "SY", {"reag-garp-2/syria_funded_again"}) == ("rule-unknown", "follow-up-none")


def test_an_answer_is_shown_with_its_amounts_only_while_they_are_valid(knowledge: Knowledge) -> None:
    now, later = (show_answer(knowledge, "de", "how-much-money", day) for day in (TODAY, LATER))
    assert now is not None
    assert later is not None
    assert "1000 Euro" in (now.written or "")
    assert "Euro" not in (later.written or "").replace("Europ", "")
    assert (now.answer_state, later.answer_state) == ("current", "without_amount")
    assert (now.state, now.title) == ("original", "Wie viel Geld bekomme ich?")


def test_a_number_is_written_as_it_is_dialled(knowledge: Knowledge) -> None:
    shown = show_answer(knowledge, "de", "fear-of-return", TODAY)
    assert shown is not None
    assert "1 1 0" in shown.spoken
    assert "110" in (shown.written or "")


def test_a_contradiction_is_shown(knowledge: Knowledge) -> None:
    shown = show_answer(knowledge, "en", "family-children", TODAY)
    assert shown is not None
    assert shown.contradicted
    assert set(shown.contradicted) <= set(shown.facts)


def test_a_withdrawn_answer_is_shown_as_such(knowledge: Knowledge) -> None:
    shown = show_answer(knowledge, "de", "duration", TODAY, {"duration"})
    assert shown is not None
    assert (shown.id, shown.answer_state, shown.title) == ("duration", "withdrawn", None)
    assert "acht Wochen" not in shown.spoken


def test_a_withdrawn_offer_is_neither_shown_nor_pointed_to(knowledge: Knowledge) -> None:
    assert show_offer(knowledge, "de", "ura", TODAY) is not None
    assert show_offer(knowledge, "de", "ura", TODAY, {"ura"}) is None
    assert show_offer(knowledge, "de", "ura", TODAY, {"ura/free_counselling"}) is None
    kosovo = Situation(nationality="XK", destination="XK")
    assert "ura" in [pointer.offer for pointer in point_to_offers(knowledge, kosovo, TODAY).pointers]
    assert "ura" not in [pointer.offer for pointer in point_to_offers(knowledge, kosovo, TODAY, {"ura"}).pointers]
