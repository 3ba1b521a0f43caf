"""A crowd at one waiting line: callers, agents and keepers who all act at once, and what must hold at every moment."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from app.queue import service
from app.queue.models import Choice, Reservation, Status
from tests.queue.cast import House, agent_id, call_keys

# In one statement, so that it sees one moment: each of these finds rows that contradict one another.
CONTRADICTIONS = """
SELECT 'a call that is offered has no offer of its own', w.call_key::text FROM waiting_call w
WHERE w.state IN ('reserved', 'connecting', 'talking') AND 1 <> (
    SELECT count(*) FROM reservation r WHERE r.id = w.reservation_id AND r.call_key = w.call_key AND r.ended_at IS NULL)
UNION ALL
SELECT 'an offer has no call', r.id::text FROM reservation r
WHERE r.ended_at IS NULL AND 1 <> (SELECT count(*) FROM waiting_call w WHERE w.reservation_id = r.id)
UNION ALL
SELECT 'two agents have one call', min(r.id::text) FROM reservation r
WHERE r.ended_at IS NULL GROUP BY r.call_key HAVING count(*) > 1
UNION ALL
SELECT 'an agent is asked or talks without an offer', p.agent_id::text FROM agent_presence p
WHERE p.status IN ('reserved', 'in-call') AND p.helps_agent_id IS NULL
  AND NOT EXISTS (SELECT FROM reservation r WHERE r.agent_id = p.agent_id AND r.ended_at IS NULL)
UNION ALL
SELECT 'an agent has an offer and is not asked', p.agent_id::text
FROM agent_presence p JOIN reservation r USING (agent_id) JOIN waiting_call w ON w.reservation_id = r.id
WHERE p.status <> CASE w.state WHEN 'reserved' THEN 'reserved' ELSE 'in-call' END
"""


@dataclass(slots=True, eq=False)
class Caller:
    """Somebody of the crowd; `is_served` once an agent ended the talk, `has_left` once the caller hung up."""

    name: str
    entered_at: datetime
    language: str
    is_served: bool = False
    has_left: bool = False


@dataclass(slots=True)
class Crowd:
    """Who acts, and what was done so far; all go on until `most_offers` calls were offered."""

    house: House
    random: Random
    agents: tuple[str, ...]
    most_callers: int
    most_offers: int = 0
    offers: int = 0
    came: int = 0
    callers: dict[bytes, Caller] = field(default_factory=dict)
    gone: list[Caller] = field(default_factory=list)
    asked: dict[UUID, asyncio.Event] = field(default_factory=dict)
    accepted: dict[UUID, set[UUID]] = field(default_factory=dict)
    deeds: Counter[str] = field(default_factory=Counter)

    async def act(self, most_offers: int) -> None:
        """Everybody at once."""
        self.most_offers = most_offers
        for place, name in enumerate(self.agents):
            languages = ({"de": 3}, {"de": 2, "tr": 3}, {"ar": 3, "de": 1}, {"de": 3, "ti": 2})[place % 4]
            self.asked[await self.house.agent(name, languages, woman=place % 2 == 0)] = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(self._keep())
            for name in self.agents:
                group.create_task(self._serve(agent_id(name)))
            for _ in range(self.most_callers):
                group.create_task(self._call_again_and_again())
            group.create_task(self._watch())
            group.create_task(self._let_time_pass())

    def _goes_on(self) -> bool:
        return self.offers < self.most_offers

    async def _keep(self) -> None:
        """A node's keeper; some callers hang up or choose just when they are offered."""
        while self._goes_on():
            for offer in await service.match(self.house.line):
                self.offers += 1
                self.asked[offer.agent_id].set()
                caller = self.callers.get(offer.call_key)
                if caller is not None and self.random.random() < 0.2:
                    await self._leave(caller)
            await service.expire(self.house.line)
            await asyncio.sleep(0.02)

    async def _watch(self) -> None:
        while self._goes_on():
            found = await self.house.pool.fetch(CONTRADICTIONS)
            assert [tuple(row) for row in found] == []
            await asyncio.sleep(0.1)

    async def _let_time_pass(self) -> None:
        """All callers ask and all agents are seen, and then some seconds pass."""
        while self._goes_on():
            for caller in list(self.callers.values()):
                await self._ask(caller)
            for agent in self.asked:
                await service.see(self.house.line, agent)
            self.house.passes(self.random.choice((1, 5, 15)))
            await asyncio.sleep(0.05)

    async def _call_again_and_again(self) -> None:
        while self._goes_on():
            self.came += 1
            language = self.random.choice(("de", "de", "tr", "ar", "ti"))
            caller = Caller(f"caller {self.came}", self.house.moment, language)
            await self._ask(caller)
            self.callers[call_keys(caller.name)[0]] = caller
            await self._wait(caller)

    async def _wait(self, caller: Caller) -> None:
        """A caller waits, asks now and then, wishes or chooses something, and some time hangs up."""
        while self._goes_on() and not caller.has_left and not caller.is_served:
            await asyncio.sleep(self.random.random() * 0.3)
            chance = self.random.random()
            if chance < 0.05:
                await self._leave(caller)
            elif chance < 0.1:
                standing = await service.choose(self.house.line, call_keys(caller.name), Choice.CALLBACK)
                if standing is not None and standing.choice is not None:
                    await self._leave(caller)
            elif chance < 0.15:
                await service.wish(self.house.line, call_keys(caller.name), woman=chance < 0.11, also=("de",))
        await self._forget(caller)

    async def _ask(self, caller: Caller) -> None:
        await self.house.calls(caller.name, caller.language, entered_at=caller.entered_at)

    async def _leave(self, caller: Caller) -> None:
        """The call is over, and a late request of it comes at the same time."""
        caller.has_left = True
        leaving = service.leave(self.house.line, call_keys(caller.name), ended=True)
        await asyncio.gather(leaving, self._ask(caller))

    async def _forget(self, caller: Caller) -> None:
        if caller.has_left or caller.is_served:
            del self.callers[call_keys(caller.name)[0]]
            self.gone.append(caller)

    async def _serve(self, agent: UUID) -> None:
        """An agent answers what is offered, or does not, and talks and wraps up."""
        line = self.house.line
        while self._goes_on():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.asked[agent].wait(), 0.5)
            self.asked[agent].clear()
            await self._answer(agent)
            if await service.set_status(line, agent, Status.READY) in {Status.IN_CALL, Status.RESERVED}:
                self.asked[agent].set()

    async def _answer(self, agent: UUID) -> None:
        held = await service.find_reservation(self.house.line, agent)
        chance = self.random.random()
        if held is None or chance < 0.15:
            return
        if held.accepted_at is not None:
            await self._talk(agent, held)
        elif chance < 0.25:
            await service.refuse(self.house.line, agent, held.id)
        elif await self._accept(agent, held):
            await service.joined(self.house.line, held.id, "caller")
            await self._talk(agent, held)

    async def _accept(self, agent: UUID, held: Reservation) -> bool:
        """On two devices at once, and somebody else tries it as well."""
        other = self.random.choice(list(self.asked))
        answers = await asyncio.gather(
            *(service.accept(self.house.line, who, held.id) for who in (agent, other, agent))
        )
        for answer in answers:
            if answer is not None:
                self.accepted.setdefault(answer.id, set()).add(answer.agent_id)
        return answers[0] is not None

    async def _talk(self, agent: UUID, held: Reservation) -> None:
        """The talk breaks, is handed over, goes on, or is ended from both sides at once."""
        line, chance = self.house.line, self.random.random()
        if chance < 0.1:
            self.deeds["lost"] += await service.lose_agent(line, held.id) is not None
        elif chance < 0.25:
            taker = self.random.choice(list(self.asked))
            self.deeds["handed over"] += await service.transfer(line, held.id, taker) is not None
            self.asked[taker].set()
        elif chance < 0.9:
            self.deeds["ended"] += 1
            if held.call_key in self.callers:
                self.callers[held.call_key].is_served = True
            await asyncio.gather(service.finish(line, held.id), service.parted(line, held.id, "caller"))
            self.deeds["wrapped up"] += await service.wrap_up(line, agent) is not None
