"""A call's session as an opaque token in the address of its next step, and back."""

import json
import re
from typing import Final
from urllib.parse import parse_qs

from app.ivr.model import Session
from app.ivr.trail import Trail
from app.kit.crypto import KeyRing, SealBroken

# Twilio keeps the fragment to itself: two retries, on any failure of connection or answer. It is not signed.
RETRIES = "#rc=2&rp=all"

# Made once: json.dumps with separators of its own would make a writer anew for every session.
_write: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_read: Final = json.JSONDecoder().decode
# The address as `step_url` writes it; nine digits fit the database's integer.
_QUERY: Final = re.compile("n=([0-9]{1,9})&s=([A-Za-z0-9_-]+)")
_NUMBER: Final = re.compile("[0-9]{1,9}")
# Between the session, in whose JSON no line ends, and the trail; a call without a trail has none.
_TRAIL: Final = b"\n"


def write_session(session: Session) -> bytes:
    """The session as compact JSON, the same bytes for the same session."""
    content = (session.book, session.stack, session.failures, session.page, session.again, dict(session.facts))
    return _write(content).encode()


def read_session(plain: bytes) -> Session | None:
    """The session that `write_session` wrote; None where another version of the program wrote it in another form."""
    try:
        book, stack, failures, page, again, facts = _read(place_of(plain).decode())
        return Session(book, tuple((flow, node) for flow, node in stack), failures, page, again, facts)
    except (ValueError, TypeError):
        return None


def with_trail(place: bytes, trail: Trail) -> bytes:
    """What is sealed: the session as it is the same for many calls, and the way by which this one came."""
    return place + _TRAIL + ",".join(trail).encode() if trail else place


def place_of(plain: bytes) -> bytes:
    """The session's part of what was sealed."""
    return plain.partition(_TRAIL)[0]


def read_trail(plain: bytes) -> Trail:
    """The other part; empty where there is none, as in an address that was made without."""
    trail = plain.partition(_TRAIL)[2].decode()
    return tuple(trail.split(",")) if trail else ()


def seal(keys: KeyRing, call_sid: str, sequence: int, plain: bytes) -> str:
    """The same session, call and sequence number give the same token, so that a retry gets the same document."""
    return keys.seal(plain, bound_to=_bound(call_sid, sequence))


def unseal(keys: KeyRing, call_sid: str, sequence: int, token: str) -> bytes | None:
    """None for a token of another call or step, of an unknown key, or changed on its way."""
    try:
        return keys.open(token, bound_to=_bound(call_sid, sequence))
    except SealBroken:
        return None


def step_url(base_url: str, sequence: int, token: str) -> str:
    """Where Twilio brings the next input of the call; a token needs no quoting."""
    return f"{base_url}/voice/step?n={sequence}&s={token}{RETRIES}"


def read_query(query: str) -> tuple[int, str]:
    """Sequence number and token of a step's address; zero and nothing where it has none."""
    if plain := _QUERY.fullmatch(query):
        return int(plain[1]), plain[2]
    values = parse_qs(query)
    number = values.get("n", ["0"])[0]
    return int(number) if _NUMBER.fullmatch(number) else 0, values.get("s", [""])[0]


def _bound(call_sid: str, sequence: int) -> bytes:
    return f"{call_sid}:{sequence}".encode()
