"""Finds what is wrong with titles and written forms, and with the place and order of answers, one sentence a fault."""

import re
from collections.abc import Collection, Iterator

from app.knowledge.check_spoken import pressing
from app.knowledge.faults import Fault, answer_file
from app.knowledge.filling import UnfillableText, amounts_in, fill, placeholders
from app.knowledge.located import OFFER, Located, all_texts, text_file_name
from app.knowledge.models import Answer, Knowledge
from app.knowledge.reading_level import hard_sentence, too_hard
from app.knowledge.topics import TOPICS

TITLE_CHARACTERS_AT_MOST = 80
WORDS_OF_WRITTEN = {"topic": (60, 180), OFFER: (1, 120)}
PARAGRAPH_WORDS_AT_MOST = 80

_PARAGRAPHS = re.compile(r"\n\s*\n")
_ADDRESS = re.compile(r"https?:|www\.|\b[\w-]+\.(?:de|org|com|net|eu|int)\b|@", re.IGNORECASE)


def order_faults(knowledge: Knowledge) -> list[Fault]:
    """Topics without group, priority or question, and texts that stand in the file of another group."""
    faults = [fault for answer in knowledge.answers.values() for fault in _order_faults(answer)]
    for text in all_texts(knowledge, knowledge.texts):
        if text.kind == OFFER:
            continue
        name = text_file_name(knowledge.answers[text.id])
        if not text.file.endswith(f"/{name}.yaml"):
            faults.append(text.fault(f"belongs into the file {name}.yaml."))
    return faults


def written_faults(knowledge: Knowledge, languages: Collection[str]) -> list[Fault]:
    """Long, hard, pressing or promising titles and written forms of these languages."""
    return [fault for text in all_texts(knowledge, languages) for fault in _faults(knowledge, text)]


def _order_faults(answer: Answer) -> Iterator[Fault]:
    file, named = answer_file(answer.id), f"The answer “{answer.id}”"
    if answer.kind != "topic":
        if answer.group is not None or answer.priority is not None or answer.questions:
            yield Fault(file, ("kind",), f"{named} is no topic, so it has no group, priority and questions.")
        return
    if answer.group is None or answer.priority is None:
        yield Fault(file, (), f"{named} has no group or no priority.")
    elif TOPICS.get(answer.id, answer.group) != answer.group:
        yield Fault(file, ("group",), f"{named} belongs to the group {TOPICS[answer.id]}.")
    for language in ("de", "en"):
        if not answer.questions.get(language):
            yield Fault(file, ("questions",), f"{named} has no question in “{language}”.")


def _faults(knowledge: Knowledge, text: Located) -> Iterator[Fault]:
    title = text.entry.title or ""
    if len(title) > TITLE_CHARACTERS_AT_MOST:
        count = f"{len(title)} characters, but at most {TITLE_CHARACTERS_AT_MOST} fit in a line."
        yield text.fault(f"has a title of {count}", "title")
    if placeholders(title):
        yield text.fault("has a placeholder in its title.", "title")
    for name, part in text.entry.parts().items():
        yield from (text.fault(sentence, name) for sentence in _reading_faults(knowledge, text, name, part))
        if not name.startswith("spoken"):
            yield from (text.fault(sentence, name) for sentence in pressing(knowledge, text.language, part))
        if name.startswith("written"):
            yield from (text.fault(sentence, name) for sentence in _form_faults(knowledge, text, part))


def _reading_faults(knowledge: Knowledge, text: Located, name: str, part: str) -> Iterator[str]:
    wording = knowledge.wording.get(text.language)
    if wording is None or name == "title":
        return
    if sentence := too_hard(part, wording.reading, of_an_offer=text.kind == OFFER):
        yield sentence
    if name.startswith("written") and (sentence := hard_sentence(part, wording.reading)):
        yield sentence


def _form_faults(knowledge: Knowledge, text: Located, part: str) -> Iterator[str]:
    try:
        filled = fill(knowledge, text.rests_on, part, text.language, written=True)
    except UnfillableText:
        return
    words = len(filled.split())
    least, most = WORDS_OF_WRITTEN.get(text.kind, (1, WORDS_OF_WRITTEN["topic"][1]))
    if not least <= words <= most:
        yield f"has a written form of {words} words instead of {least} to {most}."
    longest = max(len(paragraph.split()) for paragraph in _PARAGRAPHS.split(filled))
    if longest > PARAGRAPH_WORDS_AT_MOST:
        yield f"has a paragraph of {longest} words, but at most {PARAGRAPH_WORDS_AT_MOST} are easy to take in."
    if found := _ADDRESS.search(part):
        yield f"has an address in its text (“{found[0]}”): links are shown beside it."
    if amounts_in(part) and "amounts_as_of" not in placeholders(part):
        yield "names an amount but not the date of the amounts."
