"""Seals short secrets into tokens and hashes identifiers, both under a ring of keys."""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16

# Base64 in the spelling for URLs and back; the plain spelling's own signs are not taken in a token.
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/!!!")


class SealBroken(Exception):
    """The token was not sealed by this ring for this purpose, or it was changed."""


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """Seals with its first key and opens with each of its keys.

    AES-GCM-SIV (RFC 8452) stays safe when a nonce comes again, so the nonce is derived from what the token is bound
    to, and the same content gives the same token byte for byte.
    """

    _first: AESGCMSIV
    _first_mark: bytes
    _ciphers: dict[int, tuple[AESGCMSIV, ...]]
    _hash_keys: tuple[bytes, ...]

    @classmethod
    def from_setting(cls, text: str) -> Self:
        """Reads keys of 32 bytes in base64, separated by commas; raises ValueError, whose sentence holds no key."""
        keys = [_read_key(part.strip(), place) for place, part in enumerate(text.split(","), start=1)]
        sealing = [blake2b(key, person=b"hotline seal", digest_size=KEY_BYTES).digest() for key in keys]
        marks = [blake2b(key, person=b"hotline mark", digest_size=1).digest() for key in keys]
        ciphers: dict[int, tuple[AESGCMSIV, ...]] = {}
        for mark, key in zip(marks, sealing, strict=True):
            ciphers[mark[0]] = (*ciphers.get(mark[0], ()), AESGCMSIV(key))
        hashing = tuple(blake2b(key, person=b"hotline hash", digest_size=KEY_BYTES).digest() for key in keys)
        return cls(ciphers[marks[0][0]][0], marks[0], ciphers, hashing)

    def seal(self, plaintext: bytes, *, bound_to: bytes) -> str:
        """A token in the URL-safe alphabet without padding; it opens only with the same `bound_to`."""
        sealed = self._first_mark + self._first.encrypt(_nonce(bound_to), plaintext, bound_to)
        return binascii.b2a_base64(sealed, newline=False).translate(_TO_URL, b"=").decode("ascii")

    def open(self, token: str, *, bound_to: bytes) -> bytes:
        """The sealed bytes; raises SealBroken and nothing else, whatever the token is."""
        sealed = _decode(token)
        nonce = _nonce(bound_to)
        for cipher in self._ciphers.get(sealed[0], ()):
            try:
                return cipher.decrypt(nonce, sealed[1:], bound_to)
            except InvalidTag:
                continue
        raise SealBroken

    def keyed_hash(self, purpose: str, value: str) -> bytes:
        """32 bytes that only a holder of the first key can compute; another purpose gives another value."""
        return _keyed_hash(self._hash_keys[0], purpose, value)

    def keyed_hashes(self, purpose: str, value: str) -> tuple[bytes, ...]:
        """The keyed hash under each key of the ring, the first's first: what was kept under an older one is found."""
        return tuple(_keyed_hash(key, purpose, value) for key in self._hash_keys)


def _keyed_hash(hash_key: bytes, purpose: str, value: str) -> bytes:
    key = blake2b(purpose.encode(), key=hash_key, digest_size=KEY_BYTES).digest()
    return blake2b(value.encode(), key=key, digest_size=KEY_BYTES).digest()


def _read_key(part: str, place: int) -> bytes:
    try:
        key = b64decode(part, validate=True)
    except ValueError:
        raise ValueError(f"Key {place} is not written in base64.") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"Key {place} has {len(key)} bytes, but a key has {KEY_BYTES}.")
    return key


def _nonce(bound_to: bytes) -> bytes:
    return blake2b(bound_to, digest_size=_NONCE_BYTES).digest()


def _decode(token: str) -> bytes:
    """The token's bytes; only the one spelling that `seal` writes is taken, so that no second token opens."""
    try:
        plain = token.encode("ascii").translate(_FROM_URL) + b"=" * (-len(token) % 4)
        sealed = binascii.a2b_base64(plain)
    except (binascii.Error, UnicodeEncodeError):
        raise SealBroken from None
    if len(sealed) <= _TAG_BYTES or binascii.b2a_base64(sealed, newline=False) != plain:
        raise SealBroken
    return sealed
