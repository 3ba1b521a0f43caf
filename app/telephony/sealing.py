"""A call's session as an opaque token in the address of its next step, and back."""

import json
from urllib.parse import urlencode

from app.ivr.model import Session
from app.kit.crypto import KeyRing, SealBroken

# Twilio keeps the fragment to itself: two retries, on any failure of connection or answer. It is not signed.
RETRIES = "#rc=2&rp=all"


def seal(keys: KeyRing, call_sid: str, sequence: int, session: Session) -> str:
    """The same session, call and sequence number give the same token, so that a retry gets the same document."""
    content = [
        session.book,
        session.stack,
        session.failures,
        session.page,
        session.again,
        dict(session.facts),
    ]
    plain = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return keys.seal(plain, bound_to=_bound(call_sid, sequence))


def unseal(keys: KeyRing, call_sid: str, sequence: int, token: str) -> Session | None:
    """None for a token of another call or step, of an unknown key, or changed on its way."""
    try:
        content = json.loads(keys.open(token, bound_to=_bound(call_sid, sequence)))
    except SealBroken:
        return None
    book, stack, failures, page, again, facts = content
    return Session(book, tuple((flow, node) for flow, node in stack), failures, page, again, facts)


def step_url(base_url: str, sequence: int, token: str) -> str:
    """Where Twilio brings the next input of the call."""
    return f"{base_url}/voice/step?{urlencode({'n': sequence, 's': token})}{RETRIES}"


def _bound(call_sid: str, sequence: int) -> bytes:
    return f"{call_sid}:{sequence}".encode()
