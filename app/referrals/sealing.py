"""Seals what is known of a caller under a key of the referral's own, which a key outside the database wraps."""

import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kit.crypto import KEY_BYTES, SealBroken
from app.referrals.models import Payload

_NONCE_BYTES: Final = 12
# Every payload is as long as the longest, so that its size tells nothing.
_PAYLOAD_BYTES: Final = 512


def new_record_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def wrap(bucket_key: bytes, referral_id: UUID, record_key: bytes) -> bytes:
    """The record's key under a bucket's key (AES-256-GCM), bound to the referral."""
    return _seal(bucket_key, b"referral key:" + referral_id.bytes, record_key)


def unwrap(bucket_key: bytes, referral_id: UUID, wrapped: bytes) -> bytes:
    """Raises SealBroken."""
    return _open(bucket_key, b"referral key:" + referral_id.bytes, wrapped)


def seal_payload(record_key: bytes, referral_id: UUID, payload: Payload) -> bytes:
    plain = payload.model_dump_json(exclude_defaults=True).encode().ljust(_PAYLOAD_BYTES)
    return _seal(record_key, b"referral:" + referral_id.bytes, plain)


def open_payload(record_key: bytes, referral_id: UUID, sealed: bytes) -> Payload:
    """Raises SealBroken."""
    return Payload.model_validate_json(_open(record_key, b"referral:" + referral_id.bytes, sealed))


def seal_text(record_key: bytes, message_id: UUID, text: str) -> bytes:
    return _seal(record_key, b"referral message:" + message_id.bytes, text.encode())


def open_text(record_key: bytes, message_id: UUID, sealed: bytes) -> str:
    """Raises SealBroken."""
    return _open(record_key, b"referral message:" + message_id.bytes, sealed).decode()


def _seal(key: bytes, bound_to: bytes, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, bound_to: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        raise SealBroken from None
