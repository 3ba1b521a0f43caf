"""The message shown once on the next page: it travels sealed in a cookie."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.kit.crypto import KeyRing, SealBroken
from app.shell import undo
from app.shell.answers import Cookie, Flash, Mood
from app.shell.cookies import FLASH_COOKIE

_BOUND_TO: Final = b"flash"
LIFE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Told:
    """A flash as a page shows it; `deed` and `undo` are there while the deed can be taken back."""

    words: str
    slots: Mapping[str, str | int]
    mood: Mood
    deed: str | None
    undo: str | None


def as_cookie(keys: KeyRing, flash: Flash, *, session_key: str, at: datetime) -> Cookie:
    button = flash.undo
    content = {
        "words": flash.words,
        "slots": dict(flash.slots),
        "mood": flash.mood,
        "until": (at + LIFE).timestamp(),
        "deed": button.deed if button else None,
        "undo": undo.seal(keys, button, session_key=session_key, at=at) if button else None,
    }
    sealed = keys.seal(json.dumps(content).encode(), bound_to=_BOUND_TO)
    return Cookie(FLASH_COOKIE, sealed, int(LIFE.total_seconds()))


def find_flash(keys: KeyRing, sealed: str | None, *, at: datetime) -> Told | None:
    """The flash of a cookie; None for none, an old one, or one that is not ours."""
    if not sealed:
        return None
    try:
        content = json.loads(keys.open(sealed, bound_to=_BOUND_TO))
    except SealBroken:
        return None
    if at.timestamp() > content.pop("until"):
        return None
    return Told(**content)
