"""One referral: what was passed on, what the centre can answer, the messages about it, and a sheet to print."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

import phonenumbers
from pydantic import Field

from app.kit.extent import Reach
from app.portal.door import INBOX, STAFF, asked_id, centre_name, language_name, reach_of, router
from app.portal.inbox import MOODS, is_late
from app.referrals import rules, service
from app.referrals.demo import list_examples
from app.referrals.models import Answered, DeclineReason, Payload, Referral, ReferralState, Side
from app.referrals.refusals import (
    Erased,
    ForwardingNotConsented,
    NoAgreement,
    ReferralUnknown,
    TransitionRefused,
)
from app.referrals.service import Referrals
from app.referrals.working_days import last_day
from app.shell.answers import Answer, Flash, Page, Question, Redirect, Undo
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.provided import Provided

_ONE: Final = f"{INBOX}/referrals/{{id}}"
_ANSWERS: Final = frozenset(
    {ReferralState.ACCEPTED, ReferralState.CONTACTED, ReferralState.COMPLETED, ReferralState.DECLINED}
)


class Declining(FormModel):
    """Why the centre declines."""

    words: ClassVar[str] = "portal.decline"
    reason: DeclineReason


class Forwarding(FormModel):
    """To which centre it goes."""

    words: ClassVar[str] = "portal.forward"
    centre: str = Field(min_length=1, max_length=100)


class Writing(FormModel):
    """A message to the hotline."""

    words: ClassVar[str] = "portal.message"
    text: str = Field(min_length=1, max_length=1000)


@dataclass(frozen=True, slots=True)
class Opened:
    """A referral with what the centre may read of it; `payload` is None before it is received and after its end."""

    referral: Referral
    payload: Payload | None

    @property
    def number(self) -> str:
        """The number as people write it."""
        if self.payload is None or self.payload.number is None:
            return ""
        parsed = phonenumbers.parse(self.payload.number)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


async def _examples(given: Provided) -> Sequence[str]:
    return [f"{INBOX}/referrals/{one.id}" for one in await list_examples(given.get(Referrals))]


@router.page(_ONE, access=STAFF, title="portal.referral.title", parent=INBOX, example=_examples)
async def referral(ask: Ask) -> Answer:
    return await _shown(ask, await _open(ask))


async def _shown(
    ask: Ask,
    opened: Opened,
    *,
    declining: Form[Declining] | None = None,
    forwarding: Form[Forwarding] | None = None,
    writing: Form[Writing] | None = None,
) -> Page:
    one, referrals = opened.referral, ask.given(Referrals)
    follow = rules.TRANSITIONS[one.state]
    forms: tuple[Form[Any] | None, ...] = (declining, forwarding, writing)
    context = {
        "one": one,
        "payload": opened.payload,
        "number_shown": opened.number,
        "spoken": language_name(ask, opened.payload.language) if opened.payload else "",
        "mood": MOODS[one.state],
        "site": centre_name(ask, one.centre_id),
        "late": is_late(one, ask.clock()),
        "until": last_day(one.deadline_at) if one.deadline_at else None,
        "next_states": {state.value for state in follow},
        "answerable": bool(follow & _ANSWERS),
        "declining": declining or blank(Declining),
        "writing": writing or blank(Writing),
        "reasons": [(reason.value, ask.translate(f"referral.reason.{reason.value}")) for reason in DeclineReason],
        "messages": await service.list_messages(referrals, await reach_of(ask), one.id, by=ask.person().person_id),
        "alternatives": await _alternatives(ask, one),
        "own_side": Side.CENTRE,
    }
    heading = ask.translate("portal.referral.heading", short=one.id.hex[:6].upper())
    return Page("referral.html", context, form=next((form for form in forms if form), None), heading=heading)


async def _alternatives(ask: Ask, one: Referral) -> list[tuple[str, str]]:
    if not one.consent.forwarding or one.state not in rules.FORWARDED_BY_CENTRE:
        return []
    offers = await service.list_alternatives(ask.given(Referrals), one.id)
    return [(offer.centre_id, centre_name(ask, offer.centre_id)) for offer in offers]


async def _open(ask: Ask) -> Opened:
    """Raises Missing for what is out of the person's reach."""
    referrals, reach, id_ = ask.given(Referrals), await reach_of(ask), asked_id(ask)
    try:
        one = await service.get_referral(referrals, reach, id_)
    except ReferralUnknown:
        raise Missing from None
    try:
        payload = await service.open_payload(referrals, reach, id_, by=ask.person().person_id)
    except (TransitionRefused, Erased):
        payload = None
    return Opened(one, payload)


Verb = Callable[[Referrals, Reach], Awaitable[Answered]]


async def _answer(ask: Ask, verb: Verb, done: str, undo: Undo | None = None) -> Answer:
    """Carries an answer out and says what became of it; an answer that comes too late says why."""
    address = f"{INBOX}/referrals/{asked_id(ask)}"
    try:
        answered = await verb(ask.given(Referrals), await reach_of(ask))
    except ReferralUnknown:
        raise Missing from None
    except TransitionRefused as refused:
        return Redirect(address, flash=Flash(f"referral.refused.{refused.state.value}", mood="warning"))
    except (NoAgreement, ForwardingNotConsented, Erased) as refused:
        return Redirect(address, flash=Flash(f"referral.refused.{refused.code}", mood="warning"))
    words = f"portal.done.{done}" if answered.changed else "portal.done.already"
    return Redirect(address, flash=Flash(words, undo=undo if answered.changed else None))


@router.deed(f"{_ONE}/receive", access=STAFF, back=INBOX)
async def receive(ask: Ask) -> Answer:
    by, id_ = ask.person().person_id, asked_id(ask)
    return await _answer(ask, lambda referrals, reach: service.receive(referrals, reach, id_, by=by), "receive")


@router.deed(f"{_ONE}/accept", access=STAFF, back=INBOX)
async def accept(ask: Ask) -> Answer:
    by, id_ = ask.person().person_id, asked_id(ask)
    return await _answer(ask, lambda referrals, reach: service.accept(referrals, reach, id_, by=by), "accept")


@router.deed(f"{_ONE}/contact", access=STAFF, back=INBOX)
async def contact(ask: Ask) -> Answer:
    by, id_ = ask.person().person_id, asked_id(ask)
    return await _answer(ask, lambda referrals, reach: service.contact(referrals, reach, id_, by=by), "contact")


@router.deed(f"{_ONE}/complete", access=STAFF, back=INBOX)
async def complete(ask: Ask) -> Answer:
    by, id_ = ask.person().person_id, asked_id(ask)
    return await _answer(ask, lambda referrals, reach: service.complete(referrals, reach, id_, by=by), "complete")


@router.deed(f"{_ONE}/decline", access=STAFF, back=INBOX)
async def decline(ask: Ask) -> Answer:
    form = ask.read(Declining)
    if form.value is None:
        return await _shown(ask, await _open(ask), declining=form)
    by, id_, reason = ask.person().person_id, asked_id(ask), form.value.reason
    # A centre that declined by mistake may accept after all, as long as nobody else has it.
    undo = Undo("/portal/accept-after-all", {"id": str(id_)})
    return await _answer(
        ask,
        lambda referrals, reach: service.decline(referrals, reach, id_, by=by, reason=reason),
        "decline",
        undo,
    )


@router.deed("/portal/accept-after-all", access=STAFF, back=INBOX)
async def accept_after_all(ask: Ask) -> Answer:
    fields = ask.undone("/portal/accept-after-all")
    return Redirect(f"{INBOX}/referrals/{fields['id']}", flash=await _accepted_again(ask, fields["id"]))


async def _accepted_again(ask: Ask, id_: str) -> Flash:
    try:
        await service.accept(ask.given(Referrals), await reach_of(ask), UUID(id_), by=ask.person().person_id)
    except ReferralUnknown:
        raise Missing from None
    except TransitionRefused as refused:
        return Flash(f"referral.refused.{refused.state.value}", mood="warning")
    return Flash("portal.done.accept")


@router.deed(f"{_ONE}/forward", access=STAFF, back=INBOX)
async def forward(ask: Ask) -> Answer:
    form = ask.read(Forwarding)
    if form.value is None:
        return await _shown(ask, await _open(ask), forwarding=form)
    by, id_, to = ask.person().person_id, asked_id(ask), form.value.centre
    return await _answer(
        ask, lambda referrals, reach: service.forward(referrals, reach, id_, by=by, to_centre_id=to), "forward"
    )


@router.deed(f"{_ONE}/messages", access=STAFF, back=INBOX)
async def write(ask: Ask) -> Answer:
    form = ask.read(Writing)
    if form.value is None:
        return await _shown(ask, await _open(ask), writing=form)
    referrals, id_ = ask.given(Referrals), asked_id(ask)
    try:
        await service.write_message(
            referrals, await reach_of(ask), id_, side=Side.CENTRE, by=ask.person().person_id, text=form.value.text
        )
    except ReferralUnknown:
        raise Missing from None
    except Erased as refused:
        return Redirect(f"{INBOX}/referrals/{id_}", flash=Flash(f"referral.refused.{refused.code}", mood="warning"))
    return Redirect(f"{INBOX}/referrals/{id_}", flash=Flash("portal.done.message"))


async def _withdrawals(given: Provided) -> Sequence[str]:
    return [f"{address}/withdraw" for address in await _examples(given)][:1]


@router.page(f"{_ONE}/withdraw", access=STAFF, title="portal.withdraw.title", parent=INBOX, example=_withdrawals)
async def ask_to_withdraw(ask: Ask) -> Answer:
    one = (await _open(ask)).referral
    address = f"{INBOX}/referrals/{one.id}"
    return Question("portal.withdraw", deed=f"{address}/withdraw", back=address, danger=True)


@router.deed(f"{_ONE}/withdraw", access=STAFF, back=INBOX)
async def withdraw(ask: Ask) -> Answer:
    by, id_ = ask.person().person_id, asked_id(ask)
    return await _answer(ask, lambda referrals, reach: service.withdraw(referrals, reach, id_, by=by), "withdraw")
