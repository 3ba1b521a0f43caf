"""How the audit's lines hang together: each line's code covers the line and the one before it."""

import hmac
import json
import secrets
from collections.abc import Iterable
from datetime import UTC
from typing import Final

from app.accounts.tables import AuditHeadRow, AuditKeyRow, AuditRow
from app.kit.crypto import KeyRing, SealBroken

_KEY_BYTES: Final = 32


def mac_of(key: bytes, row: AuditRow) -> bytes:
    """The keyed code (HMAC-SHA-256) over all columns of a line, which no other line and no other place has."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = ["line", row.seq, at, row.actor, row.action, row.subject, row.details, row.previous.hex()]
    return hmac.digest(key, _canonical(content), "sha256")


def head_mac_of(key: bytes, seq: int, last: bytes) -> bytes:
    """The keyed code over the last line's number and code: who cuts lines off cannot make it for an earlier one."""
    return hmac.digest(key, _canonical(["head", seq, last.hex()]), "sha256")


def new_key(keys: KeyRing, since: int) -> tuple[AuditKeyRow, bytes]:
    """A key for the lines from a number on, sealed and plain."""
    key = secrets.token_bytes(_KEY_BYTES)
    return AuditKeyRow(since=since, sealed=_seal(keys, since, key)), key


def open_key(keys: KeyRing, row: AuditKeyRow) -> bytes | None:
    """The key, or None where the ring no longer opens it or the row was changed."""
    try:
        return keys.open(row.sealed, bound_to=_bound(row.since))
    except SealBroken:
        return None


def is_sealed_newest(keys: KeyRing, row: AuditKeyRow, key: bytes) -> bool:
    """Whether the ring's first key sealed it; the same content gives the same seal."""
    return _seal(keys, row.since, key) == row.sealed


def seal_again(keys: KeyRing, rows: Iterable[AuditKeyRow]) -> None:
    """Seals the keys that open under the ring's first key, so that its older ones can go."""
    for row in rows:
        key = open_key(keys, row)
        if key is not None:
            row.sealed = _seal(keys, row.since, key)


def fault_of(row: AuditRow, previous: bytes, seq: int, key: bytes | None) -> str | None:
    """Why a line does not follow the one before it, as a code; None where it does."""
    if row.seq != seq:
        return "missing"
    if key is None:
        return "key"
    if not hmac.compare_digest(row.previous, previous) or not hmac.compare_digest(row.mac, mac_of(key, row)):
        return "changed"
    return None


def head_holds(head: AuditHeadRow, seq: int, last: bytes, key: bytes | None) -> bool:
    """Whether the head names this line as the last one, and was made for it."""
    if (head.seq, head.last) != (seq, last) or key is None:
        return False
    return hmac.compare_digest(head.mac, head_mac_of(key, seq, last))


def _seal(keys: KeyRing, since: int, key: bytes) -> str:
    return keys.seal(key, bound_to=_bound(since))


def _bound(since: int) -> bytes:
    return f"audit key:{since}".encode()


def _canonical(content: list[object]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
