"""Refers callers and withdraws half of them without a pause, and tells what is done; made to be killed."""

import asyncio
import sys
from base64 import b64encode
from pathlib import Path

from app.accounts.means import Accounts
from app.centres.models import Centre, Directory
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.reach import open_database
from app.kit.vault import open_vault
from app.referrals import service
from app.referrals.consents import Wording
from app.referrals.means import Referrals
from app.referrals.models import Channel, Consent, Made, Payload

LEIPZIG = Centre(id="leipzig", name="Leipzig", spoken="Leipzig", operator="O", independent=True, land="DE-SN")
DIRECTORY = Directory(places={}, districts={}, centres={"leipzig": LEIPZIG}, near={}, nationwide=())
WORDINGS = (Wording("toy", 1, frozenset({Channel.KEYS}), "ivr", (), {"tr": "0"}),)


async def refer(room: Referrals, payload: Payload) -> Made:
    consent = Consent("toy", 1, "tr", Channel.KEYS, now())
    return await service.refer(room, centre_id="leipzig", payload=payload, consent=consent, by="caller", origin=None)


async def work(url: str, folder: str, payload: Payload) -> None:
    keys = KeyRing.from_setting(b64encode(bytes(range(32))).decode())
    room = Referrals(Accounts(await open_database(url), keys), open_vault(Path(folder)), DIRECTORY, WORDINGS)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        stays, goes = await refer(room, payload), await refer(room, payload)
        sys.stdout.write(f"stays {stays.referral.id}\n")
        await service.withdraw_by_code(room, goes.code, source=f"person:{goes.code}")
        sys.stdout.write(f"gone {goes.referral.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], Payload.model_validate_json(sys.argv[3])))
