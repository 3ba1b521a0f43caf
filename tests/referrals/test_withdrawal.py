"""Whoever withdraws is forgotten at once: by code, through an agent or at the centre, and guessing gets nobody far."""

import asyncio
import time
from pathlib import Path

import asyncpg
import pytest

from app.accounts import service as accounts_service
from app.kit.reach import EVERYTHING, transaction
from app.referrals import service
from app.referrals.handing import open_for_message
from app.referrals.models import ReferralState
from app.referrals.refusals import CodesThrottled, ReferralUnknown, TransitionRefused
from app.referrals.service import Referrals
from tests.moving import MovableClock
from tests.referrals.cast import AGENT, LEIPZIG, MUNICH, NAME, NUMBER, REACH, STAFF, refer

HOME = REACH[LEIPZIG]
STAFFER = STAFF[LEIPZIG]


def files_of(folder: Path) -> set[str]:
    """The names of the keys of buckets."""
    return {path.name for path in folder.glob("2*.key")}


async def test_it_takes_less_than_a_second(referrals: Referrals) -> None:
    taken = []
    for made in [await refer(referrals) for _ in range(4)]:
        began = time.monotonic()
        assert await service.withdraw_by_code(referrals, made.code, source="web:1")
        taken.append(time.monotonic() - began)
    # Whatever else the machine does at the time, once it has a moment.
    assert min(taken) < 1


async def test_a_code_erases_and_renews_the_key_of_the_others(referrals: Referrals, plain: asyncpg.Connection) -> None:
    made, other = await refer(referrals), await refer(referrals)
    before = files_of(referrals.vault.folder)
    written = f"{made.code[:3]} {made.code[3:6]}-{made.code[6:]}"
    assert await service.withdraw_by_code(referrals, written, source="web:1")
    assert await plain.fetchval("SELECT array_agg(referral_id) FROM referral_secret") == [other.referral.id]
    left = await service.get_referral(referrals, EVERYTHING, made.referral.id)
    assert (left.state, left.has_number, left.wants_sms) == (ReferralState.WITHDRAWN, False, False)
    async with transaction(referrals.database, EVERYTHING) as session:
        assert await open_for_message(session, referrals, made.referral.id) is None
        assert await open_for_message(session, referrals, other.referral.id) is not None
    await service.sweep(referrals)
    after = files_of(referrals.vault.folder)
    assert len(after) == len(before) == 1
    assert after != before


async def test_the_same_code_again_is_answered_alike_and_does_nothing(referrals: Referrals) -> None:
    made = await refer(referrals)
    assert await service.withdraw_by_code(referrals, made.code, source="call:1")
    first = await service.get_referral(referrals, EVERYTHING, made.referral.id)
    assert await service.withdraw_by_code(referrals, made.code, source="call:1")
    assert await service.get_referral(referrals, EVERYTHING, made.referral.id) == first


@pytest.mark.parametrize("code", ["", "0000000000", "12345", "abcdefghij", "٠١٢٣٤٥٦٧٨٩", "1" * 500])
async def test_a_wrong_code_is_no_fault(referrals: Referrals, code: str) -> None:
    await refer(referrals)
    assert not await service.withdraw_by_code(referrals, code, source="web:1")


async def test_whoever_guesses_is_stopped_and_others_are_not(referrals: Referrals, clock: MovableClock) -> None:
    made = await refer(referrals)
    for _ in range(20):
        assert not await service.withdraw_by_code(referrals, "0000000000", source="web:guesser")
    with pytest.raises(CodesThrottled) as throttled:
        await service.withdraw_by_code(referrals, made.code, source="web:guesser")
    assert 0 < throttled.value.retry_after_seconds <= 3600
    assert await service.withdraw_by_code(referrals, made.code, source="call:caller")
    clock.go_on(hours=1, seconds=1)
    assert await service.withdraw_by_code(referrals, made.code, source="web:guesser")


async def test_guessing_from_everywhere_is_stopped_and_people_still_help(
    referrals: Referrals, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await refer(referrals)
    monkeypatch.setattr("app.referrals.codes._BY_ALL.amount", 30)
    for number in range(30):
        await service.withdraw_by_code(referrals, "0000000000", source=f"web:{number}")
    with pytest.raises(CodesThrottled):
        await service.withdraw_by_code(referrals, made.code, source="web:caller")
    assert await service.withdraw_by_code(referrals, made.code, source=f"person:{AGENT}")


async def test_neither_the_code_nor_the_caller_is_in_the_database(
    referrals: Referrals, plain: asyncpg.Connection
) -> None:
    made = await refer(referrals, origin=b"call:7")
    tables = await plain.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    whole = "\n".join([str(await plain.fetch(f'TABLE "{row["tablename"]}"')) for row in tables])
    assert str(made.referral.id) in whole
    for canary in (made.code, NUMBER, NUMBER[1:], NAME, "money_and_offers"):
        assert canary not in whole


async def test_a_centre_finds_its_own_callers_by_their_code_alone(referrals: Referrals) -> None:
    made = await refer(referrals)
    found = await service.find_by_code(referrals, HOME, made.code, by=STAFFER)
    assert found == made.referral
    assert await service.find_by_code(referrals, REACH[MUNICH], made.code, by=STAFF[MUNICH]) is None
    for _ in range(19):
        await service.find_by_code(referrals, HOME, "0000000000", by=STAFFER)
    with pytest.raises(CodesThrottled):
        await service.find_by_code(referrals, HOME, made.code, by=STAFFER)


async def test_an_agent_and_the_centre_withdraw_for_the_caller(referrals: Referrals) -> None:
    for reach, by in ((EVERYTHING, AGENT), (HOME, STAFFER)):
        made = await refer(referrals)
        with pytest.raises(ReferralUnknown):
            await service.withdraw(referrals, REACH[MUNICH], made.referral.id, by=STAFF[MUNICH])
        assert (await service.withdraw(referrals, reach, made.referral.id, by=by)).changed
        assert not (await service.withdraw(referrals, reach, made.referral.id, by=by)).changed
        (noted,) = (await accounts_service.list_audit(referrals.accounts, subject=str(made.referral.id))).entries
        assert (noted.action, noted.actor) == ("referral-withdrawn", str(by))


async def test_what_was_completed_is_withdrawn_too_and_goes_no_later(referrals: Referrals, clock: MovableClock) -> None:
    made = await refer(referrals)
    for verb in (service.receive, service.accept, service.contact, service.complete):
        done = await verb(referrals, HOME, made.referral.id, by=STAFFER)
    clock.go_on(days=20)
    withdrawn = await service.withdraw(referrals, EVERYTHING, made.referral.id, by="caller")
    assert withdrawn.referral.erase_at == done.referral.erase_at


async def test_two_withdrawals_at_once_are_one(referrals: Referrals) -> None:
    made = [await refer(referrals) for _ in range(4)]
    tries = [service.withdraw_by_code(referrals, one.code, source=f"web:{n}") for n in range(3) for one in made]
    assert await asyncio.gather(*tries) == [True] * len(tries)
    await service.sweep(referrals)
    assert (await service.overdue(referrals))["keys"] == 0


async def test_the_old_referral_of_a_forwarding_is_not_withdrawn_in_the_place_of_the_new(referrals: Referrals) -> None:
    made = await refer(referrals)
    await service.forward(referrals, EVERYTHING, made.referral.id, by=AGENT, to_centre_id=MUNICH)
    with pytest.raises(TransitionRefused):
        await service.withdraw(referrals, EVERYTHING, made.referral.id, by=AGENT)
