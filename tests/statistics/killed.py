"""A program that keeps and counts a simulated calendar and may be killed at any moment; each line it reads starts it.

Without noise, so that what is published shows exactly what was counted. It says which process to kill, and writes what
that process is doing into a file: one letter for opening, counting, closing and publishing, and a dot for all else.

It is run by its path and imports no other test.
"""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import asyncpg

from app.calls import counting
from app.calls.counting import count_ended
from app.jobs import LIVE_ROW_LIFE
from app.kit.clock import GERMANY
from app.kit.db import open_pool
from app.statistics import keeping, opening, rules
from app.statistics.codebook import LAENDER, LANGUAGES, OUTCOMES, TOPICS
from app.statistics.models import Contact

FIRST_DAY = date(2026, 1, 1)
# Calls come once a week, so that a few hundred short lives see some years.
STEP = timedelta(days=7)
A_DAY = 25
_INSERT = """
INSERT INTO live_call (call_key, began_at, ended_at, status, language, topic, land, outcome, waited_seconds)
VALUES ($1, $2, $3, 'completed', $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), GERMANY)


def morning_contacts(day: date) -> list[Contact]:
    """What ended on a day, all of it in its first hours; the same in every run."""
    if (day - FIRST_DAY) % STEP:
        return []
    chance = random.Random(day.toordinal())  # noqa: S311  The same contacts in every run.
    return [
        Contact(
            began_at=at(day, 1, minute),
            ended_at=at(day, 2, minute),
            language=chance.choice(LANGUAGES),
            topic=chance.choice(TOPICS),
            land=chance.choice(LAENDER),
            outcome=chance.choice(OUTCOMES),
            waited_seconds=chance.choice([None, 3, 25, 700]),
        )
        for minute in range(A_DAY)
    ]


def marked(mark: Callable[[bytes], None], letter: bytes, deed: Callable[..., Awaitable[object]]) -> object:
    async def done(*arguments: object, **named: object) -> object:
        mark(letter)
        try:
            return await deed(*arguments, **named)
        finally:
            mark(b".")

    return done


async def live(url: str, folder: Path) -> None:
    """From the day that was not finished on, day after day, until it is killed."""
    state = os.open(folder / "state", os.O_RDWR | os.O_CREAT)

    def mark(letter: bytes) -> None:
        os.pwrite(state, letter, 0)

    vars(opening)["discrete_laplace"] = lambda _scale: 0
    for letter, name in ((b"o", "open_quarter"), (b"c", "close_due"), (b"p", "publish")):
        setattr(keeping, name, marked(mark, letter, getattr(keeping, name)))
    counting._AT_ONCE = 3  # type: ignore[misc]
    # So few calls would never be worth the standard tables.
    rules.STANDARD_FROM = 200  # type: ignore[misc]
    async with await open_pool(url, most=3) as pool:
        while True:
            await one_day(pool, folder, mark)


async def one_day(pool: asyncpg.Pool, folder: Path, mark: Callable[[bytes], None]) -> None:
    done = folder / "done"
    day = date.fromisoformat(done.read_text()) + STEP if done.exists() else FIRST_DAY
    await keeping.keep(pool, lambda: at(day, 12), simulated=True, second_draw=False)
    await pool.executemany(_INSERT, [row(day, number, one) for number, one in enumerate(morning_contacts(day))])
    mark(b"a")
    await count_ended(pool, at(day, 12), LIVE_ROW_LIFE)
    mark(b".")
    fresh = folder / "done.fresh"
    fresh.write_text(day.isoformat())
    fresh.replace(done)


def row(day: date, number: int, one: Contact) -> tuple[object, ...]:
    key = day.toordinal().to_bytes(16) + number.to_bytes(16)
    outcome = OUTCOMES.index(str(one.outcome))
    return key, one.began_at, one.ended_at, one.language, one.topic, one.land, outcome, one.waited_seconds


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    # Loaded before the first fork, as it takes a second.
    rules.day_type(FIRST_DAY)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(live(url, folder))
            os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
