"""What the tests of the statistics share: a clock that is set, contacts, and counters without their noise."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import asyncpg

from app.kit.clock import GERMANY
from app.statistics import service
from app.statistics.codebook import LAENDER, LANGUAGES, OUTCOMES, TOPICS
from app.statistics.models import Contact

Cell = tuple[str, str, str]


@dataclass(slots=True)
class SetClock:
    """A clock that stands where it is set."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def go_to(self, day: date, hour: int = 12) -> "SetClock":
        self.moment = at(day, hour)
        return self


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """That time on a German wall clock."""
    return datetime.combine(day, time(hour, minute), GERMANY).astimezone(UTC)


def contact(ended_at: datetime, **values: str | int | None) -> Contact:
    return Contact(began_at=ended_at - timedelta(minutes=5), ended_at=ended_at, **values)  # type: ignore[arg-type]


def contacts_of(day: date, number: int, seed: int = 0) -> list[Contact]:
    """So many different contacts of a day."""
    chance = random.Random(f"{day} {seed}")  # noqa: S311  The same contacts in every run.
    return [
        contact(
            at(day, chance.randrange(24), chance.randrange(60)),
            language=chance.choice(LANGUAGES),
            topic=chance.choice(TOPICS),
            land=chance.choice(LAENDER),
            outcome=chance.choice(OUTCOMES),
            waited_seconds=chance.choice([None, 3, 25, 700]),
        )
        for _ in range(number)
    ]


async def count_all(pool: asyncpg.Pool, contacts: list[Contact]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await service.count(connection, contacts)


async def cells(pool: asyncpg.Pool) -> dict[Cell, int]:
    rows = await pool.fetch(
        "SELECT period, table_id, unnest(cells) AS cell, unnest(counts) AS value FROM statistics_counter"
    )
    return {(row["period"], row["table_id"], row["cell"]): row["value"] for row in rows}


async def counted_since(pool: asyncpg.Pool, noise: dict[Cell, int]) -> Counter[Cell]:
    """The true counts since a look at the cells: what was added to each."""
    return Counter({cell: value - noise[cell] for cell, value in (await cells(pool)).items() if value != noise[cell]})
