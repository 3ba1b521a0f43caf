"""`hotline stats …`: the ledger of the statistics at the command line of the server."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import asyncpg
import typer

from app.kit.db import migrate, open_pool
from app.kit.postgres import start_embedded
from app.kit.settings import Settings, get_settings
from app.statistics import service
from app.statistics.codebook import WORKLOADS
from app.statistics.models import LedgerReport
from app.statistics.periods import Period

stats_app = typer.Typer(no_args_is_help=True, help="What is counted, under noise, and published once.")

Named = Annotated[str, typer.Argument(metavar="PERIOD", help="A quarter like 2026-Q4 or a month like 2026-11.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Value = TypeVar("Value")


@asynccontextmanager
async def statistics_pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the database of DATABASE_URL or, where none is set, to the demonstration's, which must not run."""
    if settings.database_url is not None:
        async with await open_pool(settings.database_url, most=2) as pool:
            yield pool
        return
    server = await asyncio.to_thread(start_embedded, settings.hotline_data)
    try:
        await migrate(server.owner_url)
        async with await open_pool(server.app_url, most=2) as pool:
            yield pool
    finally:
        await asyncio.to_thread(server.stop)


def run_with_pool(verb: Callable[[asyncpg.Pool], Awaitable[Value]]) -> Value:
    async def with_pool() -> Value:
        async with statistics_pool(get_settings()) as pool:
            return await verb(pool)

    return asyncio.run(with_pool())


async def is_simulated(pool: asyncpg.Pool, settings: Settings) -> bool:
    """As the ledger says; an empty one of the demonstration's own database will be simulated."""
    known = await service.find_ledger_kind(pool)
    return settings.database_url is None if known is None else known


@stats_app.command("open")
def open_command(
    period: Named,
    workload: Annotated[
        str | None, typer.Option(help=f"{' or '.join(WORKLOADS)}; chosen by the last published total where left out.")
    ] = None,
) -> None:
    """Draw the noise of a quarter, once and for good; the running hotline does it by itself, two weeks ahead."""
    wanted = Period.parse(period)

    async def verb(pool: asyncpg.Pool) -> str:
        simulated = await is_simulated(pool, get_settings())
        opened = await service.open_quarter(pool, wanted, simulated=simulated, workload=workload)
        late = f" Never open, as it is too late: {', '.join(map(str, opened.gaps))}." if opened.gaps else ""
        return f"{opened.quarter} is open with the workload {opened.workload}.{late}"

    sys.stdout.write(f"{run_with_pool(verb)}\n")


@stats_app.command("close")
def close_command(period: Named) -> None:
    """Count nothing more in a period; the running hotline does it by itself, a day after its end."""
    wanted = Period.parse(period)
    closed = run_with_pool(lambda pool: service.close(pool, wanted))
    sys.stdout.write(f"Closed: {', '.join(map(str, closed))}.\n")


@stats_app.command("publish")
def publish_command(period: Named) -> None:
    """Publish a closed month or quarter, once and for good; the running hotline does it by itself."""
    wanted = Period.parse(period)
    second_draw = get_settings().publish_noise
    release = run_with_pool(lambda pool: service.publish(pool, wanted, second_draw=second_draw))
    sys.stdout.write(f"{release.period} is published: {release.total} contacts, SHA-256 {release.content_hash}.\n")


@stats_app.command("list")
def list_command(*, as_json: AsJson = False) -> None:
    """List the releases: period, contacts, workload, draws of noise, and whether they are simulated."""
    heads = run_with_pool(service.list_releases)
    if as_json:
        rows = [
            {
                "period": str(head.period),
                "published_at": head.published_at.isoformat(),
                "contacts": head.total,
                "workload": head.workload,
                "draws": head.draws,
                "simulated": head.simulated,
                "sha256": head.content_hash,
            }
            for head in heads
        ]
        sys.stdout.write(f"{json.dumps({'releases': rows})}\n")
        return
    for head in heads:
        simulated = "  simulated" if head.simulated else ""
        sys.stdout.write(f"{head.period}  {head.total}  {head.workload}  {head.draws}{simulated}\n")
    if not heads:
        sys.stdout.write("Nothing is published yet.\n")


@stats_app.command("verify")
def verify_command(*, as_json: AsJson = False) -> None:
    """Check ledger, counters and releases; print the state to note elsewhere. Exit code 1 where they do not hold."""
    report = run_with_pool(service.verify)
    if as_json:
        fields = {"openings": report.openings, "releases": report.releases, "faults": report.faults}
        sys.stdout.write(f"{json.dumps({**fields, 'state': report.state})}\n")
    else:
        sys.stdout.write(f"{_summary(report)}\n")
    raise SystemExit(0 if report.sound else 1)


def _summary(report: LedgerReport) -> str:
    if report.sound:
        held = f"The statistics hold: {report.openings} lines in the ledger, {report.releases} releases."
        return f"{held} State to note elsewhere: {report.state}"
    return "\n".join((*report.faults, f"The statistics do not hold: {len(report.faults)} faults."))
