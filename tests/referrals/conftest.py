"""What the referrals' tests share: a clock that can be moved, and the room with agreements of all centres."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from app.kit.reach import Database
from app.referrals.service import Referrals
from tests.conftest import DatabaseUrls
from tests.moving import MovableClock
from tests.referrals.cast import agree, open_room


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def referrals(database: Database, clock: MovableClock, tmp_path: Path) -> Referrals:
    room = open_room(database, clock, tmp_path / "keys")
    await agree(room)
    return room


@pytest.fixture
async def plain(database_urls: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    """The same database in plain SQL, in the application's role, with everything in reach."""
    connection = await asyncpg.connect(database_urls.app)
    await connection.execute("SELECT set_config('hotline.reach', '*', false)")
    yield connection
    await connection.close()
