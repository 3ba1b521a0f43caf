"""The cast of the referrals' tests: three counselling centres, an operator, staff, a caller's consent, and a room."""

import uuid
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from app.accounts.means import Accounts
from app.centres.models import Centre, Directory
from app.kit.extent import only
from app.kit.reach import Database
from app.kit.vault import open_vault
from app.referrals import service
from app.referrals.consents import Wording
from app.referrals.models import Channel, Consent, Made, Payload
from app.referrals.service import Referrals
from tests.cast import keys
from tests.moving import MovableClock

LEIPZIG, MUNICH, OFFICE = "leipzig", "munich", "office"
REACH = {centre: only(centre) for centre in (LEIPZIG, MUNICH, OFFICE)}
STAFF = {centre: uuid.UUID(int=place) for place, centre in enumerate((LEIPZIG, MUNICH, OFFICE), start=1)}
AGENT = uuid.UUID(int=100)
NUMBER = "+493023125123"
NAME = "Kanarina"

CENTRES = {
    LEIPZIG: Centre(
        id=LEIPZIG, name="Beratung Leipzig", spoken="Leipzig", operator="O", independent=True, land="DE-SN"
    ),
    MUNICH: Centre(id=MUNICH, name="Beratung München", spoken="München", operator="O", independent=True, land="DE-BY"),
    OFFICE: Centre(id=OFFICE, name="Amt Berlin", spoken="Amt", operator="Land", independent=False, land="DE-BE"),
}
DIRECTORY = Directory(places={}, districts={}, centres=CENTRES, near={}, nationwide=())
WORDINGS = (
    Wording(
        "toy",
        1,
        frozenset({Channel.KEYS, Channel.AGENT}),
        "ivr",
        ("toy.consent",),
        MappingProxyType({"de": "0" * 64, "tr": "1" * 64}),
    ),
    Wording("toy", 2, frozenset({Channel.KEYS}), "ivr", ("toy.consent",), MappingProxyType({"de": "2" * 64})),
    Wording("old", 1, frozenset({Channel.KEYS}), "ivr", (), MappingProxyType({"de": "3" * 64}), current=False),
)
PAYLOAD = Payload(number=NUMBER, language="tr", topic="money_and_offers", first_name=NAME, sms_wished=True)


def open_room(database: Database, clock: MovableClock, folder: Path, *, demo: bool = False) -> Referrals:
    """The room on a database, with its keys in a folder."""
    return Referrals(Accounts(database, keys(), clock, demo=demo), open_vault(folder), DIRECTORY, WORDINGS)


def consent(at: datetime, *, forwarding: bool = True) -> Consent:
    return Consent("toy", 1, "tr", Channel.KEYS, at, forwarding)


async def agree(referrals: Referrals, *centre_ids: str, **terms: object) -> None:
    """Agreements with the centres, which look into the portal by themselves unless the terms say more."""
    for centre_id in centre_ids or tuple(CENTRES):
        standard = {"agreed_on": date(2026, 1, 2), "agreed_with": "Leitung"}
        await service.set_agreement(referrals, by="cli", centre_id=centre_id, **(standard | terms))  # type: ignore[arg-type]


async def refer(
    referrals: Referrals,
    centre_id: str = LEIPZIG,
    *,
    origin: bytes | None = None,
    payload: Payload = PAYLOAD,
    forwarding: bool = True,
) -> Made:
    """A referral by the caller alone."""
    return await service.refer(
        referrals,
        centre_id=centre_id,
        payload=payload,
        consent=consent(referrals.clock(), forwarding=forwarding),
        by="caller",
        origin=origin,
    )
