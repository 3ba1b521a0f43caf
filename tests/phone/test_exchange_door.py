"""The real webhooks driven by the stand-in exchange, from the first ring to the last notice; not in production."""

from random import Random

import asyncpg
import httpx
import pytest

from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings
from app.main import TokenSigner
from app.manner import Manner
from app.pages import build_pages
from app.phone.exchange.clockwork import pass_time
from app.phone.exchange.deeds import call_in, hang_up, press
from app.phone.exchange.models import Account, Call, Ends, Hook, Instructions
from app.phone.exchange.rest import exchange_router
from app.phone.exchange.state import Delivery, Exchange, open_exchange
from app.phone.exchange.unsteady import Faults, UnsteadyNetwork, deliver_stragglers
from app.telephony.routes import voice_app
from tests.cast import BASE_URL, NUMBER, TOKEN, demo_playbook, telephony

ACCOUNT_SID = "AC" + "7" * 32
CALLER = "+493023125001"
KEYS = "12#4*0"


def real_account(token: str = TOKEN) -> Account:
    hooks = Instructions(
        voice=Hook(f"{BASE_URL}/voice/incoming#rc=2&rp=all"), status=Hook(f"{BASE_URL}/voice/status#rc=2&rp=all")
    )
    return Account(ACCOUNT_SID, token, TokenSigner(token), {NUMBER: hooks})


def door_transport(pool: asyncpg.Pool) -> httpx.ASGITransport:
    return httpx.ASGITransport(voice_app(telephony(pool)), raise_app_exceptions=True)


def exchange_at(transport: httpx.AsyncBaseTransport, account: Account, seed: int = 0) -> Exchange:
    return open_exchange(httpx.AsyncClient(transport=transport), [account], seed=seed)


async def talk(exchange: Exchange, account: Account, random: Random) -> Call:
    """A caller who presses a few keys, keeps silent for a while, and stays or hangs up."""
    call = await call_in(exchange, account, Ends(CALLER, NUMBER))
    for _ in range(random.randrange(8)):
        await press(exchange, call, random.choice(KEYS))
        await pass_time(exchange, random.choice([0, 3, 40]))
    if random.random() < 0.5:
        await hang_up(exchange, call)
    return call


async def ends(pool: asyncpg.Pool) -> list[str | None]:
    """How each call's row says that it ended; nothing for one that has not."""
    rows = await pool.fetch("SELECT CASE WHEN ended_at IS NOT NULL THEN status END AS status FROM live_call")
    return [row["status"] for row in rows]


async def test_a_call_runs_from_the_first_ring_to_the_end_and_is_noted_once(pool: asyncpg.Pool) -> None:
    account = real_account()
    exchange = exchange_at(door_transport(pool), account)
    call = await call_in(exchange, account, Ends(CALLER, NUMBER))
    assert (call.status, call.faults) == ("in-progress", [])
    assert len(call.heard) > 1
    await press(exchange, call, "1")
    await pass_time(exchange, 5)
    assert await ends(pool) == [None]
    await hang_up(exchange, call)
    assert (call.status, call.faults) == ("completed", [])
    assert await ends(pool) == ["completed"]


async def test_a_caller_who_only_listens_comes_to_an_end_without_a_fault(pool: asyncpg.Pool) -> None:
    account = real_account()
    exchange = exchange_at(door_transport(pool), account)
    call = await call_in(exchange, account, Ends("anonymous", NUMBER))
    await pass_time(exchange, 60 * 60)
    assert (call.status, call.faults) == ("completed", [])
    assert exchange.now_seconds == 60 * 60
    assert await ends(pool) == ["completed"]


async def test_a_wrong_token_is_refused_and_the_call_ends(pool: asyncpg.Pool) -> None:
    account = real_account("another-token")
    exchange = exchange_at(door_transport(pool), account)
    call = await call_in(exchange, account, Ends(CALLER, NUMBER))
    assert call.status == "completed"
    assert "status 403" in call.faults[0]
    assert call.heard == []


async def test_many_calls_over_an_unsteady_network_all_end_and_stragglers_change_nothing(pool: asyncpg.Pool) -> None:
    account, random = real_account(), Random(5)  # noqa: S311  A reproducible run.
    network = UnsteadyNetwork(door_transport(pool), Faults(refused=0.1, silent=0.1, doubled=0.1, late=0.1), random)
    exchange = exchange_at(network, account, seed=5)
    exchange.delivery = Delivery(latest_seconds=20)
    calls = [await talk(exchange, account, random) for _ in range(40)]
    await pass_time(exchange, 60 * 60)
    assert {call.status for call in calls} == {"completed"}
    heard = [len(call.heard) for call in calls]
    answers = await deliver_stragglers(network)
    assert len(answers) > 10
    assert {answer.status_code for answer in answers} <= {200, 204}
    assert [len(call.heard) for call in calls] == heard
    assert await ends(pool) == ["completed"] * 40
    assert all(network.met[fault] > 10 for fault in ("", "refused", "silent", "doubled", "late"))


@pytest.mark.parametrize("phone", [False, True])
async def test_the_application_for_production_has_no_exchange(phone: bool) -> None:  # noqa: FBT001  pytest passes it.
    settings = Settings(
        public_base_url=BASE_URL,
        twilio_auth_token=TOKEN,
        twilio_account_sid=ACCOUNT_SID,
        session_keys="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        hotline_number=NUMBER,
    )

    async with httpx.AsyncClient() as nobody:
        pages = build_pages(settings, demo_playbook(), Manner(demo=False, phone=phone), nobody, TokenSigner(TOKEN))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url=BASE_URL) as client:
        for method, path in ROUTES:
            answer = await client.request(method, path, auth=(ACCOUNT_SID, TOKEN))
            assert answer.status_code == 404, path


def _routes() -> list[tuple[str, str]]:
    router = exchange_router(exchange_at(httpx.MockTransport(lambda _request: httpx.Response(404)), real_account()))
    paths = [(next(iter(route.methods)), route.path) for route in router.routes]  # type: ignore[attr-defined]
    sids = {
        "account_sid": ACCOUNT_SID,
        "sid": "CA" + "1" * 32,
        "room_sid": "CF" + "1" * 32,
        "call_sid": "CA" + "1" * 32,
    }
    return [(method, path.format(**sids)) for method, path in paths]


ROUTES = _routes()


def test_only_the_exchange_itself_and_the_programs_that_mount_it_for_the_demonstration_know_it() -> None:
    assert len(ROUTES) > 20
    knowing = [
        str(path.relative_to(PROJECT_ROOT))
        for path in sorted((PROJECT_ROOT / "app").rglob("*.py"))
        if "app.phone.exchange" in path.read_text("utf-8") and path.parent.name not in {"exchange", "shift"}
    ]
    assert set(knowing) == {"app/lining.py", "app/posting.py", "app/practice.py"}
