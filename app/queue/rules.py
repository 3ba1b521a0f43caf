"""Who is brought together with whom, and how long a wait is announced: pure decisions without input or output.

Within a language the longest waiting comes first, and before all others whose counsellor's line broke. Between
languages a caller counts as older the fewer agents are on duty for the language: SCARCITY for one, half of it for two.
The bound on that: nobody is overtaken by more than MOST_PASSED later callers, of any language, whom an agent took
who could have served this one then; callers whose counsellor's line broke are not counted. A topic decides between
agents, never between callers, so nobody waits longer for it. No agent stays free who could serve somebody.
"""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf, sqrt
from typing import Final
from uuid import UUID

from app.queue.models import Band, Match, Ready, Via, Waiter

FLUENT: Final = 2
# A second language, or an agent's basic knowledge of the caller's own, will do after this time.
SECOND_AFTER: Final = timedelta(seconds=90)
INTERPRETER_AFTER: Final = timedelta(seconds=120)
SCARCITY: Final = timedelta(seconds=120)
MOST_PASSED: Final = 3

# How long a call with its wrap-up takes until calls have shown it.
PRIOR_HANDLING_SECONDS: Final = 420.0
_PRIOR_CALLS: Final = 10
_LIMITS: Final[Mapping[Band, tuple[float, float]]] = {
    Band.SOON: (0, 60),
    Band.FEW: (60, 180),
    Band.SOME: (180, 360),
    Band.MANY: (360, 720),
    Band.LONG: (720, 1800),
    Band.VERY_LONG: (1800, inf),
}
# The standard normal distribution's quantile at 90 %.
_NINE_OF_TEN: Final = 1.2816


@dataclass(frozen=True, slots=True)
class Patience:
    """After what time another way of understanding each other will do."""

    second_after: timedelta = SECOND_AFTER
    interpreter_after: timedelta = INTERPRETER_AFTER


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for all: the moment, agents on duty by language, and languages with an interpreter to be had."""

    moment: datetime
    on_duty: Mapping[str, int] = field(default_factory=dict)
    interpreted: frozenset[str] = frozenset()
    patience: Patience = Patience()


def circumstances(
    ready: Iterable[Ready],
    moment: datetime,
    interpreted: frozenset[str],
    on_duty: Mapping[str, int],
    patience: Patience = Patience(),
) -> Circumstances:
    """The circumstances of a matching; who is ready is on duty, whatever `on_duty` says."""
    speakers = Counter(language for agent in ready for language, level in agent.languages.items() if level >= FLUENT)
    known = {language: max(speakers[language], on_duty.get(language, 0)) for language in {*speakers, *on_duty}}
    return Circumstances(moment, known, interpreted, patience)


def way(waiter: Waiter, agent: Ready, around: Circumstances) -> Via | None:
    """How the two would understand each other now; None where the agent cannot take the caller, or not yet."""
    if waiter.woman and not agent.woman:
        return None
    level = agent.languages.get(waiter.language, 0)
    if level >= FLUENT:
        return Via.LANGUAGE
    waited = around.moment - waiter.entered_at
    nobody = not around.on_duty.get(waiter.language)
    if nobody or waited >= around.patience.second_after:
        if any(agent.languages.get(other, 0) >= FLUENT for other in waiter.also):
            return Via.SECOND
        if level:
            return Via.LANGUAGE
    if waiter.language in around.interpreted and (nobody or waited >= around.patience.interpreter_after):
        return Via.INTERPRETER
    return None


def matches(  # noqa: PLR0913, PLR0917  Everything that decides.
    waiting: Sequence[Waiter],
    ready: Sequence[Ready],
    moment: datetime,
    interpreted: frozenset[str] = frozenset(),
    on_duty: Mapping[str, int] | None = None,
    patience: Patience = Patience(),
) -> tuple[Match, ...]:
    """Who is offered to whom now, in the order of the callers' turns.

    `interpreted` are the languages with an interpreter to be had, `on_duty` counts by language the agents who are
    there, busy ones too. As many callers are matched as can be, and none in vain: a caller whose turn it is takes
    another's agent where that one can be given another instead.
    """
    around = circumstances(ready, moment, interpreted, on_duty or {}, patience)
    pairing = _Pairing(ready, around)
    turns: list[Waiter] = []
    lanes = _lanes(waiting, around)
    while len(turns) < len(ready) and (lane := _next_lane(lanes, pairing.taken)) is not None:
        waiter = lane.take()
        if pairing.place(waiter):
            turns.append(waiter)
    agents = {waiter.id: agent for agent, waiter in pairing.pairs()}
    return tuple(
        Match(waiter, agent.agent_id, via)
        for waiter in turns
        if (via := way(waiter, agent := agents[waiter.id], around)) is not None
    )


def passed_by(
    waiting: Iterable[Waiter], made: Sequence[Match], ready: Iterable[Ready], around: Circumstances
) -> Counter[bytes]:
    """For each who was left waiting, how many later callers were taken by agents who could have served this one."""
    agents = {agent.agent_id: agent for agent in ready}
    matched = {match.waiter.id for match in made}
    passed: Counter[bytes] = Counter()
    for waiter in waiting:
        if waiter.id not in matched:
            passed[waiter.id] = sum(
                match.waiter.entered_at > waiter.entered_at
                and not match.waiter.first
                and way(waiter, agents[match.agent_id], around) is not None
                for match in made
            )
    return passed


@dataclass(slots=True)
class _Lane:
    """The callers of one language in their order; `place` is whose turn it is."""

    waiters: list[Waiter]
    bonus: timedelta
    place: int = 0
    most_passed: int = 0
    earliest: list[datetime] = field(default_factory=list)

    def take(self) -> Waiter:
        self.place += 1
        return self.waiters[self.place - 1]

    def turn(self, taken: Sequence[datetime]) -> tuple[bool, datetime]:
        """Sorts before other lanes' turns: lanes first in which somebody was passed as often as may be."""
        if self.most_passed + len(taken) >= MOST_PASSED:
            due = [
                waiter.entered_at
                for waiter in self.waiters[self.place :]
                if waiter.passed + len(taken) - bisect_right(taken, waiter.entered_at) >= MOST_PASSED
            ]
            if due:
                return False, min(due)
        return True, self.earliest[self.place] - self.bonus


def _lanes(waiting: Iterable[Waiter], around: Circumstances) -> list[_Lane]:
    by_language: dict[str, list[Waiter]] = {}
    for waiter in sorted(waiting, key=lambda waiter: (not waiter.first, waiter.entered_at, waiter.id)):
        by_language.setdefault(waiter.language, []).append(waiter)
    lanes = []
    for language, waiters in by_language.items():
        lane = _Lane(waiters, SCARCITY / max(1, around.on_duty.get(language, 0)))
        lane.most_passed = max(waiter.passed for waiter in waiters)
        lane.earliest = list(_earliest_of_rest(waiters))[::-1]
        lanes.append(lane)
    return lanes


def _earliest_of_rest(waiters: Sequence[Waiter]) -> Iterator[datetime]:
    earliest = waiters[-1].entered_at
    for waiter in reversed(waiters):
        earliest = min(earliest, waiter.entered_at)
        yield earliest


def _next_lane(lanes: Iterable[_Lane], taken: Sequence[datetime]) -> _Lane | None:
    open_lanes = [lane for lane in lanes if lane.place < len(lane.waiters)]
    return min(open_lanes, key=lambda lane: (*lane.turn(taken), lane.waiters[0].language), default=None)


class _Pairing:
    """Callers and agents paired so far; nobody who has an agent loses it to somebody else without getting another."""

    def __init__(self, ready: Iterable[Ready], around: Circumstances) -> None:
        self._ready = {agent.agent_id: agent for agent in ready}
        self._around = around
        self._held: dict[UUID, Waiter] = {}
        self._hopeless: set[tuple[object, ...]] = set()
        self.taken: list[datetime] = []

    def pairs(self) -> Iterator[tuple[Ready, Waiter]]:
        return ((self._ready[agent_id], waiter) for agent_id, waiter in self._held.items())

    def place(self, waiter: Waiter) -> bool:
        """Whether the caller got an agent; who got none gets none later either, nor does anybody like this one."""
        kind = self._kind(waiter)
        if kind in self._hopeless:
            return False
        if not self._place(waiter, set()):
            self._hopeless.add(kind)
            return False
        if not waiter.first:
            insort(self.taken, waiter.entered_at)
        return True

    def _kind(self, waiter: Waiter) -> tuple[object, ...]:
        waited, patience = self._around.moment - waiter.entered_at, self._around.patience
        late = waited >= patience.second_after, waited >= patience.interpreter_after
        return waiter.language, waiter.woman, waiter.also, *late

    def _place(self, waiter: Waiter, tried: set[UUID]) -> bool:
        """One augmenting path of Kuhn's algorithm: a free agent, or one whose caller can be given to another."""
        suited = self._suited(waiter)
        for agent_id in suited:
            if agent_id not in self._held:
                self._held[agent_id] = waiter
                return True
        for agent_id in suited:
            if agent_id not in tried:
                tried.add(agent_id)
                if self._place(self._held[agent_id], tried):
                    self._held[agent_id] = waiter
                    return True
        return False

    def _suited(self, waiter: Waiter) -> list[UUID]:
        """The agents who can take the caller, those first who suit best and whose other languages are few."""
        ranked = []
        for agent in self._ready.values():
            via = way(waiter, agent, self._around)
            if via is not None:
                ranked.append((_rank(waiter, agent, via), agent.agent_id))
        return [agent_id for _, agent_id in sorted(ranked)]


def _rank(waiter: Waiter, agent: Ready, via: Via) -> tuple[int, bool, int, int, datetime]:
    level = agent.languages.get(waiter.language, 0)
    basic = via is Via.LANGUAGE and level < FLUENT
    understanding = {Via.LANGUAGE: 2 if basic else 0, Via.SECOND: 1, Via.INTERPRETER: 3}[via]
    unversed = bool(agent.topics) and waiter.topic is not None and waiter.topic not in agent.topics
    return understanding, unversed, -level, len(agent.languages), agent.ready_since


def mean_handling(calls: int, seconds: float) -> float:
    """The mean of so many calls, pulled towards what is assumed until calls have shown it."""
    return (_PRIOR_CALLS * PRIOR_HANDLING_SECONDS + calls * seconds) / (_PRIOR_CALLS + calls)


def wait_band(ahead: int, staff: int, handling_seconds: float) -> Band:
    """The band whose upper limit holds in nine of ten cases.

    While all of the staff are busy, a caller with n ahead waits for n + 1 calls to end, which takes a gamma-distributed
    time (Erlang); its quantile is Wilson and Hilferty's approximation of 1931.
    """
    if staff < 1:
        return Band.VERY_LONG
    ends = ahead + 1
    quantile = ends * (1 - 1 / (9 * ends) + _NINE_OF_TEN / (3 * sqrt(ends))) ** 3 * handling_seconds / staff
    return next(band for band, (_, upper) in _LIMITS.items() if quantile < upper)


def band_limits(band: Band) -> tuple[float, float]:
    """From how many seconds on, and below how many; the last band has no upper limit."""
    return _LIMITS[band]
