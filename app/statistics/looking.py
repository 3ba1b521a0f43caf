"""Reads what is published, and what is to come; nothing here sees a counter."""

import asyncpg

from app.statistics import chain, rules, store
from app.statistics.models import LedgerLine, OpenPeriod, Published, Release, ReleaseHead
from app.statistics.opening import read_release, read_workload
from app.statistics.periods import Period
from app.statistics.refusals import NotPublished


async def load_published(pool: asyncpg.Pool) -> Published:
    """Everything that is published, in the order of its periods."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        releases = [read_release(kept.content) for kept in await store.list_releases(connection)]
        contents = await store.list_workloads(connection)
        gaps = await store.list_gaps(connection)
        unfinished = await store.list_unfinished(connection)
        last = await store.last_line(connection)
    return Published(
        releases=tuple(sorted(releases, key=lambda release: release.period)),
        workloads={version: read_workload(content) for version, content in contents.items()},
        gaps=chain.widest(gaps),
        open=tuple(sorted({_open(line) for line in unfinished}, key=lambda one: one.period)),
        simulated=last.simulated if last else None,
    )


def _open(line: LedgerLine) -> OpenPeriod:
    """What a line will be published with: a day with its month, all else by itself."""
    period = Period.holding(line.period.first_on, "month") if line.period.grain == "day" else line.period
    return OpenPeriod(period, line.workload, rules.closes_at(period))


async def list_releases(pool: asyncpg.Pool) -> tuple[ReleaseHead, ...]:
    """All releases in the order of their publication."""
    async with pool.acquire() as connection:
        releases = [read_release(kept.content) for kept in await store.list_releases(connection)]
    return tuple(
        ReleaseHead(
            period=release.period,
            published_at=release.published_at,
            workload=release.workload,
            draws=release.draws,
            simulated=release.simulated,
            total=release.total,
            content_hash=release.content_hash,
        )
        for release in releases
    )


async def get_release(pool: asyncpg.Pool, period: Period) -> Release:
    """Raises NotPublished."""
    async with pool.acquire() as connection:
        content = await store.find_release(connection, period)
    if content is None:
        raise NotPublished(period)
    return read_release(content)


async def find_ledger_kind(pool: asyncpg.Pool) -> bool | None:
    """Whether this database's statistics are simulated; None where none were opened yet."""
    async with pool.acquire() as connection:
        last = await store.last_line(connection)
    return last.simulated if last else None
