"""One referral as the hotline sees it: where it stands, who has it, what was written about it; never what is sealed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from pydantic import Field

from app.console.door import asked_id, router
from app.console.referral_list import HOTLINE, REFERRALS, centre_name, is_late, mood_of, short_name
from app.kit.extent import EVERYTHING
from app.referrals import rules, service
from app.referrals.demo import list_examples
from app.referrals.models import Answered, Referral, ReferralState, Side
from app.referrals.refusals import Erased, ForwardingNotConsented, NoAgreement, ReferralUnknown, TransitionRefused
from app.referrals.service import Referrals
from app.referrals.working_days import last_day
from app.shell.answers import Answer, Flash, Page, Question, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.provided import Provided

_ONE: Final = f"{REFERRALS}/{{id}}"


class Forwarding(FormModel):
    """To which centre it goes."""

    words: ClassVar[str] = "referral.forward"
    centre: str = Field(min_length=1, max_length=100)


class Writing(FormModel):
    """A message to the centre."""

    words: ClassVar[str] = "referral.message"
    text: str = Field(min_length=1, max_length=1000)


async def _examples(given: Provided) -> Sequence[str]:
    return [f"{REFERRALS}/{one.id}" for one in await list_examples(given.get(Referrals))]


@router.page(_ONE, access=HOTLINE, title="referral.one.title", parent=REFERRALS, example=_examples)
async def referral_page(ask: Ask) -> Answer:
    return await _shown(ask, await _asked(ask))


@router.deed(f"{_ONE}/forward", access=HOTLINE, back=REFERRALS)
async def forward(ask: Ask) -> Answer:
    form, one = ask.read(Forwarding), await _asked(ask)
    if form.value is None:
        return await _shown(ask, one, forwarding=form)
    to, by = form.value.centre, ask.person().person_id
    return await _carried_out(
        ask,
        one,
        "referral.forwarded",
        lambda referrals: service.forward(referrals, EVERYTHING, one.id, by=by, to_centre_id=to),
    )


@router.deed(f"{_ONE}/messages", access=HOTLINE, back=REFERRALS)
async def write(ask: Ask) -> Answer:
    form, one = ask.read(Writing), await _asked(ask)
    if form.value is None:
        return await _shown(ask, one, writing=form)
    referrals, by, address = ask.given(Referrals), ask.person().person_id, f"{REFERRALS}/{one.id}"
    try:
        await service.write_message(referrals, EVERYTHING, one.id, side=Side.HOTLINE, by=by, text=form.value.text)
    except Erased:
        return Redirect(address, flash=Flash("referral.refused.erased", mood="warning"))
    return Redirect(address, flash=Flash("referral.message.sent"))


async def _withdrawals(given: Provided) -> Sequence[str]:
    return [f"{address}/withdraw" for address in await _examples(given)][:1]


@router.page(
    f"{_ONE}/withdraw", access=HOTLINE, title="referral.withdraw.title", parent=REFERRALS, example=_withdrawals
)
async def ask_to_withdraw(ask: Ask) -> Answer:
    address = f"{REFERRALS}/{(await _asked(ask)).id}"
    return Question("referral.withdraw", deed=f"{address}/withdraw", back=address, danger=True)


@router.deed(f"{_ONE}/withdraw", access=HOTLINE, back=REFERRALS)
async def withdraw(ask: Ask) -> Answer:
    one, by = await _asked(ask), ask.person().person_id
    return await _carried_out(
        ask, one, "referral.withdrawn", lambda referrals: service.withdraw(referrals, EVERYTHING, one.id, by=by)
    )


async def _asked(ask: Ask) -> Referral:
    try:
        return await service.get_referral(ask.given(Referrals), EVERYTHING, asked_id(ask))
    except ReferralUnknown:
        raise Missing from None


async def _carried_out(ask: Ask, one: Referral, done: str, verb: Callable[[Referrals], Awaitable[Answered]]) -> Answer:
    """Where a deed leads: to the referral, or to the one that took its place; what is too late says why."""
    address = f"{REFERRALS}/{one.id}"
    try:
        answered = await verb(ask.given(Referrals))
    except ReferralUnknown:
        raise Missing from None
    except TransitionRefused as refused:
        return Redirect(address, flash=Flash(f"referral.refused.{refused.state.value}", mood="warning"))
    except (NoAgreement, ForwardingNotConsented, Erased) as refused:
        return Redirect(address, flash=Flash(f"referral.refused.{refused.code}", mood="warning"))
    following = answered.referral.forwarded_to
    return Redirect(f"{REFERRALS}/{following}" if following else address, flash=Flash(done))


async def _shown(
    ask: Ask, one: Referral, *, forwarding: Form[Forwarding] | None = None, writing: Form[Writing] | None = None
) -> Page:
    referrals, follow = ask.given(Referrals), rules.TRANSITIONS[one.state]
    context = {
        "one": one,
        "centre": centre_name(ask, one.centre_id),
        "mood": mood_of(one.state),
        "late": is_late(one, ask.clock()),
        "until": last_day(one.deadline_at) if one.deadline_at else None,
        "received_by": last_day(one.received_by),
        "answered_by": last_day(one.answered_by),
        "waiting": one.state in rules.WAITING,
        "may_withdraw": ReferralState.WITHDRAWN in follow,
        "alternatives": await _alternatives(ask, one) if ReferralState.FORWARDED in follow else None,
        "messages": await service.list_messages(referrals, EVERYTHING, one.id, by=ask.person().person_id),
        "may_write": one.state not in {ReferralState.FORWARDED, ReferralState.WITHDRAWN, ReferralState.EXPIRED},
        "own_side": Side.HOTLINE,
        "forwarding": forwarding or blank(Forwarding),
        "writing": writing or blank(Writing),
    }
    heading = ask.translate("referral.one.heading", short=short_name(one.id))
    return Page("referral.html", context, form=forwarding or writing, heading=heading)


async def _alternatives(ask: Ask, one: Referral) -> list[tuple[str, str, bool]]:
    """The centres that it could go to: id, name, and whether it belongs to an authority; none without consent."""
    if not one.consent.forwarding:
        return []
    offers = await service.list_alternatives(ask.given(Referrals), one.id)
    return [(offer.centre_id, centre_name(ask, offer.centre_id), offer.announce_authority) for offer in offers]
