"""Finds what is wrong with the spoken texts in each language, one sentence a fault."""

import re
from collections.abc import Collection, Iterator
from datetime import date

from app.knowledge.filling import DATES, UnfillableText, amounts_in, fill, placeholders
from app.knowledge.models import ORIGINAL_LANGUAGE, Answer, Knowledge, SpokenText
from app.knowledge.rules import fingerprint

WORDS_AT_MOST = {"topic": 60, "country_rule": 45, "follow_up": 45}

_STUMBLE = re.compile(r"[/§%&€$()\[\]<>*#_+=|~^]")
# The Arabic question mark, the danda and the Ethiopic full stop end a sentence too.
_SENTENCE_END = re.compile(r"[.!?\u061f\u0964\u1362]\s+")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def placeholder_faults(knowledge: Knowledge) -> list[str]:
    """Texts of any language that cannot be filled or belong to no answer."""
    return [
        fault
        for language, texts in knowledge.texts.items()
        for id_, text in texts.items()
        for fault in _filling_faults(knowledge, language, id_, text)
    ]


def text_faults(knowledge: Knowledge, languages: Collection[str], today: date) -> list[str]:
    """Missing, stale, long, undated, pressing or promising texts of these languages."""
    return [fault for language in languages for fault in _language_faults(knowledge, language, today)]


def is_stale(knowledge: Knowledge, language: str, answer_id: str) -> bool:
    """Whether the German original has changed since the translation was made from it."""
    original = knowledge.texts[ORIGINAL_LANGUAGE].get(answer_id)
    of = knowledge.texts[language][answer_id].of
    return language != ORIGINAL_LANGUAGE and of is not None and original is not None and of != fingerprint(original)


def _filling_faults(knowledge: Knowledge, language: str, id_: str, text: SpokenText) -> Iterator[str]:
    where = f"{language}: “{id_}”"
    answer = knowledge.answers.get(id_)
    if answer is None:
        yield f"{where} belongs to no answer."
        return
    for variant in text.variants():
        try:
            fill(knowledge, answer, variant, language)
        except UnfillableText as error:
            yield f"{where}: {error}"


def _language_faults(knowledge: Knowledge, language: str, today: date) -> Iterator[str]:
    texts = knowledge.texts.get(language, {})
    if language not in knowledge.wording:
        yield f"{language}: there is no list of phrases that press or promise."
    for id_, answer in knowledge.answers.items():
        if id_ not in texts:
            yield f"{language}: “{id_}” has no text."
            continue
        where = f"{language}: “{id_}”"
        yield from (f"{where} {fault}" for fault in _own_faults(knowledge, language, answer, texts[id_], today))
        yield from (f"{where} {fault}" for fault in _translation_faults(knowledge, language, id_, texts[id_]))


def _own_faults(knowledge: Knowledge, language: str, answer: Answer, text: SpokenText, today: date) -> Iterator[str]:
    for variant in text.variants():
        yield from _length_faults(knowledge, language, answer, variant)
        yield from _wording_faults(knowledge, language, variant)
        yield from _date_faults(knowledge, answer, variant, today)
    if amounts_in(text.spoken) and text.spoken_without_amount is None:
        yield "names an amount but has no text for the day on which the amount is due."
    if text.spoken_without_amount is not None and not amounts_in(text.spoken):
        yield "has a text without amount but names no amount."
    if text.spoken_without_amount is not None and amounts_in(text.spoken_without_amount):
        yield "names an amount in the text that is to have none."


def _length_faults(knowledge: Knowledge, language: str, answer: Answer, variant: str) -> Iterator[str]:
    try:
        words = len(fill(knowledge, answer, variant, language).split())
    except UnfillableText:
        return
    if words > WORDS_AT_MOST[answer.kind]:
        yield f"has {words} words, but at most {WORDS_AT_MOST[answer.kind]} can be listened to."


def _wording_faults(knowledge: Knowledge, language: str, variant: str) -> Iterator[str]:
    plain = _PLACEHOLDER.sub("", variant)
    if any(character.isdecimal() for character in plain):
        yield "has a digit that stands in no placeholder."
    if found := _STUMBLE.search(plain):
        yield f"has the sign “{found[0]}”, over which a voice stumbles."
    folded = " ".join(plain.split()).casefold()
    for phrase in knowledge.wording.get(language, ()):
        if phrase.casefold() in folded:
            yield f"presses or promises: “{phrase}”."


def _date_faults(knowledge: Knowledge, answer: Answer, variant: str, today: date) -> Iterator[str]:
    names = placeholders(variant)
    if not DATES.intersection(placeholders(_SENTENCE_END.split(variant.strip())[-1])):
        yield "does not end with its date."
    if amounts_in(variant) and "amounts_as_of" not in names:
        yield "names an amount but not the date of the amounts."
    facts = [knowledge.facts[ref] for ref in answer.rests_on if ref in knowledge.facts]
    for fact in facts:
        if fact.valid_to is not None and fact.valid_to < today and f"valid_to:{fact.ref}" not in names:
            yield f"rests on “{fact.ref}”, which ended on {fact.valid_to.isoformat()}, without saying so."


def _translation_faults(knowledge: Knowledge, language: str, id_: str, text: SpokenText) -> Iterator[str]:
    if language == ORIGINAL_LANGUAGE:
        if text.state != "original":
            yield "must be an original: all other languages are made from it."
        return
    original = knowledge.texts.get(ORIGINAL_LANGUAGE, {}).get(id_)
    if original is None:
        return
    if text.of is None:
        yield "carries no stamp of the German text it was made from."
    if is_stale(knowledge, language, id_):
        yield "is stale: the German text has changed since."
    for name, own, german in (
        ("text", text.spoken, original.spoken),
        ("text without amount", text.spoken_without_amount or "", original.spoken_without_amount or ""),
    ):
        if bool(own) != bool(german):
            yield f"and the German original do not both have a {name}."
        elif sorted(placeholders(own)) != sorted(placeholders(german)):
            yield f"has other placeholders in its {name} than the German original."
