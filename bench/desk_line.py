"""A busy line for the desk's benchmark: agents with sessions, callers who go on asking, and calls that are handled."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from uuid import UUID

import asyncpg
import httpx

from app.accounts.means import Accounts
from app.accounts.models import CLI, Role, Stage
from app.accounts.service import add_person
from app.accounts.sessions import begin_session
from app.accounts.tables import PersonRow
from app.calls.codes import OUTCOMES, TOPICS
from app.kit.crypto import KeyRing
from app.kit.extent import EVERYTHING
from app.kit.reach import Database, transaction
from app.queue import service
from app.queue.models import Arrival, Line, Reservation, Skills, Status
from app.queue.overview import read_overview, understand
from app.shell import csrf
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.streaming import BEAT_SECONDS
from bench.requests import SESSION_KEYS

ASK_SECONDS = 20.0
# How long an agent lets an offer stand, talks and writes, in seconds: calls much shorter than real ones.
ANSWER_SECONDS, TALK_SECONDS, WRITE_SECONDS = 2.0, 25.0, 5.0
_ROUND_SECONDS = 0.5
_PATH = "/voice/left?n=3&s=token&t=0"
# A call that none of the agents understands stays at the top of everybody's list.
_PROBE_LANGUAGE = "am"
_PROBES_FROM = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody at a desk."""

    person_id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who waits."""

    keys: tuple[bytes, ...]
    entered_at: datetime
    sid: str


@dataclass
class BusyLine:
    """The line and everybody at it; `deeds` counts what agents did."""

    line: Line
    accounts: Accounts
    desk: httpx.AsyncClient
    agents: list[Agent] = field(default_factory=list)
    callers: dict[bytes, Caller] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)
    deeds: int = 0

    async def hire(self, number: int) -> None:
        """Agents who speak Arabic and German, each with a session."""
        for name in range(number):
            added = await add_person(
                self.accounts, by=CLI, login=f"agent-{name:03}", display_name=f"Agent {name:03}", role=Role.AGENT
            )
            await service.set_skills(self.line, added.person.id, Skills({"ar": 3, "de": 2}))
            async with transaction(self.accounts.database, EVERYTHING) as session:
                row = await session.get_one(PersonRow, added.person.id)
                signed_in = await begin_session(session, self.accounts, row, Stage.FULL)
            self.agents.append(Agent(added.person.id, signed_in.token))

    async def begin_shift(self) -> None:
        for agent in self.agents:
            await service.set_status(self.line, agent.person_id, Status.READY)

    async def call(self, language: str = "ar", entered_at: datetime | None = None) -> Caller:
        """Somebody calls; when this returns the database has it."""
        sid = f"CA{next(self.numbers):032x}"
        keys = tuple(self.line.keys.keyed_hashes("call", sid))
        caller = Caller(keys, entered_at or self.line.clock(), sid)
        await self._ask(caller, language)
        if language != _PROBE_LANGUAGE:
            self.callers[keys[0]] = caller
        return caller

    async def probe(self, number: int, awaited: set[bytes]) -> tuple[bytes, float]:
        """A change that every desk shows: the text by which it is known there, and the moment before it was made."""
        second = _PROBES_FROM + number
        text, begun = f'"{second}"'.encode(), time.perf_counter()
        awaited.add(text)
        caller = await self.call(_PROBE_LANGUAGE, datetime.fromtimestamp(second, UTC))
        asyncio.get_running_loop().call_later(3.0, lambda: asyncio.ensure_future(self._hang_up(caller)))
        return text, begun

    async def _hang_up(self, caller: Caller) -> None:
        await service.leave(self.line, caller.keys, ended=True)

    async def _ask(self, caller: Caller, language: str = "ar") -> None:
        arrival = Arrival(caller.keys, caller.sid, _PATH, language, caller.entered_at, "documents_and_travel", "DE-HH")
        await service.enter(self.line, arrival)

    async def go_on_asking(self) -> None:
        """Each waiting call asks every 20 s, evenly spread."""
        while True:
            waiting = list(self.callers.values())
            for caller in waiting:
                await asyncio.sleep(ASK_SECONDS / len(waiting))
                if caller.keys[0] in self.callers:
                    await self._ask(caller)

    async def stay_here(self) -> None:
        """Each browser answers the beats of its stream."""
        while True:
            for agent in self.agents:
                await asyncio.sleep(BEAT_SECONDS / len(self.agents))
                answer = await self.desk.get("/line/here", headers={"Cookie": _cookie(agent.token)})
                answer.raise_for_status()

    async def handle_calls(self) -> None:
        """What fifty people do: take offers, talk, end, wrap up; for each call that is over somebody calls anew."""
        tokens = {agent.person_id: agent.token for agent in self.agents}
        while True:
            for offer in understand(await read_overview(self.line)).offers:
                await self._handle(offer, tokens[offer.agent_id])
            await asyncio.sleep(_ROUND_SECONDS)

    async def _handle(self, offer: Reservation, token: str) -> None:
        moment = self.line.clock()
        if offer.accepted_at is None:
            if (moment - offer.made_at).total_seconds() > ANSWER_SECONDS:
                await self._do(token, "/line/offer/accept", reservation=str(offer.id))
        elif offer.ended_at is not None:
            if (moment - offer.ended_at).total_seconds() > WRITE_SECONDS:
                await self._do(token, "/line/wrap-up", topic=TOPICS[0], outcome=OUTCOMES[0])
        elif offer.talking_at is None:
            await service.joined(self.line, offer.id, "caller")
        elif (moment - offer.talking_at).total_seconds() > TALK_SECONDS:
            await self._do(token, "/line/call/end")
            await self._replace()

    async def _replace(self) -> None:
        """The one who was served is one of those who came first."""
        first = min(self.callers.values(), key=lambda caller: caller.entered_at)
        del self.callers[first.keys[0]]
        await self.call()

    async def is_loading(self) -> bool:
        """Whether the pages still wait for the knowledge."""
        answer = await self.desk.get("/knowledge", headers={"Cookie": _cookie(self.agents[0].token)})
        return answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE

    async def _do(self, token: str, deed: str, **fields: str) -> None:
        headers = {
            "Cookie": _cookie(token),
            "Sec-Fetch-Site": "same-origin",
            "HX-Request": "true",
        }
        answer = await self.desk.post(deed, data={"csrf": csrf.token(self.line.keys, token), **fields}, headers=headers)
        answer.raise_for_status()
        self.deeds += 1


def _cookie(token: str) -> str:
    return f"{PREFIX}{SESSION_COOKIE}={token}"


def busy_line(pool: asyncpg.Pool, database: Database, desk: httpx.AsyncClient) -> BusyLine:
    accounts = Accounts(database, KeyRing.from_setting(SESSION_KEYS))
    return BusyLine(Line(pool, accounts.keys, accounts.clock), accounts, desk)
