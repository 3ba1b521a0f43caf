"""Opens the post: by which ways notices on referrals leave, in production and in the demonstration, and sends them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import httpx

from app.jobs import beside
from app.kit.protocols import Signer
from app.kit.settings import Settings
from app.phone.exchange.demo import demo_exchange
from app.phone.exchange.state import Exchange
from app.referrals.delivery import Post, dispatch, run_due
from app.referrals.mail import Mailer, open_mailer
from app.referrals.means import Referrals
from app.referrals.webhook import WebhookSender
from app.telephony.client import TwilioTelephony, Wire

OUTBOX_SECONDS: Final = 2.0
DUE_SECONDS: Final = 60.0
# A host that nobody asks: the demonstration's exchange is reached without a network.
_EXCHANGE: Final = "http://exchange.invalid"


@dataclass(frozen=True, slots=True)
class Posting:
    """What delivery works with; `exchange` holds the demonstration's text messages."""

    post: Post
    exchange: Exchange | None


@asynccontextmanager
async def open_post(
    settings: Settings,
    referrals: Referrals,
    texts: Mapping[str, Mapping[str, str]],
    signer: Signer,
    client: httpx.AsyncClient,
) -> AsyncIterator[Posting]:
    """The post with the ways that the settings name; the demonstration's e-mails and messages leave nowhere."""
    demo = referrals.demo
    sender = settings.sms_sender or (settings.hotline_number if demo else "")
    async with AsyncExitStack() as stack:
        exchange, wire = None, None
        if demo:
            ends = {"account_sid": settings.twilio_account_sid, "token": settings.twilio_auth_token, "sender": sender}
            exchange, http = await stack.enter_async_context(demo_exchange(client, signer, **ends))
            wire = Wire(http, _EXCHANGE)
        elif sender:
            wire = Wire(await stack.enter_async_context(httpx.AsyncClient()))
        post = Post(
            referrals=referrals,
            base_url=settings.public_base_url,
            webhooks=WebhookSender(loopback=demo),
            mailer=None if demo else _mailer(settings),
            telephony=None if wire is None else _telephony(settings, wire),
            sender=sender,
            texts=texts,
        )
        yield Posting(post, exchange)


def _mailer(settings: Settings) -> Mailer | None:
    there = settings.smtp_url and settings.mail_from
    return open_mailer(settings.smtp_url, settings.mail_from) if there else None


def _telephony(settings: Settings, wire: Wire) -> TwilioTelephony:
    return TwilioTelephony(settings.twilio_account_sid, settings.twilio_auth_token, wire, settings.twilio_region)


@asynccontextmanager
async def delivering(post: Post) -> AsyncIterator[None]:
    """Meanwhile this node sends what waits, and carries out what is due, beside all other nodes that do."""
    sending = beside("outbox", partial(dispatch, post), OUTBOX_SECONDS)
    reminding = beside("due", partial(run_due, post), DUE_SECONDS)
    async with sending, reminding:
        yield
