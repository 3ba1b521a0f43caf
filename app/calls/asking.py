"""Finds the topic of a question that a caller asks in own words; the words end with the step that heard them."""

from collections.abc import Iterator

from app.calls.playbook import Playbook
from app.ivr.flow import Facts
from app.ivr.model import Done
from app.knowledge.search.emergencies import find_emergency
from app.knowledge.search.forgetting import forget_words
from app.knowledge.search.models import Found

# So many topics are offered on keys where it is not sure which one is meant.
NEAREST = 3
_SEARCHED = 6
# Of the development questions that the search is not sure of, 29 of 35 with this score have their topic among the three
# nearest; below it nearly none has, and a list would only waste the caller's time.
_NEAR_ENOUGH = 0.2


def find_topic(playbook: Playbook, given: Facts, language: str | None) -> Done:
    """Danger first, known even before the index is there; then the topic, the nearest ones, or nothing."""
    words, library = given["words"], playbook.library
    if library is None or not library.ready:
        danger = find_emergency(words, language or "")
        forget_words()
        return Done(danger or "failed")
    try:
        found = library.search(words, language, playbook.today(), _SEARCHED)
    finally:
        forget_words(library.index())
    return Done(found.emergency) if found.emergency else _found(playbook, found)


def _found(playbook: Playbook, found: Found) -> Done:
    topics = tuple(dict.fromkeys(_topics(playbook, found)))
    if not topics or found.results[0].score < _NEAR_ENOUGH:
        return Done("nothing")
    if found.confident and found.results[0].entry.kind == "answer":
        return Done("found", {"topic": topics[0], "topics": ",".join(topics[1 : NEAREST + 1] or topics)})
    return Done("nearest", {"topics": ",".join(topics[:NEAREST])})


def _topics(playbook: Playbook, found: Found) -> Iterator[str]:
    """The topics of what was found, the best first; a programme or a country stands for the topics that name it."""
    for result in found.results:
        yield from (topic for topic in result.entry.topics if topic in playbook.knowledge.answers)
