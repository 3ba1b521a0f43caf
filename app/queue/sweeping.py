"""The sweep: callbacks, voicemails and text messages whose time is over go, and so do keys that were left behind."""

from app.queue import callback_store, callbacks, text_messages, text_store, voicemail_store, voicemails
from app.queue.callback_rules import REMEMBERED, STALE
from app.queue.plan import forget_past
from app.queue.safe import Safe
from app.queue.sealing import destroy_keys
from app.queue.today import forget_days


async def sweep(safe: Safe) -> int:
    """Destroys what has outlived its time; returns how much. Several nodes may sweep at once."""
    gone = await callbacks.expire(safe) + await voicemails.expire(safe) + await text_messages.forget(safe)
    gone += await forget_days(safe.line)
    await forget_past(safe.line)
    await _finish_ends(safe)
    moment = safe.clock()
    for id_ in await callback_store.list_unmade(safe.pool, moment - STALE):
        await destroy_keys(safe.vault, id_)
        await callback_store.forget_unmade(safe.pool, id_)
    gone += await callback_store.forget_ended(safe.pool, moment - REMEMBERED)
    return gone + await voicemail_store.forget_ended(safe.pool, moment - REMEMBERED)


async def _finish_ends(safe: Safe) -> None:
    """Whoever ended something may have died before its key was destroyed."""
    for id_ in await callback_store.list_with_key(safe.pool):
        await destroy_keys(safe.vault, id_)
        await callback_store.note_key_gone(safe.pool, id_)
    for id_ in await voicemail_store.list_with_key(safe.pool):
        await destroy_keys(safe.vault, id_)
        await voicemail_store.note_key_gone(safe.pool, id_)


async def overdue(safe: Safe) -> dict[str, int]:
    """What waits to be done by the sweep, as counts."""
    moment = safe.clock()
    open_, callback_keys = await callback_store.count_overdue(safe.pool, moment)
    kept, voicemail_keys = await voicemail_store.count_overdue(safe.pool, moment)
    texts = await text_store.count_older(safe.pool, moment - text_messages.DAY)
    return {
        "callbacks": open_,
        "voicemails": kept,
        "keys of the line": callback_keys + voicemail_keys,
        "text messages": texts,
    }
