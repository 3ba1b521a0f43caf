"""What callers do alone with referrals: find out who takes them, make one, hear its code, take it back."""

from collections.abc import Mapping
from typing import Final

from app.calls.lasting import Deed, Memory, Occasion, Run, recall
from app.calls.numbers import passable, takes_text_messages
from app.ivr.flow import Facts
from app.ivr.model import Done
from app.referrals import service
from app.referrals.consents import find_current
from app.referrals.means import Referrals
from app.referrals.models import BestTime, Channel, Consent, Payload
from app.referrals.refusals import CodesThrottled, NoAgreement

# What the flow “referral” reads out before it asks for consent.
WORDING: Final = "referral-keys"
_NUMBER: Final = {"this_number", "other_number"}


async def _caller_number(_memory: Memory, occasion: Occasion, _given: Facts) -> Done:
    return Done("usable" if passable(occasion.caller_number) else "unusable")


async def _keep_number(_memory: Memory, _occasion: Occasion, given: Facts) -> Done:
    number = passable(given["phone_number"])
    return Done("unusable") if number is None else Done("kept", {"phone_number": number})


async def _reach_number(memory: Memory, occasion: Occasion, given: Facts) -> Done:
    if given["reach"] != "other_number":
        return Done("untyped")
    number = await wished_number(memory, occasion, given["reach"])
    return Done("lost") if number is None else Done("typed", {"phone_number": number})


async def _text_message(memory: Memory, occasion: Occasion, given: Facts) -> Done:
    number = await wished_number(memory, occasion, given["reach"])
    if number is not None and takes_text_messages(number):
        return Done("possible")
    return Done("impossible", {"text_message": "none"})


async def wished_number(memory: Memory, occasion: Occasion, reach: str) -> str | None:
    """The number under which the caller wishes to be called, as E.164."""
    if reach == "this_number":
        return passable(occasion.caller_number)
    typed = await recall(memory, occasion, "keep_number") if reach == "other_number" else None
    return None if typed is None else typed.facts.get("phone_number")


async def _referral_code(memory: Memory, occasion: Occasion, _given: Facts) -> Done:
    made = await recall(memory, occasion, "make_referral")
    code = None if made is None else made.facts.get("code")
    return Done("failed") if code is None else Done("known", {"referral_code": code})


def open_deeds(referrals: Referrals) -> Mapping[str, Deed]:
    """The deeds of all lasting effects, by name."""
    return {
        "referral_offer": Deed(_referral_offer(referrals)),
        "caller_number": Deed(_caller_number),
        "keep_number": Deed(_keep_number, remembered=True),
        "reach_number": Deed(_reach_number),
        "text_message": Deed(_text_message),
        "make_referral": Deed(_make_referral(referrals), remembered=True),
        "referral_code": Deed(_referral_code),
        "withdraw_referral": Deed(_withdraw_referral(referrals), remembered=True),
    }


def _referral_offer(referrals: Referrals) -> Run:
    async def find(_memory: Memory, _occasion: Occasion, given: Facts) -> Done:
        offer = await service.find_offer(referrals, given["centre"])
        return Done("none" if offer is None else "offered")

    return find


def _make_referral(referrals: Referrals) -> Run:
    async def make(memory: Memory, occasion: Occasion, given: Facts) -> Done:
        number = await wished_number(memory, occasion, given["reach"])
        if number is None and given["reach"] in _NUMBER:
            return Done("lost")
        try:
            made = await service.refer(
                referrals,
                centre_id=given["centre"],
                payload=_payload(occasion, given, number),
                consent=_consent(referrals, occasion, given),
                by="caller",
                origin=occasion.origin,
            )
        except NoAgreement:
            return Done("refused")
        return Done("made", {"code": made.code})

    return make


def _payload(occasion: Occasion, given: Facts, number: str | None) -> Payload:
    """What was read back to the caller, and nothing else."""
    return Payload(
        number=number,
        language=occasion.language,
        topic=given["about"],
        best_time=BestTime(given.get("best_time", "any")),
        others_may_answer=given.get("who_answers") == "others_too",
        sms_wished=number is not None and given.get("text_message") == "wished",
    )


def _consent(referrals: Referrals, occasion: Occasion, given: Facts) -> Consent:
    wording = find_current(referrals.wordings, WORDING)
    if wording is None:
        raise LookupError(WORDING)
    return Consent(
        wording=wording.id,
        version=wording.version,
        language=occasion.language,
        channel=Channel.KEYS,
        given_at=referrals.clock(),
        forwarding=given["forwarding"] == "other_centre",
    )


def _withdraw_referral(referrals: Referrals) -> Run:
    async def withdraw(_memory: Memory, occasion: Occasion, given: Facts) -> Done:
        source = f"call:{occasion.call_keys[0].hex()}"
        try:
            known = await service.withdraw_by_code(referrals, given["code"], source=source)
        except CodesThrottled:
            known = False
        return Done("withdrawn" if known else "unknown")

    return withdraw
