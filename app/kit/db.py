"""The database as the program uses it: a pool for the calls, and the migrations."""

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import asyncpg

from app.kit.errors import DatabaseFault, DatabaseUnreachable, SettingError
from app.kit.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from sqlalchemy import Connection

# A webhook must be answered within its own deadline, so neither a statement nor a lock may take longer.
SERVER_SETTINGS: Final = {"application_name": "hotline", "statement_timeout": "2s", "lock_timeout": "2s"}
_MIGRATING: Final = {"application_name": "hotline migrate"}
CONNECT_SECONDS: Final = 5.0
_MIGRATION_LOCK: Final = 7_246_511_003
REFUSALS: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def open_pool(url: str, *, most: int = 10) -> asyncpg.Pool:
    """A pool of at most that many connections; raises DatabaseUnreachable, or SettingError for a wrong address."""
    host = host_of(url)
    try:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=most,
            timeout=CONNECT_SECONDS,
            server_settings=SERVER_SETTINGS,
            reset=_leave_as_it_is,
        )
    except REFUSALS as error:
        raise unreachable(host, error) from None


async def _leave_as_it_is(_connection: object) -> None:
    """Nothing in the program changes a connection beyond its transaction: giving it back costs no round trip."""


async def migrate(owner_url: str) -> None:
    """Brings the tables up to date; of several programs that start at once, one does it and the others wait.

    Raises DatabaseUnreachable, DatabaseFault where the application's role is missing, or SettingError for a wrong
    address.
    """
    host = host_of(owner_url)
    try:
        lock = await asyncpg.connect(owner_url, timeout=CONNECT_SECONDS, server_settings=_MIGRATING)
    except REFUSALS as error:
        raise unreachable(host, error) from None
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        if not await lock.fetchval("SELECT true FROM pg_roles WHERE rolname = 'hotline_app'"):
            raise DatabaseFault(f"The database at {host} has no role hotline_app, which the hotline needs.")
        await _upgrade_tables(owner_url)
    finally:
        await lock.close()


async def _upgrade_tables(owner_url: str) -> None:
    # Only migrations need these packages, and a serving node would carry 43 MB of them for nothing.
    from sqlalchemy import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    try:
        url = make_url(owner_url).set(drivername="postgresql+asyncpg")
    except ArgumentError:
        raise wrong_address() from None
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"server_settings": _MIGRATING})
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: "Connection") -> None:
    from alembic import command  # noqa: PLC0415  See above.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def host_of(url: str) -> str:
    """The address's host and database for a message, without user and password."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"postgresql", "postgres"} and (parts.port or True)
    except ValueError:
        known = False
    if not known:
        raise wrong_address()
    return f"{parts.hostname or 'this computer'}{parts.path}"


def wrong_address() -> SettingError:
    return SettingError("DATABASE_URL is wrong: it must be like postgresql://user:password@host/name.")


def unreachable(host: str, error: BaseException) -> DatabaseUnreachable:
    if isinstance(error, TimeoutError):
        reason = f"no answer within {CONNECT_SECONDS:.0f} s"
    elif isinstance(error, OSError):
        reason = error.strerror or "the network does not lead there"
    elif isinstance(error, asyncpg.InvalidPasswordError | asyncpg.InvalidAuthorizationSpecificationError):
        reason = "it does not admit this user with this password"
    elif isinstance(error, asyncpg.InvalidCatalogNameError):
        reason = "there is no such database"
    else:
        reason = type(error).__name__
    return DatabaseUnreachable(f"The database at {host} cannot be reached: {reason}.")
