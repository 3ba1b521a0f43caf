"""What is still to be written, language by language; a language is offered when nothing is."""

from collections.abc import Collection, Iterator

from app.knowledge.faults import Fault, answer_file
from app.knowledge.located import answer_text_file, offer_text_file, programmes
from app.knowledge.models import CONTENT_LANGUAGES, ORIGINAL_LANGUAGE, Knowledge, TextEntry
from app.knowledge.topics import TOPICS

_SCREEN_PARTS = ("title", "written")


def missing(knowledge: Knowledge, languages: Collection[str] = CONTENT_LANGUAGES) -> list[Fault]:
    """Topics without an answer, and answers and offers without their texts, titles, written forms or stamps."""
    topics = [
        Fault(answer_file(id_), (), f"The topic “{id_}” has no answer.")
        for id_ in TOPICS
        if id_ not in knowledge.answers
    ]
    return topics + [fault for language in languages for fault in _missing_in(knowledge, language)]


def offered_languages(knowledge: Knowledge) -> tuple[str, ...]:
    """The languages in which every answer and every offer can be shown, in the order of the content."""
    return tuple(language for language in CONTENT_LANGUAGES if not any(_missing_in(knowledge, language)))


def _missing_in(knowledge: Knowledge, language: str) -> Iterator[Fault]:
    for id_, answer in knowledge.answers.items():
        text = knowledge.texts.get(language, {}).get(id_)
        parts = _SCREEN_PARTS if answer.kind == "topic" else ()
        yield from _lacking(language, id_, text, answer_text_file(knowledge, language, answer), parts)
    for id_, group in TOPICS.items():
        if id_ not in knowledge.answers:
            yield Fault(f"answers/texts/{language}/{group}.yaml", (), f"{language}: “{id_}” has no text.")
    for id_ in programmes(knowledge):
        text = knowledge.offer_texts.get(language, {}).get(id_)
        yield from _lacking(language, id_, text, offer_text_file(knowledge, language, id_), _SCREEN_PARTS)


def _lacking(language: str, id_: str, text: TextEntry | None, file: str, parts: Collection[str]) -> Iterator[Fault]:
    if text is None:
        yield Fault(file, (), f"{language}: “{id_}” has no text.")
        return
    for name in parts:
        if name not in text.parts():
            called = "title" if name == "title" else "written form"
            yield Fault(file, (id_,), f"{language}: “{id_}” has no {called}.")
    if language != ORIGINAL_LANGUAGE and text.of is None:
        yield Fault(file, (id_,), f"{language}: “{id_}” carries no stamp of the German text it was made from.")
