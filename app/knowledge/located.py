"""Each text with its file and with what it belongs to, so that checks can name the place of a fault."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from app.knowledge.faults import Fault
from app.knowledge.models import CONTENT_LANGUAGES, ORIGINAL_LANGUAGE, RULES, Answer, Knowledge, TextEntry
from app.knowledge.rules import is_usable

OFFER = "offer"
# The general facts stand in a file like a programme's, but are none.
GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Located:
    """`kind` is that of the answer or “offer”; `rests_on` are the facts whose dates the text may name."""

    language: str
    id: str
    entry: TextEntry
    file: str
    kind: str
    rests_on: tuple[str, ...]
    original: TextEntry | None

    def fault(self, sentence: str, part: str = "") -> Fault:
        """A fault of the text or of one part; a sentence of its own follows the name after a colon."""
        between = "" if sentence[:1].islower() else ":"
        steps = (self.id, part) if part else (self.id,)
        return Fault(self.file, steps, f"{self.language}: “{self.id}”{between} {sentence}")

    @property
    def is_original(self) -> bool:
        return self.language == ORIGINAL_LANGUAGE


def answer_texts(knowledge: Knowledge, languages: Collection[str]) -> Iterator[Located]:
    """The texts of answers that exist."""
    for language, id_, text in _entries(knowledge.texts, languages):
        answer = knowledge.answers.get(id_)
        if answer is not None:
            file = answer_text_file(knowledge, language, answer)
            original = knowledge.texts.get(ORIGINAL_LANGUAGE, {}).get(id_)
            yield Located(language, id_, text, file, answer.kind, answer.rests_on, original)


def offer_texts(knowledge: Knowledge, languages: Collection[str]) -> Iterator[Located]:
    """The texts of offers that exist."""
    for language, id_, text in _entries(knowledge.offer_texts, languages):
        if id_ in knowledge.offers:
            original = knowledge.offer_texts.get(ORIGINAL_LANGUAGE, {}).get(id_)
            file = offer_text_file(knowledge, language, id_)
            yield Located(language, id_, text, file, OFFER, offer_facts(knowledge, id_), original)


def _entries(
    texts: Mapping[str, Mapping[str, TextEntry]], languages: Collection[str]
) -> Iterator[tuple[str, str, TextEntry]]:
    for language in languages:
        yield from ((language, id_, text) for id_, text in texts.get(language, {}).items())


def orphans(knowledge: Knowledge) -> Iterator[Fault]:
    """Texts of answers or offers that do not exist."""
    for language, id_, _ in _entries(knowledge.texts, knowledge.texts):
        if id_ not in knowledge.answers:
            yield Fault(knowledge.text_files[language][id_], (id_,), f"{language}: “{id_}” belongs to no answer.")
    for language, id_, _ in _entries(knowledge.offer_texts, knowledge.offer_texts):
        if id_ not in knowledge.offers:
            yield Fault(knowledge.offer_text_files[language][id_], (id_,), f"{language}: “{id_}” belongs to no offer.")


def offer_facts(knowledge: Knowledge, offer_id: str) -> tuple[str, ...]:
    """The facts of an offer that may be told."""
    refs = (f"{offer_id}/{fact.id}" for fact in knowledge.offers[offer_id].facts)
    return tuple(ref for ref in refs if is_usable(knowledge.facts[ref]))


def answer_text_file(knowledge: Knowledge, language: str, answer: Answer) -> str:
    """The file in which the text of an answer stands, or belongs where there is none yet."""
    there = knowledge.text_files.get(language, {}).get(answer.id)
    return there or f"answers/texts/{language}/{text_file_name(answer)}.yaml"


def text_file_name(answer: Answer) -> str:
    return answer.group or RULES


def offer_text_file(knowledge: Knowledge, language: str, offer_id: str) -> str:
    """The file in which the text of an offer stands, or belongs where there is none yet."""
    return knowledge.offer_text_files.get(language, {}).get(offer_id) or f"offers/texts/{language}.yaml"


def programmes(knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(id_ for id_ in knowledge.offers if id_ != GENERAL)


def all_texts(knowledge: Knowledge, languages: Collection[str] = CONTENT_LANGUAGES) -> Iterator[Located]:
    yield from answer_texts(knowledge, languages)
    yield from offer_texts(knowledge, languages)
