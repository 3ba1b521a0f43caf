"""Passwords: which are good enough, how they are kept, and how first ones are made."""

import asyncio
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final
from unicodedata import normalize

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.refusals import PasswordRefused

FEWEST: Final = 12
MOST: Final = 128
GOOD_SCORE: Final = 3

# No letter or digit that is easily taken for another when read from a screen or from paper.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 5
# The estimate grows with the square of the length, and a good beginning is good enough.
_ESTIMATED: Final = 72

# One hash takes 64 MiB for its moment (RFC 9106): two at a time bound what a flood of logins can take.
_WORKERS: Final = ThreadPoolExecutor(2, thread_name_prefix="password")
# The estimate keeps a word list of the whole process, so only one at a time.
_ESTIMATOR: Final = ThreadPoolExecutor(1, thread_name_prefix="password-estimate")
_HASH: Final = PasswordHash((Argon2Hasher(),))


async def check_password(password: str, *, known: Sequence[str]) -> None:
    """Raises PasswordRefused for what is too short, too long or easily guessed by whoever knows the given words."""
    password = _normal(password)
    if len(password) < FEWEST:
        raise PasswordRefused("password-too-short", f"A password has at least {FEWEST} characters.")
    if len(password) > MOST:
        raise PasswordRefused("password-too-long", f"A password has at most {MOST} characters.")
    if await asyncio.get_running_loop().run_in_executor(_ESTIMATOR, _score, password, known) < GOOD_SCORE:
        raise PasswordRefused("password-too-easy", "This password is too easy to guess: take several unrelated words.")


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, _HASH.hash, _normal(password))


async def password_matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; without a hash it takes as long and is never right."""
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, _matches, password, password_hash)


def first_password() -> str:
    """A random password that can be read aloud, of 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _matches(password: str, password_hash: str | None) -> bool:
    right = _HASH.verify(_normal(password)[: MOST + 1], password_hash or _nobodys_hash())
    return right and password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _HASH.hash(secrets.token_urlsafe())


def _score(password: str, known: Sequence[str]) -> int:
    # Its word lists take some megabytes and a moment, which only a new password is worth.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415

    return int(zxcvbn(password[:_ESTIMATED], user_inputs=[*known, "hotline"])["score"])


def _normal(password: str) -> str:
    """The same characters for the same keys on every system (NIST SP 800-63B, 3.1.1.2)."""
    return normalize("NFKC", password)
