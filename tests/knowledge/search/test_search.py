"""A question finds its answer however it is written, and nothing that may not be found."""

import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.knowledge.search.building import build_index
from app.knowledge.search.models import Mask
from app.knowledge.search.stemming import snowball_stemmers

from .cast import ENTRIES, THESAURUS, TODAY, entry, found_ids, small_index


@pytest.mark.parametrize(
    ("query", "language", "first"),
    [
        ("wie viel geld", "de", "money"),
        ("wie vil gelt bekome ich", "de", "money"),
        ("rück kehr beratung", "de", "advice"),
        ("Rueckkehrberatung", "de", "advice"),
        ("moeglichkeiten", "de", "advice"),
        ("skolko deneg", "ru", "money"),
        ("jawaz safar", "ar", "passport"),
        ("cheghadr pul", "fa", "money"),
        ("pasaport", "tr", "passport"),
        ("ᲞᲐᲡᲞᲝᲠᲢᲘ", "ka", "passport"),
        ("ፓስፖርት", "ti", "passport"),
        ("Syrien", "de", "syria"),
    ],
)
def test_the_right_entry_comes_first(query: str, language: str, first: str) -> None:
    assert found_ids(query, language)[0] == first


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("wie viel geld bekomme ich", "de"),
        ("how much money will i get", "en"),
        ("сколько денег", "ru"),
        ("skolko deneg dayut", "ru"),
        ("چقدر پول", "fa"),
        ("كم من المال", "ar"),
        ("პასპორტი", "ka"),
        ("скільки грошей і є", "uk"),
        ("", "de"),
        ("12345", "de"),
    ],
)
def test_the_language_is_guessed(query: str, language: str) -> None:
    assert small_index().search(query).language == language


def test_a_result_is_shown_in_the_language_asked_in_and_says_where_it_matched() -> None:
    found = small_index().search("wie viel geld bekomme ich", "tr")
    first = found.results[0]
    assert (first.entry.id, first.entry.language, first.matched_language) == ("money", "tr", "de")


def test_a_result_without_that_language_is_shown_in_german() -> None:
    assert small_index().search("сколько денег", "uk").results[0].entry.language == "de"


def test_the_last_word_may_be_unfinished() -> None:
    index = small_index()
    assert index.search("reisep", "de", typing=True).results[0].entry.id == "passport"
    assert index.search("wo ist die näch", "de", typing=True).suggestions == ("Wo ist die nächste Rückkehrberatung?",)


def test_a_snippet_shows_the_sentence_that_was_asked_for() -> None:
    first = small_index().search("Botschaft", "de").results[0]
    assert first.snippet == "Ihre Botschaft gibt Ihnen Ersatzpapiere für die Rückreise."


def test_facets_choose_and_count() -> None:
    found = small_index().search("Hilfe Syrien Geld", "de", facets={"kind": ["country"]})
    assert [result.entry.id for result in found.results] == ["syria"]
    assert found.facets["country"] == {"SY": 1}
    assert small_index().search("Geld", facets={"kind": ["nothing"]}).results == ()


@pytest.mark.parametrize("withdrawn", ["syria", "rule/syria"])
def test_what_is_withdrawn_is_in_no_result_count_or_suggestion(withdrawn: str) -> None:
    mask = Mask(TODAY, frozenset({withdrawn}))
    found = small_index().search("Gibt es Hilfe für Syrien", "de", limit=50, mask=mask, typing=True)
    assert "syria" not in [result.entry.id for result in found.results]
    assert "country" not in found.facets
    assert "syria" not in found.facets["topic"]
    assert [phrase for phrase in found.suggestions if "Syrien" in phrase] == []


def test_a_withdrawn_entry_does_not_make_the_search_confident() -> None:
    visible = small_index().search("Gibt es Hilfe für Syrien?", "de")
    hidden = small_index().search("Gibt es Hilfe für Syrien?", "de", mask=Mask(withdrawn=frozenset({"syria"})))
    assert (visible.confident, hidden.confident) == (True, False)


@pytest.mark.parametrize(
    "mask", [Mask(date(2026, 12, 2)), Mask(TODAY, frozenset({"x/amount"}))], ids=["past its day", "amount withdrawn"]
)
def test_an_amount_gives_way_to_the_form_without_it(mask: Mask) -> None:
    before = small_index().search("Startgeld Taler", "de", mask=Mask(TODAY)).results[0]
    after = next(r for r in small_index().search("Startgeld Taler", "de", mask=mask).results if r.entry.id == "amount")
    assert (before.entry.title, before.snippet) == ("Startgeld mit Betrag", "Es sind eintausend Taler.")
    assert (after.entry.title, after.snippet) == ("Startgeld ohne Betrag", "Die Höhe sagt die Stelle.")


def test_what_is_sensitive_goes_to_an_agent_and_what_does_not_fit_too() -> None:
    index = small_index()
    assert index.search("Ich habe Angst vor der Rückkehr", "de").advice == "agent"
    assert index.search("Wie viel Geld bekomme ich?", "de").advice == "none"
    unknown = index.search("Pizza Margherita bestellen", "de")
    assert (unknown.confident, unknown.advice) == (False, "agent")


def test_a_new_entry_is_found_in_a_new_index_and_not_in_the_old() -> None:
    index = build_index([*ENTRIES, entry("zebra", "de", "Zebrastreifen")], THESAURUS, snowball_stemmers())
    assert index.search("Zebrastreifen", "de").results[0].entry.id == "zebra"
    assert "zebra" not in found_ids("Zebrastreifen", "de")


def test_the_order_of_the_entries_does_not_matter() -> None:
    turned = build_index(reversed(ENTRIES), THESAURUS, snowball_stemmers())
    assert turned.search("geld am flughafen", "de") == small_index().search("geld am flughafen", "de")


def test_an_index_of_nothing_finds_nothing() -> None:
    empty = build_index([], {}, {}).search("Geld", "de")
    assert (empty.results, empty.confident, empty.advice) == ((), False, "agent")


def test_words_written_alike_in_two_languages_stay_apart() -> None:
    """The Turkish word for money is the Serbian one for steam: the language asked in decides."""
    entries = [replace(ENTRIES[5]), entry("steam", "sr", "para u kotlu")]
    index = build_index(entries, {}, snowball_stemmers())
    assert index.search("para", "sr").results[0].entry.id == "steam"
    assert index.search("para", "tr").results[0].entry.id == "money"


def test_a_question_counts_as_it_is_asked_and_not_mixed_with_the_others() -> None:
    together = entry("together", "de", "Rückkehr", questions=("Wie weit ist das Büro?", "Bezahlen Sie den Flug?"))
    apart = entry("apart", "de", "Rückkehr", questions=("Wie weit bezahlen Sie?", "Ist das Büro am Flug?"))
    index = build_index([together, apart], {}, snowball_stemmers())
    assert index.search("wie weit ist das büro", "de").results[0].entry.id == "together"
    assert index.search("wie weit bezahlen sie", "de").results[0].entry.id == "apart"


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("nu am pașaport, vreau acasă", "ro"),
        ("nie mam paszportu, jak mogę wrócić", "pl"),
        ("tôi không có hộ chiếu", "vi"),
        ("mənə nə qədər pul verirlər", "az"),
        ("ich habe keinen Pass", "de"),
        ("ne kadar para alırım", "tr"),
    ],
)
def test_a_language_without_texts_is_told_by_its_letters_and_little_words(query: str, language: str) -> None:
    assert small_index().search(query).language == language


def test_a_snippet_shows_where_the_text_speaks_of_the_question() -> None:
    long = entry("long", "fa", "بازگشت", text="این یک جمله است. گذرنامه را سفارت می‌دهد. پایان.")
    index = build_index([long], {}, snowball_stemmers())
    assert index.search("گذرنامه", "fa").results[0].snippet.startswith("گذرنامه")


@settings(max_examples=200, deadline=None)
@given(
    query=st.text(max_size=10_000), language=st.sampled_from([None, "de", "ar", "ka", "xx", ""]), typing=st.booleans()
)
def test_any_text_is_a_question(query: str, language: str | None, *, typing: bool) -> None:
    found = small_index().search(query, language, typing=typing)
    assert found.query == query
    assert all(0 < result.score <= 1 for result in found.results)
    assert found.language


@pytest.mark.parametrize(
    "piece", ["a", "\u0301", "AND (", '"', "ﷺ", "é" * 10, "geld ", "ي", "\x00", "🙂", "umbringen "]
)
def test_a_long_text_is_answered_quickly(piece: str) -> None:
    query = (piece * 10_000)[:10_000]
    small_index().search(query)
    start = time.thread_time()
    small_index().search(query)
    assert time.thread_time() - start < 1
