"""The only SQL of the statistics: ledger, noisy counters, workloads and releases."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

import asyncpg

from app.statistics.codebook import Workload
from app.statistics.models import NO_HASH, LedgerLine, StoredRelease
from app.statistics.periods import Period

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

# One opens, closes or publishes at a time; counting goes on beside it, but never while a period is being closed.
_LEDGER_LOCK: Final = 7_246_511_005
_COUNT_LOCK: Final = 7_246_511_006
_KEEPER_LOCK: Final = 7_246_511_007

_COLUMNS: Final = (
    "seq, period, table_id, workload, scale, gap, simulated, opened_at, closed_at, published_at, previous, hash"
)
_INSERT_LINES: Final = """
INSERT INTO statistics_ledger (period, table_id, seq, first_on, last_on, workload, scale, gap, simulated,
                               opened_at, previous, hash)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::date[], $5::date[], $6::text[], $7::smallint[],
                     $8::boolean[], $9::boolean[], $10::timestamptz[], $11::bytea[], $12::bytea[])
"""
_ADD_COUNTER: Final = "INSERT INTO statistics_counter (period, table_id, cells, counts) VALUES ($1, $2, $3, $4)"


async def lock_ledger(connection: Connection) -> None:
    """Until the end of the transaction nobody else opens, closes or publishes."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LEDGER_LOCK)


async def lock_counting(connection: Connection) -> None:
    """Until the end of the transaction nobody else counts or closes."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _COUNT_LOCK)


async def become_keeper(connection: Connection) -> bool:
    """Whether no other node keeps the periods at the moment; until `stop_keeping` none will."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _KEEPER_LOCK))


async def stop_keeping(connection: Connection) -> None:
    await connection.execute("SELECT pg_advisory_unlock($1)", _KEEPER_LOCK)


async def keep_workload(connection: Connection, workload: Workload) -> None:
    await connection.execute(
        "INSERT INTO statistics_workload (version, content) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        workload.version,
        workload.content,
    )


async def list_workloads(connection: Connection) -> dict[str, str]:
    """The content of each version that a quarter was ever opened with."""
    rows = await connection.fetch("SELECT version, content FROM statistics_workload ORDER BY version")
    return {row["version"]: row["content"] for row in rows}


async def workload_content(connection: Connection, version: str) -> str:
    content: str = await connection.fetchval("SELECT content FROM statistics_workload WHERE version = $1", version)
    return content


async def last_line(connection: Connection) -> LedgerLine | None:
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM statistics_ledger ORDER BY seq DESC LIMIT 1")  # noqa: S608
    return _line(row) if row else None


async def add_lines(connection: Connection, lines: Sequence[LedgerLine]) -> None:
    """Raises asyncpg's UniqueViolationError where the noise of one of them was drawn before."""
    rows = [
        (
            *(str(line.period), line.table_id, line.seq, line.period.first_on, line.period.last_on, line.workload),
            *(line.scale, line.gap, line.simulated, line.opened_at),
            *(line.previous, line.hash),
        )
        for line in lines
    ]
    await connection.execute(_INSERT_LINES, *(list(column) for column in zip(*rows, strict=True)))


async def add_counters(
    connection: Connection, counters: Sequence[tuple[str, str, Sequence[str], Sequence[int]]]
) -> None:
    """New counters: period, table, the cells and the noise in each."""
    await connection.executemany(_ADD_COUNTER, counters)


async def count_in(connection: Connection, more: Mapping[tuple[str, str, str], int]) -> bool:
    """Add to cells named by period, table and cell; False where one of them does not exist.

    All cells of a table's period are one row, which is written once.
    """
    keys = sorted(more)
    columns = [list(column) for column in zip(*keys, strict=True)]
    return bool(
        await connection.fetchval("SELECT statistics_add($1, $2, $3, $4)", *columns, [more[key] for key in keys])
    )


async def list_lines(connection: Connection) -> list[LedgerLine]:
    """The whole ledger in the order of its lines."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM statistics_ledger ORDER BY seq")  # noqa: S608
    return [_line(row) for row in rows]


async def list_lines_within(connection: Connection, period: Period) -> list[LedgerLine]:
    """The lines of all periods that lie wholly within one, in the order of their number."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM statistics_ledger WHERE first_on >= $1 AND last_on <= $2 ORDER BY seq",  # noqa: S608
        period.first_on,
        period.last_on,
    )
    return [_line(row) for row in rows]


async def list_unfinished(connection: Connection) -> list[LedgerLine]:
    """The lines that are not published yet and not gaps."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM statistics_ledger WHERE published_at IS NULL AND NOT gap ORDER BY last_on, seq"  # noqa: S608
    )
    return [_line(row) for row in rows]


async def list_gaps(connection: Connection) -> list[Period]:
    rows = await connection.fetch("SELECT DISTINCT period FROM statistics_ledger WHERE gap")
    return sorted(Period.parse(row["period"]) for row in rows)


async def list_covering(connection: Connection, day: date) -> list[tuple[str, str, str, date, bool]]:
    """For each table whose period holds the day: table, period, workload, the period's last day, whether it is open."""
    rows = await connection.fetch(
        "SELECT table_id, period, workload, last_on, closed_at IS NULL AND NOT gap AS open FROM statistics_ledger "
        "WHERE first_on <= $1 AND last_on >= $1",
        day,
    )
    return [tuple(row) for row in rows]


async def first_open_after(connection: Connection, day: date) -> date | None:
    """The first day of the next period that is open."""
    found: date | None = await connection.fetchval(
        "SELECT min(first_on) FROM statistics_ledger WHERE closed_at IS NULL AND NOT gap AND first_on > $1", day
    )
    return found


async def list_first_days(connection: Connection) -> list[date]:
    """The first day of each quarter and of its parts, gaps too: whichever quarter they lie in was opened."""
    rows = await connection.fetch("SELECT DISTINCT first_on FROM statistics_ledger")
    return [row["first_on"] for row in rows]


async def mark_closed(connection: Connection, periods: Sequence[Period], moment: datetime) -> None:
    await connection.execute(
        "UPDATE statistics_ledger SET closed_at = $2 WHERE period = ANY ($1) AND closed_at IS NULL AND NOT gap",
        [str(period) for period in periods],
        moment,
    )


async def take_cells(connection: Connection, lines: Sequence[LedgerLine]) -> dict[tuple[str, str], dict[str, int]]:
    """The values of these lines' cells by table and period; the cells are gone afterwards."""
    rows = await connection.fetch(
        "DELETE FROM statistics_counter c USING unnest($1::text[], $2::text[]) AS w (period, table_id) "
        "WHERE (c.period, c.table_id) = (w.period, w.table_id) RETURNING c.table_id, c.period, c.cells, c.counts",
        *_names(lines),
    )
    return {(table_id, period): dict(zip(cells, counts, strict=True)) for table_id, period, cells, counts in rows}


async def mark_published(connection: Connection, lines: Sequence[LedgerLine], moment: datetime) -> None:
    await connection.execute(
        "UPDATE statistics_ledger l SET published_at = $3 FROM unnest($1::text[], $2::text[]) AS w (period, table_id) "
        "WHERE (l.period, l.table_id) = (w.period, w.table_id)",
        *_names(lines),
        moment,
    )


async def count_cells(connection: Connection) -> dict[tuple[str, str], int]:
    """How many cells there are for each period and table."""
    rows = await connection.fetch("SELECT period, table_id, cardinality(cells) FROM statistics_counter")
    return {(period, table_id): cells for period, table_id, cells in rows}


async def add_release(connection: Connection, release: StoredRelease) -> None:
    """Raises asyncpg's UniqueViolationError where the period is published."""
    await connection.execute(
        "INSERT INTO statistics_release (seq, period, content, previous, hash) VALUES ($1, $2, $3, $4, $5)",
        release.seq,
        release.period,
        release.content,
        release.previous,
        release.hash,
    )


async def release_head(connection: Connection) -> tuple[int, bytes]:
    """The number and hash of the last release."""
    row = await connection.fetchrow("SELECT seq, hash FROM statistics_release ORDER BY seq DESC LIMIT 1")
    return (row["seq"], row["hash"]) if row else (0, NO_HASH)


async def list_releases(connection: Connection) -> list[StoredRelease]:
    """All releases in the order of their publication."""
    rows = await connection.fetch("SELECT seq, period, content, previous, hash FROM statistics_release ORDER BY seq")
    return [StoredRelease(*row) for row in rows]


async def find_release(connection: Connection, period: Period) -> str | None:
    content: str | None = await connection.fetchval(
        "SELECT content FROM statistics_release WHERE period = $1", str(period)
    )
    return content


def _names(lines: Sequence[LedgerLine]) -> tuple[list[str], list[str]]:
    return [str(line.period) for line in lines], [line.table_id for line in lines]


def _line(row: asyncpg.Record) -> LedgerLine:
    values = dict(row)
    return LedgerLine(**values | {"period": Period.parse(row["period"])})
