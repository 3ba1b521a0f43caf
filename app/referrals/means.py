"""What every verb of this room works with."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.means import Accounts
from app.centres.models import Directory
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.kit.reach import Database
from app.kit.vault import Vault
from app.referrals.consents import WORDINGS, Wording


@dataclass(frozen=True, slots=True)
class Referrals:
    """The accounts' database, keys, clock and audit, the keys of the records, the directory, and what consent says."""

    accounts: Accounts
    vault: Vault
    directory: Directory
    wordings: Sequence[Wording] = WORDINGS

    @property
    def database(self) -> Database:
        return self.accounts.database

    @property
    def keys(self) -> KeyRing:
        return self.accounts.keys

    @property
    def clock(self) -> Clock:
        return self.accounts.clock

    @property
    def demo(self) -> bool:
        return self.accounts.demo
