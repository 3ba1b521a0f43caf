"""Tokens, codes of the second factor, recovery codes and known devices: how they are made and recognised."""

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from typing import Final
from uuid import UUID

import pyotp

from app.accounts.models import Enrolment
from app.accounts.rules import DEVICE_LIFE
from app.kit.crypto import KeyRing, SealBroken

RECOVERY_CODES: Final = 10

_TOKEN_BYTES: Final = 32
_STEP_SECONDS: Final = 30
_DIGITS: Final = 6
# 80 bits, so that a plain hash of a code keeps it.
_RECOVERY_BYTES: Final = 10
_GROUP: Final = 4
_ISSUER: Final = "Hotline"
_DEVICE: Final = b"accounts: known device"


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which this person has logged in before."""

    person_id: UUID
    id: str


def new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """What is kept of a token: it has 256 random bits, so a plain hash is enough."""
    return sha256(token.encode("utf-8", "replace")).digest()


def new_enrolment(login: str) -> Enrolment:
    return enrolment_of(pyotp.random_base32(), login)


def enrolment_of(secret: str, login: str) -> Enrolment:
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER))


def seal_secret(keys: KeyRing, secret: str, owner: bytes) -> str:
    return keys.seal(secret.encode(), bound_to=b"accounts: second factor:" + owner)


def open_secret(keys: KeyRing, sealed: str, owner: bytes) -> str:
    """The secret in base32; raises SealBroken where it was sealed for somebody else."""
    return keys.open(sealed, bound_to=b"accounts: second factor:" + owner).decode()


def find_step(secret: str, code: str, at: datetime, last_step: int | None) -> int | None:
    """The time step whose code this is, among the present one and its neighbours (RFC 6238, 5.2).

    A step up to the last one used is never found again, so that a code works once.
    """
    code = "".join(code.split())
    if len(code) != _DIGITS or not code.isascii():
        return None
    now = int(at.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    right = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(step), code)]
    return next((step for step in right if last_step is None or step > last_step), None)


def new_recovery_codes() -> tuple[str, ...]:
    return tuple(_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))


def hash_recovery_code(person_id: UUID, code: str) -> bytes:
    """What is kept of a code, however its groups and its capitals were typed."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return blake2b(plain.encode(), digest_size=32, key=person_id.bytes, person=b"recovery code").digest()


def seal_device(keys: KeyRing, person_id: UUID, at: datetime) -> str:
    content = [person_id.hex, secrets.token_urlsafe(16), int(at.timestamp())]
    return keys.seal(json.dumps(content).encode(), bound_to=_DEVICE)


def open_device(keys: KeyRing, token: str | None, at: datetime) -> Device | None:
    """The device, where the token is one of ours and not too old."""
    if not token:
        return None
    try:
        person_id, device_id, given = json.loads(keys.open(token, bound_to=_DEVICE))
    except SealBroken:
        return None
    if at >= datetime.fromtimestamp(given, UTC) + DEVICE_LIFE:
        return None
    return Device(UUID(person_id), device_id)


def _grouped(content: bytes) -> str:
    text = base64.b32encode(content).decode()
    return "-".join(text[place : place + _GROUP] for place in range(0, len(text), _GROUP))
