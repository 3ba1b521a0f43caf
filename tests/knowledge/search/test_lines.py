"""The answer as a line of JSON, and files of questions."""

import json

import pytest

from app.knowledge.search.lines import BrokenBatchLine, search_batch, search_line
from app.knowledge.search.models import Mask

from .cast import small_index


def test_a_line_has_what_was_agreed() -> None:
    line = search_line(small_index().search("Startgeld Taler", "de", limit=1))
    score = line["results"][0].pop("score")  # type: ignore[index]
    assert 0 < score <= 1
    assert line == {
        "query": "Startgeld Taler",
        "language": "de",
        "results": [
            {
                "id": "amount",
                "kind": "answer",
                "topics": ["amount"],
                "title": "Startgeld mit Betrag",
                "language": "de",
                "valid_until": None,
                "source": "test",
            }
        ],
        "confident": line["confident"],
        "advice": line["advice"],
    }


def test_a_batch_gives_a_line_for_each_question() -> None:
    questions = ['{"id": 7, "text": "сколько денег", "lang": "ru"}', "", '{"id": "b", "text": "ne kadar para"}']
    lines = [json.loads(line) for line in search_batch(small_index(), questions, 3, Mask())]
    assert [(line["id"], line["language"], line["results"][0]["id"]) for line in lines] == [
        (7, "ru", "money"),
        ("b", "tr", "money"),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "Line 1 is not JSON"),
        ("[]", "Line 1 needs an “id” and a “text”."),
        ('{"id": 1}', "Line 1 needs an “id” and a “text”."),
        ('{"id": 1, "text": "x", "lang": 3}', "Line 1 has a “lang” that is not a language code."),
    ],
)
def test_a_broken_line_is_named(line: str, sentence: str) -> None:
    with pytest.raises(BrokenBatchLine, match=sentence.replace("“", ".").replace("”", ".")):
        list(search_batch(small_index(), [line], 3, Mask()))
