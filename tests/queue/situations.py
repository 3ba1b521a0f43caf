"""Generated days of the waiting line, and an account of the rules that is written apart from them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from app.queue.models import Match, Ready, Waiter
from app.queue.rules import circumstances, matches, passed_by

BEGIN = datetime(2026, 11, 23, 8, tzinfo=UTC)
LANGUAGES = ("de", "de", "de", "en", "ar", "ar", "tr", "ti", "fa", "so")
TOPICS = (None, None, "money", "asylum", "family")
# Whoever draws the numbers may let a conversation last for ever.
_LONGEST_SECONDS = 86_400.0


def could_serve(waiter: Waiter, agent: Ready, moment: datetime, interpreted: frozenset[str], on_duty: set[str]) -> bool:
    """What the rules promise, in other words: own language, or what overflow allows by now."""
    if waiter.woman and not agent.woman:
        return False
    fluent = {language for language, level in agent.languages.items() if level >= 2}
    alone = waiter.language not in on_duty
    waited = (moment - waiter.entered_at).total_seconds()
    second = bool(fluent & set(waiter.also)) or waiter.language in agent.languages
    return (
        waiter.language in fluent
        or (second and (alone or waited >= 90))
        or (waiter.language in interpreted and (alone or waited >= 120))
    )


@dataclass(frozen=True, slots=True)
class Situation:
    """What a matching was asked, and what it answered."""

    moment: datetime
    waiting: tuple[Waiter, ...]
    ready: tuple[Ready, ...]
    interpreted: frozenset[str]
    on_duty: dict[str, int]
    made: tuple[Match, ...]

    def could(self, waiter: Waiter, agent: Ready) -> bool:
        return could_serve(waiter, agent, self.moment, self.interpreted, set(self.on_duty))


@dataclass(slots=True)
class Day:
    """A day that is made up as it goes: callers come and give up, agents talk, lines break."""

    random: Random
    moment: datetime = BEGIN
    waiting: dict[bytes, Waiter] = field(default_factory=dict)
    staff: dict[UUID, Ready] = field(default_factory=dict)
    busy: dict[UUID, tuple[datetime, Waiter]] = field(default_factory=dict)
    callers: int = 0

    def __post_init__(self) -> None:
        for _ in range(self.random.randint(1, 12)):
            spoken = {
                self.random.choice(LANGUAGES): self.random.choice((2, 3)) for _ in range(self.random.randint(1, 3))
            }
            spoken |= {self.random.choice(LANGUAGES): 1} if self.random.random() < 0.2 else {}
            topics = (
                frozenset(filter(None, self.random.sample(TOPICS, 2))) if self.random.random() < 0.4 else frozenset()
            )
            agent = Ready(UUID(int=self.random.getrandbits(128)), spoken, BEGIN, topics, self.random.random() < 0.5)
            self.staff[agent.agent_id] = agent

    def situations(self, rounds: int) -> Iterator[Situation]:
        """One matching after the other, with what happens in between."""
        for _ in range(rounds):
            self._time_passes()
            ready = tuple(agent for agent_id, agent in self.staff.items() if agent_id not in self.busy)
            interpreted = frozenset(self.random.sample(LANGUAGES, 2)) if self.random.random() < 0.5 else frozenset()
            on_duty = circumstances(self.staff.values(), self.moment, interpreted, {}).on_duty
            waiting = tuple(self.random.sample(list(self.waiting.values()), len(self.waiting)))
            made = matches(waiting, ready, self.moment, interpreted, on_duty)
            yield Situation(self.moment, waiting, ready, interpreted, dict(on_duty), made)
            self._note(waiting, ready, interpreted, on_duty, made)

    def _note(
        self,
        waiting: tuple[Waiter, ...],
        ready: tuple[Ready, ...],
        interpreted: frozenset[str],
        on_duty: object,
        made: tuple[Match, ...],
    ) -> None:
        around = circumstances(ready, self.moment, interpreted, on_duty)  # type: ignore[arg-type]  # It came from there.
        for waiter_id, times in passed_by(waiting, made, ready, around).items():
            waiter = self.waiting[waiter_id]
            self.waiting[waiter_id] = replace(waiter, passed=waiter.passed + times) if times else waiter
        for match in made:
            ends = self.moment + timedelta(seconds=min(self.random.expovariate(1 / 120), _LONGEST_SECONDS))
            self.busy[match.agent_id] = (ends, self.waiting.pop(match.waiter.id))

    def _time_passes(self) -> None:
        self.moment += timedelta(seconds=self.random.choice((1, 5, 20, 60)))
        for agent_id in [agent_id for agent_id, (ends, _) in self.busy.items() if ends <= self.moment]:
            _, waiter = self.busy.pop(agent_id)
            self.staff[agent_id] = replace(self.staff[agent_id], ready_since=self.moment)
            if self.random.random() < 0.03:
                self.waiting[waiter.id] = replace(waiter, first=True)
        for waiter_id in [waiter_id for waiter_id in self.waiting if self.random.random() < 0.02]:
            del self.waiting[waiter_id]
        for _ in range(self.random.choice((0, 0, 1, 1, 2, 3, 6))):
            self._comes()

    def _comes(self) -> None:
        if len(self.waiting) > 20:
            return
        self.callers += 1
        waiter = Waiter(
            self.callers.to_bytes(8, "big"),
            self.random.choice(LANGUAGES),
            self.moment - timedelta(seconds=self.random.random()),
            self.random.choice(TOPICS),
            ("de", "en")[: self.random.choice((0, 0, 1, 2))],
            self.random.random() < 0.1,
        )
        self.waiting[waiter.id] = waiter
