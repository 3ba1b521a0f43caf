"""The shell's cookies: their names, and how they are written and taken away."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.responses import Response

from app.shell.answers import Cookie

# A browser takes a `__Host-` cookie only from this very host, over an encrypted or a loopback connection.
PREFIX: Final = "__Host-"
SESSION_COOKIE: Final = "hotline"
DEVICE_COOKIE: Final = "device"
VISIT_COOKIE: Final = "visit"
FLASH_COOKIE: Final = "flash"
LANGUAGE_COOKIE: Final = "language"
THEME_COOKIE: Final = "theme"


def own_cookies(cookies: Mapping[str, str]) -> dict[str, str]:
    """Our cookies by their names without the prefix; every other is overlooked."""
    return {name.removeprefix(PREFIX): value for name, value in cookies.items() if name.startswith(PREFIX) and value}


def write_cookies(response: Response, cookies: Iterable[Cookie]) -> None:
    for cookie in cookies:
        response.set_cookie(
            PREFIX + cookie.name,
            cookie.value,
            max_age=cookie.seconds if cookie.value else 0,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
