"""Each fault that somebody may put into the content is named in one sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from app.knowledge.service import load_knowledge, stamp, text_state

Break = Callable[[str, str, str], None]
Faults = Callable[..., list[str]]

DE = "answers/texts/de.yaml"
EN = "answers/texts/en.yaml"
REAG = "offers/reag-garp-2.yaml"
DURATION_START = "Ist der Antrag vollständig, dauert"


def test_a_copy_without_a_fault_has_none(faults: Faults) -> None:
    assert faults() == []


@dataclass(frozen=True)
class Seeded:
    """Words of a file replaced by others, and a part of the one sentence that must name the fault."""

    name: str
    old: str
    new: str
    sentence: str


FAULTS = {
    "a fact that does not exist": Seeded(
        "answers/duration.yaml",
        "reag-garp-2/processing_time",
        "reag-garp-2/no_such_fact",
        "The answer “duration” rests on “reag-garp-2/no_such_fact”, which does not exist.",
    ),
    "a guess": Seeded(
        "answers/duration.yaml",
        "reag-garp-2/processing_time",
        "reag-garp-2/syria_up_to_1700",
        "The answer “duration” rests on “reag-garp-2/syria_up_to_1700”, which is guess and must never be told.",
    ),
    "a superseded fact": Seeded(
        "answers/duration.yaml",
        "reag-garp-2/processing_time",
        "reag-garp-2/startup_groups_2017",
        "The answer “duration” rests on “reag-garp-2/startup_groups_2017”, which is superseded and must never",
    ),
    "a fact that was not found": Seeded(
        "answers/duration.yaml",
        "reag-garp-2/processing_time",
        "eurp/amounts",
        "The answer “duration” rests on “eurp/amounts”, which is not found and must never be told.",
    ),
    "no source and no date": Seeded(
        "answers/duration.yaml",
        "rests_on:\n- reag-garp-2/processing_time",
        "rests_on: []",
        "The answer “duration” rests on no fact, so it has neither source nor date.",
    ),
    "an offer that has ended": Seeded(
        "answers/duration.yaml",
        "offers:\n  - reag-garp-2",
        "offers:\n  - errin",
        "The answer “duration” links to the offer “errin”, which has ended.",
    ),
    "a dead link": Seeded(
        "answers/duration.yaml",
        "offers:\n  - reag-garp-2",
        "lines:\n  - no-line",
        "The answer “duration” links to the support line “no-line”, which does not exist.",
    ),
    "a sensitive answer without advice": Seeded(
        "answers/duration.yaml",
        "sensitive: 'no'",
        "sensitive: 'yes'",
        "The answer “duration” is sensitive but leads to no independent advice.",
    ),
    "an unknown topic code": Seeded(
        "answers/duration.yaml",
        "topic: documents_and_travel",
        "topic: travelling",
        "answers/duration.yaml: topic: input should be 'about_return',",
    ),
    "a file with another name": Seeded(
        "answers/duration.yaml",
        "id: duration",
        "id: how-long",
        "answers/duration.yaml: the file must be named like its id, “how-long”.",
    ),
    "a rule that is none": Seeded(
        "countries/SY.yaml",
        "rule: rule-syria",
        "rule: follow-up-eurp",
        "The country “SY” names “follow-up-eurp”, which is not an answer of the kind country_rule.",
    ),
    "a list that does not name the country": Seeded(
        "countries/SY.yaml",
        "reag-garp-2/syria_funded_again",
        "reag-garp-2/land_only",
        "The country “SY” rests on “reag-garp-2/land_only”, which does not name it.",
    ),
    "a date that is none": Seeded(
        REAG,
        "as_of: '2026-02-02'\n  as_of_basis: page\n  confidence: seen\n  amount:\n    value: '1000'",
        "as_of: last spring\n  as_of_basis: page\n  confidence: seen\n  amount:\n    value: '1000'",
        "“last spring” is not a date like",
    ),
    "a date in the future": Seeded(
        REAG,
        "as_of: '2026-02-02'\n  as_of_basis: page\n  confidence: seen\n  amount:\n    value: '1000'",
        "as_of: '2027-02-02'\n  as_of_basis: page\n  confidence: seen\n  amount:\n    value: '1000'",
        "The fact “reag-garp-2/startup_adult” is dated after the day it was read.",
    ),
    "an end before the beginning": Seeded(
        REAG,
        "valid_to: '2025-06-30'",
        "valid_to: '2024-06-30'",
        "The fact “reag-garp-2/turkiye_six_months” ends before it begins.",
    ),
    "a contradiction that only one side knows": Seeded(
        REAG,
        "  conflicts_with:\n  - family_cap\n",
        "",
        "The fact “reag-garp-2/family_cap” conflicts with “reag-garp-2/family_cap_other”, but that",
    ),
    "a fact that stands twice": Seeded(
        REAG,
        "- id: startup_under_18\n",
        "- id: startup_adult\n",
        "The fact “reag-garp-2/startup_adult” stands twice.",
    ),
    "a fact without a source": Seeded(
        REAG,
        "  source: https://mediendienst-integration.de/fluechtlinge/abschiebungen/wie-funktioniert-die-gefoerderte-rueckkehr\n",
        "",
        "offers/reag-garp-2.yaml: facts.early_bonus.source: field required.",
    ),
    "a number that no network has": Seeded(
        "support_lines/lines.yaml",
        "'116117'",
        "'11'",
        "The support line “medical-on-call” has “11”, which is not a telephone number.",
    ),
    "an emergency line without a number": Seeded(
        "support_lines/lines.yaml",
        "numbers:\n  - '116111'",
        "numbers: []",
        "The emergency line “children” has no number.",
    ),
    "a number of unknown age": Seeded(
        "advice/advice.yaml",
        "phone: +49 89 762234\n  phone_status: current_at_as_of\n",
        "phone: +49 89 762234\n",
        "The advice contact “by-fluechtlingsrat” has a number without saying how old it is.",
    ),
    "a phrase that presses": Seeded(
        DE,
        DURATION_START,
        "Ist der Antrag fertig, müssen Sie ausreisen. Es dauert",
        "de: “duration” presses or promises: “müssen Sie ausreisen”.",
    ),
    "a phrase that promises": Seeded(
        DE,
        DURATION_START,
        "Das ist GARANTIERT: Es dauert",
        "de: “duration” presses or promises: “garantiert”.",
    ),
    "a digit": Seeded(
        DE,
        "zu acht Wochen",
        "zu 8 Wochen",
        "de: “duration” has a digit that stands in no placeholder.",
    ),
    "a sign": Seeded(
        DE,
        "zu acht Wochen",
        "zu acht Wochen/Tagen",
        "de: “duration” has the sign “/”, over which a voice stumbles.",
    ),
    "too many words": Seeded(
        DE,
        DURATION_START,
        "Das ist so und so und so und so und so und so und so und so. Ist der Antrag vollständig, dauert",
        "de: “duration” has 66 words, but at most 60 can be listened to.",
    ),
    "a number that may fall silent": Seeded(
        DE,
        "{number:police}",
        "{number:parents}",
        "de: “fear-of-return”: “{number:parents}” names no emergency line with a number.",
    ),
    "an unknown placeholder": Seeded(
        DE,
        DURATION_START,
        "{name} dauert",
        "de: “duration”: “{name}” is not a placeholder that can be filled.",
    ),
    "a contradicted amount": Seeded(
        DE,
        DURATION_START,
        "Es gibt {amount:reag-garp-2/family_cap}. Es dauert",
        "de: “duration”: The amount “reag-garp-2/family_cap” may not be spoken: it is contradicted,",
    ),
    "an amount from hearsay": Seeded(
        DE,
        DURATION_START,
        "Es gibt {amount:reag-garp-2/early_bonus}. Es dauert",
        "de: “duration”: The amount “reag-garp-2/early_bonus” may not be spoken: it is contradicted,",
    ),
    "no text without amount": Seeded(
        DE,
        DURATION_START,
        "Es gibt {amount:reag-garp-2/startup_adult}. Es dauert",
        "de: “duration” names an amount but has no text for the day on which the amount is due.",
    ),
    "a day that a fact does not have": Seeded(
        DE,
        "{valid_from:reag-garp-2/syria_funded_again}",
        "{valid_to:reag-garp-2/syria_funded_again}",
        "de: “rule-syria”: “{valid_to:reag-garp-2/syria_funded_again}” cannot be filled: the fact has",
    ),
    "a rule that has ended in silence": Seeded(
        DE,
        "bis zum {valid_to:reag-garp-2/turkiye_six_months}",
        "damals",
        "de: “rule-turkiye” rests on “reag-garp-2/turkiye_six_months”, which ended on 2025-06-30",
    ),
    "a text of no answer": Seeded(
        DE,
        "\nduration:\n",
        "\nhow-long:\n",
        "de: “how-long” belongs to no answer.",
    ),
    "a translation of no answer": Seeded(
        EN,
        "\nduration:\n",
        "\nduration-of-all:\n",
        "en: “duration-of-all” belongs to no answer.",
    ),
    "a translation with other placeholders": Seeded(
        EN,
        "up to eight weeks",
        "up to eight weeks ({as_of})",
        "en: “duration” has other placeholders in its text than the German original.",
    ),
    "a stale translation": Seeded(
        DE,
        "zu acht Wochen",
        "zu neun Wochen",
        "en: “duration” is stale: the German text has changed since.",
    ),
    "a phrase added to the list": Seeded(
        "answers/wording/en.yaml",
        "avoid:\n",
        "avoid:\n- twelve weeks\n",
        "en: “duration” presses or promises: “twelve weeks”.",
    ),
    "a key that stands twice": Seeded(
        DE,
        "\nduration:\n",
        "\nre-entry:\n",
        "texts/de.yaml, line",
    ),
}


@pytest.mark.parametrize("seeded", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_named(break_file: Break, faults: Faults, seeded: Seeded) -> None:
    break_file(seeded.name, seeded.old, seeded.new)
    named = [fault for fault in faults() if seeded.sentence in fault]
    assert len(named) == 1, faults()


def test_a_missing_text_is_named(copied: Path, faults: Faults) -> None:
    path = copied / "knowledge_base" / EN
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    path.write_text("\n\n".join(block for block in blocks if not block.startswith("duration:")), encoding="utf-8")
    assert faults() == ["en: “duration” has no text."]


def test_a_date_in_the_middle_is_not_at_the_end(break_file: Break, faults: Faults) -> None:
    break_file(
        EN, "the counselling centre. Information from: {as_of}.\n  state: original\n", "it.\n  state: original\n"
    )
    assert "en: “duration” does not end with its date." in faults()


def test_missing_phrases_are_named(copied: Path, faults: Faults) -> None:
    (copied / "knowledge_base/answers/wording/en.yaml").unlink()
    assert faults() == ["en: there is no list of phrases that press or promise."]


def test_a_fact_that_ends_later_is_named_from_the_next_day(break_file: Break, faults: Faults) -> None:
    break_file("offers/ura.yaml", "  as_of: '2023-01-04'", "  as_of: '2023-01-04'\n  valid_to: '2026-12-31'")
    break_file("answers/follow-up-ura.yaml", "- ura/free_counselling", "- ura/free_counselling\n- ura/money_by_land")
    assert faults(date(2026, 12, 31)) == []
    ended = "“follow-up-ura” rests on “ura/money_by_land”, which ended on 2026-12-31, without saying so."
    assert faults(date(2027, 1, 1)) == [f"{language}: {ended}" for language in ("de", "en")]


def test_all_faults_are_named_at_once(break_file: Break, faults: Faults) -> None:
    break_file("answers/duration.yaml", "kind: topic", "kind: opinion")
    break_file("countries/SY.yaml", "iso: SY", "iso: Syria")
    assert [fault.partition(":")[0] for fault in faults()] == ["answers/duration.yaml", "countries/SY.yaml"]


def test_a_changed_original_makes_its_translation_stale_until_it_is_stamped_anew(
    copied: Path, break_file: Break, faults: Faults
) -> None:
    break_file(DE, "zu acht Wochen", "zu neun Wochen")
    assert text_state(load_knowledge(copied), "en", "duration") == "stale"
    assert stamp(copied) == []
    assert stamp(copied, renew=["duration"]) == ["en: duration"]
    assert text_state(load_knowledge(copied), "en", "duration") == "original"
    assert faults() == []


def test_a_new_translation_is_stamped_and_kept_word_for_word(copied: Path, faults: Faults) -> None:
    path = copied / "knowledge_base" / EN
    written = path.read_text(encoding="utf-8")
    lines = [line for line in written.splitlines(keepends=True) if not line.startswith("  of: ")]
    path.write_text("".join(lines), encoding="utf-8")
    assert "en: “duration” carries no stamp of the German text it was made from." in faults()
    assert "en: duration" in stamp(copied)
    assert path.read_text(encoding="utf-8") == written
    assert stamp(copied) == []
