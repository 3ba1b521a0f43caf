"""How often somebody may try: counted over all nodes, and so that strangers cannot lock anybody out."""

import math
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import store
from app.accounts.means import Accounts
from app.accounts.proofs import Device
from app.accounts.refusals import LoginThrottled
from app.kit.clock import Clock
from app.kit.reach import NOTHING, Database, transaction

Charge = tuple[RateLimitItem, str, str]

# An office's people share an address, so it gets far more than one account.
_ADDRESS: Final = RateLimitItemPerMinute(60, 15)
# From browsers in which nobody has logged in to the account (OWASP: device cookies). A stranger uses up only these;
# by the day they stay below the 100 tries of NIST SP 800-63B, 3.2.2.
_UNKNOWN_DEVICES: Final = (RateLimitItemPerMinute(10, 15), RateLimitItemPerDay(50))
_KNOWN_DEVICE: Final = (RateLimitItemPerMinute(10, 15), RateLimitItemPerDay(50))
_STEP_UP: Final = (RateLimitItemPerMinute(10, 15),)
_NETWORK_BITS: Final = 64


def charges_of_login(login: str, address: str, device: Device | None) -> list[Charge]:
    """What a try to log in is counted against; `device` is one in which this account's owner has logged in."""
    return [(_ADDRESS, "address", _network(address)), *_of_account("login", login, device)]


def charges_of_factor(login: str, device: Device | None) -> list[Charge]:
    return _of_account("factor", login, device)


def charges_of_step_up(login: str) -> list[Charge]:
    return [(limit, "step-up", login) for limit in _STEP_UP]


async def charge(accounts: Accounts, charges: list[Charge]) -> None:
    """Counts a try; raises LoginThrottled at the first budget that is used up, so that it costs the others nothing."""
    limiter = FixedWindowRateLimiter(PostgresStorage(accounts.database, accounts.clock))
    keyed = [(limit, accounts.keys.keyed_hash(f"throttle {kind}", name).hex()) for limit, kind, name in charges]
    for place, (limit, key) in enumerate(keyed):
        if not await limiter.hit(limit, key):
            later = [await _reset_time(limiter, *other) for other in keyed[place:]]
            raise LoginThrottled(max(1, math.ceil(max(later) - accounts.clock().timestamp())))


async def _reset_time(limiter: FixedWindowRateLimiter, limit: RateLimitItem, key: str) -> float:
    """When a budget that is used up returns; 0 for one that is not."""
    stats = await limiter.get_window_stats(limit, key)
    return 0 if stats.remaining else stats.reset_time


def _of_account(kind: str, login: str, device: Device | None) -> list[Charge]:
    if device is None:
        return [(limit, f"{kind} from unknown devices", login) for limit in _UNKNOWN_DEVICES]
    return [(limit, f"{kind} from a known device", device.id) for limit in _KNOWN_DEVICE]


def _network(address: str) -> str:
    """The address, or for IPv6 the network that one household or office has for itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{int(parsed) >> _NETWORK_BITS:x}"
    return str(parsed)


class PostgresStorage(Storage):
    """Keeps the counters of the package `limits` in a table that all nodes share, by our clock."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__()
        self._database = database
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        at = self._clock()
        async with transaction(self._database, NOTHING) as session:
            return await store.add_tries(session, key, amount, at, at + timedelta(seconds=expiry))

    async def get(self, key: str) -> int:
        return (await self._find(key))[0]

    async def get_expiry(self, key: str) -> float:
        return (await self._find(key))[1].timestamp()

    async def check(self) -> bool:
        await self.get("")
        return True

    async def reset(self) -> int | None:
        async with transaction(self._database, NOTHING) as session:
            return await store.forget_tries(session)

    async def clear(self, key: str) -> None:
        async with transaction(self._database, NOTHING) as session:
            await store.forget_tries(session, key=key)

    async def _find(self, key: str) -> tuple[int, datetime]:
        at = self._clock()
        async with transaction(self._database, NOTHING) as session:
            return await store.find_tries(session, key, at) or (0, at)
