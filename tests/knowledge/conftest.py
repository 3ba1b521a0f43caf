"""A private copy of the knowledge files that a test may break."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.kit.errors import ContentError
from app.kit.paths import PROJECT_ROOT
from app.knowledge.models import Knowledge
from app.knowledge.service import check_knowledge, load_knowledge

FOLDERS = ("offers", "answers", "countries", "support_lines", "advice")
WRITTEN_LANGUAGES = ("de", "en")
TODAY = date(2026, 11, 22)

Break = Callable[[str, str, str], None]
Faults = Callable[..., list[str]]


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge(PROJECT_ROOT)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A project folder that holds nothing but the knowledge files, with the texts of two languages."""
    for folder in FOLDERS:
        shutil.copytree(PROJECT_ROOT / "knowledge_base" / folder, tmp_path / "knowledge_base" / folder)
    for path in (tmp_path / "knowledge_base/answers/texts").glob("*.yaml"):
        if path.stem not in WRITTEN_LANGUAGES:
            path.unlink()
    return tmp_path


@pytest.fixture
def break_file(copied: Path) -> Break:
    """Replace words in a file of the copy; the words must be there exactly once."""

    def replace(name: str, old: str, new: str) -> None:
        path = copied / "knowledge_base" / name
        content = path.read_text(encoding="utf-8")
        assert content.count(old) == 1, f"“{old}” stands {content.count(old)} times in {name}"
        path.write_text(content.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture
def faults(copied: Path) -> Faults:
    """All faults of the copy, found while loading or while checking."""

    def find(today: date = TODAY) -> list[str]:
        try:
            return check_knowledge(load_knowledge(copied), WRITTEN_LANGUAGES, today)
        except ContentError as error:
            return list(error.faults)

    return find
