"""Plays a simulated year through the real counters, for the demonstration: open, count, close, publish."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final

import asyncpg

from app.kit.clock import GERMANY, Clock
from app.statistics.codebook import STANDARD
from app.statistics.counting import count
from app.statistics.demo_year_callers import contacts_of
from app.statistics.keeping import keep
from app.statistics.looking import find_ledger_kind, list_releases
from app.statistics.models import Contact
from app.statistics.opening import open_quarter
from app.statistics.periods import Period, quarter_of
from app.statistics.refusals import SimulatedMixed, StatisticsRefused

QUARTERS: Final = 4
# The keeper looks in on these days of each month, in the morning: after the month before was closed, and when the next
# quarter is near enough to be opened.
_KEEPER_DAYS: Final = frozenset({3, 18})
_MORNING: Final = time(6)
_TRIES: Final = 10
_PAUSE_SECONDS: Final = 1.0

# Is told after each day: how many days are played, and of how many.
Told = Callable[[int, int], None]


class YearPlayed(StatisticsRefused):
    """There are figures already."""

    def __init__(self) -> None:
        super().__init__("Figures are published here already: a year is played only into a database without any.")


@dataclass(frozen=True, slots=True)
class Played:
    """What a played year left: how many contacts were counted, and how many releases were published."""

    first_on: date
    last_on: date
    contacts: int
    releases: int


def quarters_before(today: date) -> tuple[Period, ...]:
    """The last four quarters that are over."""
    quarters = [quarter_of(today).previous()]
    while len(quarters) < QUARTERS:
        quarters.insert(0, quarters[0].previous())
    return tuple(quarters)


async def play_year(pool: asyncpg.Pool, today: date, seed: int, told: Told = lambda _done, _all: None) -> Played:
    """Play the four quarters before today's, and of today's the days that are over.

    The same seed gives the same contacts, while the noise is never the same.

    Nothing else may keep the periods meanwhile. Raises SimulatedMixed where real periods are open, YearPlayed where
    anything is published.
    """
    if await find_ledger_kind(pool) is False:
        raise SimulatedMixed(simulated=True)
    if await list_releases(pool):
        raise YearPlayed
    chance = random.Random(seed)  # noqa: S311  Contacts are to be repeatable; the noise comes from elsewhere.
    quarters = quarters_before(today)
    first_on = quarters[0].first_on
    days = [first_on + timedelta(days=number) for number in range((today - first_on).days)]
    # The first quarter is one of low volume by the rule; for the second, whoever runs the line knows that it grows.
    await open_quarter(pool, quarters[0], _at(days[0]), simulated=True)
    await open_quarter(pool, quarters[1], _at(days[0]), simulated=True, workload=STANDARD.name)
    contacts = 0
    for played, day in enumerate(days):
        if day.day in _KEEPER_DAYS:
            await _insist(partial(keep, pool, _at(day), simulated=True, second_draw=True))
        of_the_day = list(contacts_of(day, played, chance))
        await _insist(partial(_count, pool, of_the_day))
        contacts += len(of_the_day)
        told(played + 1, len(days))
    await _insist(partial(keep, pool, _at(today), simulated=True, second_draw=True))
    return Played(days[0], days[-1], contacts, len(await list_releases(pool)))


async def _count(pool: asyncpg.Pool, contacts: Sequence[Contact]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await count(connection, contacts)


async def _insist(deed: Callable[[], Awaitable[object]]) -> None:
    """On a busy machine a statement may run out of its time: nothing was done then, and it is done again."""
    for _ in range(_TRIES):
        try:
            await deed()
        except asyncpg.QueryCanceledError:
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return
    await deed()


def _at(day: date) -> Clock:
    """A clock that stands still on the morning of a day."""
    moment = datetime.combine(day, _MORNING, GERMANY).astimezone(UTC)
    return lambda: moment
