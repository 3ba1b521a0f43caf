"""A day of the line with a simulated clock: the real rules decide, chance makes the calls."""

import heapq
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import count
from typing import Final
from uuid import UUID

from app.queue.models import Band, Match, Ready, Waiter
from app.queue.rules import FLUENT, PRIOR_HANDLING_SECONDS, SECOND_AFTER, circumstances, matches, passed_by, wait_band
from app.queue.simulation.plan import HOUR_SECONDS, DayPlan

_MIDNIGHT: Final = datetime(2026, 1, 1, tzinfo=UTC)
# What time alone brings about is seen by the next round.
_ROUND_SECONDS: Final = 1.0


class _Kind(Enum):
    BEGIN = auto()
    END = auto()
    CALL = auto()
    GIVE_UP = auto()
    FREE = auto()
    LOOK = auto()


@dataclass(slots=True)
class SimulatedCall:
    """A call of the day: when it came, what was announced, and after how many seconds it was answered or given up.

    Nothing is announced where nobody on duty could take it. `answered_by` is the agent's place in the plan.
    """

    language: str
    entered: float
    handling_seconds: float
    also: tuple[str, ...] = ()
    announced: Band | None = None
    answered_after: float | None = None
    answered_by: int | None = None
    gave_up_after: float | None = None


@dataclass(slots=True)
class SimulatedDay:
    """What happened: every call, and how many seconds agents were on duty and busy."""

    calls: list[SimulatedCall] = field(default_factory=list)
    staffed_seconds: float = 0.0
    busy_seconds: float = 0.0


def simulate_day(plan: DayPlan, seed: int | str) -> SimulatedDay:
    """The same plan and seed give the same day; callers and their calls do not depend on the agents."""
    day = _Day(plan, seed)
    day.run()
    return day.seen


class _Day:
    """The line while it is simulated; events come from a heap, in the order of their time."""

    def __init__(self, plan: DayPlan, seed: int | str) -> None:
        self.plan, self.seen, self.now = plan, SimulatedDay(), 0.0
        self._events: list[tuple[float, int, _Kind, int]] = []
        self._order = count()
        self._patience = random.Random(f"{seed} patience")  # noqa: S311  Nothing secret hangs on a simulation.
        self._calls: list[SimulatedCall] = []
        self._waiting: dict[int, Waiter] = {}
        self._ready: dict[int, Ready] = {}
        self._since: dict[int, float] = {}
        self._handled, self._handled_seconds = 0, 0.0
        self._duty: Counter[str] = Counter()
        for call in draw_calls(plan, seed):
            self._calls.append(call)
            self._plan_event(call.entered, _Kind.CALL, len(self._calls) - 1)
        for number, agent in enumerate(plan.agents):
            self._plan_event(agent.begins, _Kind.BEGIN, number)
            self._plan_event(agent.ends, _Kind.END, number)

    def run(self) -> None:
        """Events until none is left: the line is empty and everybody has gone home."""
        happen = {
            _Kind.BEGIN: self._begin,
            _Kind.END: _nothing,
            _Kind.CALL: self._enter,
            _Kind.GIVE_UP: self._give_up,
            _Kind.FREE: self._free,
            _Kind.LOOK: _nothing,
        }
        while self._events:
            self.now, _, kind, number = heapq.heappop(self._events)
            happen[kind](number)
            self._send_home()
            self._match()

    def _plan_event(self, at: float, kind: _Kind, number: int) -> None:
        heapq.heappush(self._events, (at, next(self._order), kind, number))

    def _begin(self, agent: int) -> None:
        self._since[agent] = self.now
        self._duty = self._speaking(self._since)
        self._free(agent)

    def _free(self, agent: int) -> None:
        self._ready[agent] = Ready(UUID(int=agent), self.plan.agents[agent].languages, _moment(self.now))

    def _enter(self, number: int) -> None:
        """A call comes; where nobody on duty speaks the language the flow says so, and the call does not wait."""
        call = self._calls[number]
        if self.plan.counted[0] <= self.now < self.plan.counted[1]:
            self.seen.calls.append(call)
        duty = self._speaking(agent for agent in self._since if not self._is_over(agent))
        if not any(duty[language] for language in (call.language, *call.also)):
            return
        waiter = Waiter(number.to_bytes(8), call.language, _moment(self.now), also=call.also)
        ahead = sum(other.language == call.language for other in self._waiting.values())
        staff = duty[call.language] or sum(duty[language] for language in call.also)
        call.announced = wait_band(ahead, staff, self._mean_handling())
        self._waiting[number] = waiter
        if call.also:
            self._plan_event(self.now + SECOND_AFTER.total_seconds() + _ROUND_SECONDS, _Kind.LOOK, number)
        if self.plan.patience_seconds is not None:
            stays = self._patience.expovariate(1 / self.plan.patience_seconds)
            self._plan_event(self.now + stays, _Kind.GIVE_UP, number)

    def _give_up(self, number: int) -> None:
        if self._waiting.pop(number, None):
            self._calls[number].gave_up_after = self.now - self._calls[number].entered

    def _match(self) -> None:
        if not self._waiting or not self._ready:
            return
        moment, ready = _moment(self.now), list(self._ready.values())
        made = matches(list(self._waiting.values()), ready, moment, on_duty=self._duty)
        for match in made:
            self._answer(match)
        if made and self._waiting:
            around = circumstances(ready, moment, frozenset(), self._duty)
            self._note_passed(passed_by(self._waiting.values(), made, ready, around))

    def _answer(self, match: Match) -> None:
        number, agent = int.from_bytes(match.waiter.id), match.agent_id.int
        del self._waiting[number], self._ready[agent]
        call = self._calls[number]
        call.answered_after, call.answered_by = self.now - call.entered, agent
        self._handled += 1
        self._handled_seconds += call.handling_seconds
        self.seen.busy_seconds += self._counted(self.now, self.now + call.handling_seconds)
        self._plan_event(self.now + call.handling_seconds, _Kind.FREE, agent)

    def _note_passed(self, passed: Mapping[bytes, int]) -> None:
        for number, waiter in self._waiting.items():
            if passed.get(waiter.id):
                self._waiting[number] = replace(waiter, passed=waiter.passed + passed[waiter.id])

    def _send_home(self) -> None:
        """Who is free after the shift goes, unless somebody waits whom nobody else on duty could understand."""
        for agent in [agent for agent in self._ready if self._is_over(agent)]:
            if not self._is_needed(agent):
                self.seen.staffed_seconds += self._counted(self._since.pop(agent), self.now)
                del self._ready[agent]
                self._duty = self._speaking(self._since)

    def _is_over(self, agent: int) -> bool:
        return self.plan.agents[agent].ends <= self.now

    def _is_needed(self, agent: int) -> bool:
        if not self._waiting:
            return False
        speaks, others = self._speaking([agent]), self._speaking(one for one in self._since if not self._is_over(one))
        understood = ((waiter.language, *waiter.also) for waiter in self._waiting.values())
        return any(any(speaks[one] for one in some) and not any(others[one] for one in some) for some in understood)

    def _speaking(self, agents: Iterable[int]) -> Counter[str]:
        """How many of these agents speak each language."""
        skills = (self.plan.agents[agent].languages.items() for agent in agents)
        return Counter(language for skill in skills for language, level in skill if level >= FLUENT)

    def _mean_handling(self) -> float:
        return self._handled_seconds / self._handled if self._handled else PRIOR_HANDLING_SECONDS

    def _counted(self, begins: float, ends: float) -> float:
        first, last = self.plan.counted
        return max(0.0, min(ends, last) - max(begins, first))


def draw_calls(plan: DayPlan, seed: int | str) -> Iterable[SimulatedCall]:
    """The calls of a day: a Poisson process whose rate changes with the hour, exponential handling and wrap-up."""
    chance = random.Random(f"{seed} calls")  # noqa: S311  Nothing secret hangs on a simulation.
    languages, weights = list(plan.shares), list(plan.shares.values())
    most = max(plan.shares, key=lambda language: plan.shares[language])
    for hour, calls in plan.calls_by_hour.items():
        at = hour * HOUR_SECONDS
        while calls and (at := at + chance.expovariate(calls / HOUR_SECONDS)) < (hour + 1) * HOUR_SECONDS:
            language = chance.choices(languages, weights)[0]
            takes = chance.expovariate(1 / plan.handling_seconds)
            if plan.wrap_up_seconds:
                takes += chance.expovariate(1 / plan.wrap_up_seconds)
            understands = language != most and chance.random() < plan.also_share
            yield SimulatedCall(language, at, takes, (most,) if understands else ())


def _nothing(_: int) -> None:
    """Some events only make the rules look again."""


def _moment(seconds: float) -> datetime:
    return _MIDNIGHT + timedelta(seconds=seconds)
