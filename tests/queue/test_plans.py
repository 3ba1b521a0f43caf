"""With five thousand in the line, what is asked again and again goes by indexes and takes no walk through the table."""

import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from app.queue import offer_store, service, store
from tests.conftest import DatabaseUrls
from tests.queue.cast import AT, House, call_keys

WAITING = 5_000
FILL = """
INSERT INTO waiting_call (call_key, sealed, language, also, woman, entered_at, seen_at, state, passed)
SELECT sha256(n::text::bytea), 'x', (ARRAY['de','de','de','en','ar','tr','ti','fa','so'])[1 + n % 9],
       CASE WHEN n % 5 = 0 THEN ARRAY['de'] ELSE ARRAY[]::text[] END, n % 11 = 0,
       $1::timestamptz - n * interval '100 milliseconds', $1, 'waiting', CASE WHEN n % 997 = 0 THEN 3 ELSE 0 END
FROM generate_series(1, $2::int) n
"""


@pytest.fixture
async def crowded(house: House, database_urls: DatabaseUrls) -> House:
    """Five thousand wait in seven languages, and twenty agents are ready."""
    await house.pool.execute(FILL, AT, WAITING)
    for place in range(20):
        await house.agent(f"agent {place}", ({"de": 3}, {"de": 2, "tr": 3}, {"ar": 3, "de": 1})[place % 3])
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute("VACUUM ANALYZE waiting_call")
    await owner.close()
    return house


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


async def explain(pool: asyncpg.Pool, statement: str, *values: object) -> list[dict[str, Any]]:
    """The nodes of the plan as it ran; what it changed is taken back."""
    async with pool.acquire() as connection:
        running = connection.transaction()
        await running.start()
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *values)
        await running.rollback()
    return list(nodes(json.loads(text)[0]["Plan"]))


def walks(plan: list[dict[str, Any]]) -> list[str]:
    """Where the plan goes through the whole line."""
    scans = [node for node in plan if node["Node Type"] == "Seq Scan"]
    return [node["Node Type"] for node in scans if node["Relation Name"] == "waiting_call"]


async def test_matching_reads_only_those_whose_turn_it_can_be(crowded: House) -> None:
    plan = await explain(crowded.pool, offer_store._LIST_TURNS, AT - store.ALIVE_WITHIN, 20)
    assert walks(plan) == []
    used = {node["Index Name"] for node in plan if "Index Name" in node}
    assert used == {"ix_waiting_call_turn", "ix_waiting_call_passed"}
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in plan) < WAITING / 5


async def test_a_wait_request_goes_by_the_indexes(crowded: House) -> None:
    late: tuple[object, ...] = (
        call_keys("Anna"),
        AT - store.SEEN_WITHIN,
        ["x"],
        "de",
        None,
        None,
        [],
        False,
        AT,
        None,
        AT,
        ["money"],
    )
    plan = await explain(crowded.pool, store._ENTER, *late)
    assert walks(plan) == []
    counted = [node["Actual Rows"] for node in plan if node.get("Index Name") == "ix_waiting_call_ahead"]
    assert counted == [500]


async def test_who_hangs_up_is_found_by_the_key(crowded: House) -> None:
    assert walks(await explain(crowded.pool, store._LEAVE, call_keys("Anna"), AT, "abandoned")) == []


async def test_of_five_thousand_the_oldest_of_each_language_are_offered(crowded: House) -> None:
    made = await service.match(crowded.line)
    assert len(made) == 20
    assert min(offer.waited_seconds for offer in made) > WAITING / 10 - 60
    assert (await crowded.calls("Anna")).ahead == 500
