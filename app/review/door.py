"""The router of the review, who may enter, and the figures that its pages show."""

from pathlib import Path
from typing import Final

import asyncpg

from app.accounts.models import Role
from app.shell.access import only
from app.shell.ask import Ask
from app.shell.registry import PageRouter
from app.statistics import service
from app.statistics.models import Published
from app.statistics.report.wording import Lang

_FOLDER: Final = Path(__file__).parent
router = PageRouter("review", templates=_FOLDER / "templates", static=_FOLDER / "static")
READERS: Final = only(Role.REVIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR)


async def read_published(ask: Ask) -> Published:
    """All that is published."""
    return await service.load_published(ask.given(asyncpg.Pool))


def language_of(ask: Ask) -> Lang:
    """The reader's language, as the statistics name it."""
    return "en" if ask.language == "en" else "de"
