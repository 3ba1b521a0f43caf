"""Tries are counted over all nodes, and a stranger who tries cannot lock out who belongs in."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from app.accounts import service, throttle
from app.accounts.models import SignedIn, Stage
from app.accounts.refusals import LoginRefused, LoginThrottled
from app.accounts.service import Accounts
from app.kit.reach import open_database
from tests.accounts.conftest import PASSWORD, Enrolled, MovableClock, enrol
from tests.conftest import DatabaseUrls

CONNECTIONS = 12


@pytest.fixture
async def nodes(accounts: Accounts, database_urls: DatabaseUrls) -> AsyncIterator[list[Accounts]]:
    """Three nodes, each with its own connections to the one database."""
    others = [await open_database(database_urls.app, most=5) for _ in range(2)]
    yield [accounts, *(replace(accounts, database=database) for database in others)]
    for database in others:
        await database.close()


async def try_once(
    node: Accounts, login: str = "mehmet", *, password: str = "", address: str = "", device: str | None = None
) -> str:
    """What became of a try: in, refused or throttled."""
    try:
        await service.log_in(node, login=login, password=password, address=address, device=device)
    except LoginRefused:
        return "refused"
    except LoginThrottled:
        return "throttled"
    return "in"


async def race(nodes: Sequence[Accounts], tries: int, login: str = "mehmet") -> Counter[str]:
    """Wrong tries that race, each from another address, spread over the nodes."""
    return await at_once(try_once(nodes[n % len(nodes)], login, address=f"198.51.100.{n}") for n in range(tries))


async def at_once(tries: Iterable[Coroutine[Any, Any, str]]) -> Counter[str]:
    """What became of tries of which so many run at once that all nodes are busy."""
    places = asyncio.Semaphore(CONNECTIONS)

    async def one(trying: Coroutine[Any, Any, str]) -> str:
        async with places:
            return await trying

    return Counter(await asyncio.gather(*(one(trying) for trying in tries)))


async def test_fifty_racing_tries_over_three_nodes_share_one_budget(nodes: list[Accounts], clock: MovableClock) -> None:
    await enrol(nodes[0], clock, "mehmet")
    clock.go_on(minutes=15)
    assert await race(nodes, 50) == {"refused": 10, "throttled": 40}


async def test_an_unknown_login_is_throttled_like_a_known_one(nodes: list[Accounts]) -> None:
    assert await race(nodes, 30, login="nobody") == {"refused": 10, "throttled": 20}


async def test_a_stranger_locks_out_nobody_whose_browser_is_known(nodes: list[Accounts], clock: MovableClock) -> None:
    mehmet = await enrol(nodes[0], clock, "mehmet")
    await race(nodes, 50)
    device = mehmet.signed_in.device
    assert await try_once(nodes[1], password=PASSWORD, address="203.0.113.7") == "throttled"
    assert await try_once(nodes[2], password=PASSWORD, address="203.0.113.7", device="made-up") == "throttled"
    assert await try_once(nodes[1], password=PASSWORD, address="203.0.113.7", device=device) == "in"
    full = await mehmet.log_in_fully(device=device)
    assert full.stage is Stage.FULL


async def test_a_known_browser_has_a_budget_too_and_for_its_own_account_alone(
    nodes: list[Accounts], clock: MovableClock
) -> None:
    mehmet, other = await enrol(nodes[0], clock, "mehmet"), await enrol(nodes[0], clock, "other")
    device = mehmet.signed_in.device
    tried = [await try_once(nodes[n % 3], address=f"198.51.100.{n}", device=device) for n in range(12)]
    assert tried == ["refused"] * 10 + ["throttled"] * 2
    # With another account's device a try counts as from an unknown one, of which the first login has used up one.
    tried = [await try_once(nodes[n % 3], "other", address=f"198.51.100.{n}", device=device) for n in range(12)]
    assert tried == ["refused"] * 9 + ["throttled"] * 3
    assert other.signed_in.device != device


async def test_a_budget_returns_after_its_time_and_the_days_budget_after_a_day(
    nodes: list[Accounts], clock: MovableClock
) -> None:
    for _ in range(5):
        assert (await race(nodes, 11))["refused"] == 10
        clock.go_on(minutes=15)
    assert await race(nodes, 11) == {"throttled": 11}
    clock.go_on(minutes=15)
    assert await race(nodes, 11) == {"throttled": 11}
    with pytest.raises(LoginThrottled) as caught:
        await service.log_in(nodes[0], login="mehmet", password="", address="192.0.2.1", device=None)
    assert caught.value.retry_after_seconds == 86_400 - 6 * 900
    clock.go_on(days=1)
    assert (await race(nodes, 11))["refused"] == 10


async def charge(node: Accounts, login: str, address: str) -> str:
    """What the count alone says to a try, without a password being looked at."""
    try:
        await throttle.charge(node, throttle.charges_of_login(login, address, None))
    except LoginThrottled:
        return "throttled"
    return "counted"


async def test_an_address_has_a_budget_over_all_accounts(nodes: list[Accounts], clock: MovableClock) -> None:
    tries = (charge(nodes[n % 3], f"login-{n}", "2001:db8:1:2::5") for n in range(60))
    assert await at_once(tries) == {"counted": 60}
    assert await try_once(nodes[0], "login-61", address="2001:db8:1:2:ffff::9") == "throttled"
    assert await try_once(nodes[0], "login-61", address="2001:db8:1:3::5") == "refused"
    clock.go_on(minutes=15)
    assert await try_once(nodes[0], "login-62", address="2001:db8:1:2::5") == "refused"


@pytest.mark.parametrize(
    ("address", "spelled"),
    [
        ("192.0.2.77", "::ffff:192.0.2.77"),
        ("2001:db8::1", "2001:0DB8:0:0::ffff"),
        ("no address at all", "no address at all"),
    ],
)
async def test_any_spelling_of_an_address_is_counted(nodes: list[Accounts], address: str, spelled: str) -> None:
    tries = (charge(nodes[n % 3], f"login-{n}", (address, spelled)[n % 2]) for n in range(64))
    assert await at_once(tries) == {"counted": 60, "throttled": 4}


async def test_tries_of_the_second_factor_are_counted_over_all_sessions(
    nodes: list[Accounts], clock: MovableClock
) -> None:
    mehmet = await enrol(nodes[0], clock, "mehmet")
    clock.go_on(minutes=15)
    halves = [(await mehmet.log_in()).token for _ in range(3)]
    codes = [f"{number:06}" for number in range(24) if f"{number:06}" != mehmet.code()]
    tried = Counter([await try_factor(nodes[n % 3], halves[n % 3], code) for n, code in enumerate(codes)])
    assert tried == {"refused": 10, "throttled": len(codes) - 10}


async def try_factor(node: Accounts, token: str, code: str) -> str:
    try:
        if int(code) % 2:
            await service.use_recovery_code(node, token, code=code, device=None)
        else:
            await service.pass_second_factor(node, token, code=code, device=None)
    except LoginRefused:
        return "refused"
    except LoginThrottled:
        return "throttled"
    return "in"


async def test_racing_with_one_right_code_lets_one_in(nodes: list[Accounts], clock: MovableClock) -> None:
    mehmet = await enrol(nodes[0], clock, "mehmet")
    clock.go_on(minutes=15)
    halves = [(await mehmet.log_in()).token for _ in range(6)]
    code = mehmet.code()
    racing = (service.pass_second_factor(nodes[n % 3], token, code=code, device=None) for n, token in enumerate(halves))
    done = await asyncio.gather(*racing, return_exceptions=True)
    assert sum(isinstance(result, SignedIn) for result in done) == 1
    assert sum(isinstance(result, LoginRefused) for result in done) == 5


async def test_racing_with_one_recovery_code_lets_one_in(nodes: list[Accounts], clock: MovableClock) -> None:
    mehmet = await enrol(nodes[0], clock, "mehmet")
    clock.go_on(minutes=15)
    halves = [(await mehmet.log_in()).token for _ in range(6)]
    code = mehmet.codes[0]
    racing = (service.use_recovery_code(nodes[n % 3], token, code=code, device=None) for n, token in enumerate(halves))
    done = await asyncio.gather(*racing, return_exceptions=True)
    assert sum(isinstance(result, SignedIn) for result in done) == 1


async def test_proofs_within_a_session_are_counted_too(nodes: list[Accounts], clock: MovableClock) -> None:
    mehmet: Enrolled = await enrol(nodes[0], clock, "mehmet")
    clock.go_on(minutes=14)
    await service.renew(nodes[0], mehmet.token)
    clock.go_on(minutes=2)
    tried = []
    for n in range(12):
        try:
            await service.step_up(nodes[n % 3], mehmet.token, password="wrong", code="000000")
        except (LoginRefused, LoginThrottled) as error:
            tried.append(type(error))
    assert tried == [LoginRefused] * 10 + [LoginThrottled] * 2
    with pytest.raises(LoginThrottled):
        await service.step_up(nodes[0], mehmet.token, password=PASSWORD, code=mehmet.code())


async def test_neither_address_nor_login_lies_in_the_table_and_what_is_over_is_swept(
    nodes: list[Accounts], clock: MovableClock, database_urls: DatabaseUrls
) -> None:
    await try_once(nodes[0], "ayse.k", address="192.0.2.200")
    owner = await asyncpg.connect(database_urls.owner)
    kept = str(await owner.fetch("SELECT * FROM throttle"))
    assert len(kept) > 200
    assert "ayse" not in kept
    assert "192.0.2" not in kept
    assert await owner.fetchval("SELECT relpersistence FROM pg_class WHERE relname = 'throttle'") == b"u"
    clock.go_on(days=1)
    assert await service.sweep(nodes[0]) == 3
    assert await owner.fetchval("SELECT count(*) FROM throttle") == 0
    await owner.close()
