"""What the tests of the waiting line share: the house with an empty line."""

import asyncpg
import pytest

from tests.queue.cast import House


@pytest.fixture
def house(pool: asyncpg.Pool) -> House:
    return House(pool)
