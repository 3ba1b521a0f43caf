"""The real directory, loaded once, and small ones made by hand."""

from pathlib import Path

import pytest

from app.centres.models import Directory
from app.centres.service import load_directory
from app.kit.paths import PROJECT_ROOT


@pytest.fixture(scope="session")
def knowledge_base() -> Path:
    return PROJECT_ROOT / "knowledge_base"


@pytest.fixture(scope="session")
def directory(knowledge_base: Path) -> Directory:
    return load_directory(knowledge_base)
