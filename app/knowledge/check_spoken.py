"""Finds what is wrong with the texts in each language as a voice says them, one sentence a fault."""

import re
from collections.abc import Collection, Iterator
from datetime import date

from app.knowledge.faults import Fault
from app.knowledge.filling import DATES, UnfillableText, amounts_in, fill, placeholders, plain
from app.knowledge.located import Located, all_texts, answer_texts, offer_texts, orphans
from app.knowledge.models import Knowledge

WORDS_AT_MOST = {"topic": 60, "country_rule": 45, "follow_up": 45, "stand_in": 45, "offer": 60}

_STUMBLE = re.compile(r"[/§%&€$()\[\]<>*#_+=|~^]")
# The Arabic question mark, the danda and the Ethiopic full stop end a sentence too.
_SENTENCE_END = re.compile(r"[.!?\u061f\u0964\u1362]\s+")


def placeholder_faults(knowledge: Knowledge) -> list[Fault]:
    """Texts of any language that cannot be filled or belong to no answer and no offer."""
    languages = {*knowledge.texts, *knowledge.offer_texts}
    unfillable = [fault for text in all_texts(knowledge, languages) for fault in _filling_faults(knowledge, text)]
    return [*orphans(knowledge), *unfillable]


def spoken_answer_faults(knowledge: Knowledge, languages: Collection[str], today: date) -> list[Fault]:
    """What is wrong with the spoken answers of these languages."""
    unlisted = [
        Fault(f"answers/wording/{language}.yaml", (), f"{language}: there is no list of phrases that press or promise.")
        for language in languages
        if language in knowledge.texts and language not in knowledge.wording
    ]
    texts = answer_texts(knowledge, languages)
    return unlisted + [fault for text in texts for fault in spoken_faults(knowledge, text, today)]


def spoken_offer_faults(knowledge: Knowledge, languages: Collection[str], today: date) -> list[Fault]:
    """What is wrong with the spoken texts of offers in these languages."""
    texts = offer_texts(knowledge, languages)
    return [fault for text in texts for fault in spoken_faults(knowledge, text, today)]


def spoken_faults(knowledge: Knowledge, text: Located, today: date) -> Iterator[Fault]:
    """Long, undated, pressing or promising forms, and amounts without a form for the day on which they are due."""
    for name, form in text.entry.spoken_forms().items():
        yield from (text.fault(sentence, name) for sentence in _length_faults(knowledge, text, form))
        yield from (text.fault(sentence, name) for sentence in _sign_faults(form))
        yield from (text.fault(sentence, name) for sentence in pressing(knowledge, text.language, form))
        yield from (text.fault(sentence, name) for sentence in _date_faults(knowledge, text, form, today))
    for kind in ("spoken", "written"):
        yield from (text.fault(sentence, kind) for sentence in _amount_faults(text, kind))


def pressing(knowledge: Knowledge, language: str, text: str) -> Iterator[str]:
    """Phrases of the language's list that press, frighten or promise."""
    wording = knowledge.wording.get(language)
    folded = " ".join(plain(text).split()).casefold()
    for phrase in () if wording is None else wording.avoid:
        if phrase.casefold() in folded:
            yield f"presses or promises: “{phrase}”."


def _filling_faults(knowledge: Knowledge, text: Located) -> Iterator[Fault]:
    for name, part in text.entry.parts().items():
        try:
            fill(knowledge, text.rests_on, part, text.language)
        except UnfillableText as error:
            yield text.fault(str(error), name)


def _length_faults(knowledge: Knowledge, text: Located, form: str) -> Iterator[str]:
    try:
        words = len(fill(knowledge, text.rests_on, form, text.language).split())
    except UnfillableText:
        return
    if words > WORDS_AT_MOST[text.kind]:
        yield f"has {words} words, but at most {WORDS_AT_MOST[text.kind]} can be listened to."


def _sign_faults(form: str) -> Iterator[str]:
    words = plain(form)
    if any(character.isdecimal() for character in words):
        yield "has a digit that stands in no placeholder."
    if found := _STUMBLE.search(words):
        yield f"has the sign “{found[0]}”, over which a voice stumbles."


def _date_faults(knowledge: Knowledge, text: Located, form: str, today: date) -> Iterator[str]:
    names = placeholders(form)
    if not DATES.intersection(placeholders(_SENTENCE_END.split(form.strip())[-1])):
        yield "does not end with its date."
    if amounts_in(form) and "amounts_as_of" not in names:
        yield "names an amount but not the date of the amounts."
    facts = [knowledge.facts[ref] for ref in text.rests_on if ref in knowledge.facts]
    for fact in facts if text.kind != "offer" else ():
        if fact.valid_to is not None and fact.valid_to < today and f"valid_to:{fact.ref}" not in names:
            yield f"rests on “{fact.ref}”, which ended on {fact.valid_to.isoformat()}, without saying so."


def _amount_faults(text: Located, kind: str) -> Iterator[str]:
    parts = text.entry.parts()
    form, without = parts.get(kind, ""), parts.get(f"{kind}_without_amount")
    if amounts_in(form) and without is None:
        yield "names an amount but has no text for the day on which the amount is due."
    if without is not None and not amounts_in(form):
        yield "has a text without amount but names no amount."
    if without is not None and amounts_in(without):
        yield "names an amount in the text that is to have none."
