"""A hundred thousand open referrals: an inbox and the look at the calendar take less than a tenth of a second."""

import time
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from app.kit.reach import EVERYTHING, only, transaction
from app.referrals import service
from app.referrals.handing import claim_due
from app.referrals.models import Notice, Tab
from app.referrals.service import Referrals
from tests.conftest import DatabaseUrls
from tests.moving import MovableClock

OPEN = 100_000
CENTRES = 900
MOST_SECONDS = 0.1
FILL = """
INSERT INTO referral (id, centre_id, land, state, made_at, made_by, code_round, has_number, wants_sms,
    consent_wording, consent_version, consent_language, consent_channel, consent_at, consent_forwarding,
    received_by, answered_by, deadline_at, expires_at, erase_at, step, step_at, messages, changed_at)
SELECT gen_random_uuid(), 'centre-' || n % $2::integer, 'DE-BE', 'requested', made, 'caller', 0, true, false,
    'toy', 1, 'de', 'keys', made, false,
    made + interval '1 day', made + interval '3 days', made + interval '1 day', made + interval '60 days',
    made + interval '90 days', 'remind-receive', made + interval '1 day', 0, made
FROM (SELECT n, $1::timestamptz - n * interval '1 second' AS made FROM generate_series(1, $3::integer) n) AS numbered
"""
# The statements behind an inbox and the calendar, as the room asks them.
INBOX = "SELECT * FROM referral WHERE state IN ('requested', 'delivered') AND ended_at IS NULL"
ORDER = " ORDER BY deadline_at, made_at, id LIMIT 50"
PLANS = {
    "ix_referral_inbox": f"{INBOX} AND centre_id IN ('centre-7'){ORDER}",
    "ix_referral_open": f"{INBOX}{ORDER}",
    "ix_referral_step": "SELECT * FROM referral WHERE step_at <= now() - interval '1 year' ORDER BY step_at LIMIT 100",
    "ix_referral_erase_at": "SELECT * FROM referral WHERE erase_at <= '2026-01-01' ORDER BY erase_at LIMIT 500",
}


async def seconds_of(deed: Callable[[], Awaitable[object]], times: int = 9) -> float:
    """The best time of a deed: what it takes, apart from what else the machine does."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await deed()
        taken.append(time.perf_counter() - began)
    return min(taken)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_hundred_thousand_open_referrals(
    referrals: Referrals, clock: MovableClock, database_urls: DatabaseUrls, plain: asyncpg.Connection
) -> None:
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute("SELECT set_config('hotline.reach', '*', false)")
    await owner.execute(FILL, clock(), CENTRES, OPEN)
    await owner.execute("ANALYZE referral")
    await owner.close()
    one = only("centre-7")

    async def due() -> None:
        async with transaction(referrals.database, EVERYTHING) as session:
            assert {step.kind for step in await claim_due(session, referrals)} == {Notice.REMIND_RECEIVE}

    found = {
        "inbox of a centre": await seconds_of(lambda: service.list_inbox(referrals, one, Tab.NEW)),
        "inbox of an operator": await seconds_of(
            lambda: service.list_inbox(referrals, only(*(f"centre-{n}" for n in range(30))), Tab.NEW)
        ),
        "inbox of the hotline": await seconds_of(lambda: service.list_inbox(referrals, EVERYTHING, Tab.NEW)),
        "counts of a centre": await seconds_of(lambda: service.count_inbox(referrals, one)),
        "figures of a centre": await seconds_of(lambda: service.figures(referrals, one)),
        "escalated": await seconds_of(lambda: service.list_escalated(referrals)),
        "counts of what is overdue": await seconds_of(lambda: service.overdue(referrals)),
        "sweep, nothing over": await seconds_of(lambda: service.sweep(referrals)),
    }
    clock.go_on(hours=20)
    found["calendar, 25 due"] = await seconds_of(due)
    for name, seconds in found.items():
        print(f"{name}: {seconds * 1000:.1f} ms")  # noqa: T201  The figures of the run.
    assert {name: seconds for name, seconds in found.items() if seconds > MOST_SECONDS} == {}
    for index, statement in PLANS.items():
        plan = "\n".join(row[0] for row in await plain.fetch(f"EXPLAIN {statement}"))
        assert index in plan, plan
