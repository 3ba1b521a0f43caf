"""A town with the real webhooks and a waiting line: callers on the exchange, agents who are there, and one clock."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app.accounts.means import Accounts
from app.calls import waiting
from app.calls.calling_back import open_line_deeds
from app.calls.lasting import Memory, Outside
from app.calls.referring import open_deeds
from app.kit.reach import Database
from app.kit.vault import open_vault
from app.main import TokenSigner
from app.phone.exchange.clockwork import pass_time
from app.phone.exchange.deeds import call_in, press
from app.phone.exchange.models import Account, Call, Ends, Hook, Instructions
from app.phone.exchange.state import Exchange, moment_at, open_exchange
from app.queue import service as queue
from app.queue.models import Line, Reservation, Skills, Standing, Status
from app.queue.safe import Safe
from app.referrals.means import Referrals
from app.telephony.client import TwilioTelephony, Wire
from app.telephony.routes import Telephony, voice_app
from app.texts.languages import LAUNCH_LANGUAGES
from tests.cast import BASE_URL, NUMBER, TOKEN, demo_playbook, keys, telephony
from tests.fake_twilio.town import REST_URL, rest_client

ACCOUNT_SID = "AC" + "6" * 32
MOBILE, LANDLINE, FOREIGN, WITHHELD = "+4915112345678", "+4934112345678", "+380501234567", "anonymous"
MENU = dict(zip(LAUNCH_LANGUAGES, "12345", strict=True))
RETRIES = "#rc=2&rp=all"
# On a busy machine the database may take its time; in production a step has two seconds.
SECONDS = 20.0


@dataclass
class LineTown:
    """The exchange, Twilio's door over the real database, and the agents who look at their pages meanwhile."""

    pool: asyncpg.Pool
    exchange: Exchange
    account: Account
    doors: "Switch"
    rest: TwilioTelephony
    safe: Safe
    agents: list[UUID] = field(default_factory=list)

    @property
    def line(self) -> Line:
        return self.safe.line

    def now(self) -> datetime:
        return moment_at(self.exchange, self.exchange.now_seconds)

    async def hire(self, *languages: str, woman: bool = False) -> UUID:
        """An agent who is ready, and stays so."""
        agent_id = uuid4()
        await queue.set_skills(self.line, agent_id, Skills(dict.fromkeys(languages, 3), woman=woman))
        await queue.set_status(self.line, agent_id, Status.READY)
        self.agents.append(agent_id)
        return agent_id

    async def pass_time(self, seconds: float = 0.0) -> None:
        """In small steps, for pages of agents say every few seconds that they are there."""
        until = self.exchange.now_seconds + seconds
        while True:
            for agent_id in self.agents:
                await queue.see(self.line, agent_id)
            await pass_time(self.exchange, min(max(until - self.exchange.now_seconds, 0.0), 10.0))
            if self.exchange.now_seconds >= until:
                return

    async def dial(self, number: str = MOBILE) -> Call:
        return await call_in(self.exchange, self.account, Ends(number, NUMBER))

    async def into_line(self, language: str = "de", number: str = MOBILE) -> Call:
        """A caller who waits for a person."""
        call = await self.dial(number)
        for key in (MENU[language], "0", "1"):
            await press(self.exchange, call, key)
        assert call.faults == []
        assert call.place is not None, said(call)
        return call

    async def press(self, call: Call, *entries: str) -> None:
        for entry in entries:
            await press(self.exchange, call, entry)

    def keys_of(self, call: Call) -> tuple[bytes, ...]:
        return self.line.keys.keyed_hashes("call", call.sid)

    async def standing(self, call: Call) -> Standing | None:
        return await queue.find_standing(self.line, self.keys_of(call))

    async def accept(self) -> Reservation:
        """The next match, taken by its agent; the caller's call has not been sent anywhere yet."""
        (offered,) = await queue.match(self.line)
        accepted = await queue.accept(self.line, offered.agent_id, offered.id)
        assert accepted is not None
        return accepted

    async def connect(self, reservation: Reservation) -> None:
        """The call is sent to the room, where it meets the agent."""
        found = await queue.find_caller(self.line, reservation.id)
        assert found is not None
        sid, path, _ = found
        await self.rest.redirect_call(sid, f"{BASE_URL}{path.replace('/voice/left', '/voice/meet')}{RETRIES}")
        await self.pass_time(1)
        await queue.joined(self.line, reservation.id, "caller")
        await queue.joined(self.line, reservation.id, "agent")

    async def counted(self) -> list[tuple[object, ...]]:
        """How each call was served, and after what wait."""
        return [tuple(row) for row in await self.pool.fetch("SELECT kind, waited_seconds FROM live_call")]


@dataclass
class Switch(httpx.AsyncBaseTransport):
    """Carries webhooks to the door, which a test may replace in mid-call; keeps each request and its answer."""

    door: Telephony
    requests: list[httpx.Request] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport = httpx.ASGITransport(voice_app(self.door), raise_app_exceptions=True)
        response = await transport.handle_async_request(request)
        self.requests.append(request)
        self.answers.append((request.url.path, (await response.aread()).decode()))
        return response

    def last(self, path: str) -> str:
        return next(answer for asked, answer in reversed(self.answers) if asked == path)

    def without_database(self) -> Telephony:
        """The same door where no connection to the database can be had."""
        gone = Gone()
        outside = self.door.outside
        assert outside is not None
        assert outside.safe is not None
        safe = replace(outside.safe, line=replace(outside.safe.line, pool=gone))  # type: ignore[arg-type]
        memory = Memory(gone, outside.memory.keys)  # type: ignore[arg-type]
        away = replace(outside, memory=memory, safe=safe)
        return replace(self.door, pool=gone, outside=away, prepared={})  # type: ignore[arg-type]


class Gone:
    """A pool whose database is away."""

    def __getattr__(self, _name: str) -> object:
        def fail(*_args: object, **_options: object) -> object:
            raise OSError

        return fail


def said(call: Call) -> str:
    """The last things that the caller heard."""
    return " ".join(heard.text for heard in call.heard[-8:])


def text(message: str, language: str = "de") -> str:
    return demo_playbook().wording[language][message].replace("\xa0", " ")


def be_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line may answer late: this is no test of the machine."""
    monkeypatch.setattr(waiting, "LINE_SECONDS", SECONDS)


def open_town(pool: asyncpg.Pool, database: Database, folder: Path, seed: int = 0) -> LineTown:
    hooks = Instructions(
        voice=Hook(f"{BASE_URL}/voice/incoming{RETRIES}"), status=Hook(f"{BASE_URL}/voice/status{RETRIES}")
    )
    account = Account(ACCOUNT_SID, TOKEN, TokenSigner(TOKEN), {NUMBER: hooks})
    switch = Switch(telephony(pool))
    exchange = open_exchange(httpx.AsyncClient(transport=switch), [account], seed=seed)

    def now() -> datetime:
        return moment_at(exchange, exchange.now_seconds)

    safe = Safe(Line(pool, keys(), now), open_vault(folder / "keys"))
    playbook = demo_playbook()
    referrals = Referrals(Accounts(database, keys(), demo=True), safe.vault, playbook.directory)
    deeds = {**open_deeds(referrals), **open_line_deeds(safe, playbook)}
    outside = Outside(Memory(pool, keys()), deeds, SECONDS, safe)
    switch.door = replace(switch.door, outside=outside, clock=now)
    rest = TwilioTelephony(ACCOUNT_SID, TOKEN, Wire(rest_client(exchange), REST_URL))
    return LineTown(pool, exchange, account, switch, rest, safe)
