"""`hotline outbox …`: notices that could not be delivered, at the command line of the server."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from app.kit.errors import SettingError
from app.kit.settings import get_settings

if TYPE_CHECKING:
    from app.kit.reach import Database

outbox_app = typer.Typer(no_args_is_help=True, help="Notices on referrals that could not be delivered.")

Value = TypeVar("Value")


@asynccontextmanager
async def _database() -> AsyncIterator["Database"]:
    """The database of DATABASE_URL; the demonstration shows its dead letters on its pages."""
    # A node that answers calls alone has this module too, so it loads by itself what needs the database's ORM.
    from app.kit.reach import open_database  # noqa: PLC0415

    url = get_settings().database_url
    if url is None:
        raise SettingError("DATABASE_URL must be set.")
    database = await open_database(url, most=2)
    try:
        yield database
    finally:
        await database.close()


def _run(verb: Callable[["Database"], Awaitable[Value]]) -> Value:
    async def with_database() -> Value:
        async with _database() as database:
            return await verb(database)

    return asyncio.run(with_database())


@outbox_app.command("list")
def list_command() -> None:
    """List the dead letters: identifier, since when, way, notice, centre, tries, reason. Exit code 1 if any."""
    from app.referrals.delivery import list_dead_letters  # noqa: PLC0415  See above.

    dead = _run(list_dead_letters)
    for letter in dead:
        sys.stdout.write(
            f"{letter.id}  {letter.died_at:%Y-%m-%d %H:%M}  {letter.way}  {letter.kind}  {letter.centre_id}"
            f"  {letter.tries} tries  {letter.reason}\n"
        )
    sys.stdout.write(f"Not delivered: {len(dead)}\n" if dead else "Everything was delivered.\n")
    raise SystemExit(1 if dead else 0)


@outbox_app.command("retry")
def retry_command(
    outbox_id: Annotated[UUID | None, typer.Argument(help="One notice; all of them where it is left out.")] = None,
) -> None:
    """Let dead letters be tried anew."""
    from app.referrals.delivery import retry  # noqa: PLC0415  See above.

    count = _run(lambda database: retry(database, outbox_id))
    sys.stdout.write(f"Tried anew: {count}\n")
