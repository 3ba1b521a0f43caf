"""Finds sentences that a text owes its reader and numbers that no fact knows, one sentence a fault."""

import re
from collections.abc import Collection, Iterator, Mapping

from app.knowledge.check_translations import digits_in
from app.knowledge.faults import Fault
from app.knowledge.filling import plain
from app.knowledge.located import OFFER, Located, all_texts
from app.knowledge.models import Answer, Fact, Knowledge
from app.knowledge.rules import is_contradicted
from app.knowledge.topics import TOPICS
from app.knowledge.wording import Obligation, SentenceKind

_WORD = re.compile(r"[^\W\d_]+(?:[’'ʼ-][^\W\d_]+)*")
# A sentence ends with its sign and the space after it.
_SENTENCE = re.compile(r"(?<=[.!?\u061f\u06d4\u0964\u1362])\s+")
_DIGITS = re.compile(r"\d+")
_OPENING_SENTENCES = 3
_CALLED: Mapping[SentenceKind, str] = {
    "safe_way": "the safe way",
    "independent_advice": "independent advice",
    "no_entitlement": "that nothing is certain",
    "contradiction": "that the sources differ",
}


def saying_faults(knowledge: Knowledge, languages: Collection[str]) -> list[Fault]:
    """Obligatory sentences that are missing, and numbers or shares without a fact, in these languages."""
    faults = list(_unknown_topics(knowledge))
    for text in all_texts(knowledge, languages):
        faults += _number_faults(knowledge, text)
        if text.kind != OFFER:
            faults += _obligation_faults(knowledge, text)
    return faults


def owes(knowledge: Knowledge, answer: Answer) -> dict[SentenceKind, Obligation]:
    """The sentences that an answer must say."""
    facts = [knowledge.facts[ref] for ref in answer.rests_on if ref in knowledge.facts]
    contradicted = any(_is_contradicted_for(knowledge, answer, fact) for fact in facts)
    due = {"sensitive": answer.sensitive, "contradicted": contradicted}
    return {
        kind: obligation
        for kind, obligation in knowledge.obligations.items()
        if answer.id in obligation.topics or (obligation.all is not None and due[obligation.all])
    }


def _is_contradicted_for(knowledge: Knowledge, answer: Answer, fact: Fact) -> bool:
    """Lists of countries contradict each other for the countries that both name, all other facts for everybody."""
    others = [knowledge.facts[ref] for ref in fact.conflicts_with if ref in knowledge.facts]
    disputed = {iso for other in others for iso in other.countries if iso in fact.countries}
    return is_contradicted(fact) and (not disputed or not disputed.isdisjoint(answer.links.countries))


def _unknown_topics(knowledge: Knowledge) -> Iterator[Fault]:
    for kind, obligation in knowledge.obligations.items():
        for place, id_ in enumerate(obligation.topics):
            if id_ not in knowledge.answers and id_ not in TOPICS:
                sentence = f"“{id_}” must say “{kind}”, but there is no such answer."
                yield Fault("answers/wording/obligatory.yaml", (kind, "topics", place), sentence)


def _obligation_faults(knowledge: Knowledge, text: Located) -> Iterator[Fault]:
    wording = knowledge.wording.get(text.language)
    if wording is None:
        return
    for kind, obligation in owes(knowledge, knowledge.answers[text.id]).items():
        phrases = [phrase.casefold() for phrase in wording.sentences.get(kind, ())]
        for name, form in text.entry.parts().items():
            if name.partition("_")[0] not in obligation.forms:
                continue
            if not _says(form, phrases, obligation):
                where = "does not open with" if obligation.where == "opening" else "does not say"
                yield text.fault(f"{where} {_CALLED[kind]}, in none of the phrases of the language's list.", name)


def _says(form: str, phrases: list[str], obligation: Obligation) -> bool:
    folded = " ".join(form.split()).casefold()
    if obligation.where == "opening":
        folded = " ".join(_SENTENCE.split(folded)[:_OPENING_SENTENCES])
    return any(phrase in folded for phrase in phrases)


def _number_faults(knowledge: Knowledge, text: Located) -> Iterator[Fault]:
    facts = [knowledge.facts[ref] for ref in text.rests_on if ref in knowledge.facts]
    of_facts = _numbers_of_facts(knowledge, facts) | _numbers_of_names(knowledge, text)
    for name, part in text.entry.parts().items():
        known = set(of_facts)
        if text.original is not None and not text.is_original:
            known |= _numbers_in(knowledge, "de", text.original.parts().get(name, ""))
        for number in sorted(_numbers_in(knowledge, text.language, part) - known):
            yield text.fault(f"names the number {number}, which no fact of it has.", name)
        if _names_a_share(knowledge, text.language, part) and not any("%" in fact.text for fact in facts):
            yield text.fault("names a percentage, but no fact of it has one.", name)


def _numbers_of_facts(knowledge: Knowledge, facts: Collection[Fact]) -> set[str]:
    known: set[str] = set()
    for fact in facts:
        known |= _numbers_in(knowledge, "en", fact.text)
        if fact.amount is not None:
            known |= {str(fact.amount.value), *_DIGITS.findall(fact.amount.per)}
    return known


def _numbers_of_names(knowledge: Knowledge, text: Located) -> set[str]:
    return _numbers_in(knowledge, "en", knowledge.offers[text.id].name) if text.kind == OFFER else set()


def _numbers_in(knowledge: Knowledge, language: str, text: str) -> set[str]:
    """The numbers of a text, in digits or in words of the language's list."""
    wording = knowledge.wording.get(language)
    words = _words(text)
    forms = {} if wording is None else {form: number for number, names in wording.numbers.items() for form in names}
    spelled: set[str] = set()
    # The longest first, so that the ten in “on iki” is not counted beside the twelve.
    for form in sorted(forms, key=len, reverse=True):
        if f" {form.casefold()} " in words:
            spelled.add(str(forms[form]))
            words = words.replace(f" {form.casefold()} ", " ")
    return spelled | {digits.lstrip("0") for digits in digits_in(text)}


def _words(text: str) -> str:
    """The words of a text in small letters, each between spaces."""
    return f" {' '.join(_WORD.findall(plain(text).casefold()))} "


def _names_a_share(knowledge: Knowledge, language: str, text: str) -> bool:
    wording = knowledge.wording.get(language)
    words = _words(text)
    names = () if wording is None else wording.percent
    return any(sign in text for sign in "%٪") or any(f" {name.casefold()} " in words for name in names)
