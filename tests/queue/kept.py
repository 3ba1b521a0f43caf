"""The safe of the tests: an empty line, a clock that tests move, and keys in a folder of the test's own."""

from datetime import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from app.kit.vault import open_vault
from app.queue import callbacks, service
from app.queue.callback_models import Made, Window, Wish
from app.queue.models import Line, Shift, Skills
from app.queue.safe import Safe
from tests.cast import keys
from tests.moving import MovableClock

MOBILE, OTHER_MOBILE, LANDLINE = "+4915112345678", "+4915112345679", "+4934112345678"
WEEKDAYS = tuple(Shift(day, time(8), time(18)) for day in range(5))


def open_safe(pool: asyncpg.Pool, folder: Path, clock: MovableClock) -> Safe:
    return Safe(Line(pool, keys(), clock), open_vault(folder))


def keys_in(safe: Safe) -> list[str]:
    """The keys of records, and whatever was left half made."""
    return sorted(path.name for path in safe.vault.folder.iterdir() if not path.name.startswith("lasting."))


async def plan(safe: Safe, *languages: str, shifts: tuple[Shift, ...] = WEEKDAYS) -> UUID:
    """An agent who speaks these languages and has these shifts."""
    agent_id = uuid4()
    await service.set_skills(safe.line, agent_id, Skills(dict.fromkeys(languages, 3)))
    await service.set_shifts(safe.line, agent_id, shifts)
    return agent_id


def a_wish(safe: Safe, language: str = "tr", window: Window = Window.SOON) -> Wish:
    return Wish(
        language=language,
        window=window,
        show_number=False,
        others_may_answer=False,
        entered_at=safe.clock(),
    )


async def promise(
    safe: Safe, number: str = MOBILE, *, origin: bytes = b"", wish: Wish | None = None, word: str = "word7"
) -> Made:
    """A callback that must be made."""
    made = await callbacks.make_callback(safe, origin or uuid4().bytes, number, word, wish or a_wish(safe))
    assert made is not None
    return made
