"""A house for the tests of delivery: the room on the real database, and receivers of each kind on this machine."""

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from app.accounts.means import Accounts
from app.centres.models import Centre, Directory
from app.kit.crypto import KeyRing
from app.kit.reach import EVERYTHING, Database, only, transaction
from app.kit.vault import open_vault
from app.phone.exchange.state import Exchange
from app.phone.exchange.unsteady import Faults
from app.referrals import service
from app.referrals.consents import Wording
from app.referrals.delivery import Post, dispatch
from app.referrals.mail import open_mailer
from app.referrals.means import Referrals
from app.referrals.models import Channel, Consent, Referral
from app.referrals.outbox_tables import OutboxRow
from app.referrals.webhook import WebhookSender
from app.telephony.client import TwilioTelephony, Wire
from tests.fake_twilio.town import ACCOUNT_SID, REST_URL, TOKEN, build_town, rest_client
from tests.moving import MovableClock
from tests.phone.toy import NUMBER
from tests.referrals.delivery_receivers import MailReceiver, WebReceiver, mail_receiver, web_receiver

# A made-up number; no message leaves this machine.
MOBILE = "+4917604069001"
RING = base64.b64encode(b"r" * 32).decode()
CENTRE, OTHER = "centre-nord", "centre-sued"
BASE_URL = "https://hotline.example"
TEXTS = {
    "de": {"sms.answered": "Es gibt eine Antwort.", "sms.news": "Es gibt eine Nachricht."},
    "tr": {"sms.answered": "Yanıt var.", "sms.news": "Haber var."},
}
WORDING = Wording("tests", 1, frozenset({Channel.KEYS}), "ivr", (), {"de": "", "tr": ""})


def directory_of(*centre_ids: str) -> Directory:
    centres = {
        id_: Centre(id=id_, name=id_.title(), spoken=id_, operator="Verein", independent=True, land="DE-BE")
        for id_ in centre_ids
    }
    return Directory({}, {}, centres, {}, ())


@dataclass
class House:
    """Everything at hand: the room's means, its clock, who receives, and what delivery works with."""

    referrals: Referrals
    clock: MovableClock
    mail: MailReceiver
    web: WebReceiver
    exchange: Exchange
    post: Post

    async def agree(self, centre_id: str = CENTRE, *, mail: bool = True, web: bool = True) -> None:
        """An agreement; for a webhook with a secret, on this very machine."""
        await service.set_agreement(
            self.referrals,
            by="cli",
            centre_id=centre_id,
            agreed_on=date(2026, 11, 1),
            agreed_with="Leitung",
            email=f"post@{centre_id}.example" if mail else None,
            webhook_url="https://centre.example/hook" if web else None,
        )
        if web:
            await service.set_webhook_secret(self.referrals, by="cli", centre_id=centre_id)
            await self.turn_webhook_inwards(centre_id)

    async def turn_webhook_inwards(self, centre_id: str) -> None:
        """Production takes no address on this machine, so the tests put theirs in its place."""
        from app.referrals.tables import AgreementRow  # noqa: PLC0415

        async with transaction(self.referrals.database, EVERYTHING) as session:
            row = await session.get(AgreementRow, centre_id)
            assert row is not None
            row.webhook_url = self.web.url

    async def refer(
        self, centre_id: str = CENTRE, *, sms: bool = True, language: str = "de", number: str = MOBILE
    ) -> Referral:
        payload = service.payload_of(number=number, language=language, topic="return", sms_wished=sms)
        consent = Consent("tests", 1, "de", Channel.KEYS, self.clock(), forwarding=True)
        made = await service.refer(
            self.referrals, centre_id=centre_id, payload=payload, consent=consent, by="caller", origin=None
        )
        return made.referral

    async def see(self, referral: Referral) -> Referral:
        return await service.get_referral(self.referrals, EVERYTHING, referral.id)

    async def answer(self, referral: Referral, *deeds: str) -> None:
        """What the centre does, like receive and accept."""
        for deed in deeds:
            verb = getattr(service, deed)
            await verb(self.referrals, only(referral.centre_id), referral.id, by=uuid4())

    async def rows(self) -> Sequence[OutboxRow]:
        async with transaction(self.referrals.database, EVERYTHING) as session:
            return (await session.scalars(select(OutboxRow).order_by(OutboxRow.put_at, OutboxRow.way))).all()  # type: ignore[arg-type]

    async def outcomes(self) -> set[tuple[str, str, str, str | None]]:
        """Of each row its kind, way, state and outcome."""
        return {(row.kind, row.way, row.state, row.outcome) for row in await self.rows()}

    async def run(self, *, rounds: int = 40) -> None:
        """Dispatches until nothing waits any more, letting the time between tries pass."""
        for _ in range(rounds):
            await dispatch(self.post)
            waiting = [row.due_at for row in await self.rows() if row.state == "waiting"]
            if not waiting:
                return
            self.clock.at = max(self.clock.at, *waiting)
        raise AssertionError("Something waits for ever.")

    def with_faults(self, faults: Faults, seed: int = 0) -> None:
        """The provider's REST API fails like this from now on."""
        telephony = TwilioTelephony(ACCOUNT_SID, TOKEN, Wire(rest_client(self.exchange, faults, seed), REST_URL))
        self.post = replace(self.post, telephony=telephony)

    def texts(self) -> list[tuple[str, str]]:
        """The SMS that left, as number and words."""
        return [(message.to_number, message.body) for message in self.exchange.messages.values()]

    def told(self) -> list[str]:
        """What the webhook took, by its identifier."""
        return [posted.headers["webhook-id"] for posted in self.web.taken]

    def mailed(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.mail.taken]


def key_ring() -> KeyRing:
    return KeyRing.from_setting(RING)


@asynccontextmanager
async def open_house(database: Database, folder: Path, *, demo: bool = False) -> AsyncIterator[House]:
    clock = MovableClock()
    accounts = Accounts(database, key_ring(), clock, demo=demo)
    referrals = Referrals(accounts, open_vault(folder), directory_of(CENTRE, OTHER), (WORDING,))
    async with mail_receiver(MailReceiver()) as mail, web_receiver(WebReceiver()) as web:
        town = build_town({})
        post = Post(
            referrals=referrals,
            base_url=BASE_URL,
            webhooks=WebhookSender(loopback=True),
            mailer=None if demo else open_mailer(f"smtp://127.0.0.1:{mail.port}", "post@hotline.example"),
            telephony=town.rest,
            sender=NUMBER,
            texts=TEXTS,
        )
        yield House(referrals, clock, mail, web, town.exchange, post)
