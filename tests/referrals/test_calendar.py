"""Deadlines by the Land's calendar, and what follows when one passes: a reminder, the hotline, the end."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.clock import GERMANY
from app.kit.reach import EVERYTHING, transaction
from app.referrals import service
from app.referrals.handing import claim_due, find_facts, mark_delivered
from app.referrals.models import DeclineReason, Notice, ReferralState, Tab
from app.referrals.service import Referrals
from app.referrals.working_days import end_of_working_day, is_working_day, last_day
from tests.moving import MovableClock
from tests.referrals.cast import LEIPZIG, MUNICH, OFFICE, REACH, STAFF, agree, refer

HOME = REACH[LEIPZIG]
STAFFER = STAFF[LEIPZIG]


@pytest.mark.parametrize(
    ("made", "days", "land", "ends"),
    [
        ("2026-11-23T15:00", 1, "DE-BE", "2026-11-25"),
        ("2026-11-20T15:00", 1, "DE-BE", "2026-11-24"),
        ("2026-11-21T12:00", 1, "DE-BE", "2026-11-24"),
        ("2026-11-20T15:00", 3, "DE-BE", "2026-11-26"),
        ("2026-11-17T15:00", 1, "DE-SN", "2026-11-20"),
        ("2026-11-17T15:00", 1, "DE-BE", "2026-11-19"),
        ("2027-01-05T15:00", 1, "DE-BY", "2027-01-08"),
        ("2027-01-05T15:00", 1, "DE-BE", "2027-01-07"),
        ("2026-12-23T23:30", 1, "DE", "2026-12-25"),
        ("2026-12-24T10:00", 1, "DE", "2026-12-29"),
        ("2027-03-26T10:00", 1, "DE", "2027-03-31"),
        ("2026-11-23T15:00", 0, "DE", "2026-11-24"),
    ],
)
def test_working_days_are_counted_by_the_calendar_of_the_land(made: str, days: int, land: str, ends: str) -> None:
    at = datetime.fromisoformat(made).replace(tzinfo=GERMANY)
    midnight = datetime.fromisoformat(ends).replace(tzinfo=GERMANY)
    assert end_of_working_day(at, days, land) == midnight.astimezone(UTC)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  Hypothesis adds the zone.
    st.integers(1, 10),
    st.sampled_from(["DE", "DE-BY", "DE-SN", "DE-BE", "DE-NW"]),
)
def test_a_deadline_leaves_as_many_working_days_as_it_says(at: datetime, days: int, land: str) -> None:
    end = end_of_working_day(at, days, land).astimezone(GERMANY)
    assert (end.hour, end.minute) == (0, 0)
    first, last = at.astimezone(GERMANY).date(), (end - timedelta(minutes=1)).date()
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(is_working_day(day, land) for day in between) == days
    assert is_working_day(last, land)


async def due(referrals: Referrals) -> list[Notice]:
    async with transaction(referrals.database, EVERYTHING) as session:
        return [step.kind for step in await claim_due(session, referrals)]


async def test_nobody_receives_it_a_reminder_then_the_hotline_then_the_end(
    referrals: Referrals, clock: MovableClock
) -> None:
    clock.at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    made = await refer(referrals)
    assert made.referral.received_by == datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert await due(referrals) == []
    clock.at = made.referral.received_by
    assert await due(referrals) == [Notice.REMIND_RECEIVE]
    assert await due(referrals) == []
    clock.go_on(hours=23)
    assert await due(referrals) == []
    clock.go_on(hours=1)
    assert await due(referrals) == [Notice.ESCALATED]
    assert [one.id for one in await service.list_escalated(referrals)] == [made.referral.id]
    clock.at = made.referral.expires_at
    assert await due(referrals) == [Notice.EXPIRED]
    assert await due(referrals) == []
    assert (await service.list_inbox(referrals, HOME, Tab.ENDED))[0].state is ReferralState.EXPIRED
    assert await service.list_escalated(referrals) == []


async def test_whoever_receives_late_gets_the_second_deadline_anew(referrals: Referrals, clock: MovableClock) -> None:
    made = await refer(referrals)
    clock.at = made.referral.answered_by - timedelta(hours=1)
    assert await due(referrals) == [Notice.REMIND_RECEIVE]
    assert await due(referrals) == [Notice.ESCALATED]
    received = await service.receive(referrals, HOME, made.referral.id, by=STAFFER)
    assert received.referral.escalated_at is None
    assert received.referral.deadline_at == made.referral.answered_by
    assert await due(referrals) == []
    clock.at = made.referral.answered_by
    assert await due(referrals) == [Notice.REMIND_ANSWER]
    await service.accept(referrals, HOME, made.referral.id, by=STAFFER)
    clock.go_on(days=30)
    assert await due(referrals) == []


async def test_what_was_declined_is_not_chased(referrals: Referrals, clock: MovableClock) -> None:
    made = await refer(referrals)
    await service.receive(referrals, HOME, made.referral.id, by=STAFFER)
    reason = DeclineReason.LANGUAGE_NOT_OFFERED
    await service.decline(referrals, HOME, made.referral.id, by=STAFFER, reason=reason)
    clock.go_on(days=29)
    assert await due(referrals) == []


async def test_a_centres_own_deadlines_and_the_lands_holidays_count(referrals: Referrals, clock: MovableClock) -> None:
    clock.at = datetime(2027, 1, 5, 12, tzinfo=UTC)
    await agree(referrals, MUNICH, receive_days=1, answer_days=2)
    made = await refer(referrals, MUNICH)
    assert made.referral.received_by == datetime(2027, 1, 7, 23, tzinfo=UTC)
    assert made.referral.answered_by == datetime(2027, 1, 8, 23, tzinfo=UTC)
    assert (await refer(referrals, OFFICE)).referral.received_by == datetime(2027, 1, 6, 23, tzinfo=UTC)


async def test_an_agreement_holds_through_its_last_day_in_germany(referrals: Referrals, clock: MovableClock) -> None:
    await agree(referrals, LEIPZIG, valid_to=date(2026, 11, 22))
    clock.at = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    assert await service.find_offer(referrals, LEIPZIG) is not None
    clock.go_on(minutes=1)
    assert await service.find_offer(referrals, LEIPZIG) is None


async def test_what_is_told_in_other_ways_is_delivered_when_it_arrived(referrals: Referrals) -> None:
    await agree(referrals, LEIPZIG, email="post@beratung.example")
    made = await refer(referrals)
    assert made.referral.state is ReferralState.REQUESTED
    async with transaction(referrals.database, EVERYTHING) as session:
        facts = await find_facts(session, referrals, made.referral.id)
        assert facts is not None
        assert (facts.email, facts.webhook, facts.agreement_valid) == ("post@beratung.example", None, True)
        assert not await mark_delivered(session, referrals, made.referral.id, MUNICH)
        assert await mark_delivered(session, referrals, made.referral.id, LEIPZIG)
        assert not await mark_delivered(session, referrals, made.referral.id, LEIPZIG)
    await service.end_agreement(referrals, by="cli", centre_id=LEIPZIG)
    async with transaction(referrals.database, EVERYTHING) as session:
        facts = await find_facts(session, referrals, made.referral.id)
    assert facts is not None
    assert (facts.email, facts.agreement_valid) == (None, False)


async def test_each_step_is_done_once_however_many_nodes_look(referrals: Referrals, clock: MovableClock) -> None:
    made = [await refer(referrals) for _ in range(30)]
    clock.at = made[0].referral.received_by
    steps = await asyncio.gather(*(due(referrals) for _ in range(6)))
    assert sum(len(found) for found in steps) == len(made)


async def test_the_outbox_hears_of_a_step_in_the_same_transaction(
    referrals: Referrals, clock: MovableClock, plain: asyncpg.Connection
) -> None:
    made = await refer(referrals)
    clock.at = made.referral.received_by
    await due(referrals)
    kinds = await plain.fetch("SELECT DISTINCT kind FROM referral_outbox")
    assert {row["kind"] for row in kinds} == {"requested", "remind-receive"}


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)), st.integers(0, 10))  # noqa: DTZ001
def test_people_are_told_the_day_that_a_deadline_ends(at: datetime, days: int) -> None:
    deadline = end_of_working_day(at, days, "DE-SN")
    told = last_day(deadline)
    assert told == deadline.astimezone(GERMANY).date() - timedelta(days=1)
    assert days == 0 or is_working_day(told, "DE-SN")
