"""What a contact counts as, and the live row that keeps it until it is counted."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import jobs
from app.calls import store
from app.calls.codes import LAENDER, NOTHING_KNOWN, OUTCOMES, TOPICS, counted_once
from app.ivr.model import Counted
from app.jobs import SWEEP_SECONDS, sweep
from app.kit.clock import now

CALL, OTHER_CALL = bytes(32), bytes(range(32))
LANGUAGES = ("de", "en", "tr", "ar", "ru")
CODES = {"language": LANGUAGES, "topic": TOPICS, "land": LAENDER, "outcome": OUTCOMES}
one_step = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([c for c in codes if c not in NOTHING_KNOWN]) for name, codes in CODES.items()}
)


def test_the_last_language_the_first_topic_and_the_furthest_outcome_count() -> None:
    events = [
        Counted("language", "de"),
        Counted("topic", "reintegration"),
        Counted("outcome", "centre_named"),
        Counted("language", "ar"),
        Counted("topic", "other"),
        Counted("outcome", "informed"),
    ]
    assert counted_once(events) == {"language": "ar", "topic": "reintegration", "outcome": "centre_named"}


def test_what_is_not_known_never_stands_before_what_is() -> None:
    events = [
        Counted("land", "unknown"),
        Counted("topic", "other"),
        Counted("land", "DE-SN"),
        Counted("topic", "eligibility"),
    ]
    assert counted_once(events) == {"land": "DE-SN", "topic": "eligibility"}
    assert counted_once(events[:2]) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(steps=st.lists(one_step, min_size=1, max_size=6), data=st.data())
async def test_duplicated_late_and_reordered_steps_leave_the_same_row(
    pool: asyncpg.Pool, steps: list[dict[str, str]], data: st.DataObject
) -> None:
    numbered = list(enumerate(steps))
    shuffled = data.draw(st.permutations(numbered + data.draw(st.lists(st.sampled_from(numbered), max_size=6))))
    rows = []
    for key, order in ((CALL, numbered), (OTHER_CALL, shuffled)):
        await pool.execute("DELETE FROM live_call WHERE call_key = $1", key)
        for number, counted in order:
            await store.note(pool, [key], number, counted)
        row = await pool.fetchrow("SELECT language, topic, land, outcome FROM live_call WHERE call_key = $1", key)
        assert row is not None
        rows.append(tuple(row))
    assert rows[0] == rows[1]
    expected = counted_once(Counted(name, value) for step in steps for name, value in step.items())
    assert rows[0][:3] == tuple(expected.get(name) for name in ("language", "topic", "land"))
    assert OUTCOMES[rows[0][3]] == expected.get("outcome", "abandoned")


async def test_the_first_end_of_a_call_stands(pool: asyncpg.Pool) -> None:
    await asyncio.gather(*(store.close(pool, [CALL], status, now()) for status in ("completed", "busy", "failed")))
    first = await pool.fetchval("SELECT status FROM live_call")
    await store.close(pool, [CALL], "canceled", now())
    assert await pool.fetchval("SELECT status FROM live_call") == first


async def test_live_rows_are_wiped_after_a_day_by_one_node(pool: asyncpg.Pool) -> None:
    await store.note(pool, [CALL], 1, {"language": "de"})
    assert await sweep(pool, lambda: now() + timedelta(hours=22, minutes=59)) == 0
    swept = await asyncio.gather(
        *(sweep(pool, lambda: now() + timedelta(hours=24) - timedelta(seconds=SWEEP_SECONDS)) for _ in range(3))
    )
    assert sum(swept) == 1
    assert await pool.fetchval("SELECT count(*) FROM live_call") == 0


async def test_a_sweep_that_fails_stops_neither_the_others_nor_the_next_round(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SWEEP_SECONDS", 0)
    swept: list[str] = []

    async def broken() -> int:
        swept.append("broken")
        raise RuntimeError

    async def whole() -> int:
        swept.append("whole")
        return 0

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await jobs.run_jobs(pool, (broken, whole))
    assert swept[:4] == ["broken", "whole"] * 2
