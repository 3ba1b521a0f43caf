"""Calling people back: a sealed address, so that no log tells whom the hotline calls, and what their keys come to."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.kit.crypto import KeyRing, SealBroken
from app.queue import service as queue
from app.queue.callback_models import Result
from app.queue.callbacks import settle
from app.queue.safe import Safe

PATH: Final = "/voice/called"
_BOUND: Final = b"called"


@dataclass(frozen=True, slots=True)
class Called:
    """Which attempt at which callback this call is, the agent's reservation, and the agreed word's name (word1)."""

    callback_id: UUID
    attempt: int
    reservation_id: UUID
    language: str
    word: str

    @property
    def room(self) -> str:
        return f"room-{self.reservation_id}"


class Reply(StrEnum):
    """What follows a key: the agent, or a last sentence."""

    MEET = "meet"
    SORRY = "called.sorry"
    LATER = "called.later"
    GONE = "called.gone"


_RESULTS: Final = {"2": (Result.LATER, Reply.LATER), "3": (Result.WRONG_PERSON, Reply.GONE)}


def called_path(keys: KeyRing, called: Called) -> str:
    """The first address of the call, without the host."""
    told = (str(called.callback_id), called.attempt, str(called.reservation_id), called.language, called.word)
    return f"{PATH}?c={keys.seal(json.dumps(told).encode(), bound_to=_BOUND)}"


def read_called(keys: KeyRing, token: str) -> Called | None:
    """None for a token that was not sealed here for this."""
    try:
        callback_id, attempt, reservation_id, language, word = json.loads(keys.open(token, bound_to=_BOUND))
    except SealBroken:
        return None
    return Called(UUID(callback_id), attempt, UUID(reservation_id), language, word)


async def reply_to(safe: Safe, called: Called, key: str) -> Reply | None:
    """Note what the person wishes; None for a key that means nothing. The same key again gets the same reply."""
    if key in _RESULTS:
        result, reply = _RESULTS[key]
        await settle(safe, called.callback_id, called.attempt, result)
        return reply
    if key != "1":
        return None
    keys = queue.callback_keys(safe.line, called.callback_id)
    standing = await queue.find_standing(safe.line, keys)
    if standing is None or standing.room != called.room:
        # The agent is gone: it is our fault that nobody was reached, and they are called again soon.
        await settle(safe, called.callback_id, called.attempt, Result.FAILED)
        return Reply.SORRY
    await settle(safe, called.callback_id, called.attempt, Result.REACHED)
    return Reply.MEET
