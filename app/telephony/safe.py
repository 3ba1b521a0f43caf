"""What the caller hears when a step went wrong: an apology in their language, then the same place again."""

from urllib.parse import parse_qs, urlencode

from app.ivr.model import Hangup, Message, Speak
from app.telephony.endings import Redirect
from app.telephony.sealing import RETRIES
from app.telephony.twiml import Typesetter, render

_AGAIN = "again"


def safe_document(setter: Typesetter, language: str | None, path: str, query: str, base_url: str) -> str:
    """The first time the call comes back to the same step; the second time it ends with what helps instead."""
    values = {name: found[0] for name, found in parse_qs(query).items()}
    known = language if language in setter.playbook.wording else None
    if _AGAIN in values:
        return render(setter, (Speak((Message("safe.goodbye"),)), Hangup("abandoned")), known, "")
    url = f"{base_url}{path}?{urlencode({**values, _AGAIN: 1})}{RETRIES}"
    return render(setter, (Speak((Message("safe.error"),)), Redirect()), known, url)


def comes_back(query: str) -> bool:
    """Whether a step's address is one that a safe document led back to."""
    return f"{_AGAIN}=" in query


def prepare(setter: Typesetter) -> None:
    """Build the safe documents of every language beforehand, so that they need nothing when they are needed."""
    for language in (None, *setter.playbook.wording):
        for query in ("", f"{_AGAIN}=1"):
            safe_document(setter, language, "/voice/incoming", query, "")
