"""A private copy of the knowledge files that a test may break."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.kit.errors import ContentError
from app.kit.paths import PROJECT_ROOT
from app.knowledge.models import Knowledge
from app.knowledge.service import check_all, load_knowledge

FOLDERS = ("offers", "answers", "countries", "support_lines", "advice", "thesaurus")
WRITTEN_LANGUAGES = ("de", "en")
TODAY = date(2026, 11, 22)

Break = Callable[..., None]
Faults = Callable[..., list[str]]


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge(PROJECT_ROOT)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A project folder that holds nothing but the knowledge files, with the texts of two languages."""
    for folder in FOLDERS:
        shutil.copytree(PROJECT_ROOT / "knowledge_base" / folder, tmp_path / "knowledge_base" / folder)
    for path in (tmp_path / "knowledge_base/answers/texts").iterdir():
        if path.name not in WRITTEN_LANGUAGES:
            shutil.rmtree(path)
    for path in (tmp_path / "knowledge_base/offers/texts").iterdir():
        if path.name.partition(".")[0] not in WRITTEN_LANGUAGES:
            path.unlink()
    return tmp_path


@pytest.fixture
def break_file(copied: Path) -> Break:
    """Replace words in a file of the copy where they first stand after other words, if these are given."""

    def replace(name: str, old: str, new: str, *, after: str = "") -> None:
        path = copied / "knowledge_base" / name
        content = path.read_text(encoding="utf-8")
        before, found, rest = content.partition(after) if after else ("", "", content)
        assert found == after, f"“{after}” does not stand in {name}"
        assert old in rest, f"“{old}” does not stand in {name}"
        path.write_text(before + found + rest.replace(old, new, 1), encoding="utf-8")

    return replace


@pytest.fixture
def faults(copied: Path) -> Faults:
    """All faults of the copy, found while loading or while checking."""

    def find(today: date = TODAY) -> list[str]:
        try:
            return check_all(load_knowledge(copied), today)
        except ContentError as error:
            return list(error.faults)

    return find
