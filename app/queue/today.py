"""Today's figures of the line: exact, by the hour, and nothing in them that leads to a call."""

from app.queue import today_store
from app.queue.models import Line
from app.queue.today_rules import Today, day_begins, today_of


async def read_today(line: Line) -> Today:
    """Since midnight in Germany."""
    return today_of(await today_store.list_hours(line.pool, day_begins(line.clock())))


async def forget_days(line: Line) -> int:
    """A day's figures go at the end of the next day; returns how many hours went."""
    return await today_store.forget_before(line.pool, day_begins(line.clock(), days_before=1))
