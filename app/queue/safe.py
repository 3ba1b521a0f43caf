"""What verbs on callbacks, voicemails and text messages work with: the line, and the keys of what is kept for it."""

from dataclasses import dataclass

import asyncpg

from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.kit.vault import Vault
from app.queue.models import Line


@dataclass(frozen=True, slots=True)
class Safe:
    """The waiting line, and the folder of the keys, which lies outside the database and its backups."""

    line: Line
    vault: Vault

    @property
    def pool(self) -> asyncpg.Pool:
        return self.line.pool

    @property
    def keys(self) -> KeyRing:
        return self.line.keys

    @property
    def clock(self) -> Clock:
        return self.line.clock
