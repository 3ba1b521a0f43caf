"""Callbacks: promised, put in line when they are due, dialled a few times, and forgotten with their numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from app.kit.crypto import SealBroken
from app.kit.log import get_logger
from app.kit.vault import KeyMissing
from app.queue import callback_store as store
from app.queue import service, today_store
from app.queue.callback_models import Callback, CallbackGone, CallbackState, Dialling, Made, Result, Window, Wish
from app.queue.callback_rules import STALE, after_attempt, expires_at, first_slot, next_slot
from app.queue.models import Arrival
from app.queue.safe import Safe
from app.queue.sealing import (
    destroy_keys,
    knows_number,
    lookup_of,
    make_key,
    open_number,
    read_key,
    seal_number,
)
from app.queue.service_days import list_service_days

log = get_logger(__name__)

# So many callbacks are put in line in one round; the next comes within a second.
_AT_ONCE: Final = 50


async def make_callback(safe: Safe, origin: bytes, number: str, word: str, wish: Wish) -> Made | None:
    """Promise to call an E.164 number; None where another callback is open for it.

    When it returns the database has it. The same `origin` again gets the callback that it made, and its word.
    """
    moment = safe.clock()
    days = await list_service_days(safe.line, wish.language, moment)
    origin_hash = safe.keys.keyed_hash("callback origin", origin.hex())
    slot, end = first_slot(wish.window, moment, days), expires_at(wish.window, moment, days)
    id_, state, word = await store.begin(safe.pool, uuid4(), origin_hash, word, wish, moment, slot, end)
    if state is not CallbackState.MAKING:
        return Made(id_, word)
    key_id, key = await make_key(safe.vault, id_)
    promised = await _promise(safe, id_, number, key_id, key)
    if promised is None:
        await destroy_keys(safe.vault, id_)
        await store.forget_unmade(safe.pool, id_)
        return None
    await destroy_keys(safe.vault, id_, keep=promised)
    return Made(id_, word)


async def _promise(safe: Safe, id_: UUID, number: str, key_id: str, key: bytes) -> str | None:
    """The id of the key that the callback's number is sealed with; None where one is open for the number."""
    async with safe.pool.acquire() as connection, connection.transaction():
        await store.lock_number(connection, safe.keys.keyed_hashes("callback number", number))
        others = [other for other in await store.list_lookups(connection) if other[0] != id_]
        if await knows_number(safe.vault, others, number):
            return None
        sealed = seal_number(key, id_, number)
        if await store.promise(connection, id_, key_id, lookup_of(key, number), sealed):
            await today_store.count_callback(connection, safe.clock())
            return key_id
        return await store.find_key_id(connection, id_)


async def callback_exists(safe: Safe, number: str) -> bool:
    """Whether a callback is open for an E.164 number."""
    return await knows_number(safe.vault, await store.list_lookups(safe.pool), number)


async def find_wishes(safe: Safe, call_keys: Sequence[bytes]) -> tuple[bool, tuple[str, ...]]:
    """Whether the caller of a call in the line wished for a woman, and which other languages would do."""
    row = await store.find_wishes(safe.pool, call_keys)
    return (False, ()) if row is None else (row["woman"], tuple(row["also"]))


async def list_callbacks(safe: Safe) -> tuple[Callback, ...]:
    """The open callbacks, what is due first coming first."""
    rows = await store.list_open(safe.pool)
    return tuple(
        Callback(
            id=row["id"],
            language=row["language"],
            topic=row["topic"],
            land=row["land"],
            window=Window(row["time_window"]),
            word=row["word"],
            show_number=row["show_number"],
            others_may_answer=row["others_may_answer"],
            attempts=row["attempts"],
            made_at=row["made_at"],
            due_at=row["due_at"],
            expires_at=row["expires_at"],
            dialling=row["state"] == CallbackState.DIALLING,
        )
        for row in rows
    )


async def put_due_in_line(safe: Safe) -> int:
    """Let callbacks whose time has come wait where their callers left the line; returns how many came in.

    Does nothing to those that are in line already, so any number of nodes may do it, and after the line was lost it
    brings them back. What nobody took during its hours leaves the line until the next ones.
    """
    moment = safe.clock()
    await _settle_stale(safe, moment)
    for row in await store.list_over(safe.pool, moment, _AT_ONCE):
        await _wait_for_next_hours(safe, row, moment)
    await store.take_undue_out_of_line(safe.pool, moment)
    due = await store.list_due(safe.pool, moment, _AT_ONCE)
    for row in due:
        await service.enter(safe.line, _arrival(safe, row))
    return len(due)


def _arrival(safe: Safe, row: asyncpg.Record) -> Arrival:
    return Arrival(
        call_keys=service.callback_keys(safe.line, row["id"]),
        sid="",
        path="",
        language=row["language"],
        entered_at=row["entered_at"],
        topic=row["topic"],
        land=row["land"],
        also=tuple(row["also"]),
        woman=row["woman"],
        callback_id=row["id"],
    )


async def _wait_for_next_hours(safe: Safe, row: asyncpg.Record, moment: datetime) -> None:
    slot = next_slot(Window(row["time_window"]), moment, await list_service_days(safe.line, row["language"], moment))
    async with safe.pool.acquire() as connection, connection.transaction():
        if await store.move(connection, row["id"], slot):
            await store.take_out_of_line(connection, [row["id"]])


async def get_dialling(safe: Safe, callback_id: UUID) -> Dialling:
    """Begin an attempt: whom to call and how; raises CallbackGone where nobody is to be called now.

    Whoever asks is the only one who does, and tells by `settle` what came of it.
    """
    row = await store.begin_dialling(safe.pool, callback_id, safe.clock())
    if row is None:
        raise CallbackGone
    try:
        key = await read_key(safe.vault, callback_id, row["key_id"])
        number = open_number(key, callback_id, row["sealed"])
    except (KeyMissing, SealBroken):
        # Only a lost folder of keys leads here: nobody can ever call.
        log.error("a callback's key is lost")  # noqa: TRY400  The sentence says it all.
        await _end(safe, [callback_id], CallbackState.MISSED)
        raise CallbackGone from None
    return Dialling(
        callback_id,
        row["attempts"],
        number,
        row["language"],
        row["show_number"],
        row["others_may_answer"],
        row["word"],
    )


async def settle(safe: Safe, callback_id: UUID, attempt: int, result: Result) -> bool:
    """Note what an attempt came to; False where that was noted before. An end destroys the number at once."""
    moment = safe.clock()
    async with safe.pool.acquire() as connection, connection.transaction():
        row = await store.lock_attempt(connection, callback_id, attempt)
        if row is None:
            return False
        missed = row["missed"] + (result is Result.MISSED)
        days = await list_service_days(safe.line, row["language"], moment)
        state, slot = after_attempt(result, missed, Window(row["time_window"]), moment, days)
        if slot is None:
            await store.end(connection, [callback_id], state, moment)
        else:
            await store.put_off(connection, callback_id, missed, slot)
        await store.take_out_of_line(connection, [callback_id])
    if slot is None:
        await _destroy(safe, callback_id)
    return True


async def withdraw(safe: Safe, callback_id: UUID) -> bool:
    """The caller wishes no call any more; False where the callback is not open."""
    return bool(await _end(safe, [callback_id], CallbackState.WITHDRAWN))


async def _settle_stale(safe: Safe, moment: datetime) -> None:
    for callback_id, attempt in await store.list_stale(safe.pool, moment - STALE):
        await settle(safe, callback_id, attempt, Result.MISSED)


async def expire(safe: Safe) -> int:
    """End the callbacks whose time is over; returns how many that were."""
    moment = safe.clock()
    await _settle_stale(safe, moment)
    return len(await _end(safe, await store.list_expired(safe.pool, moment), CallbackState.EXPIRED))


async def _end(safe: Safe, ids: list[UUID], state: CallbackState) -> list[UUID]:
    async with safe.pool.acquire() as connection, connection.transaction():
        ended = await store.end(connection, ids, state, safe.clock())
        await store.take_out_of_line(connection, ended)
    for callback_id in ended:
        await _destroy(safe, callback_id)
    return ended


async def _destroy(safe: Safe, callback_id: UUID) -> None:
    """After the end is in the database, so that a key never goes before its promise; the sweep does it again."""
    await destroy_keys(safe.vault, callback_id)
    await store.note_key_gone(safe.pool, callback_id)
