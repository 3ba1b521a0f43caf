"""Agreements: what is agreed is checked, kept, told to the audit, and a webhook's secret is replaced without a gap."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from app.accounts import service as accounts_service
from app.kit.reach import EVERYTHING, transaction
from app.referrals import service
from app.referrals.handing import find_facts
from app.referrals.models import Capacity
from app.referrals.refusals import AgreementRefused
from app.referrals.service import Referrals
from tests.moving import MovableClock
from tests.referrals.cast import AGENT, LEIPZIG, MUNICH, REACH, STAFF, agree, refer

WEBHOOK = "https://beratung.example/hook"


async def test_an_agreement_is_kept_as_it_was_entered(referrals: Referrals) -> None:
    entered = await service.set_agreement(
        referrals,
        by=AGENT,
        centre_id=LEIPZIG,
        agreed_on=date(2026, 3, 1),
        agreed_with=" Geschäftsführung ",
        valid_to=date(2027, 3, 1),
        operator_id="beispiel",
        email="post@beratung.example",
        webhook_url=WEBHOOK,
        receive_days=2,
        answer_days=5,
        languages=("ar", "tr"),
    )
    assert await service.find_agreement(referrals, REACH[LEIPZIG], LEIPZIG) == entered
    assert (entered.agreed_with, entered.land, entered.has_webhook_secret) == ("Geschäftsführung", "DE-SN", False)
    (noted, *_) = (await accounts_service.list_audit(referrals.accounts, subject=LEIPZIG)).entries
    assert (noted.action, noted.actor, noted.details) == ("agreement-set", str(AGENT), {})


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"centre_id": "nowhere"}, "centre_id"),
        ({"agreed_with": " "}, "agreed_with"),
        ({"agreed_with": "L\n"}, None),
        ({"agreed_with": "x" * 101}, "agreed_with"),
        ({"valid_to": date(2025, 1, 1)}, "valid_to"),
        ({"receive_days": 0}, "receive_days"),
        ({"receive_days": 4}, "receive_days"),
        ({"answer_days": 31}, "receive_days"),
        ({"operator_id": "operator:x"}, "operator_id"),
        ({"operator_id": "A B"}, "operator_id"),
        ({"languages": ("Türkisch",)}, "languages"),
        ({"email": "post"}, "email"),
        ({"webhook_url": "http://beratung.example"}, "webhook_url"),
        ({"webhook_url": "https://127.0.0.1/"}, "webhook_url"),
    ],
)
async def test_a_wrong_field_is_named(referrals: Referrals, terms: dict[str, object], field: str | None) -> None:
    given: dict[str, Any] = {"centre_id": LEIPZIG, "agreed_on": date(2026, 1, 2), "agreed_with": "Leitung"} | terms
    if field is None:
        assert (await service.set_agreement(referrals, by="cli", **given)).agreed_with == "L"
        return
    with pytest.raises(AgreementRefused) as refused:
        await service.set_agreement(referrals, by="cli", **given)
    assert refused.value.field == field


async def secrets_of(referrals: Referrals) -> tuple[str, ...]:
    made = await refer(referrals)
    async with transaction(referrals.database, EVERYTHING) as session:
        facts = await find_facts(session, referrals, made.referral.id)
    assert facts is not None
    return facts.webhook.secrets if facts.webhook else ()


async def test_a_new_secret_and_the_one_before_work_for_a_week(
    referrals: Referrals, clock: MovableClock, plain: asyncpg.Connection
) -> None:
    with pytest.raises(AgreementRefused):
        await service.set_webhook_secret(referrals, by="cli", centre_id=LEIPZIG)
    await agree(referrals, LEIPZIG, webhook_url=WEBHOOK)
    assert await secrets_of(referrals) == ()
    first = await service.set_webhook_secret(referrals, by="cli", centre_id=LEIPZIG)
    assert await secrets_of(referrals) == (first,)
    second = await service.set_webhook_secret(referrals, by="cli", centre_id=LEIPZIG)
    assert await secrets_of(referrals) == (second, first)
    row = str(await plain.fetch("SELECT * FROM agreement"))
    assert first not in row
    assert second not in row
    await agree(referrals, LEIPZIG, webhook_url=WEBHOOK, answer_days=4)
    clock.go_on(days=7)
    assert await secrets_of(referrals) == (second,)
    await agree(referrals, LEIPZIG, webhook_url="https://other.example/hook")
    assert await secrets_of(referrals) == ()


async def test_a_centre_writes_its_own_entry_and_no_others(referrals: Referrals) -> None:
    saved = await service.save_entry(
        referrals,
        REACH[LEIPZIG],
        LEIPZIG,
        by=STAFF[LEIPZIG],
        hours="Mo-Fr 09:00-16:00",
        capacity=Capacity.NOW,
        contact=" 0341 ",
    )
    assert (saved.hours, saved.contact) == ("Mo-Fr 09:00-16:00", "0341")
    assert await service.find_entry(referrals, EVERYTHING, LEIPZIG) == saved
    with pytest.raises(AgreementRefused):
        await service.save_entry(
            referrals, REACH[LEIPZIG], MUNICH, by=STAFF[LEIPZIG], hours=None, capacity=Capacity.CLOSED, contact=None
        )
    with pytest.raises(AgreementRefused) as refused:
        await service.save_entry(
            referrals, REACH[LEIPZIG], LEIPZIG, by=AGENT, hours="Mo\nTu", capacity=Capacity.NOW, contact=None
        )
    assert refused.value.field == "hours"


async def test_an_ended_agreement_takes_no_new_referrals_and_leaves_open_ones(referrals: Referrals) -> None:
    made = await refer(referrals)
    ended = await service.end_agreement(referrals, by=AGENT, centre_id=LEIPZIG)
    assert ended.valid_to == date(2026, 11, 21)
    assert await service.find_offer(referrals, LEIPZIG) is None
    assert (await service.receive(referrals, REACH[LEIPZIG], made.referral.id, by=STAFF[LEIPZIG])).changed
