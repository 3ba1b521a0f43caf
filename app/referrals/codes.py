"""The caller's code of ten digits: derived from what made the referral, kept as a keyed hash, and throttled."""

import asyncio
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour
from limits.aio.strategies import FixedWindowRateLimiter

from app.accounts.throttle import PostgresStorage
from app.referrals.means import Referrals
from app.referrals.refusals import CodesThrottled

DIGITS: Final = 10
# Of codes that are in use another is derived from the same origin.
ROUNDS: Final = 10
_SEPARATORS: Final = re.compile(r"[\s\-./]")
_BY_SOURCE: Final = RateLimitItemPerHour(20)
# From all strangers together, so that nobody comes near a code by trying from many places: with 100,000 live ones a
# hit would take four days of trying without a pause. Whoever then finds no place asks a person.
_BY_ALL: Final = RateLimitItemPerHour(1_000)


@dataclass(frozen=True, slots=True, repr=False)
class CodeKeys:
    """The keys of codes, which lie outside the database and stay when the session keys change."""

    _key: bytes

    def origin_hash(self, origin: bytes) -> bytes:
        return self._digest(b"origin", origin, 32)

    def code(self, origin_hash: bytes, code_round: int) -> str:
        """The same origin gives the same code; each round gives another."""
        number = int.from_bytes(self._digest(b"code", origin_hash + bytes([code_round]), 32))
        return f"{number % 10**DIGITS:0{DIGITS}}"

    def code_hash(self, code: str) -> bytes:
        return self._digest(b"code hash", code.encode(), 32)

    def _digest(self, purpose: bytes, value: bytes, size: int) -> bytes:
        return blake2b(value, key=self._key, person=purpose.ljust(16), digest_size=size).digest()


async def open_code_keys(referrals: Referrals) -> CodeKeys:
    """Raises KeyMissing."""
    return CodeKeys(await asyncio.to_thread(referrals.vault.lasting, "codes"))


def normal_code(code: str) -> str | None:
    """The ten digits without what people write between them; None for what is no code."""
    digits = _SEPARATORS.sub("", code)
    return digits if re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits) else None


async def charge(referrals: Referrals, source: str, *, stranger: bool) -> None:
    """Counts a try against its source, and a stranger's against all strangers' too; raises CodesThrottled."""
    budgets: Sequence[tuple[RateLimitItem, str]] = ((_BY_SOURCE, source), (_BY_ALL, "all"))
    limiter = FixedWindowRateLimiter(PostgresStorage(referrals.database, referrals.clock))
    for limit, name in budgets if stranger else budgets[:1]:
        key = referrals.keys.keyed_hash("throttle referral codes", name).hex()
        if not await limiter.hit(limit, key):
            stats = await limiter.get_window_stats(limit, key)
            raise CodesThrottled(max(1, math.ceil(stats.reset_time - referrals.clock().timestamp())))
