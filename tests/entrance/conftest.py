"""The real provider, once for all tests of a worker, and one that does wrong whatever a test wants."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app.accounts.service import Accounts
from app.kit.reach import Database
from tests.browser import chromium
from tests.entrance.house import house
from tests.entrance.provider.crooked import Crooked, running_crooked
from tests.entrance.provider.real import RealProvider, running_provider
from tests.hashing import cheap_hash
from tests.moving import MovableClock

__all__ = ["cheap_hash", "chromium"]


@pytest.fixture(scope="session")
def provider() -> Iterator[RealProvider]:
    with running_provider() as started:
        yield started


@pytest.fixture(scope="session")
def running() -> Iterator[Crooked]:
    with running_crooked() as started:
        yield started


@pytest.fixture
def crooked(running: Crooked) -> Crooked:
    """The provider that may do wrong, as yet doing right."""
    running.begin_again()
    return running


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def building(database: Database, clock: MovableClock) -> tuple[FastAPI, Accounts]:
    return house(database, clock)


@pytest.fixture
def app(building: tuple[FastAPI, Accounts]) -> FastAPI:
    return building[0]


@pytest.fixture
def accounts(building: tuple[FastAPI, Accounts]) -> Accounts:
    return building[1]
