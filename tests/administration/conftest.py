"""The administration's tests enter by the same house as the entrance's."""

from tests.entrance.conftest import accounts, app, building, clock
from tests.hashing import cheap_hash

__all__ = ["accounts", "app", "building", "cheap_hash", "clock"]
