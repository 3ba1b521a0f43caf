"""Each fault that somebody may put into the content is named in one sentence with file and line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

Break = Callable[..., None]
Faults = Callable[..., list[str]]

DE = "answers/texts/de/papers.yaml"
EN = "answers/texts/en/papers.yaml"
OFFERS_DE = "offers/texts/de.a.yaml"
REAG = "offers/reag-garp-2.yaml"
CONDITIONS = "offers/conditions.yaml"
DURATION = "answers/duration.yaml"
SPOKEN = ("duration:", "spoken:")
WRITTEN = ("duration:", "written:")


@dataclass(frozen=True)
class Seeded:
    """Words of a file replaced by others, a part of the one sentence that names the fault, and where it must point.

    `place` are beginnings of lines that follow each other; the last one is the line that is named, in `named` or else
    in the file that was broken.
    """

    name: str
    after: str
    old: str
    new: str
    sentence: str
    place: tuple[str, ...]
    named: str = ""


FAULTS = {
    "a fact that does not exist": Seeded(
        DURATION,
        "",
        "reag-garp-2/processing_time",
        "reag-garp-2/no_such_fact",
        "The answer “duration” rests on “reag-garp-2/no_such_fact”, which does not exist.",
        ("- reag-garp-2/no_such_fact",),
    ),
    "a guess": Seeded(
        DURATION,
        "",
        "reag-garp-2/processing_time",
        "reag-garp-2/syria_up_to_1700",
        "The answer “duration” rests on “reag-garp-2/syria_up_to_1700”, which is guess and must never be told.",
        ("rests_on:", "- reag-garp-2/syria_up_to_1700"),
    ),
    "a superseded fact": Seeded(
        DURATION,
        "",
        "reag-garp-2/processing_time",
        "reag-garp-2/startup_groups_2017",
        "The answer “duration” rests on “reag-garp-2/startup_groups_2017”, which is superseded and must never",
        ("- reag-garp-2/startup_groups_2017",),
    ),
    "a fact that was not found": Seeded(
        DURATION,
        "",
        "reag-garp-2/processing_time",
        "eurp/amounts",
        "The answer “duration” rests on “eurp/amounts”, which is not found and must never be told.",
        ("- eurp/amounts",),
    ),
    "no source and no date": Seeded(
        DURATION,
        "",
        "rests_on:\n- reag-garp-2/processing_time",
        "rests_on: []",
        "The answer “duration” rests on no fact, so it has neither source nor date.",
        ("rests_on:",),
    ),
    "an offer that has ended": Seeded(
        DURATION,
        "offers:",
        "reag-garp-2",
        "errin",
        "The answer “duration” links to the offer “errin”, which has ended.",
        ("offers:", "- errin"),
    ),
    "a dead link": Seeded(
        DURATION,
        "",
        "offers:\n  - reag-garp-2",
        "lines:\n  - no-line",
        "The answer “duration” links to the support line “no-line”, which does not exist.",
        ("lines:", "- no-line"),
    ),
    "a sensitive answer without advice": Seeded(
        "answers/rule-visa-free.yaml",
        "",
        "sensitive: 'no'",
        "sensitive: 'yes'",
        "The answer “rule-visa-free” is sensitive but leads to no independent advice.",
        ("links:",),
    ),
    "a sensitive text without advice": Seeded(
        DE,
        "\ndeadline:",
        "bei einer unabhängigen Asylberatung oder bei einer Anwältin\n    oder einem Anwalt",
        "bei einer Person, die Sie kennen",
        "de: “deadline” does not say independent advice",
        ("deadline:", "spoken:"),
    ),
    "an unknown topic code": Seeded(
        DURATION,
        "",
        "topic: documents_and_travel",
        "topic: travelling",
        "topic: input should be 'about_return',",
        ("topic:",),
    ),
    "an answer without a priority": Seeded(
        DURATION,
        "",
        "priority: 1\n",
        "",
        "The answer “duration” has no group or no priority.",
        ("id:",),
    ),
    "an answer in another group": Seeded(
        DURATION,
        "",
        "group: papers",
        "group: money",
        "The answer “duration” belongs to the group papers.",
        ("group:",),
    ),
    "a file with another name": Seeded(
        DURATION,
        "",
        "id: duration",
        "id: how-long",
        "the file must be named like its id, “how-long”.",
        ("id:",),
    ),
    "a rule that is none": Seeded(
        "countries/SY.yaml",
        "",
        "rule: rule-syria",
        "rule: follow-up-eurp",
        "The country “SY” names “follow-up-eurp”, which is not an answer of the kind country_rule.",
        ("rule:",),
    ),
    "a list that does not name the country": Seeded(
        "countries/SY.yaml",
        "",
        "reag-garp-2/syria_funded_again",
        "reag-garp-2/land_only",
        "The country “SY” rests on “reag-garp-2/land_only”, which does not name it.",
        ("- reag-garp-2/land_only",),
    ),
    "a country without a file": Seeded(
        "offers/ura.yaml",
        "- id: possible_help",
        "countries:\n  - XK",
        "countries:\n  - XK\n  - FR",
        "The fact “ura/possible_help” names FR, which has no file in countries.",
        ("- id: possible_help",),
    ),
    "a date that is none": Seeded(
        REAG,
        "- id: startup_adult\n",
        "as_of: '2026-02-02'",
        "as_of: last spring",
        "“last spring” is not a date like",
        ("- id: startup_adult", "as_of:"),
    ),
    "a date in the future": Seeded(
        REAG,
        "- id: startup_adult\n",
        "as_of: '2026-02-02'",
        "as_of: '2027-02-02'",
        "The fact “reag-garp-2/startup_adult” is dated after the day it was read.",
        ("- id: startup_adult",),
    ),
    "an end before the beginning": Seeded(
        REAG,
        "",
        "valid_to: '2025-06-30'",
        "valid_to: '2024-06-30'",
        "The fact “reag-garp-2/turkiye_six_months” ends before it begins.",
        ("- id: turkiye_six_months",),
    ),
    "a contradiction that only one side knows": Seeded(
        REAG,
        "",
        "  conflicts_with:\n  - family_cap\n",
        "",
        "The fact “reag-garp-2/family_cap” conflicts with “reag-garp-2/family_cap_other”, but that",
        ("- id: family_cap",),
    ),
    "a contradiction in silence": Seeded(
        "answers/texts/de/money.yaml",
        "family-children:",
        "Dazu finden wir verschiedene Angaben. ",
        "",
        "de: “family-children” does not say that the sources differ",
        ("family-children:", "spoken:"),
    ),
    "a fact that stands twice": Seeded(
        REAG,
        "",
        "- id: startup_under_18\n",
        "- id: startup_adult\n",
        "The fact “reag-garp-2/startup_adult” stands twice.",
        ("- id: startup_adult", "- id: startup_adult"),
    ),
    "a fact without a source": Seeded(
        REAG,
        "- id: early_bonus\n",
        "  source: https://mediendienst-integration.de/fluechtlinge/abschiebungen/"
        "wie-funktioniert-die-gefoerderte-rueckkehr\n",
        "",
        "facts.early_bonus.source: field required.",
        ("- id: early_bonus",),
    ),
    "a number that no network has": Seeded(
        "support_lines/lines.yaml",
        "",
        "'116117'",
        "'11'",
        "The support line “medical-on-call” has “11”, which is not a telephone number.",
        ("- id: medical-on-call", "- '11'"),
    ),
    "an emergency line without a number": Seeded(
        "support_lines/lines.yaml",
        "",
        "numbers:\n  - '116111'",
        "numbers: []",
        "The emergency line “children” has no number.",
        ("- id: children", "numbers:"),
    ),
    "a number of unknown age": Seeded(
        "advice/advice.yaml",
        "phone: +49 89 762234\n",
        "  phone_status: current_at_as_of\n",
        "",
        "The advice contact “by-fluechtlingsrat” has a number without saying how old it is.",
        ("- id: by-fluechtlingsrat", "phone:"),
    ),
    "a phrase that presses": Seeded(
        DE,
        "\nduration:",
        "Ist der Antrag vollständig,",
        "Sie müssen ausreisen. Es",
        "de: “duration” presses or promises: “Sie müssen ausreisen”.",
        SPOKEN,
    ),
    "a phrase that promises": Seeded(
        DE,
        "\nduration:",
        "Es kann auch länger dauern.",
        "Das ist GARANTIERT.",
        "de: “duration” presses or promises: “garantiert”.",
        WRITTEN,
    ),
    "a digit in what is spoken": Seeded(
        DE,
        "\nduration:",
        "zu acht Wochen",
        "zu 8 Wochen",
        "de: “duration” has a digit that stands in no placeholder.",
        SPOKEN,
    ),
    "a sign": Seeded(
        DE,
        "\nduration:",
        "zu acht Wochen",
        "zu acht Wochen/Tagen",
        "de: “duration” has the sign “/”, over which a voice stumbles.",
        SPOKEN,
    ),
    "a number that no fact has": Seeded(
        DE,
        "\nduration:",
        "zu acht Wochen",
        "zu neun Wochen",
        "de: “duration” names the number 9, which no fact of it has.",
        SPOKEN,
    ),
    "a telephone number by hand": Seeded(
        DE,
        "\nduration:\n  title: Wie lange dauert es bis zur Ausreise?\n",
        "Wir sehen",
        "Wählen Sie 030 123456. Wir sehen",
        "de: “duration” names the number 123456, which no fact of it has.",
        WRITTEN,
    ),
    "a share without a fact": Seeded(
        DE,
        "\nduration:",
        "dauert die Bearbeitung meistens",
        "dauert die Bearbeitung in den meisten Prozent",
        "de: “duration” names a percentage, but no fact of it has one.",
        SPOKEN,
    ),
    "too many words": Seeded(
        DE,
        "\nduration:",
        "Ist der Antrag vollständig, dauert",
        "Das ist so und so und so und so und so und so und so und so. Ist der Antrag vollständig, dauert",
        "de: “duration” has 66 words, but at most 60 can be listened to.",
        SPOKEN,
    ),
    "a title that is too long": Seeded(
        DE,
        "\nduration:",
        "Wie lange dauert es",
        "Wie lange dauert es und was geschieht in der ganzen langen Zeit von meinem Antrag an",
        "de: “duration” has a title of",
        ("duration:", "title:"),
    ),
    "a written form that is too short": Seeded(
        OFFERS_DE,
        "\nura:",
        "Das Büro ist in Pristina. Sie melden sich dort",
        "wort " * 120,
        "de: “ura” has a written form of",
        ("ura:", "written:"),
    ),
    "a sentence that nobody follows": Seeded(
        DE,
        "\nduration:\n",
        "Es kann auch länger dauern.",
        "Es kann auch länger dauern, wenn die Papiere fehlen und wenn die Stelle noch auf ein Amt wartet und wenn"
        " das Amt viel zu tun hat und wenn es Ferien gibt.",
        "de: “duration” has a sentence of 31 words, but at most 25 are easy to follow.",
        WRITTEN,
    ),
    "a text that is hard to read": Seeded(
        DE,
        "\nduration:",
        "Ist der Antrag vollständig, dauert die Bearbeitung meistens bis",
        "Vollständigkeitsvoraussetzungen berücksichtigende Antragsbearbeitungszeiträume überschreiten regelmäßig"
        " durchschnittliche Verwaltungsverfahrenszeiten, insbesondere Herkunftsländerbesonderheiten, und gehen bis",
        "de: “duration” is hard to read: LIX",
        SPOKEN,
    ),
    "an address in the text": Seeded(
        DE,
        "\nduration:",
        "Es kann auch länger dauern.",
        "Es kann auch länger dauern, siehe www.example.",
        "de: “duration” has an address in its text (“www.”)",
        WRITTEN,
    ),
    "a sensitive answer that does not open with the safe way": Seeded(
        "answers/texts/de/vulnerable.yaml",
        "\nfear-of-return:\n  title: Ich habe Angst, dass mir dort etwas passiert\n",
        "Sie müssen hier nichts entscheiden. Sprechen Sie zuerst mit einer",
        "Es gibt viele Wege. Es gibt viele Stellen. Vieles ist möglich. Sprechen Sie später mit einer",
        "de: “fear-of-return” does not open with the safe way",
        ("fear-of-return:", "spoken:"),
    ),
    "a certainty that nobody gives": Seeded(
        "answers/texts/en/money.yaml",
        "\nhow-much-money:",
        "There is no fixed right to help. ",
        "",
        "en: “how-much-money” does not say that nothing is certain",
        ("how-much-money:", "spoken:"),
    ),
    "a number that may fall silent": Seeded(
        "answers/texts/de/vulnerable.yaml",
        "\nfear-of-return:",
        "{number:police}",
        "{number:parents}",
        "de: “fear-of-return”: “{number:parents}” names no emergency line with a number.",
        ("fear-of-return:", "spoken:"),
    ),
    "an unknown placeholder": Seeded(
        DE,
        "\nduration:",
        "Ist der Antrag vollständig,",
        "{name}",
        "de: “duration”: “{name}” is not a placeholder that can be filled.",
        SPOKEN,
    ),
    "a contradicted amount": Seeded(
        DE,
        "\nduration:",
        "Ist der Antrag vollständig,",
        "Es gibt {amount:reag-garp-2/family_cap}. Es",
        "de: “duration”: The amount “reag-garp-2/family_cap” may not be spoken: it is contradicted,",
        SPOKEN,
    ),
    "an amount from hearsay": Seeded(
        DE,
        "\nduration:",
        "Ist der Antrag vollständig,",
        "Es gibt {amount:reag-garp-2/early_bonus}. Es",
        "de: “duration”: The amount “reag-garp-2/early_bonus” may not be spoken: it is contradicted,",
        SPOKEN,
    ),
    "no text without amount": Seeded(
        DE,
        "\nduration:",
        "Ist der Antrag vollständig,",
        "Es gibt {amount:reag-garp-2/startup_adult}. Es",
        "de: “duration” names an amount but has no text for the day on which the amount is due.",
        SPOKEN,
    ),
    "a day that a fact does not have": Seeded(
        "answers/texts/de/rules.yaml",
        "\nrule-syria:",
        "{valid_from:reag-garp-2/syria_funded_again}",
        "{valid_to:reag-garp-2/syria_funded_again}",
        "de: “rule-syria”: “{valid_to:reag-garp-2/syria_funded_again}” cannot be filled: the fact has",
        ("rule-syria:", "spoken:"),
    ),
    "a rule that has ended in silence": Seeded(
        "answers/texts/de/rules.yaml",
        "\nrule-turkiye:",
        "bis zum {valid_to:reag-garp-2/turkiye_six_months}",
        "damals",
        "de: “rule-turkiye” rests on “reag-garp-2/turkiye_six_months”, which ended on 2025-06-30",
        ("rule-turkiye:", "spoken:"),
    ),
    "a text of no answer": Seeded(
        DE,
        "",
        "\nduration:\n",
        "\nhow-long:\n",
        "de: “how-long” belongs to no answer.",
        ("how-long:",),
    ),
    "a text of no offer": Seeded(
        OFFERS_DE,
        "",
        "\nura:\n",
        "\nuru:\n",
        "de: “uru” belongs to no offer.",
        ("uru:",),
    ),
    "a text in two files": Seeded(
        "answers/texts/de/rules.yaml",
        "",
        "\nask-a-centre:\n",
        "\nduration:\n",
        "“duration” stands in answers/texts/de/papers.yaml too.",
        ("duration:",),
    ),
    "a translation with other placeholders": Seeded(
        EN,
        "\nduration:",
        "up to eight weeks",
        "up to eight weeks, {as_of}",
        "en: “duration” has other placeholders in its spoken form than the German original.",
        SPOKEN,
    ),
    "a translation with other numbers": Seeded(
        EN,
        "\nduration:\n  title:",
        "We do not know how long this takes for you.",
        "We do not know if it takes 8 weeks for you.",
        "en: “duration” has other numbers in its written form than the German original.",
        WRITTEN,
    ),
    "a translation that is an original": Seeded(
        EN,
        "\nduration:",
        "state: draft",
        "state: original",
        "en: “duration” is a translation, so it is a draft or reviewed.",
        ("duration:", "state:"),
    ),
    "a review by nobody": Seeded(
        EN,
        "\nduration:",
        "state: draft",
        "state: reviewed",
        "duration: reviewed_by and reviewed_on belong to a text whose state is reviewed",
        ("duration:",),
    ),
    "a stale translation": Seeded(
        DE,
        "\nduration:\n",
        "Es kann auch länger dauern.",
        "Es kann auch viel länger dauern.",
        "en: “duration” is stale: the German text has changed since.",
        ("duration:", "of:"),
        EN,
    ),
    "a phrase added to the list": Seeded(
        "answers/wording/en.yaml",
        "",
        "avoid:\n",
        "avoid:\n- once the application is complete, it usually\n",
        "en: “duration” presses or promises: “once the application is complete, it usually”.",
        SPOKEN,
        EN,
    ),
    "a key that stands twice": Seeded(
        DE,
        "",
        "\nduration:\n",
        "\nre-entry:\n",
        "the key “re-entry” stands twice",
        ("re-entry:", "re-entry:"),
    ),
    "a condition on a guess": Seeded(
        CONDITIONS,
        "",
        "reag-garp-2/destitution",
        "general/repayment",
        "The condition “own_means_come_first” of “reag-garp-2” rests on “general/repayment”, which is guess",
        ("- fact: general/repayment",),
    ),
    "a condition that nobody can meet": Seeded(
        CONDITIONS,
        "",
        "residence: [other_title]",
        "residence: [tourist]",
        "asks for “residence: tourist”, which nobody can answer.",
        ("reason: group_may_be_included", "- fact:"),
    ),
    "an amount that may not be told": Seeded(
        CONDITIONS,
        "amounts:",
        "reag-garp-2/startup_adult",
        "reag-garp-2/family_cap",
        "The amount “reag-garp-2/family_cap” of “reag-garp-2” may not be told.",
        ("amounts:", "- fact: reag-garp-2/family_cap"),
    ),
    "a concept that stands twice": Seeded(
        "thesaurus/people.yaml",
        "",
        "family:\n",
        "passport:\n",
        "“passport” stands in",
        ("passport:",),
    ),
    "a word that stands twice": Seeded(
        "thesaurus/people.yaml",
        "",
        "en: [family, relatives]",
        "en: [family, Family]",
        "“family”: “family” stands twice.",
        ("en: [family, Family]",),
    ),
}


def test_a_copy_without_a_fault_has_none(faults: Faults) -> None:
    assert faults() == []


@pytest.mark.parametrize("seeded", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_named_with_file_and_line(copied: Path, break_file: Break, faults: Faults, seeded: Seeded) -> None:
    break_file(seeded.name, seeded.old, seeded.new, after=seeded.after)
    file = seeded.named or seeded.name
    line = line_at(copied / "knowledge_base" / file, seeded.place)
    named = [fault for fault in faults() if seeded.sentence in fault and f"{file}, line {line}: " in fault]
    assert len(named) == 1, (f"{file}, line {line}", faults())


def line_at(path: Path, place: tuple[str, ...]) -> int:
    """The number of the line that begins with the last words, after lines that begin with the others."""
    wanted = list(place)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.strip()
        if words == wanted[0] or words.startswith((f"{wanted[0]} ", f"{{{wanted[0]} ")):
            wanted.pop(0)
            if not wanted:
                return number
    raise AssertionError(f"{wanted[0]} does not stand in {path.name}")
