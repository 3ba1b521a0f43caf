"""Content files: all text, no key twice, and faults that name file and line."""

from pathlib import Path

import pytest

from app.kit.errors import ContentError
from app.kit.paths import PROJECT_ROOT
from app.kit.yamlfile import read_yaml


def test_every_scalar_stays_the_text_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "content.yaml"
    path.write_text(
        "a: no\nb: 01099\nc: [1, 2.50, 2026-01-01, true, ~]\nd: 'مرحبا'\ne:\nf: |\n  two\n  lines\n", "utf-8"
    )
    assert read_yaml(path) == {
        "a": "no",
        "b": "01099",
        "c": ["1", "2.50", "2026-01-01", "true", "~"],
        "d": "مرحبا",
        "e": "",
        "f": "two\nlines\n",
    }


def test_an_empty_file_is_empty_text(tmp_path: Path) -> None:
    path = tmp_path / "content.yaml"
    path.write_text("# Nothing but a remark.\n", "utf-8")
    assert read_yaml(path) == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key “a” stands twice."),
        ("- a: 1\n- b: {c: 1, c: 2}\n", "line 2: the key “c” stands twice."),
        ("a: [1,\nb: 2\n", "line 3:"),
        ("a: !!python/object/apply:os.system [x]\n", "line 1: the tag"),
        ("a: !!int 3\n", "line 1: the tag"),
        ("? [1, 2]\n: 3\n", "line 1: a key is not a plain word."),
        ("a: \x01\n", "control characters"),
        ("\tA: 1\n", "line 1:"),
    ],
)
def test_a_fault_is_one_sentence_that_names_file_and_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "content.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(ContentError) as caught:
        read_yaml(path)
    (fault,) = caught.value.faults
    assert str(caught.value) == fault
    assert "content.yaml" in fault
    assert said in fault
    assert "\n" not in fault


def test_bytes_that_are_no_text_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "content.yaml"
    path.write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(ContentError, match=r"content\.yaml"):
        read_yaml(path)


def test_a_missing_file_is_named_as_the_project_sees_it() -> None:
    with pytest.raises(ContentError) as caught:
        read_yaml(PROJECT_ROOT / "knowledge_base" / "nowhere.yaml")
    assert caught.value.faults == ("knowledge_base/nowhere.yaml: the file is missing.",)
