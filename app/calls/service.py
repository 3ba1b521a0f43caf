"""The verbs of a call: advance it by one input, note what it counts as, close it."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from app.calls import store
from app.calls.codes import counted_once
from app.calls.effects import EFFECTS
from app.calls.playbook import Playbook
from app.ivr.engine import step
from app.ivr.model import Connect, Counted, Done, Input, Perform, Record, Session, Verb, Wait
from app.kit.log import get_logger

log = get_logger(__name__)

# Nobody waits longer than this for what is only counted.
NOTE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Advanced:
    """Where the call stands, what it does next, and what it counts as by this step.

    `alone`: it follows from the session and the input alone, without an effect or a hand-over.
    """

    session: Session
    verbs: tuple[Verb, ...]
    counted: Mapping[str, str]
    alone: bool


def advance(playbook: Playbook, session: Session, heard: Input) -> Advanced:
    """Advance a call until it needs the caller again; effects are done and fed back within the same step."""
    verbs: list[Verb] = []
    counted: list[Counted] = []
    alone = True
    while True:
        taken = step(playbook.book, playbook.guards, session, heard)
        counted += [event for event in taken.events if isinstance(event, Counted)]
        session = taken.session
        *spoken, last = taken.verbs or (None,)
        verbs += [verb for verb in spoken if verb is not None]
        done = answer(playbook, session.language, last)
        if done is None:
            verbs += [last] if last is not None else []
            return Advanced(session, tuple(verbs), counted_once(counted), alone)
        heard, alone = done, False


def answer(playbook: Playbook, language: str | None, verb: Verb | None) -> Done | None:
    """What comes back at once: an effect's outcome. A hand-over that nobody serves has failed."""
    match verb:
        case Perform():
            return _perform(playbook, language, verb)
        case Wait() | Connect() | Record():
            return Done("failed")
        case _:
            return None


def _perform(playbook: Playbook, language: str | None, verb: Perform) -> Done:
    try:
        return EFFECTS[verb.effect].run(playbook, verb.given, language)
    except Exception as error:  # noqa: BLE001  A caller never hears of a fault: the flow knows what to say then.
        log.error("effect failed", effect=verb.effect, error=type(error).__name__)  # noqa: TRY400  An error's text may quote what a caller typed or said.
        return Done("failed")


async def note(pool: asyncpg.Pool | None, call_key: bytes, sequence: int, counted: Mapping[str, str]) -> None:
    """Keep what the step counts as; a count may be lost, the call goes on."""
    if pool is not None and counted:
        await _bounded(store.note(pool, call_key, sequence, counted), "count not noted")


async def close(pool: asyncpg.Pool, call_key: bytes, status: str, ended_at: datetime) -> bool:
    """Note that a call has ended; the first end stands. False where the database did not take it in time."""
    return await _bounded(store.close(pool, call_key, status, ended_at), "end not noted")


async def _bounded(writing: Coroutine[None, None, None], fault: str) -> bool:
    try:
        async with asyncio.timeout(NOTE_SECONDS):
            await writing
    except (OSError, asyncpg.PostgresError, TimeoutError, asyncpg.InterfaceError) as error:
        log.error(fault, error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        return False
    return True


async def wipe_older_than(connection: store.Connection, moment: datetime) -> int:
    """Delete the live rows of calls that began before a moment; returns how many went."""
    return await store.wipe_older_than(connection, moment)
