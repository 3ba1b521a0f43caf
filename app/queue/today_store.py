"""The figures of the line: the only SQL on how it did today, who waits, and how long its last calls took."""

from datetime import datetime
from typing import Final

from app.queue.models import Queued
from app.queue.store import Connection
from app.queue.today_rules import NAMES, Figures

_TOTALS: Final = ", ".join(f"sum({name})::bigint" for name in NAMES)
_READ: Final = f"SELECT hour, {_TOTALS} FROM line_today WHERE hour >= $1 GROUP BY hour ORDER BY hour"  # noqa: S608  The names are those of a class.
_FORGET: Final = "DELETE FROM line_today WHERE hour < $1"


async def count_callback(connection: Connection, moment: datetime) -> None:
    """One more callback was promised; waits are counted by what ends them."""
    await connection.execute("SELECT count_wait($1, 'callback', 0)", moment)


async def list_hours(connection: Connection, since: datetime) -> list[tuple[datetime, Figures]]:
    """The hours that have begun since then, by when they began."""
    return [(row["hour"], Figures(*row[1:])) for row in await connection.fetch(_READ, since)]


async def forget_before(connection: Connection, moment: datetime) -> int:
    """Returns how many hours went."""
    tag: str = await connection.execute(_FORGET, moment)
    return int(tag.rpartition(" ")[2])


_COUNT_CALLERS: Final = """
SELECT language, count(*) AS waiting, min(entered_at) AS since FROM waiting_call
WHERE state IN ('waiting', 'reserved') AND choice IS NULL AND callback_id IS NULL GROUP BY language
"""


async def count_callers(connection: Connection) -> tuple[Queued, ...]:
    """Callers who wait for an agent, those who are being offered included."""
    return tuple(Queued(*row) for row in await connection.fetch(_COUNT_CALLERS))


_ADD_HANDLED: Final = """
INSERT INTO handling_mean AS mean (language, calls, seconds) VALUES ($1, 1, $2)
ON CONFLICT (language) DO UPDATE SET
    calls = least(mean.calls + 1, $3),
    seconds = mean.seconds + (excluded.seconds - mean.seconds) / least(mean.calls + 1, $3)
"""
# The mean follows about so many of the last calls.
_MEAN_OF_LAST: Final = 50


async def add_handled(connection: Connection, language: str, seconds: float) -> None:
    await connection.execute(_ADD_HANDLED, language, seconds, _MEAN_OF_LAST)


async def find_handled(connection: Connection, language: str) -> tuple[int, float] | None:
    """The number of calls that the mean is made of, and the mean in seconds."""
    row = await connection.fetchrow("SELECT calls, seconds FROM handling_mean WHERE language = $1", language)
    return None if row is None else (row["calls"], row["seconds"])
