"""Counts contacts: each adds one to one cell of each table, and nothing else of it is kept."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from app.statistics import rules, store
from app.statistics.codebook import Workload
from app.statistics.models import Contact
from app.statistics.opening import read_workload
from app.statistics.refusals import CountersBroken, NothingOpen

_A_DAY: Final = timedelta(days=1)


async def count(connection: store.Connection, contacts: Sequence[Contact]) -> None:
    """Add each contact to one cell of each table, within the caller's transaction.

    A contact counts on the day on which it ended, or on the next that is still open. Raises NothingOpen.
    """
    await store.lock_counting(connection)
    more: Counter[tuple[str, str, str]] = Counter()
    days: dict[date, tuple[Workload, dict[str, str]]] = {}
    for contact in contacts:
        day = rules.day_ended(contact)
        if day not in days:
            days[day] = await _open_tables(connection, day)
        more.update(rules.counter_cells(*days[day], contact))
    if more and not await store.count_in(connection, more):
        raise CountersBroken


async def _open_tables(connection: store.Connection, day: date) -> tuple[Workload, dict[str, str]]:
    """The workload, and each table's period, that a contact of the day counts in."""
    while True:
        covering = await store.list_covering(connection, day)
        shut = [last_on for _, _, _, last_on, is_open in covering if not is_open]
        if covering and not shut:
            content = await store.workload_content(connection, covering[0][2])
            return read_workload(content), {table_id: period for table_id, period, *_ in covering}
        following = max(shut) + _A_DAY if shut else await store.first_open_after(connection, day)
        if following is None:
            raise NothingOpen
        day = following
