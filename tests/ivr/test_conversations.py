"""The conversations that counsellors can read: each is played, and together they walk every edge."""

import re
from pathlib import Path

import pytest

from app.calls.codes import counted_once
from app.calls.report import book_of, check_content, is_stale, renew_diagrams
from app.ivr.conversation import play, read_conversation
from app.kit.paths import PROJECT_ROOT
from app.kit.yamlfile import read_yaml
from tests.cast import TODAY, real_content

FOLDER = PROJECT_ROOT / "tests" / "conversations"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    assert play(book_of(real_content()), read_conversation(read_yaml(path)), counted_once).faults == []


def test_every_edge_is_walked_and_the_diagrams_are_fresh() -> None:
    report = check_content(PROJECT_ROOT, TODAY)
    assert report.faults == ()
    assert report.unwalked == ()
    assert report.conversations >= 25


@pytest.mark.parametrize(
    ("turns", "sentence"),
    [
        ([{"hears": ["goodbye"]}], "turn 1 (hears): the caller hears welcome.name, language.invitation"),
        ([{"presses": "1"}, {"is hung up": "abandoned"}], "instead the caller is asked promise.short, topic.question"),
        ([{"sings": "la"}], "there is no such verb"),
        ([{"it answers": "found"}], "nothing was looked up, but the caller is asked"),
        (["hangs up", {"presses": "1"}], "nothing is asked here, but the call is over"),
    ],
)
def test_a_conversation_that_does_not_fit_is_named(turns: list[object], sentence: str) -> None:
    conversation = read_conversation({"conversation": "odd", "turns": turns})
    (fault,) = play(book_of(real_content()), conversation, counted_once).faults
    assert sentence in fault


def test_a_wrong_count_is_named() -> None:
    raw = {"conversation": "odd", "turns": [{"presses": "3"}], "counted": {"language": "de"}}
    (fault,) = play(book_of(real_content()), read_conversation(raw), counted_once).faults
    assert fault == "odd: counted as language tr, expected de."


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"conversation": "odd", "turns": []}, "There are no turns."),
        ({"conversation": "odd", "turns": ["waits"], "counts": {}}, "“counts” is not known here."),
        ({"conversation": "odd"}, "has a title"),
        ({"conversation": "odd", "turns": [["waits"]]}, "A turn is one verb"),
    ],
)
def test_a_conversation_out_of_format_is_named(raw: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_conversation(raw)


def test_another_language_than_promised_is_named() -> None:
    raw = {"conversation": "odd", "language": "ar", "turns": [{"presses": "3"}]}
    (fault,) = play(book_of(real_content()), read_conversation(raw), counted_once).faults
    assert fault == "odd: the language is tr, expected ar."


def test_stale_diagrams_are_noticed_and_renewed(tmp_path: Path) -> None:
    readme = tmp_path / "ivr_flows" / "README.md"
    readme.parent.mkdir()
    book = book_of(real_content())
    readme.write_text((PROJECT_ROOT / "ivr_flows" / "README.md").read_text().replace("topic_", "tropic_"))
    assert is_stale(tmp_path, book)
    renew_diagrams(tmp_path, book)
    assert not is_stale(tmp_path, book)
