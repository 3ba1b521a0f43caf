"""The verbs of a call: advance it by one input, note what it counts as, close it."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from app.calls import lasting, store
from app.calls.codes import counted_once
from app.calls.effects import EFFECTS
from app.calls.lasting import Occasion, Outside
from app.calls.lasting_effects import LASTING
from app.calls.playbook import Playbook
from app.ivr.engine import step
from app.ivr.model import Connect, Counted, Done, Input, Perform, Record, Session, Verb, Visited, Wait
from app.kit.log import get_logger

log = get_logger(__name__)

# Nobody waits longer than this for what is only counted.
NOTE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Advanced:
    """Where the call stands, what it does next, and what it counts as by this step.

    `alone`: it follows from the session and the input alone, without an effect or a hand-over.
    `pending`: the lasting effect that must be done before it is known how the call goes on.
    `visited`: the places of this step that the call's trail tells of.
    """

    session: Session
    verbs: tuple[Verb, ...]
    counted: Mapping[str, str]
    alone: bool
    pending: Perform | None = None
    visited: tuple[str, ...] = ()


def advance(playbook: Playbook, session: Session, heard: Input, *, outside: bool = False) -> Advanced:
    """Advance a call until it needs the caller again; effects are done and fed back within the same step.

    A lasting effect is left pending for `carry_out` where there is an `outside` to do it, and has failed elsewhere;
    so it is with waiting for a person and with leaving a message, which a later webhook brings to their end.
    """
    verbs: list[Verb] = []
    counted: list[Counted] = []
    visited: list[str] = []
    alone = True
    while True:
        taken = step(playbook.book, playbook.guards, session, heard)
        counted += [event for event in taken.events if isinstance(event, Counted)]
        visited += [event.place for event in taken.events if isinstance(event, Visited)]
        session = taken.session
        *spoken, last = taken.verbs or (None,)
        verbs += [verb for verb in spoken if verb is not None]
        if outside and isinstance(last, Perform) and last.effect in LASTING:
            return Advanced(
                session, tuple(verbs), counted_once(counted), alone=False, pending=last, visited=tuple(visited)
            )
        done = answer(playbook, session.language, last, outside=outside)
        if done is None:
            verbs += [last] if last is not None else []
            alone = alone and not isinstance(last, Wait | Record)
            return Advanced(session, tuple(verbs), counted_once(counted), alone, visited=tuple(visited))
        heard, alone = done, False


async def carry_out(playbook: Playbook, outside: Outside, occasion: Occasion, advanced: Advanced) -> Advanced:
    """Do what is pending and go on with what comes of it, until the call needs the caller again or time is over.

    Each effect commits on its own before the caller hears of it; what is not known in time has failed.
    """
    until = lasting.deadline(outside)
    while (asked := advanced.pending) is not None:
        occasion = replace(occasion, language=advanced.session.language or "")
        done = await lasting.perform(outside, occasion, asked, until)
        advanced = _joined(advanced, advance(playbook, advanced.session, done, outside=True))
        occasion = replace(occasion, place=occasion.place + 1)
    return advanced


def _joined(before: Advanced, after: Advanced) -> Advanced:
    """Two parts of one step as one."""
    counted = [Counted(*item) for part in (before, after) for item in part.counted.items()]
    return replace(
        after,
        verbs=before.verbs + after.verbs,
        counted=counted_once(counted),
        alone=False,
        visited=before.visited + after.visited,
    )


def answer(playbook: Playbook, language: str | None, verb: Verb | None, *, outside: bool = False) -> Done | None:
    """What comes back at once: an effect's outcome. A hand-over that nobody serves has failed."""
    match verb:
        case Perform():
            return _perform(playbook, language, verb)
        case Wait() | Record() if outside:
            return None
        case Wait() | Connect() | Record():
            return Done("failed")
        case _:
            return None


def _perform(playbook: Playbook, language: str | None, verb: Perform) -> Done:
    if verb.effect in LASTING:
        return Done("failed")
    try:
        return EFFECTS[verb.effect].run(playbook, verb.given, language)
    except Exception as error:  # noqa: BLE001  A caller never hears of a fault: the flow knows what to say then.
        log.error("effect failed", effect=verb.effect, error=type(error).__name__)  # noqa: TRY400  An error's text may quote what a caller typed or said.
        return Done("failed")


async def note(
    pool: asyncpg.Pool | None, call_keys: Sequence[bytes], sequence: int, counted: Mapping[str, str]
) -> None:
    """Keep what the step counts as; a count may be lost, the call goes on.

    `call_keys` are the call's keyed hashes under each key of the ring: a row under an older one stays the call's row.
    """
    if pool is not None and counted:
        await _bounded(store.note(pool, call_keys, sequence, counted), "count not noted")


async def close(pool: asyncpg.Pool, call_keys: Sequence[bytes], status: str, ended_at: datetime) -> bool:
    """Note that a call has ended, and forget what its effects came to; the first end stands.

    False where the database did not take it in time.
    """
    noted = await _bounded(store.close(pool, call_keys, status, ended_at), "end not noted")
    return noted and await _bounded(store.forget_outcomes(pool, call_keys), "effects not forgotten")


async def _bounded(writing: Coroutine[None, None, None], fault: str) -> bool:
    try:
        async with asyncio.timeout(NOTE_SECONDS):
            await writing
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        log.error(fault, error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        return False
    return True


async def wipe_older_than(connection: store.Connection, moment: datetime) -> int:
    """Delete the live rows of calls that began before a moment; returns how many went."""
    return await store.wipe_older_than(connection, moment)


async def forget_effects_older_than(connection: store.Connection, moment: datetime) -> int:
    """Delete what effects of calls came to before a moment; returns how much went."""
    return await store.forget_outcomes_older_than(connection, moment)
