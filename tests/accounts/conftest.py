"""The accounts of the tests: a clock that can be moved, a cheap password hash, and people at any stage."""

import base64
from dataclasses import dataclass, replace
from typing import Any

import pyotp
import pytest

from app.accounts import service
from app.accounts.models import CLI, Person, Role, SignedIn
from app.accounts.service import Accounts
from app.kit.crypto import KeyRing
from app.kit.reach import Database
from tests.hashing import cheap_hash
from tests.moving import MovableClock

__all__ = ["MovableClock", "cheap_hash"]

PASSWORD = "Quersumme-Nebelhorn-71-Tapir"
ISSUER = "https://provider.example"


def ring(*keys: bytes) -> KeyRing:
    return KeyRing.from_setting(",".join(base64.b64encode(key * 32).decode() for key in keys))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def accounts(database: Database, clock: MovableClock) -> Accounts:
    return Accounts(database, ring(b"a"), clock)


@dataclass
class Enrolled:
    """Somebody with a password, a second factor and recovery codes, in a full session."""

    accounts: Accounts
    clock: MovableClock
    person: Person
    secret: str
    codes: tuple[str, ...]
    signed_in: SignedIn

    @property
    def token(self) -> str:
        return self.signed_in.token

    def code(self) -> str:
        """A code that was not used before: the clock goes on to the next time step."""
        self.clock.go_on(seconds=30)
        return pyotp.TOTP(self.secret).at(self.clock.at)

    async def log_in(self, *, device: str | None = None, password: str = PASSWORD) -> SignedIn:
        """As far as the second factor."""
        return await service.log_in(
            self.accounts, login=self.person.login, password=password, address="192.0.2.1", device=device
        )

    async def log_in_fully(self, *, device: str | None = None) -> SignedIn:
        half = await self.log_in(device=device)
        return await service.pass_second_factor(self.accounts, half.token, code=self.code(), device=device)


async def add(accounts: Accounts, login: str, role: Role = Role.AGENT, **given: Any) -> tuple[Person, str]:  # noqa: ANN401  Any field of a person.
    """A person added at the command line, and their first password."""
    added = await service.add_person(accounts, by=CLI, login=login, display_name=login.title(), role=role, **given)
    return added.person, added.password or ""


async def enrol(accounts: Accounts, clock: MovableClock, login: str, role: Role = Role.AGENT) -> Enrolled:
    """Somebody added, logged in for the first time, with a password of their own and an authenticator."""
    _, first = await add(accounts, login, role)
    start = await service.log_in(accounts, login=login, password=first, address="192.0.2.1", device=None)
    changed = await service.change_password(accounts, start.token, current=first, new=PASSWORD)
    enrolment = await service.begin_enrolment(accounts, changed.token)
    code = pyotp.TOTP(enrolment.secret).at(clock.at)
    enrolled = await service.confirm_enrolment(accounts, changed.token, code=code)
    return Enrolled(
        accounts, clock, enrolled.signed_in.person, enrolment.secret, enrolled.recovery_codes, enrolled.signed_in
    )


def demo(accounts: Accounts) -> Accounts:
    return replace(accounts, demo=True)
