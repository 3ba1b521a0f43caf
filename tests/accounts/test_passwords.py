"""Which passwords are taken, and that a wrong one costs as much as an unknown login."""

import asyncio
import statistics
import subprocess
import sys
import time

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts import passwords, service
from app.accounts.passwords import check_password, first_password, hash_password, password_matches
from app.accounts.refusals import LoginRefused, PasswordRefused
from app.accounts.service import Accounts
from app.kit.paths import PROJECT_ROOT
from tests.accounts.conftest import PASSWORD, MovableClock, enrol

KNOWN = ["mehmet.oezdemir", "Mehmet", "Özdemir"]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password-too-short"),
        ("x7!Qm-p2#Lz", "password-too-short"),
        ("x7!Qm" * 26, "password-too-long"),
        ("password1234", "password-too-easy"),
        ("aaaaaaaaaaaa", "password-too-easy"),
        ("qwertzuiop123", "password-too-easy"),
        ("123456789012", "password-too-easy"),
        ("iloveyou2024", "password-too-easy"),
        ("mehmet.oezdemir", "password-too-easy"),
        ("hotlinehotline", "password-too-easy"),
    ],
)
async def test_what_is_short_long_or_easily_guessed_is_refused(password: str, code: str) -> None:
    with pytest.raises(PasswordRefused) as caught:
        await check_password(password, known=KNOWN)
    assert caught.value.code == code
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize("password", [PASSWORD, "kavun direk gölge saat", "x7!Qm-p2#Lz8", "пять-синих-крыш-ветер"])
async def test_a_good_password_is_taken_in_any_script(password: str) -> None:
    await check_password(password, known=KNOWN)
    kept = await hash_password(password)
    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert await password_matches(password, kept)
    assert not await password_matches(password + "x", kept)
    assert not await password_matches(password, None)


async def test_the_same_keys_on_another_system_are_the_same_password() -> None:
    kept = await hash_password("gölge-direk-kavun-7")
    assert await password_matches("go\u0308lge-direk-kavun-7", kept)


async def test_first_passwords_are_good_and_never_the_same() -> None:
    made = {first_password() for _ in range(20)}
    assert len(made) == 20
    for password in made:
        await check_password(password, known=KNOWN)


def test_the_hash_has_the_strength_of_rfc_9106() -> None:
    program = "from app.accounts import passwords; print(passwords._HASH.hash('x'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_an_unknown_login_takes_as_long_as_a_wrong_password(
    accounts: Accounts, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_HASH", PasswordHash((Argon2Hasher(time_cost=2, memory_cost=8192, parallelism=1),)))
    await enrol(accounts, clock, "mehmet")
    clock.go_on(minutes=15)
    taken: dict[str, list[float]] = {"mehmet": [], "nobody": []}
    for _ in range(9):
        for login, times in taken.items():
            began = time.perf_counter()
            with pytest.raises(LoginRefused):
                await service.log_in(accounts, login=login, password="wrong", address="192.0.2.1", device=None)
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in taken.values())
    assert 0.5 < known / unknown < 2


async def test_many_logins_at_once_hash_two_at_a_time() -> None:
    running, most = 0, 0

    class Counting(Argon2Hasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            time.sleep(0.01)
            running -= 1
            return super().hash(password, salt=salt)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASH", PasswordHash((Counting(time_cost=1, memory_cost=64, parallelism=1),)))
        await asyncio.gather(*(hash_password("x") for _ in range(12)))
    assert most == 2
