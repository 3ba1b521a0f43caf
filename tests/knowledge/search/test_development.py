"""The shipped content answers the development questions of the half that no threshold was fitted to."""

from functools import cache

import pytest

from app.kit.paths import PROJECT_ROOT
from app.knowledge.search.building import build_index
from app.knowledge.search.entries import concept_rings, entries_of
from app.knowledge.search.index import Index
from app.knowledge.search.models import Mask
from app.knowledge.search.stemming import snowball_stemmers
from app.knowledge.service import load_knowledge

from .cast import TODAY, is_for_tuning, read_questions


@cache
def shipped_index() -> Index:
    knowledge = load_knowledge(PROJECT_ROOT)
    return build_index(entries_of(knowledge), concept_rings(knowledge), snowball_stemmers())


# Words alone; with an encoder the shares are higher, see bench/SEARCH.md.
@pytest.mark.parametrize(("languages", "share"), [({"de", "en"}, 0.92), ({"tr", "ar", "ru", "fa", "fr", "es"}, 0.8)])
def test_words_alone_find_the_topic_among_the_first_three(languages: set[str], share: float) -> None:
    asked = [line for line in read_questions("topics") if line["lang"] in languages and not is_for_tuning(line)]
    right = 0
    for line in asked:
        results = shipped_index().search(line["text"], line["lang"], 3, Mask(TODAY)).results
        right += any(result.entry.id in line["topics"] for result in results)
    assert right >= share * len(asked)


def test_questions_off_every_topic_are_seldom_answered_confidently() -> None:
    asked = [line for line in read_questions("off_topic") if not is_for_tuning(line)]
    sure = [line for line in asked if shipped_index().search(line["text"], line["lang"]).confident]
    assert len(sure) <= 0.2 * len(asked)


def test_every_result_has_a_source() -> None:
    assert [entry.id for entry in shipped_index().passages if not entry.source] == []


def test_the_index_is_small() -> None:
    assert shipped_index().size_bytes < 12_000_000
