"""Effects that ask the database or leave something in it: each within a limit, and done once for a step of a call."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from app.calls import store
from app.ivr.flow import Facts
from app.ivr.model import Done, Perform
from app.kit.crypto import KeyRing, SealBroken
from app.kit.log import get_logger

if TYPE_CHECKING:
    from app.queue.safe import Safe

log = get_logger(__name__)

# All effects of one step together; what is counted may take another second (service.NOTE_SECONDS).
EFFECT_SECONDS = 2.0
# What follows a slow effect has this time at least, so that what was just made can be told.
LEAST_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Occasion:
    """The step of the call for which something is done.

    `call_keys` are the call's keyed hashes under each key of the ring, the first's first. `place` numbers the effects
    of the step from 0. `caller_number` is what the provider says and is never kept.
    """

    call_keys: Sequence[bytes]
    sequence: int
    caller_number: str
    language: str = ""
    place: int = 0

    @property
    def origin(self) -> bytes:
        """The same for each repetition of the same step: what makes a thing be made once."""
        return b"%b:%d:%d" % (self.call_keys[0], self.sequence, self.place)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the effects of a call came to, sealed, until the call has ended."""

    pool: asyncpg.Pool
    keys: KeyRing


Run = Callable[[Memory, Occasion, Facts], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class Deed:
    """The function that does an effect; where it is `remembered`, a repeated step gets the outcome of the first."""

    run: Run
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class Outside:
    """What lasting effects work with: their deeds by name, the memory of calls, and the time that a step has.

    `safe` keeps callbacks and voicemails.
    """

    memory: Memory
    deeds: Mapping[str, Deed]
    seconds: float = EFFECT_SECONDS
    safe: "Safe | None" = None


# What goes on after its caller was answered, so that it is not collected while it ends.
_left_alone: set[asyncio.Task[Done]] = set()


def deadline(outside: Outside) -> float:
    """Until when the effects of a step that begins now must be done, by the loop's clock."""
    return asyncio.get_running_loop().time() + outside.seconds


async def perform(outside: Outside, occasion: Occasion, asked: Perform, until: float) -> Done:
    """What came of the effect; “failed” where it is not known in time. Raises nothing but its own cancellation.

    An effect that is late is called off and not waited for: a dead network may hold even its ending up.
    """
    left = max(until - asyncio.get_running_loop().time(), LEAST_SECONDS)
    doing = asyncio.ensure_future(_once(outside, occasion, asked))
    _left_alone.add(doing)
    doing.add_done_callback(_left_alone.discard)
    await asyncio.wait({doing}, timeout=left)
    if not doing.done():
        doing.cancel()
        log.error("effect failed", effect=asked.effect, error="TimeoutError")
        return Done("failed")
    if error := doing.exception():
        log.error("effect failed", effect=asked.effect, error=type(error).__name__)
        return Done("failed")
    return doing.result()


async def _once(outside: Outside, occasion: Occasion, asked: Perform) -> Done:
    deed, memory = outside.deeds[asked.effect], outside.memory
    if not deed.remembered:
        return await deed.run(memory, occasion, asked.given)
    kept = await store.find_outcome(memory.pool, occasion.call_keys, occasion.sequence, occasion.place, asked.effect)
    if kept is not None:
        return Done(kept.outcome, _opened(memory, kept))
    done = await deed.run(memory, occasion, asked.given)
    if done.outcome != "failed":
        await _keep(memory, occasion, asked.effect, done)
    return done


async def recall(memory: Memory, occasion: Occasion, effect: str) -> Done | None:
    """What this effect last came to in this call, up to this step; None where it never did."""
    kept = await store.find_last_outcome(memory.pool, occasion.call_keys, occasion.sequence, effect)
    return None if kept is None else Done(kept.outcome, _opened(memory, kept))


async def _keep(memory: Memory, occasion: Occasion, effect: str, done: Done) -> None:
    kept = store.Outcome(occasion.call_keys[0], occasion.sequence, occasion.place, effect, done.outcome, "")
    sealed = memory.keys.seal(json.dumps(dict(done.facts)).encode(), bound_to=_bound(kept))
    await store.keep_outcome(memory.pool, kept._replace(sealed=sealed))


def _opened(memory: Memory, kept: store.Outcome) -> Facts:
    try:
        facts: dict[str, str] = json.loads(memory.keys.open(kept.sealed, bound_to=_bound(kept)))
    except SealBroken:
        # The key was taken out of the ring during the call: only what was said before is forgotten.
        return {}
    return facts


def _bound(kept: store.Outcome) -> bytes:
    return b"effect:%b:%d:%d:%b" % (kept.call_key, kept.sequence, kept.place, kept.effect.encode())
