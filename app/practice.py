"""What the demonstration alone has: telephones on its exchange, agents' windows to type in, a shift for practice."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI

from app.accounts import service as accounts_service
from app.accounts.means import Accounts
from app.accounts.models import Role
from app.calls.desk import Desk
from app.console.demo_phone import DemoTelephones, demo_phone_window
from app.console.demo_phone import router as demo_phone_router
from app.console.demo_tour import Tours
from app.console.demo_tour import router as demo_tour_router
from app.kit.extent import EVERYTHING
from app.kit.settings import Settings
from app.manner import Manner
from app.phone.exchange.agent_phones import AgentPhones
from app.phone.exchange.demo import messages_router
from app.phone.exchange.handsets import ExchangeRooms
from app.phone.exchange.state import Exchange
from app.phone.shift.caller import Stage
from app.phone.shift.playing import Shift, play
from app.phone.shift.scenes import load_scenes
from app.phone.shift.searches import Searches, SearchesSeen
from app.phone.switchboard import Switchboard
from app.queue import service as queue
from app.queue.models import Line, Status
from app.shell.opening import provide
from app.shell.registry import PageRouter

DEMO_ROUTERS: Final[tuple[PageRouter, ...]] = (demo_phone_router, demo_tour_router)
# What the demonstration's agent speaks in the shift for practice, besides their own languages.
_MORE_LANGUAGES: Final = {"tr": 2}


@dataclass(slots=True)
class PracticeShift:
    """The shift for practice as the tour sees it."""

    shift: Shift
    phones: AgentPhones
    watched: Searches
    sent: set[str] = field(default_factory=set)

    @property
    def place(self) -> int:
        return self.shift.place

    @property
    def calls(self) -> int:
        return self.shift.calls

    @property
    def over(self) -> bool:
        return self.shift.over

    @property
    def practises(self) -> Mapping[str, str]:
        return {} if self.shift.now is None else {str(code): text for code, text in self.shift.now.practises.items()}

    @property
    def searches(self) -> int:
        return self.watched.count

    @property
    def texts(self) -> int:
        """How many text messages left, also those whose record is deleted by now."""
        self.sent.update(self.phones.exchange.messages)
        return len(self.sent)

    def has_spoken(self, person_id: UUID) -> bool:
        talk = self.phones.find_talk(person_id)
        return talk is not None and any(line.own for line in talk.lines)

    def restart(self) -> None:
        self.shift.again.set()


def watch_searches(pages: FastAPI) -> None:
    """Before the pages begin to serve: what is searched on the desk is counted from then on."""
    searches = Searches()
    provide(pages, searches)
    pages.add_middleware(SearchesSeen, searches=searches)


@asynccontextmanager
async def practising(pages: FastAPI, exchange: Exchange, desk: Desk, settings: Settings) -> AsyncIterator[None]:
    """Meanwhile callers of the browser telephone and agents in their windows meet on the exchange."""
    pages.include_router(messages_router(exchange))
    provided = pages.state.provided
    provided.get(Switchboard).rooms = ExchangeRooms(exchange)
    phones = AgentPhones(exchange)
    provide(pages, DemoTelephones(phones))
    provide(pages, demo_phone_window())
    if not provided.get(Manner).shift:
        provide(pages, Tours(None))
        yield
        return
    shift = Shift(load_scenes())
    provide(pages, Tours(PracticeShift(shift, phones, provided.get(Searches))))
    account = exchange.accounts[settings.twilio_account_sid]
    stage = Stage(exchange, account, settings.public_base_url, settings.hotline_number)
    agents = await _list_agents(provided.get(Accounts), desk.line)
    async with _beside(play(stage, shift, lambda: _is_ready(desk.line, agents))):
        yield


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _list_agents(accounts: Accounts, line: Line) -> frozenset[UUID]:
    """The demonstration's agents, who speak what the callers speak."""
    people = await accounts_service.list_people(accounts, EVERYTHING)
    agents = frozenset(person.id for person in people if person.demo and person.role is Role.AGENT)
    for agent_id in agents:
        skills = await queue.get_skills(line, agent_id)
        # The tour begins with becoming ready, whatever was before.
        await queue.set_status(line, agent_id, Status.AWAY)
        if skills is not None:
            await queue.set_skills(line, agent_id, replace(skills, languages=_MORE_LANGUAGES | dict(skills.languages)))
    return agents


async def _is_ready(line: Line, agents: frozenset[UUID]) -> bool:
    there = await queue.list_agents(line)
    return any(one.agent_id in agents and one.status is Status.READY and one.is_present for one in there)
