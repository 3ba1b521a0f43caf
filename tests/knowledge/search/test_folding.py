"""What people write in several ways is the same to the search."""

import pytest

from app.knowledge.search.folding import clean, fold, query_tokens
from app.knowledge.search.transliteration import script_of, skeleton, sounds

SAME = {
    "umlauts": ("Möglichkeit", "Moeglichkeit", "Moglichkeit", "mo\u0308glichkeit", "MÖGLICHKEIT"),
    "sharp s": ("Straße", "Strasse", "STRASSE"),
    "Turkish dots": ("Iğdır", "ığdır", "igdir", "İĞDIR"),
    "zero width non-joiner": ("نمی\u200cخواهم", "نمیخواهم"),
    "tatweel": ("جـــواز", "جواز"),
    "Arabic and Persian ya and kaf": ("کمک", "كمك"),
    "hamza and harakat": ("أُريدُ", "اريد"),
    "Mtavruli": ("ᲞᲐᲡᲞᲝᲠᲢᲘ", "პასპორტი"),
    "digits": ("٣٠", "۳۰", "30"),
    "accents": ("être", "etre"),
    "Cyrillic": ("Ёлка", "елка"),
    "wide letters": ("Ｐａｓｓ", "pass"),
}


@pytest.mark.parametrize("name", SAME)
def test_different_writings_fold_to_one(name: str) -> None:
    assert len({fold(clean(word)) for word in SAME[name]}) == 1


def test_words_that_differ_stay_different() -> None:
    words = ("Pass", "Passau", "Geld", "жить", "житья", "جواز", "جوازات")
    assert len({fold(clean(word)) for word in words}) == len(words)


def test_ethiopic_punctuation_ends_words() -> None:
    assert query_tokens("ፓስፖርት፡የብለይን።") == ["ፓስፖርት", "የብለይን"]


def test_a_question_is_cut_where_nobody_goes_on() -> None:
    assert len(query_tokens("wort " * 5_000)) == 80


@pytest.mark.parametrize(
    ("own", "typed"),
    [("деньги", "dengi"), ("хочу", "khochu"), ("хочу", "hochu"), ("пасош", "pasosh"), ("ფული", "puli")],
)
def test_slavic_and_georgian_words_sound_like_their_latin_writing(own: str, typed: str) -> None:
    assert sounds(fold(clean(own))) == sounds(fold(clean(typed)))


@pytest.mark.parametrize(
    ("own", "typed"),
    [("جواز", "jawaz"), ("سفر", "safar"), ("مساعدة", "musa3ada"), ("محمد", "mo7ammad"), ("کمک", "komak")],
)
def test_arabic_and_persian_words_have_the_consonants_of_their_latin_writing(own: str, typed: str) -> None:
    assert skeleton(fold(clean(own))).removesuffix("h") == skeleton(fold(clean(typed))).removesuffix("h")


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Geld", "latin"),
        ("деньги", "cyrillic"),
        ("مال", "arabic"),
        ("ფული", "georgian"),
        ("ገንዘብ", "ethiopic"),
        ("12", "latin"),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script
