"""What every verb of this room works with: the database, the keys and the clock."""

from dataclasses import dataclass

from app.kit.clock import Clock, now
from app.kit.crypto import KeyRing
from app.kit.reach import Database


@dataclass(frozen=True, slots=True)
class Accounts:
    """What every verb of this room works with; `demo` is true in the demo only, where nobody has to log in."""

    database: Database
    keys: KeyRing
    clock: Clock = now
    demo: bool = False
