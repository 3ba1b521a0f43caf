"""The portal's tests: the house with the room of referrals, three centres that take some, and browsers of everybody."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.accounts import service as accounts_service
from app.accounts.models import CLI, Role
from app.accounts.service import Accounts
from app.kit.extent import EVERYTHING
from app.kit.reach import Database
from app.kit.vault import open_vault
from app.referrals import service
from app.referrals.demo import ANOTHER, AUTHORITY, INDEPENDENT
from app.referrals.models import Channel, Consent, Made, Payload, Referral
from app.referrals.service import Referrals
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.opening import provide
from tests.browser import chromium
from tests.cast import real_content
from tests.entrance.house import Visit, house, visit
from tests.hashing import cheap_hash
from tests.moving import MovableClock

__all__ = ["cheap_hash", "chromium"]

OPERATOR = "operator:beispiel"
NAME = "Kanarina"
NUMBER = "+4915123456789"
WHOLE = Payload(
    number=NUMBER,
    language="tr",
    topic="money_and_offers",
    first_name=NAME,
    sms_wished=True,
    woman_wished=True,
    no_interpreter=True,
)


@dataclass
class Office:
    """The house with referrals, in which an operator has two centres and a third one is on its own."""

    app: FastAPI
    referrals: Referrals
    clock: MovableClock

    async def agree(self, centre_id: str, operator: str | None = None) -> None:
        await service.set_agreement(
            self.referrals,
            by=CLI,
            centre_id=centre_id,
            agreed_on=self.clock().date(),
            agreed_with="Leitung",
            operator_id=operator,
        )

    async def refer(
        self,
        centre_id: str = INDEPENDENT,
        payload: Payload = WHOLE,
        *,
        forwarding: bool = True,
        origin: bytes | None = None,
    ) -> Made:
        consent = Consent("referral-agent", 1, "tr", Channel.AGENT, self.clock(), forwarding)
        return await service.refer(
            self.referrals, centre_id=centre_id, payload=payload, consent=consent, by="caller", origin=origin
        )

    async def look(self, made: Made) -> Referral:
        return await service.get_referral(self.referrals, EVERYTHING, made.referral.id)

    async def hire(self, name: str, centre_id: str, address: str = "192.0.2.8") -> Visit:
        """Somebody of a centre, all the way through the login."""
        added = await accounts_service.add_person(
            self.referrals.accounts,
            by=CLI,
            login=name,
            display_name=name.title(),
            role=Role.CENTRE_STAFF,
            centre_id=centre_id,
        )
        browser = visit(self.app, self.clock, address)
        await browser.log_in(name, added.password or "")
        await browser.enrol(added.password or "")
        return browser

    async def enter(self, role: Role, address: str = "192.0.2.7") -> Visit:
        """The demo's person of that role in front of the pages."""
        browser = visit(self.app, self.clock, address)
        entered = await accounts_service.enter_as_demo(self.referrals.accounts, role)
        browser.client.cookies.set(PREFIX + SESSION_COOKIE, entered.token, domain="hotline.example")
        return browser


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def accounts_house(database: Database, clock: MovableClock) -> tuple[FastAPI, Accounts]:
    return house(database, clock, demo=True)


@pytest.fixture
async def office(accounts_house: tuple[FastAPI, Accounts], clock: MovableClock, tmp_path: Path) -> Office:
    app, accounts = accounts_house
    referrals = Referrals(accounts, open_vault(tmp_path / "keys"), real_content().directory)
    provide(app, referrals)
    opened = Office(app, referrals, clock)
    for centre_id in (INDEPENDENT, AUTHORITY):
        await opened.agree(centre_id, OPERATOR.removeprefix("operator:"))
    await opened.agree(ANOTHER)
    return opened


@pytest.fixture
async def staff(office: Office) -> Visit:
    """Somebody who looks after both centres of the operator."""
    await accounts_service.seed_demo_people(office.referrals.accounts, centre_id=OPERATOR)
    return await office.enter(Role.CENTRE_STAFF)


@pytest.fixture
async def agent(office: Office, staff: Visit) -> Visit:
    """Somebody at the hotline; the demo's people are there already."""
    assert staff.cookie(SESSION_COOKIE)
    return await office.enter(Role.AGENT)
