"""What has to be done for one row of the outbox: looked up while the database is asked, done afterwards."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from app.kit.log import get_logger
from app.kit.protocols import ProviderBusy, ProviderRefused, Telephony, TextMessage
from app.kit.reach import AsyncSession
from app.referrals import handing, outbox, text_messages
from app.referrals.delivery_models import Outcome, Parcel, Refused, Undelivered, Way
from app.referrals.delivery_rules import LOOK_BACK, is_needed
from app.referrals.mail import Mailer, send_mail
from app.referrals.means import Referrals
from app.referrals.models import Facts, Notice
from app.referrals.webhook import Signed, WebhookSender, post_webhook
from app.referrals.webhook_signature import read_secret, signed_headers

log = get_logger("referrals")

PORTAL: Final = "/portal"
# Done outside of any transaction, since others are waited for meanwhile.
Errand = Callable[[], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What delivery works with; what is None or empty is a way that is not there.

    `sender` is who text messages come from, `texts` what they say by language, `base_url` where the portal is.
    """

    referrals: Referrals
    base_url: str
    webhooks: WebhookSender = field(default_factory=WebhookSender)
    mailer: Mailer | None = None
    telephony: Telephony | None = None
    sender: str = ""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


async def find_errand(post: Post, session: AsyncSession, parcel: Parcel) -> Errand | Outcome:
    """What to do for the row, or at once what became of it where nothing is to be done."""
    facts = await handing.find_facts(session, post.referrals, parcel.referral_id)
    if facts is None or not is_needed(parcel.kind, facts.state):
        return Outcome.NEEDLESS
    if parcel.way is Way.SMS:
        return await _text(post, session, parcel)
    if parcel.kind in {Notice.WITHDRAWN, Notice.EXPIRED} and not await outbox.was_told(
        session, parcel.referral_id, parcel.way
    ):
        return Outcome.NEEDLESS
    if facts.email is None and facts.webhook is None:
        return Outcome.SHOWN
    errand = _mail(post, parcel, facts) if parcel.way is Way.EMAIL else _webhook(post, parcel, facts)
    return errand or Outcome.NEEDLESS


def _mail(post: Post, parcel: Parcel, facts: Facts) -> Errand | None:
    return None if facts.email is None else partial(_send_mail, post, parcel, facts.email)


async def _send_mail(post: Post, parcel: Parcel, address: str) -> Outcome:
    if post.referrals.demo:
        log.info("the demonstration sends no e-mail", centre=parcel.centre_id, kind=parcel.kind.value)
        return Outcome.DEMO
    if post.mailer is None:
        raise Undelivered("no-mail-server", maybe_sent=False)
    at = post.referrals.clock()
    await send_mail(post.mailer, address, message_id=str(parcel.id), at=at, link=post.base_url + PORTAL)
    return Outcome.SENT


def _webhook(post: Post, parcel: Parcel, facts: Facts) -> Errand | None:
    return None if facts.webhook is None else partial(_send_webhook, post, parcel, facts)


async def _send_webhook(post: Post, parcel: Parcel, facts: Facts) -> Outcome:
    target = facts.webhook
    if target is None or not target.secrets:
        raise Undelivered("no-secret", maybe_sent=False)
    at = post.referrals.clock()
    body = json.dumps(notice_of(post, parcel, facts), separators=(",", ":")).encode()
    keys = [read_secret(secret) for secret in target.secrets]
    await post_webhook(post.webhooks, target.url, Signed(signed_headers(str(parcel.id), at, body, keys), body))
    return Outcome.SENT


def notice_of(post: Post, parcel: Parcel, facts: Facts) -> dict[str, object]:
    """What a webhook says: identifiers, state and deadlines, never anything about a caller."""
    return {
        "type": f"referral.{parcel.kind}",
        "timestamp": post.referrals.clock().isoformat(),
        "data": {
            "referral": str(parcel.referral_id),
            "centre": parcel.centre_id,
            "state": facts.state.value,
            "receive_by": facts.received_by.isoformat(),
            "answer_by": facts.answered_by.isoformat(),
            "portal": post.base_url + PORTAL,
        },
    }


async def _text(post: Post, session: AsyncSession, parcel: Parcel) -> Errand | Outcome:
    """A text message only where it was wished, may go to that number, and is not one too many."""
    if post.telephony is None or not post.sender:
        return Outcome.UNWISHED
    payload = await handing.open_for_message(session, post.referrals, parcel.referral_id)
    if payload is None:
        return Outcome.NEEDLESS
    number = payload.number
    words = text_messages.words_of(post.texts, parcel.kind, payload.language, parcel.id)
    if not payload.sms_wished or number is None or words is None or not text_messages.is_text_number(number):
        return Outcome.UNWISHED
    keys, once = post.referrals.keys, str(parcel.id)
    charged = await text_messages.was_charged(session, keys, once) or await text_messages.charge(
        session, keys, number=number, once=once, at=post.referrals.clock()
    )
    if not charged:
        return Outcome.UNWISHED
    return partial(_send_text, post, post.telephony, parcel, TextMessage(number, post.sender, words))


async def _send_text(post: Post, telephony: Telephony, parcel: Parcel, message: TextMessage) -> Outcome:
    """Asks the provider to send; where an earlier try may have been carried out, it is looked for first."""
    try:
        if parcel.asked_before_at is not None:
            found = await telephony.find_message(message.to_number, text_messages.reference_of(parcel.id))
            if found is not None:
                return Outcome.FOUND
            if post.referrals.clock() - parcel.asked_before_at > LOOK_BACK:
                raise Refused("unknown-whether-sent")
    except (ProviderBusy, ProviderRefused):
        raise Undelivered("provider-not-asked", maybe_sent=True) from None
    try:
        await telephony.send_message(message)
    except ProviderBusy as busy:
        raise Undelivered("provider-busy", maybe_sent=busy.maybe_done) from None
    except ProviderRefused as refused:
        raise Refused(f"provider-{refused.status}") from None
    return Outcome.SENT
