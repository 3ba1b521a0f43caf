"""A node that only sends, as a program of its own that a test can kill at any moment; it is told all in JSON."""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

import httpx

from app.accounts.means import Accounts
from app.centres.models import Directory
from app.kit.crypto import KeyRing
from app.kit.reach import open_database
from app.kit.vault import open_vault
from app.referrals import delivery, delivery_rules
from app.referrals.delivery import Post, dispatch
from app.referrals.mail import open_mailer
from app.referrals.means import Referrals
from app.referrals.webhook import WebhookSender
from app.telephony.client import TwilioTelephony, Wire


async def run(given: dict[str, str]) -> None:
    # A test has no two minutes to wait for what a killed node had in hand.
    setattr(delivery, "LEASE", timedelta(seconds=1.5))  # noqa: B010  Constants that are shortened for the test.
    setattr(delivery_rules, "FIRST_PAUSE", timedelta(seconds=0.05))  # noqa: B010
    accounts = Accounts(await open_database(given["database"]), KeyRing.from_setting(given["ring"]))
    referrals = Referrals(accounts, open_vault(Path(given["keys"])), Directory({}, {}, {}, {}, ()), ())
    async with httpx.AsyncClient() as http:
        post = Post(
            referrals=referrals,
            base_url="https://hotline.example",
            webhooks=WebhookSender(loopback=True),
            mailer=open_mailer(given["mail"], "post@hotline.example"),
            telephony=TwilioTelephony(given["account"], given["token"], Wire(http, given["rest"])),
            sender=given["sender"],
            texts={"de": {"sms.answered": "Es gibt eine Antwort."}},
        )
        while True:
            await dispatch(post)
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))
