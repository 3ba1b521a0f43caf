"""What a supervisor asks of the line beside what everybody sees of it."""

from datetime import timedelta
from typing import Final

from app.queue import text_store, today_store
from app.queue.models import Line, Queued

# A text message leaves within seconds.
_UNSENT: Final = timedelta(minutes=2)


async def count_callers(line: Line) -> tuple[Queued, ...]:
    """Callers who wait, by language."""
    return await today_store.count_callers(line.pool)


async def count_unsent_texts(line: Line) -> int:
    """Text messages that should have left and have not."""
    return await text_store.count_unsent(line.pool, line.clock() - _UNSENT)
