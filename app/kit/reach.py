"""The one way to the tables of pages: each transaction says first which centres' rows it may see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.kit.db import CONNECT_SECONDS, REFUSALS, SERVER_SETTINGS, host_of, unreachable, wrong_address
from app.kit.extent import EVERYTHING, NOTHING, Reach, only

__all__ = ["EVERYTHING", "NOTHING", "AsyncSession", "Database", "Reach", "only", "open_database", "transaction"]

_SET_REACH: Final = text("SELECT set_config('hotline.reach', :reach, true)")


@dataclass(frozen=True, slots=True)
class Database:
    """The connections to the database for pages and jobs; `transaction` alone uses them."""

    _engine: AsyncEngine

    async def close(self) -> None:
        await self._engine.dispose()


async def open_database(url: str, *, most: int = 10) -> Database:
    """At most that many connections; raises DatabaseUnreachable, or SettingError for a wrong address."""
    host = host_of(url)
    try:
        address = make_url(url).set(drivername="postgresql+asyncpg")
    except ArgumentError:
        raise wrong_address() from None
    engine = create_async_engine(
        address,
        # A connection that the database gave up, as when it is started anew, is replaced before it is used.
        pool_pre_ping=True,
        pool_size=most,
        max_overflow=0,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": SERVER_SETTINGS},
        hide_parameters=True,
    )
    try:
        async with engine.connect():
            return Database(engine)
    except DBAPIError as error:
        await engine.dispose()
        # SQLAlchemy wraps the driver's error twice.
        raise unreachable(host, getattr(error.orig, "__cause__", None) or error) from None
    except REFUSALS as error:
        await engine.dispose()
        raise unreachable(host, error) from None


@asynccontextmanager
async def transaction(database: Database, reach: Reach) -> AsyncIterator[AsyncSession]:
    """A transaction with that reach: committed at the end of the block, rolled back on an error."""
    async with AsyncSession(database._engine, expire_on_commit=False) as session, session.begin():  # noqa: SLF001 - nobody else may
        await session.execute(_SET_REACH, {"reach": reach.setting})
        yield session
