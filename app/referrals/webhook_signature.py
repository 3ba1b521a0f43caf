"""Signatures of webhooks in the way of Standard Webhooks: whoever has the secret can prove where a notice comes from.

The specification is at standardwebhooks.com: HMAC-SHA256 over identifier, time and body, joined by dots.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.kit.errors import HotlineError

PREFIX: Final = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64


class SecretRefused(HotlineError):
    """A text is no secret of a webhook."""


def new_secret() -> str:
    """A secret as both sides keep it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def read_secret(text: str) -> bytes:
    """The secret's bytes; raises SecretRefused, whose sentence does not hold it."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise SecretRefused(f"A secret of a webhook begins with {PREFIX} and has 24 to 64 bytes in base64 after it.")
    return key


def signed_headers(message_id: str, at: datetime, body: bytes, keys: Sequence[bytes]) -> Mapping[str, str]:
    """The three headers of a notice; each secret that is still in use signs, the newest first."""
    seconds = str(int(at.timestamp()))
    signatures = (_sign(key, message_id, seconds, body) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _sign(key: bytes, message_id: str, seconds: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), seconds.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
