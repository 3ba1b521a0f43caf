"""The demonstration's agreements and made-up referrals, all by the real verbs; production takes no notice of them."""

from typing import Final

from app.kit.clock import today_in_germany
from app.kit.extent import EVERYTHING
from app.referrals import service
from app.referrals.models import BestTime, Channel, Consent, DeclineReason, Payload, Referral
from app.referrals.service import Referrals

# Centres of the directory that have agreed to nothing: only the demonstration acts as if they had.
INDEPENDENT: Final = "sn-caritas-leipzig"
AUTHORITY: Final = "sn-bamf-dresden"
ANOTHER: Final = "sn-drk-leipzig"
# The demo's centre staff look after two of the three, and never see what the third one gets.
OPERATOR: Final = "demo"
_OPERATORS: Final = {INDEPENDENT: OPERATOR, AUTHORITY: OPERATOR, ANOTHER: None}
# The Federal Network Agency keeps 030 23125 000 to 999 free for films and the like: nobody has such a number.
_FIRST: Final = Payload(
    number="+493023125123",
    language="tr",
    topic="money_and_offers",
    best_time=BestTime.MORNING,
    first_name="Beispiel",
    woman_wished=True,
)
_SECOND: Final = Payload(language="ar", topic="documents_and_travel")


async def prepare_demo(referrals: Referrals) -> None:
    """Three agreements, and two referrals in the inbox of the demo's centre staff; repeating changes nothing."""
    if await service.list_agreements(referrals, EVERYTHING):
        return
    for centre_id, operator in _OPERATORS.items():
        await service.set_agreement(
            referrals,
            by="cli",
            centre_id=centre_id,
            agreed_on=today_in_germany(referrals.clock),
            agreed_with="Leitung (Beispiel)",
            operator_id=operator,
        )
    await _refer(referrals, "first", INDEPENDENT, _FIRST)
    second = await _refer(referrals, "second", AUTHORITY, _SECOND)
    await service.receive(referrals, EVERYTHING, second.id, by="system")
    await service.accept(referrals, EVERYTHING, second.id, by="system")


async def list_examples(referrals: Referrals) -> list[Referral]:
    """One that is new, one with messages that was received, one that was declined, one that was withdrawn."""
    await prepare_demo(referrals)
    names = ("new", "received", "declined", "withdrawn")
    new, received, declined, withdrawn = [await _refer(referrals, name, INDEPENDENT, _FIRST) for name in names]
    await service.receive(referrals, EVERYTHING, received.id, by="system")
    if declined.answered_at is None:
        await service.receive(referrals, EVERYTHING, declined.id, by="system")
        await service.decline(
            referrals, EVERYTHING, declined.id, by="system", reason=DeclineReason.LANGUAGE_NOT_OFFERED
        )
    await service.withdraw(referrals, EVERYTHING, withdrawn.id, by="system")
    return [new, received, declined, withdrawn]


async def _refer(referrals: Referrals, name: str, centre_id: str, payload: Payload) -> Referral:
    """A referral that nobody asked for, made once by its name."""
    made = await service.refer(
        referrals,
        centre_id=centre_id,
        payload=payload,
        consent=Consent("referral-agent", 1, payload.language, Channel.AGENT, referrals.clock(), forwarding=True),
        by="system",
        origin=f"demonstration:{name}".encode(),
    )
    return made.referral
