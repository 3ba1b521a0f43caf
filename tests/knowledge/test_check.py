"""What is a fault and what is only still to be written, day by day, and how translations get their stamps."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.kit.paths import PROJECT_ROOT
from app.kit.yamlfile import line_of
from app.knowledge.rules import fingerprint
from app.knowledge.service import (
    NothingToStamp,
    load_knowledge,
    missing_texts,
    offered_languages,
    restamp,
    stamp,
    text_state,
)

Break = Callable[..., None]
Faults = Callable[..., list[str]]

DE = "answers/texts/de/papers.yaml"
EN = "answers/texts/en/papers.yaml"


def remove_text(path: Path, id_: str) -> None:
    written = path.read_text(encoding="utf-8")
    changed = re.sub(rf"(?ms)^{id_}:\n.*?(?=^\S|\Z)", "", written)
    assert changed != written
    path.write_text(changed, encoding="utf-8")


def test_a_missing_text_is_no_fault_but_is_named(copied: Path, faults: Faults) -> None:
    remove_text(copied / "knowledge_base" / EN, "duration")
    assert faults() == []
    knowledge = load_knowledge(copied)
    assert missing_texts(knowledge, ["de", "en"]) == [f"knowledge_base/{EN}, line 1: en: “duration” has no text."]
    assert offered_languages(knowledge) == ("de",)


def test_a_missing_written_form_and_a_missing_answer_are_named(copied: Path, break_file: Break) -> None:
    break_file(EN, "  written: >-", "  spoken_too: >-", after="\nduration:")
    path = copied / "knowledge_base" / EN
    path.write_text(re.sub(r"(?ms)^  spoken_too:.*?(?=^  \w)", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    (copied / "knowledge_base/answers/gueb.yaml").unlink()
    for language in ("de", "en"):
        remove_text(copied / f"knowledge_base/answers/texts/{language}/papers.yaml", "gueb")
    named = [sentence.partition(": ")[2] for sentence in missing_texts(load_knowledge(copied), ["en"])]
    assert named == [
        "The topic “gueb” has no answer.",
        "en: “duration” has no written form.",
        "en: “gueb” has no text.",
    ]


def test_a_language_without_any_text_is_not_offered(copied: Path) -> None:
    shutil.rmtree(copied / "knowledge_base/offers/texts")
    knowledge = load_knowledge(copied)
    assert offered_languages(knowledge) == ()
    offers = [sentence for sentence in missing_texts(knowledge, ["de"]) if "offers/texts" in sentence]
    assert len(offers) == len(knowledge.offers) - 1


def test_a_date_in_the_middle_is_not_at_the_end(break_file: Break, faults: Faults) -> None:
    break_file(EN, "Information from: {as_of}.", "Information from: {as_of}. Bye.", after="\nduration:")
    assert [fault for fault in faults() if "en: “duration” does not end with its date." in fault]


def test_missing_phrases_are_named(copied: Path, faults: Faults) -> None:
    (copied / "knowledge_base/answers/wording/en.yaml").unlink()
    named = "knowledge_base/answers/wording/en.yaml: en: there is no list of phrases that press or promise."
    assert named in faults()


def test_a_fact_that_ends_later_is_named_from_the_next_day(break_file: Break, faults: Faults) -> None:
    break_file("offers/ura.yaml", "  as_of: '2023-01-04'", "  as_of: '2023-01-04'\n  valid_to: '2026-12-31'")
    break_file("answers/follow-up-ura.yaml", "- ura/free_counselling", "- ura/free_counselling\n- ura/money_by_land")
    ended = "“follow-up-ura” rests on “ura/money_by_land”, which ended on 2026-12-31, without saying so."
    assert not [fault for fault in faults(date(2026, 12, 31)) if ended in fault]
    assert [fault[-len(ended) - 4 :] for fault in faults(date(2027, 1, 1)) if ended in fault] == [
        f"{language}: {ended}" for language in ("de", "en")
    ]


def test_all_faults_are_named_at_once(break_file: Break, faults: Faults) -> None:
    break_file("answers/duration.yaml", "kind: topic", "kind: opinion")
    break_file("countries/SY.yaml", "iso: SY", "iso: Syria")
    assert [fault.partition(": ")[0] for fault in faults()] == [
        "knowledge_base/answers/duration.yaml, line 2",
        "knowledge_base/countries/SY.yaml, line 1",
    ]


def test_a_contradiction_about_another_country_needs_no_word(copied: Path, break_file: Break, faults: Faults) -> None:
    """Two lists differ about Somalia only, so only an answer that leads to Somalia must say it."""
    del copied
    assert faults() == []
    break_file("answers/reintegration.yaml", "links:\n", "links:\n  countries:\n  - SO\n")
    silent = [fault for fault in faults() if "“reintegration” does not say that the sources differ" in fault]
    assert {fault.rpartition(": “")[0][-2:] for fault in silent} == {"de", "en"}


def test_a_changed_original_makes_its_translation_stale_until_somebody_has_looked_at_it(
    copied: Path, break_file: Break, faults: Faults
) -> None:
    break_file(DE, "Es kann auch länger dauern.", "Es kann viel länger dauern.", after="\nduration:\n")
    assert text_state(load_knowledge(copied), "en", "duration") == "stale"
    assert stamp(copied) == []
    assert restamp(copied, "en", ["duration"]) == ["duration"]
    assert text_state(load_knowledge(copied), "en", "duration") == "draft"
    assert faults() == []
    assert restamp(copied, "en") == []


def test_new_translations_are_stamped_and_nothing_else_changes(copied: Path) -> None:
    files = [copied / "knowledge_base" / EN, copied / "knowledge_base/answers/texts/en/rules.yaml"]
    written = [path.read_text(encoding="utf-8") for path in files]
    for path, text in zip(files, written, strict=True):
        path.write_text(re.sub(r"\n  of: .*", "", text), encoding="utf-8")
    unstamped = [sentence for sentence in missing_texts(load_knowledge(copied)) if "carries no stamp" in sentence]
    assert len(unstamped) == len(stamp(copied)) > 10
    assert [path.read_text(encoding="utf-8") for path in files] == written
    assert stamp(copied) == []


@pytest.mark.parametrize(
    ("language", "ids", "sentence"),
    [
        ("de", [], "“de” is not a language that is translated into"),
        ("xx", [], "“xx” is not a language"),
        ("en", ["duration", "no-text"], "no text in “en” for: no-text"),
    ],
)
def test_what_cannot_be_stamped_is_said(copied: Path, language: str, ids: list[str], sentence: str) -> None:
    with pytest.raises(NothingToStamp, match=sentence):
        restamp(copied, language, ids)


def test_a_stamp_covers_the_parts_that_were_translated(copied: Path) -> None:
    knowledge = load_knowledge(copied)
    original, translation = knowledge.texts["de"]["duration"], knowledge.texts["en"]["duration"]
    spoken_only = translation.model_copy(update={"title": None, "written": None})
    other_title = original.model_copy(update={"title": "Anders"})
    assert fingerprint(original, spoken_only) == fingerprint(other_title, spoken_only)
    assert fingerprint(original, translation) != fingerprint(other_title, translation)


def test_a_line_is_found_by_keys_places_and_ids() -> None:
    path = PROJECT_ROOT / "knowledge_base/offers/ura.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    line = line_of(path, ("facts", "money_by_land", "laender"))
    assert line is not None
    assert lines[line - 1].strip() == "laender:"
    assert line_of(path, ("facts", 0)) == lines.index("- id: free_counselling") + 1
    assert line_of(path, ("facts", "free_counselling", "no_such_key")) == line_of(path, ("facts", 0))
    assert line_of(path.with_name("no-file.yaml"), ()) is None
