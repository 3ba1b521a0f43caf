"""Undo buttons: what they post is sealed, so that it can neither be changed nor used late or by somebody else."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.kit.crypto import KeyRing, SealBroken
from app.shell.answers import Undo
from app.shell.faults import TooLateToUndo


def seal(keys: KeyRing, button: Undo, *, session_key: str, at: datetime) -> str:
    until = at + timedelta(seconds=button.seconds)
    content = json.dumps({"fields": dict(button.fields), "until": until.timestamp()})
    return keys.seal(content.encode(), bound_to=_bound_to(button.deed, session_key))


def unseal(keys: KeyRing, sealed: str, *, deed: str, session_key: str, at: datetime) -> Mapping[str, str]:
    """The button's fields; raises TooLateToUndo also for what no button of this session ever posted."""
    try:
        content = json.loads(keys.open(sealed, bound_to=_bound_to(deed, session_key)))
    except SealBroken:
        raise TooLateToUndo from None
    if at.timestamp() > content["until"]:
        raise TooLateToUndo
    fields: dict[str, str] = content["fields"]
    return fields


def _bound_to(deed: str, session_key: str) -> bytes:
    return f"undo {deed} {session_key}".encode()
