"""A crowd at the line over twenty connections: no call to two agents, no agent with two calls, nobody lost."""

from collections.abc import AsyncIterator
from random import Random

import asyncpg
import pytest

from tests.conftest import DatabaseUrls
from tests.queue.cast import House, call_keys
from tests.queue.crowd import CONTRADICTIONS, Crowd

AGENTS = tuple(f"agent {number}" for number in range(10))


@pytest.fixture
async def crowd(pool: asyncpg.Pool, database_urls: DatabaseUrls) -> AsyncIterator[Crowd]:
    """`pool` has emptied the tables; the crowd has twenty connections, on which a busy machine may take its time."""
    assert pool.get_size()
    wide = await asyncpg.create_pool(database_urls.app, min_size=20, max_size=20)
    yield Crowd(House(wide), Random(7), AGENTS, most_callers=30)  # noqa: S311  A crowd that is made up.
    await wide.close()


async def check_nobody_is_lost(crowd: Crowd) -> None:
    """Whom an agent served or who hung up is out; all others are in the line at the place that they always had."""
    rows = await crowd.house.pool.fetch("SELECT call_key, entered_at FROM waiting_call WHERE state <> 'ended'")
    kept = {row["call_key"]: row["entered_at"] for row in rows}
    for caller in (*crowd.callers.values(), *crowd.gone):
        entered_at = kept.pop(call_keys(caller.name)[0], None)
        if caller.has_left:
            assert entered_at is None, f"{caller.name} hung up and is in the line again"
        elif entered_at is None:
            assert caller.is_served, f"{caller.name} is lost"
        else:
            assert entered_at == caller.entered_at
    assert kept == {}
    assert await crowd.house.pool.fetch(CONTRADICTIONS) == []


async def check(crowd: Crowd, offers: int) -> None:
    await crowd.act(offers)
    assert all(len(agents) == 1 for agents in crowd.accepted.values())
    assert len(crowd.accepted) > offers / 4
    assert crowd.deeds["wrapped up"] > offers / 10
    assert min(crowd.deeds["lost"], crowd.deeds["handed over"]) > offers / 200
    await check_nobody_is_lost(crowd)


async def test_a_crowd_over_twenty_connections(crowd: Crowd) -> None:
    await check(crowd, 1_500)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_fifty_thousand_offers_over_twenty_connections(crowd: Crowd) -> None:
    await check(crowd, 50_000)
