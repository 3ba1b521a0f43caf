"""A referral's way: made once, received, answered, contacted, completed; what is late or twice changes nothing."""

import asyncio
from dataclasses import replace

import pytest

from app.accounts import service as accounts_service
from app.kit.reach import EVERYTHING
from app.referrals import service
from app.referrals.models import Capacity, Channel, Consent, DeclineReason, Payload, ReferralState, Side, Tab
from app.referrals.refusals import (
    ConsentRefused,
    Erased,
    ForwardingNotConsented,
    NoAgreement,
    PayloadRefused,
    ReferralUnknown,
    TransitionRefused,
)
from app.referrals.service import Referrals
from tests.moving import MovableClock
from tests.referrals.cast import AGENT, LEIPZIG, MUNICH, NUMBER, OFFICE, PAYLOAD, REACH, STAFF, consent, refer

HOME = REACH[LEIPZIG]
STAFFER = STAFF[LEIPZIG]


async def test_a_referral_goes_all_the_way(referrals: Referrals, clock: MovableClock) -> None:
    made = await refer(referrals)
    assert made.referral.state is ReferralState.DELIVERED
    assert len(made.code) == 10
    assert made.code.isdigit()
    assert [one.id for one in await service.list_inbox(referrals, HOME, Tab.NEW)] == [made.referral.id]
    for verb, state in (
        (service.receive, ReferralState.RECEIVED),
        (service.accept, ReferralState.ACCEPTED),
        (service.contact, ReferralState.CONTACTED),
        (service.complete, ReferralState.COMPLETED),
    ):
        clock.go_on(hours=1)
        answered = await verb(referrals, HOME, made.referral.id, by=STAFFER)
        assert (answered.referral.state, answered.changed) == (state, True)
        assert await service.open_payload(referrals, HOME, made.referral.id, by=STAFFER) == PAYLOAD
    assert await service.count_inbox(referrals, HOME) == {Tab.NEW: 0, Tab.OPEN: 0, Tab.ENDED: 1}
    figures = await service.figures(referrals, HOME)
    assert (figures.received_hours, figures.answered_hours) == (1.0, 2.0)


async def test_nothing_is_read_before_it_was_received_and_each_reading_is_noted(referrals: Referrals) -> None:
    made = await refer(referrals)
    with pytest.raises(TransitionRefused) as refused:
        await service.open_payload(referrals, HOME, made.referral.id, by=STAFFER)
    assert refused.value.code == "not-while-delivered"
    await service.receive(referrals, HOME, made.referral.id, by=STAFFER)
    await service.open_payload(referrals, HOME, made.referral.id, by=STAFFER)
    noted = (await accounts_service.list_audit(referrals.accounts, subject=str(made.referral.id))).entries
    assert [(entry.action, entry.actor) for entry in reversed(noted)] == [
        ("referral-received", str(STAFFER)),
        ("referral-opened", str(STAFFER)),
    ]
    assert all(entry.details == {} for entry in noted)


async def test_the_same_origin_makes_one_referral_with_one_code(referrals: Referrals) -> None:
    made = await asyncio.gather(*(refer(referrals, origin=b"call:7") for _ in range(5)))
    assert len({one.referral.id for one in made}) == 1
    assert len({one.code for one in made}) == 1
    assert sorted(one.again for one in made) == [False, True, True, True, True]
    assert (await refer(referrals, origin=b"call:8")).code != made[0].code
    assert len(await service.list_inbox(referrals, EVERYTHING, Tab.NEW)) == 2


async def test_an_answer_given_twice_changes_nothing_and_says_so(referrals: Referrals, clock: MovableClock) -> None:
    made = await refer(referrals)
    first = await service.receive(referrals, HOME, made.referral.id, by=STAFFER)
    clock.go_on(hours=2)
    second = await service.receive(referrals, HOME, made.referral.id, by=STAFFER)
    assert not second.changed
    assert second.referral == first.referral


async def test_a_late_answer_is_refused_and_says_why(referrals: Referrals) -> None:
    made = await refer(referrals)
    await service.receive(referrals, HOME, made.referral.id, by=STAFFER)
    await service.withdraw_by_code(referrals, made.code, source="web:1")
    with pytest.raises(TransitionRefused, match="the caller has withdrawn") as refused:
        await service.accept(referrals, HOME, made.referral.id, by=STAFFER)
    assert refused.value.state is ReferralState.WITHDRAWN
    with pytest.raises(TransitionRefused):
        await service.open_payload(referrals, HOME, made.referral.id, by=STAFFER)


async def test_who_declined_by_mistake_accepts_after_all(referrals: Referrals) -> None:
    made = await refer(referrals)
    id_ = made.referral.id
    await service.receive(referrals, HOME, id_, by=STAFFER)
    declined = await service.decline(referrals, HOME, id_, by=STAFFER, reason=DeclineReason.NO_CAPACITY)
    assert (declined.referral.reason, declined.referral.deadline_at) == (DeclineReason.NO_CAPACITY, None)
    assert declined.referral.ended_at is not None
    accepted = await service.accept(referrals, HOME, id_, by=STAFFER)
    assert (accepted.referral.reason, accepted.referral.ended_at) == (None, None)
    assert accepted.referral.erase_at == made.referral.erase_at


async def test_a_forwarded_referral_is_the_other_centres_alone(referrals: Referrals) -> None:
    made = await refer(referrals)
    old = made.referral.id
    await service.receive(referrals, HOME, old, by=STAFFER)
    forwarded = await service.forward(referrals, HOME, old, by=STAFFER, to_centre_id=MUNICH)
    assert forwarded.referral.state is ReferralState.FORWARDED
    with pytest.raises(TransitionRefused, match="forwarded"):
        await service.open_payload(referrals, HOME, old, by=STAFFER)
    new = forwarded.referral.forwarded_to
    assert new is not None
    with pytest.raises(ReferralUnknown):
        await service.get_referral(referrals, HOME, new)
    await service.receive(referrals, REACH[MUNICH], new, by=STAFF[MUNICH])
    assert await service.open_payload(referrals, REACH[MUNICH], new, by=STAFF[MUNICH]) == PAYLOAD
    fresh = await service.get_referral(referrals, REACH[MUNICH], new)
    assert (fresh.erase_at, fresh.forwarded_from) == (made.referral.erase_at, old)
    again = await service.forward(referrals, HOME, old, by=STAFFER, to_centre_id=OFFICE)
    assert not again.changed
    assert await service.withdraw_by_code(referrals, made.code, source="web:1")
    assert (await service.get_referral(referrals, EVERYTHING, new)).state is ReferralState.WITHDRAWN


async def test_only_the_hotline_forwards_what_nobody_received(referrals: Referrals) -> None:
    made = await refer(referrals)
    with pytest.raises(TransitionRefused):
        await service.forward(referrals, HOME, made.referral.id, by=STAFFER, to_centre_id=MUNICH)
    done = await service.forward(referrals, EVERYTHING, made.referral.id, by=AGENT, to_centre_id=MUNICH)
    assert done.changed


async def test_without_consent_to_it_nothing_is_forwarded(referrals: Referrals) -> None:
    made = await refer(referrals, forwarding=False)
    await service.receive(referrals, HOME, made.referral.id, by=STAFFER)
    with pytest.raises(ForwardingNotConsented):
        await service.forward(referrals, HOME, made.referral.id, by=STAFFER, to_centre_id=MUNICH)
    assert await service.open_payload(referrals, HOME, made.referral.id, by=STAFFER) == PAYLOAD


async def test_alternatives_are_of_the_land_and_were_not_tried(referrals: Referrals) -> None:
    made = await refer(referrals)
    assert await service.list_alternatives(referrals, made.referral.id) == []
    nationwide = replace(referrals.directory.centres[OFFICE], land="DE")
    directory = replace(referrals.directory, centres={**referrals.directory.centres, OFFICE: nationwide})
    wider = replace(referrals, directory=directory)
    await service.end_agreement(wider, by="cli", centre_id=OFFICE)
    assert await service.list_alternatives(wider, made.referral.id) == []
    agreed_on = wider.clock().date()
    await service.set_agreement(wider, by="cli", centre_id=OFFICE, agreed_on=agreed_on, agreed_with="Leitung")
    assert [offer.centre_id for offer in await service.list_alternatives(wider, made.referral.id)] == [OFFICE]
    forwarded = await service.forward(wider, EVERYTHING, made.referral.id, by=AGENT, to_centre_id=OFFICE)
    assert forwarded.referral.forwarded_to is not None
    assert await service.list_alternatives(wider, forwarded.referral.forwarded_to) == []


async def test_an_independent_centre_comes_first_and_an_authority_is_announced(referrals: Referrals) -> None:
    offers = await service.list_offers(referrals, [OFFICE, MUNICH, "unknown", LEIPZIG])
    assert [(offer.centre_id, offer.announce_authority) for offer in offers] == [
        (MUNICH, False),
        (LEIPZIG, False),
        (OFFICE, True),
    ]


async def test_a_centre_that_takes_nobody_gets_nobody(referrals: Referrals) -> None:
    await service.save_entry(
        referrals, HOME, LEIPZIG, by=STAFFER, hours="Mo-Fr 09:00-16:00", capacity=Capacity.WAITING_LIST, contact=None
    )
    offer = await service.find_offer(referrals, LEIPZIG)
    assert offer is not None
    assert offer.capacity is Capacity.WAITING_LIST
    await service.save_entry(referrals, HOME, LEIPZIG, by=STAFFER, hours=None, capacity=Capacity.CLOSED, contact=None)
    assert await service.find_offer(referrals, LEIPZIG) is None
    with pytest.raises(NoAgreement):
        await refer(referrals)


async def test_an_agreement_of_the_demonstration_counts_there_alone(referrals: Referrals) -> None:
    demo = replace(referrals, accounts=replace(referrals.accounts, demo=True))
    assert await service.find_offer(demo, LEIPZIG) is None


@pytest.mark.parametrize(
    "given",
    [
        Consent("toy", 3, "de", Channel.KEYS, consent(MovableClock().at).given_at),
        Consent("toy", 1, "fr", Channel.KEYS, consent(MovableClock().at).given_at),
        Consent("toy", 1, "de", Channel.VOICE, consent(MovableClock().at).given_at),
        Consent("old", 1, "de", Channel.KEYS, consent(MovableClock().at).given_at),
    ],
)
async def test_consent_is_given_to_a_wording_that_is_read_out(referrals: Referrals, given: Consent) -> None:
    with pytest.raises(ConsentRefused):
        await service.refer(referrals, centre_id=LEIPZIG, payload=PAYLOAD, consent=given, by="caller", origin=None)
    assert await service.list_inbox(referrals, EVERYTHING, Tab.NEW) == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"number": "030 23125"}, "number"),
        ({"number": "+266696687"}, "number"),
        ({"first_name": "Ana 0171"}, "first_name"),
        ({"first_name": "A\nB"}, "first_name"),
        ({"topic": "Free text"}, "topic"),
        ({"note": "x"}, "note"),
        ({"number": None, "sms_wished": True}, ""),
    ],
)
def test_only_what_is_needed_is_passed_on(fields: dict[str, object], wrong: str) -> None:
    right = {"number": NUMBER, "language": "tr", "topic": "money_and_offers"}
    assert isinstance(service.payload_of(**right), Payload)
    with pytest.raises(PayloadRefused) as refused:
        service.payload_of(**(right | fields))
    assert refused.value.field == wrong
    assert "0171" not in str(refused.value)


async def test_messages_are_read_by_both_sides_and_go_with_the_referral(referrals: Referrals) -> None:
    made = await refer(referrals)
    id_ = made.referral.id
    await service.write_message(referrals, HOME, id_, side=Side.CENTRE, by=STAFFER, text=" Bitte um Rückruf ")
    await service.write_message(referrals, EVERYTHING, id_, side=Side.HOTLINE, by=AGENT, text="Ja.")
    for reach in (HOME, EVERYTHING):
        messages = await service.list_messages(referrals, reach, id_, by=STAFFER)
        assert [(one.side, one.text) for one in messages] == [(Side.CENTRE, "Bitte um Rückruf"), (Side.HOTLINE, "Ja.")]
    with pytest.raises(ReferralUnknown):
        await service.list_messages(referrals, REACH[MUNICH], id_, by=STAFFER)
    with pytest.raises(PayloadRefused):
        await service.write_message(referrals, HOME, id_, side=Side.CENTRE, by=STAFFER, text=" ")
    await service.withdraw(referrals, EVERYTHING, id_, by=AGENT)
    assert await service.list_messages(referrals, HOME, id_, by=STAFFER) == []
    with pytest.raises(Erased):
        await service.write_message(referrals, HOME, id_, side=Side.CENTRE, by=STAFFER, text="Noch da?")
