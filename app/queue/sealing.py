"""Seals a number or a voice under a key of its own, a file outside the database that is destroyed alone.

Nobody else's key changes when a record goes, so what is kept for days at most needs no bucket whose keys are renewed.
"""

import asyncio
import hmac
import secrets
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kit.crypto import SealBroken
from app.kit.vault import KeyMissing, Vault

_NONCE_BYTES: Final = 12
# Every number is as long as the longest (E.164 has 15 digits), so that its size tells nothing.
_NUMBER_BYTES: Final = 16


async def make_key(vault: Vault, record_id: UUID) -> tuple[str, bytes]:
    """A fresh key of a record: its id, which stands with the record, and the key itself."""
    return await asyncio.to_thread(_make_key, vault, _bucket_of(record_id))


def _make_key(vault: Vault, bucket: str) -> tuple[str, bytes]:
    key_id = vault.make(bucket)
    return key_id, vault.read(bucket, key_id)


async def read_key(vault: Vault, record_id: UUID, key_id: str) -> bytes:
    """Raises KeyMissing."""
    return await asyncio.to_thread(vault.read, _bucket_of(record_id), key_id)


async def destroy_keys(vault: Vault, record_id: UUID, keep: str | None = None) -> None:
    """Destroys all keys of a record, or all but one: a try that was interrupted may have left another behind."""
    await asyncio.to_thread(vault.destroy_others, _bucket_of(record_id), keep)


def seal(key: bytes, record_id: UUID, plain: bytes) -> bytes:
    """AES-256-GCM under a random nonce, bound to the record."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, record_id.bytes)


def open_sealed(key: bytes, record_id: UUID, sealed: bytes) -> bytes:
    """Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], record_id.bytes)
    except (InvalidTag, ValueError):
        raise SealBroken from None


def seal_number(key: bytes, record_id: UUID, number: str) -> bytes:
    return seal(key, record_id, number.encode().ljust(_NUMBER_BYTES))


def open_number(key: bytes, record_id: UUID, sealed: bytes) -> str:
    """Raises SealBroken."""
    return open_sealed(key, record_id, sealed).decode().rstrip()


def lookup_of(key: bytes, number: str) -> bytes:
    """Thirty-two bytes by which the number is recognised as long as the record's key is there, and never after."""
    return blake2b(number.encode(), key=key, person=b"callback number", digest_size=32).digest()


async def knows_number(vault: Vault, records: Iterable[tuple[UUID, str, bytes]], number: str) -> bool:
    """Whether one of the records, each with its key's id and its lookup, is for this number; nothing is opened."""
    return await asyncio.to_thread(_knows_number, vault, list(records), number)


def _knows_number(vault: Vault, records: list[tuple[UUID, str, bytes]], number: str) -> bool:
    for record_id, key_id, lookup in records:
        with suppress(KeyMissing):
            if hmac.compare_digest(lookup, lookup_of(vault.read(_bucket_of(record_id), key_id), number)):
                return True
    return False


def _bucket_of(record_id: UUID) -> str:
    return f"line-{record_id.hex}"
