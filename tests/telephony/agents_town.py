"""The town of the waiting line with its agents' telephones: rooms, softphones, own telephones, and the keeper."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import asyncpg
import httpx
from fastapi import FastAPI

from app.calls import meeting
from app.calls.desk import Desk
from app.calls.keeping import keep_line
from app.kit.reach import Database
from app.phone.exchange.clockwork import pass_time
from app.phone.exchange.deeds import call_in, hang_up
from app.phone.exchange.models import Call, Callee, Conference, Ends, Hook, Instructions
from app.phone.exchange.rest import exchange_router
from app.phone.exchange.unsteady import Faults, UnsteadyNetwork
from app.queue import service as queue
from app.queue.models import Interpreter, Reservation, Skills, Status
from app.telephony.client import TwilioTelephony, Wire
from app.telephony.softphone import identity_of
from tests.cast import BASE_URL, NUMBER, TOKEN
from tests.fake_twilio.town import REST_URL
from tests.telephony.line_town import ACCOUNT_SID, RETRIES, LineTown, open_town, said, text

OWN_PHONE, COLLEAGUES_PHONE, INTERPRETERS_PHONE = "+493023125011", "+493023125012", "+493023125013"


@dataclass
class AgentsTown:
    """A town whose time passes together with the keeper's rounds; `desks` are those of its nodes."""

    town: LineTown
    desks: list[Desk]
    network: UnsteadyNetwork

    @property
    def desk(self) -> Desk:
        return self.desks[0]

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """The keeper of each node has its round in every second."""
        until = self.town.exchange.now_seconds + seconds
        while self.town.exchange.now_seconds < until:
            for agent_id in self.town.agents:
                await queue.see(self.town.line, agent_id)
            await pass_time(self.town.exchange, min(step, until - self.town.exchange.now_seconds))
            for desk in self.desks:
                await keep_line(desk)
            await pass_time(self.town.exchange)

    async def hire(self, *languages: str, telephone: str | None = None) -> UUID:
        """An agent who is ready: by softphone, or by a telephone of their own."""
        agent_id = await self.town.hire(*languages)
        if telephone is not None:
            skills = Skills(dict.fromkeys(languages, 3), telephone=telephone)
            await queue.set_skills(self.town.line, agent_id, skills)
        return agent_id

    async def softphone(self, person_id: UUID) -> Call:
        """The agent's browser calls."""
        return await self.call_as(f"client:{identity_of(person_id)}")

    async def call_as(self, name: str) -> Call:
        """Somebody of that name calls the address of agents' softphones."""
        hooks = Instructions(voice=Hook(f"{BASE_URL}/voice/agent{RETRIES}"))
        return await call_in(self.town.exchange, self.town.account, Ends(name, NUMBER), hooks)

    async def call_at(self, url: str) -> Call:
        """Somebody's call gets its first document there."""
        return await call_in(self.town.exchange, self.town.account, Ends("client:x", NUMBER), Instructions(Hook(url)))

    async def offered(self, agent_id: UUID) -> Reservation:
        """What the agent is offered within a few seconds."""
        for _ in range(5):
            found = await queue.find_reservation(self.town.line, agent_id)
            if found is not None and found.accepted_at is None:
                return found
            await self.pass_time(1)
        raise AssertionError("Nothing is offered.")

    async def answer(self, agent_id: UUID) -> Call:
        """The agent takes the offered call on the page, and the softphone connects."""
        return await self.answer_by(agent_id, f"client:{identity_of(agent_id)}")

    async def answer_by(self, agent_id: UUID, name: str) -> Call:
        """The same, where the softphone has this name."""
        offer = await self.offered(agent_id)
        await meeting.answer(self.desk, agent_id, offer.id)
        leg = await self.call_as(name)
        await self.pass_time(2)
        return leg

    async def talk(self, language: str = "de") -> tuple[Call, UUID, Call]:
        """A caller who talks with an agent: the caller's call, the agent, and the agent's leg."""
        agent_id = await self.hire(language)
        call = await self.town.into_line(language)
        leg = await self.answer(agent_id)
        assert self.labels() == {"caller", f"agent-{agent_id}"}, said(call)
        return call, agent_id, leg

    def rooms(self) -> list[Conference]:
        """The conferences that are not over."""
        return [room for room in self.town.exchange.conferences.values() if room.status != "completed"]

    def labels(self) -> set[str]:
        """Who is in the only conference."""
        rooms = self.rooms()
        assert len(rooms) <= 1
        return {person.label for room in rooms for person in room.participants.values()}

    def placed(self, number: str) -> list[Call]:
        """The calls that we placed to a number."""
        return [call for call in self.town.exchange.calls.values() if call.to_number == number]

    async def status(self, agent_id: UUID) -> Status:
        agents = await queue.list_agents(self.town.line)
        return next(agent.status for agent in agents if agent.agent_id == agent_id)

    async def add_interpreter(self, language: str = "ar", pin: str = "4711#") -> UUID:
        interpreter = Interpreter(uuid4(), "Sprachbrücke", (language,), INTERPRETERS_PHONE, pin)
        await queue.save_interpreter(self.town.line, interpreter)
        return interpreter.id

    def asked(self, path: str) -> int:
        """How often the webhooks were asked at this path."""
        return sum(asked == path for asked, _ in self.town.doors.answers)

    def callee(self, number: str, **behaviour: object) -> None:
        self.town.exchange.callees[number] = Callee(**behaviour)  # type: ignore[arg-type]

    async def hang_up(self, call: Call) -> None:
        await hang_up(self.town.exchange, call)


@dataclass(frozen=True)
class Ground:
    """What a town of the tests stands on."""

    pool: asyncpg.Pool
    database: Database
    folder: Path


@dataclass
class Slow(httpx.AsyncBaseTransport):
    """Each request takes a while, so that those of several nodes are under way at once."""

    inner: httpx.AsyncBaseTransport
    seconds: float

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.seconds)
        return await self.inner.handle_async_request(request)


def open_agents_town(  # noqa: PLR0913  A town differs from another in these.
    ground: Ground,
    *,
    nodes: int = 1,
    faults: Faults | None = None,
    seed: int = 0,
    listening: bool = False,
    slow_seconds: float = 0.0,
) -> AgentsTown:
    """`faults` befall the REST API, whose requests take so long by the real clock."""
    town = open_town(ground.pool, ground.database, ground.folder, seed)
    app = FastAPI()
    app.include_router(exchange_router(town.exchange))
    random = Random(seed)  # noqa: S311  A reproducible run.
    network = UnsteadyNetwork(Slow(httpx.ASGITransport(app), slow_seconds), faults or Faults(), random)
    rest = TwilioTelephony(ACCOUNT_SID, TOKEN, Wire(httpx.AsyncClient(transport=network), REST_URL))
    desk = Desk(town.line, rest, BASE_URL, NUMBER, town.safe, listening=listening)
    return AgentsTown(town, [replace(desk) for _ in range(nodes)], network)


__all__ = ["AgentsTown", "Ground", "open_agents_town", "said", "text"]
