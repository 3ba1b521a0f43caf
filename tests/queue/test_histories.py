"""Random histories of a small line, with deeds that come twice, late and in any order, held against a model."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.db import open_pool
from app.queue import service
from app.queue.models import Choice, Reservation, State, Status
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.queue.cast import House, agent_id, call_keys

CALLERS = ("Anna", "Boris", "Carla")
AGENTS = ("Jonas", "Karin")
WOMEN = {"Karin"}


@dataclass
class Call:
    """What the model knows of a caller: where the call stands, and under which addresses it is kept out."""

    entered_at: datetime
    state: State = State.WAITING
    choice: Choice | None = None
    woman: bool = False
    first: bool = False
    path: int = 0
    offer: UUID | None = None
    is_out: bool = False


@dataclass
class Held:
    """What the model knows of an agent."""

    status: Status = Status.AWAY
    ready_since: datetime | None = None
    unanswered: int = 0
    offer: UUID | None = None
    caller: str = ""
    at: datetime | None = None


@dataclass
class History:
    """A line, its model, and all deeds so far, each of which may come again."""

    house: House
    calls: dict[str, Call] = field(default_factory=dict)
    agents: dict[str, Held] = field(default_factory=lambda: {name: Held() for name in AGENTS})
    names: list[str] = field(default_factory=lambda: list(CALLERS))
    offers: list[UUID] = field(default_factory=list)
    deeds: list[tuple[str, int, int]] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)

    async def open(self) -> None:
        for name in AGENTS:
            await self.house.agent(name, {"de": 3}, Status.AWAY, woman=name in WOMEN)
            await self.status(AGENTS.index(name), 0)

    async def do(self, kind: int, place: int, one: int, other: int) -> None:
        """Mostly a deed that changes something, else an earlier one once more, or any deed at all."""
        sensible = self.sensible()
        if kind >= 4 and sensible:
            name, one, other = sensible[place % len(sensible)]
        elif kind >= 2 and self.deeds:
            name, one, other = self.deeds[place % len(self.deeds)]
        else:
            name = list(DEEDS)[place % len(DEEDS)]
        self.deeds.append((name, one, other))
        before = self.state()
        await DEEDS[name](self, one, other)
        self.effects[name] += self.state() != before
        await self.check()

    def state(self) -> list[object]:
        callers = [(call.state, call.choice, call.is_out, call.woman) for call in self.calls.values()]
        return [*callers, *((held.status, held.offer) for held in self.agents.values())]

    def sensible(self) -> list[tuple[str, int, int]]:
        """The deeds that change something as things stand."""
        deeds: list[tuple[str, int, int]] = []
        for place, name in enumerate(self.names):
            call = self.calls.get(name)
            if call is None or call.is_out:
                deeds.append(("enter", place, (call.path + 1) % 4 if call else 0))
            else:
                deeds += [("choose", place, 0), ("wish", place, 0), ("leave", place, 1)]
                deeds += [("match", 0, 0)] * 3 if call.state is State.WAITING else []
        for place, held in enumerate(self.agents.values()):
            offer = self.offers.index(held.offer) if held.offer else 0
            state = self.calls[held.caller].state if held.offer else None
            if held.status is Status.WRAP_UP:
                deeds.append(("wrap up", place, 0))
            elif state is State.RESERVED:
                deeds += [("accept", place, offer)] * 4 + [("refuse", place, offer), ("go on", 2, 0), ("go on", 2, 1)]
            elif state is State.CONNECTING:
                deeds += [("join", place, offer)] * 4 + [("give back", place, offer), ("go on", 3, 0)]
            elif state is State.TALKING:
                deeds += [("finish", place, offer), ("lose", place, offer)]
                is_possible = self.agents[AGENTS[1 - place]].status is Status.READY
                deeds += [("transfer", 1 - place, offer)] * 9 * is_possible
            elif held.status is not Status.READY:
                deeds += [("status", place, 0)] * 2
        return deeds

    async def check(self) -> None:
        """Where each caller stands and where each agent is."""
        for name in self.names:
            standing = await service.find_standing(self.house.line, call_keys(name))
            call = self.calls.get(name)
            if call is None or call.is_out:
                assert standing is None, name
            else:
                assert standing is not None, name
                assert (standing.state, standing.choice) == (call.state, call.choice), name
                connected = call.state in {State.CONNECTING, State.TALKING}
                assert standing.room == (f"room-{call.offer}" if connected else "")
        statuses = {agent.agent_id: agent.status for agent in await service.list_agents(self.house.line)}
        assert statuses == {agent_id(name): held.status for name, held in self.agents.items()}
        for name, held in self.agents.items():
            found = await service.find_reservation(self.house.line, agent_id(name))
            assert (found.id if found else None) == held.offer, name

    def holder(self, offer: UUID) -> Held | None:
        return next((held for held in self.agents.values() if held.offer == offer), None)

    def release(self, held: Held, status: Status) -> None:
        held.status, held.offer = status, None
        held.ready_since = held.ready_since or self.house.moment

    def out(self, name: str) -> None:
        """The call leaves the line; who talked wraps up, who was only asked is free."""
        call = self.calls[name]
        held = self.holder(call.offer) if call.offer else None
        if held is not None and call.state is State.TALKING:
            held.status = Status.WRAP_UP
        elif held is not None:
            self.release(held, Status.READY)
        call.is_out, call.offer, call.state = True, None, State.WAITING

    def back(self, offer: UUID, states: set[State], status: Status, *, first: bool = False) -> None:
        held = self.holder(offer)
        call = self.calls[held.caller] if held is not None else None
        if held is not None and call is not None and call.offer == offer and call.state in states:
            call.state, call.offer, call.first = State.WAITING, None, call.first or first
            self.release(held, status)

    async def enter(self, one: int, path: int) -> None:
        name = self.names[one % 3]
        call = self.calls.get(name)
        if call is None or (call.is_out and call.path != path):
            call = self.calls[name] = Call(self.house.moment)
        if not call.is_out:
            call.path = path
        await self.house.calls(name, path=f"/voice/left?n={path}", entered_at=call.entered_at)

    async def choose(self, one: int, other: int) -> None:
        name = self.names[one % 3]
        choice = list(Choice)[other % 3]
        await service.choose(self.house.line, call_keys(name), choice)
        call = self.calls.get(name)
        if call is None or call.is_out or call.choice or call.state not in {State.WAITING, State.RESERVED}:
            return
        if call.offer is not None:
            self.back(call.offer, {State.RESERVED}, Status.READY)
        call.choice = choice

    async def wish(self, one: int, _other: int) -> None:
        name = self.names[one % 3]
        await service.wish(self.house.line, call_keys(name), woman=True)
        call = self.calls.get(name)
        if call is not None and not call.is_out:
            if call.offer is not None and not call.woman:
                self.back(call.offer, {State.RESERVED}, Status.READY)
            call.woman = True

    async def leave(self, one: int, other: int) -> None:
        name = self.names[one % 3]
        is_over = other % 4 == 0
        left = await service.leave(self.house.line, call_keys(name), ended=is_over)
        call = self.calls.get(name)
        assert (left is None) == (call is None or call.is_out)
        if call is not None:
            if not call.is_out:
                assert left is not None
                assert left.was_answered == (call.state is State.TALKING)
                self.out(name)
            if is_over:
                # A late request of a call that is over; then somebody else calls.
                await self.house.calls(name, path=f"/voice/left?n={call.path + 1}", entered_at=call.entered_at)
                assert await service.find_standing(self.house.line, call_keys(name)) is None
                del self.calls[name]
                self.names[one % 3] += " and another"

    async def match(self, _one: int, _other: int) -> None:
        made = {await self.house.name_of(offer): offer for offer in await service.match(self.house.line)}
        waiting = [
            name
            for name, call in self.calls.items()
            if not call.is_out and call.state is State.WAITING and not call.choice
        ]
        for name in sorted(waiting, key=lambda name: (not self.calls[name].first, self.calls[name].entered_at)):
            if name in made:
                self.take(name, made[name])
        free = {name for name, held in self.agents.items() if held.status is Status.READY}
        for name in set(waiting) - set(made):
            assert not free & (WOMEN if self.calls[name].woman else set(AGENTS)), f"{name} waits in vain"
            turn = (not self.calls[name].first, self.calls[name].entered_at)
            for other in made:
                later = turn < (not self.calls[other].first, self.calls[other].entered_at)
                assert not later or self.calls[name].woman, f"{other} came before {name}"

    def take(self, name: str, offer: Reservation) -> None:
        call = self.calls[name]
        taker = next(agent for agent in AGENTS if agent_id(agent) == offer.agent_id)
        held = self.agents[taker]
        assert held.status is Status.READY
        assert taker in WOMEN or not call.woman
        call.state, call.offer = State.RESERVED, offer.id
        held.status, held.offer, held.caller, held.at = Status.RESERVED, offer.id, name, self.house.moment
        self.offers.append(offer.id)

    async def accept(self, one: int, other: int) -> None:
        if not self.offers:
            return
        name, offer = AGENTS[one % 2], self.offers[other % len(self.offers)]
        taken = await service.accept(self.house.line, agent_id(name), offer)
        held = self.agents[name]
        call = self.calls[held.caller] if held.offer == offer else None
        assert (taken is not None) == (
            (held.offer == offer and held.status is not Status.RESERVED) or self.is_fresh(held, offer)
        )
        if call is not None and held.status is Status.RESERVED and self.is_fresh(held, offer):
            call.state, held.status, held.unanswered, held.at = State.CONNECTING, Status.IN_CALL, 0, self.house.moment

    def is_fresh(self, held: Held, offer: UUID) -> bool:
        return held.offer == offer and held.at is not None and self.house.moment < held.at + timedelta(seconds=25)

    async def of_offer(self, other: int) -> UUID | None:
        return self.offers[other % len(self.offers)] if self.offers else None

    async def refuse(self, one: int, other: int) -> None:
        offer = await self.of_offer(other)
        if offer is not None:
            name = AGENTS[one % 2]
            await service.refuse(self.house.line, agent_id(name), offer)
            if self.agents[name].offer == offer:
                self.back(offer, {State.RESERVED}, Status.BREAK)

    async def give_back(self, _one: int, other: int) -> None:
        offer = await self.of_offer(other)
        if offer is not None:
            await service.give_back(self.house.line, offer)
            self.back(offer, {State.RESERVED, State.CONNECTING}, Status.READY)

    async def lose(self, _one: int, other: int) -> None:
        offer = await self.of_offer(other)
        if offer is not None:
            await service.lose_agent(self.house.line, offer)
            self.back(offer, {State.CONNECTING, State.TALKING}, Status.AWAY, first=True)

    async def join(self, _one: int, other: int) -> None:
        offer = await self.of_offer(other)
        if offer is not None:
            await service.joined(self.house.line, offer, "caller")
            for call in self.calls.values():
                if call.offer == offer and call.state is State.CONNECTING:
                    call.state = State.TALKING

    async def finish(self, one: int, other: int) -> None:
        offer = await self.of_offer(other)
        if offer is not None:
            await (
                service.finish(self.house.line, offer) if one % 2 else service.parted(self.house.line, offer, "caller")
            )
            for name, call in self.calls.items():
                if call.offer == offer and call.state in {State.CONNECTING, State.TALKING}:
                    call.state = State.TALKING
                    self.out(name)

    async def transfer(self, one: int, other: int) -> None:
        offer = await self.of_offer(other)
        if offer is None:
            return
        name = AGENTS[one % 2]
        moved = await service.transfer(self.house.line, offer, agent_id(name))
        giver, taker = self.holder(offer), self.agents[name]
        talks = any(call.offer == offer and call.state is State.TALKING for call in self.calls.values())
        possible = talks and giver is not None and giver is not taker and taker.status is Status.READY
        assert (moved is not None) == possible
        if possible and giver is not None:
            taker.status, taker.offer, taker.caller, taker.at = Status.IN_CALL, offer, giver.caller, giver.at
            taker.unanswered = 0
            giver.status, giver.offer = Status.WRAP_UP, None

    async def status(self, one: int, other: int) -> None:
        name, status = AGENTS[one % 2], (Status.READY, Status.READY, Status.BREAK, Status.AWAY)[other % 4]
        held = self.agents[name]
        got = await service.set_status(self.house.line, agent_id(name), status)
        if held.status is Status.RESERVED and held.offer is not None and status is not Status.READY:
            self.back(held.offer, {State.RESERVED}, status)
        if held.status not in {Status.RESERVED, Status.IN_CALL}:
            if status is Status.READY and held.status is not Status.READY:
                held.ready_since = self.house.moment
            held.status, held.offer, held.unanswered = status, None, 0
        assert got is held.status

    async def wrap_up(self, one: int, _other: int) -> None:
        held = self.agents[AGENTS[one % 2]]
        wrapped = await service.wrap_up(self.house.line, agent_id(AGENTS[one % 2]))
        ended = held.offer if held.status is Status.WRAP_UP else None
        assert (wrapped.id if wrapped else None) == ended
        if held.status not in {Status.RESERVED, Status.IN_CALL}:
            held.status, held.offer, held.unanswered = Status.READY, None, 0

    async def go_on(self, one: int, other: int) -> None:
        """Time passes, in which all ask and are seen, and two keepers put right what has run out."""
        seconds = (1, 10, 26, 61)[one % 4]
        for _ in range(0, seconds, 30):
            self.house.passes(min(seconds, 30))
            await self.all_are_there()
        await asyncio.gather(*(service.expire(self.house.line) for _ in range(1 + other % 2)))
        for held in self.agents.values():
            if held.offer is None or held.at is None:
                continue
            state = self.calls[held.caller].state
            waited = self.house.moment - held.at
            if held.status is Status.RESERVED and waited >= timedelta(seconds=25):
                self.back(held.offer, {State.RESERVED}, Status.AWAY if held.unanswered else Status.READY)
                held.unanswered = 1 - held.unanswered
            elif held.status is Status.IN_CALL and state is State.CONNECTING and waited >= timedelta(seconds=60):
                self.back(held.offer, {State.CONNECTING}, Status.READY)

    async def all_are_there(self) -> None:
        for name, call in self.calls.items():
            if not call.is_out:
                await self.house.calls(name, path=f"/voice/left?n={call.path}", entered_at=call.entered_at)
        for name in AGENTS:
            await service.see(self.house.line, agent_id(name))


Deed = Callable[[History, int, int], Awaitable[None]]
DEEDS: dict[str, Deed] = {
    "enter": History.enter,
    "choose": History.choose,
    "wish": History.wish,
    "leave": History.leave,
    "match": History.match,
    "accept": History.accept,
    "refuse": History.refuse,
    "give back": History.give_back,
    "lose": History.lose,
    "join": History.join,
    "finish": History.finish,
    "transfer": History.transfer,
    "status": History.status,
    "wrap up": History.wrap_up,
    "go on": History.go_on,
}
STEP = st.tuples(st.integers(0, 11), st.integers(0, 40), st.integers(0, 11), st.integers(0, 3))


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


async def live(urls: DatabaseUrls, steps: Sequence[tuple[int, ...]]) -> Counter[str]:
    """What the steps come to, and how many deeds of each kind changed something."""
    await empty_all_tables(urls)
    pool = await open_pool(urls.app, most=4)
    history = History(House(pool))
    await history.open()
    try:
        for step in steps:
            await history.do(*step)
    finally:
        await pool.close()
    return history.effects


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=10, max_size=40))
def test_whatever_comes_in_whatever_order_the_line_stands_as_the_model_says(
    database_urls: DatabaseUrls, runner: asyncio.Runner, steps: Sequence[tuple[int, ...]]
) -> None:
    runner.run(live(database_urls, steps))


def test_histories_come_to_everything_that_can_be_done(database_urls: DatabaseUrls, runner: asyncio.Runner) -> None:
    random = Random(4)  # noqa: S311  A history that is made up.
    steps = [(*map(random.randrange, (12, 41, 12, 4)),) for _ in range(400)]
    effects = runner.run(live(database_urls, steps))
    assert {name for name in DEEDS if not effects[name]} == set()
