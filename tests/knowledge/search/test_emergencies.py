"""Somebody in danger is recognised in every language of the line, and nobody else is taken for one."""

import time

import pytest
import yaml

from app.kit.paths import PROJECT_ROOT
from app.knowledge.models import CONTENT_LANGUAGES
from app.knowledge.search.emergencies import find_emergency, is_one_slip

from .cast import read_questions, small_index

# Each later set was written before the rules were changed for it.
SETS = ("", "_second", "_third", "_fourth", "_fifth", "_sixth", "_seventh", "_eighth", "_ninth")
EMERGENCIES = [line for name in SETS for line in read_questions(f"emergencies{name}")]
HARMLESS = [line for name in (*SETS, "_tenth") for line in read_questions(f"harmless{name}")]
HARMLESS += read_questions("off_topic")
# Questions on these topics speak of danger themselves.
DANGEROUS_TOPICS = {"suicidal", "women-violence", "trafficking"}
NEAR_DANGER = {"fear-of-return", "pressure", "medical-travel", "pregnant"}


@pytest.mark.parametrize("language", [*CONTENT_LANGUAGES, "uk"])
def test_all_but_three_of_a_hundred_are_recognised_in_each_language(language: str) -> None:
    told = [line for line in EMERGENCIES if line["lang"] == language]
    recognised = [line for line in told if find_emergency(line["text"], language)]
    assert len(told) >= 9
    assert len(recognised) >= 0.97 * len(told)


def test_at_most_one_of_a_hundred_others_is_taken_for_one() -> None:
    topics = [line for line in read_questions("topics") if not DANGEROUS_TOPICS & set(line["topics"])]
    others = HARMLESS + topics
    alarms = [line["text"] for line in others if find_emergency(line["text"], line["lang"])]
    assert len(alarms) <= 0.01 * len(others), alarms


def test_at_most_one_of_a_hundred_questions_that_are_answered_is_taken_for_one() -> None:
    answers = [yaml.safe_load(file.read_text("utf-8")) for file in PROJECT_ROOT.glob("knowledge_base/answers/*.yaml")]
    asked = [
        (question, language)
        for answer in answers
        if answer["id"] not in DANGEROUS_TOPICS | NEAR_DANGER
        for language, questions in answer.get("questions", {}).items()
        for question in questions
    ]
    alarms = [question for question, language in asked if find_emergency(question, language)]
    assert len(asked) > 1_000
    assert len(alarms) <= 0.01 * len(asked), alarms


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Ich will mir etwas antun", "de", "suicide"),
        ("J'ai envie de me faire du mal", "fr", "suicide"),
        ("أفكر في إيذاء نفسي", "ar", "suicide"),
        ("Убићу се", "sr", "suicide"),
        ("Я не хочу більше жити", "uk", "suicide"),
        ("muzh menya bjot", "ru", "violence"),
        ("jozi byidrobni", "ar", "violence"),
        ("nemikham zende basham", "fa", "suicide"),
        ("ar minda sicocxle", "ka", "suicide"),
        ("qmari mirtyams", "ka", "violence"),
        ("sascrafo gamoidzaxet", "ka", "medical"),
        ("رجلي كيضربني", "ar", "violence"),
        ("Ich will mich umbringen", "de", "suicide"),
        ("ich will mich umbrignen", "de", "suicide"),
        ("ICH KANN NICHT MEHR", "de", "suicide"),
        ("kranken wagen bitte schnell", "de", "medical"),
        ("He has a knife! My kids are here", "en", "violence"),
        ("نمی‌خواهم زنده باشم", "fa", "suicide"),
        ("نمیخواهم زنده باشم", "fa", "suicide"),
        ("بالانتحار", "ar", "suicide"),
        ("ВЫЗОВИТЕ СКОРУЮ", "ru", "medical"),
        ("не хочу больше жить", "de", "suicide"),
        ("i want to kill myself", "tr", "suicide"),
        # A whisper: two words, each of which says little alone.
        ("mann schlägt", "de", "violence"),
        ("bitte polizei leise", "de", "violence"),
        ("محبوسة ساعدوني", "ar", "violence"),
        # “Not” and letters of the tense, bound to one verb.
        ("طاحت فالدار وماكتهضرش", "ar", "medical"),
        ("وكيضربني كل نهار", "ar", "violence"),
        # Signs that say little alone.
        ("baby ganz heiß nicht weint nicht essen", "de", "medical"),
        ("Meine Brüder suchen mich wegen der Ehre", "de", "violence"),
        ("عمامي يتصلون ويكولون راح نلكاج ونخلص عليج", "ar", "violence"),
        # They weigh more than a country that keeps a line silent.
        ("Meine Tochter soll in der Heimat beschnitten werden", "de", "violence"),
        ("ابوي حالف يذبحني اذا رجعت البيت", "ar", "violence"),
        # An object and a verb of many end in a silent letter.
        ("أتمنى أن أكون ميتا", "ar", "suicide"),
    ],
)
def test_writing_and_language_do_not_matter(text: str, language: str, kind: str) -> None:
    assert find_emergency(text, language) == kind


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my father died last year", "en"),
        ("i was hit by the news", "en"),
        ("Ich kann nicht mehr warten", "de"),
        ("Er schlägt vor, dass ich warte", "de"),
        ("Ich will nicht mehr in Deutschland leben", "de"),
        ("Qui peut me conseiller dans ma ville ?", "fr"),
        ("Tek başıma çocuklarla dönüyorum", "tr"),
        ("تمديد مهلة المغادرة", "ar"),
        ("تمدید مهلت خروج", "fa"),
        ("أنتظر القرار", "ar"),
        ("Dema îltîcayê pasaporta min girtin", "kmr"),
        ("Certifikatat e lindjes", "sq"),
        ("Nuk jam i kënaqur", "sq"),
        # A film is spoken of in one language, the rule for its matter stands in a neighbouring one.
        ("Гледав филм за самоубиство", "mk"),
        # “Wurden” is no slip of “würgen”, and the article is no letter bound to a verb.
        ("Meine Kinder wurden hier geboren", "de"),
        ("ليس معي ثمن القطار إلى المستشار", "ar"),
        # A line of danger among signs of something else.
        ("Der Sachbearbeiter reagiert nicht auf meine Mails", "de"),
        ("Ich nehme Insulin, darf ich es im Flugzeug mitnehmen?", "de"),
        ("كسرت رجلي وبدي سافر", "ar"),
        ("ich kann warten", "de"),
        ("", "de"),
        ("?!", "en"),
    ],
)
def test_likenesses_are_none(text: str, language: str) -> None:
    assert find_emergency(text, language) is None


def test_one_sentence_of_danger_among_others_is_enough() -> None:
    assert find_emergency("Guten Tag. Ich habe eine Frage. Mein Mann schlägt mich. Wo ist die Beratung?", "de")


def test_an_emergency_comes_before_any_result() -> None:
    found = small_index().search("wie viel geld bekomme ich. ich will mich umbringen", "de")
    assert (found.advice, found.emergency) == ("emergency", "suicide")


@pytest.mark.parametrize(
    ("word", "wanted", "is_slip"),
    [
        ("leben", "leben", True),
        ("lbeen", "leben", True),
        ("lben", "leben", True),
        ("leeben", "leben", True),
        ("lebem", "leben", True),
        ("lieb", "leben", False),
        ("lebende", "leben", False),
        ("neben", "leiden", False),
    ],
)
def test_one_slip_is_forgiven(word: str, wanted: str, *, is_slip: bool) -> None:
    assert is_one_slip(word, wanted) is is_slip


def test_rules_take_no_time_to_speak_of() -> None:
    text = "mein mann schlägt mich ich will nicht mehr leben " * 200
    find_emergency(text, "de")
    start = time.thread_time()
    find_emergency(text, "de")
    assert time.thread_time() - start < 0.5
