"""Proves that a posted form comes from a page of ours: a token bound to the reader's cookie, and the browser's word."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Final

from app.kit.crypto import KeyRing
from app.shell.cookies import SESSION_COOKIE, VISIT_COOKIE

FIELD: Final = "csrf"
HEADER: Final = "x-csrf"


def new_visit() -> str:
    """A value for the cookie that forms are bound to before somebody is logged in."""
    return secrets.token_urlsafe(18)


def bound_cookie(cookies: Mapping[str, str], *, signed_in: bool) -> str | None:
    """The cookie that a form is bound to: the session's, or before the login the visit's."""
    return cookies.get(SESSION_COOKIE if signed_in else VISIT_COOKIE)


def token(keys: KeyRing, cookie: str) -> str:
    return keys.keyed_hash("csrf", cookie).hex()


def is_ours(keys: KeyRing, cookie: str | None, given: str | None) -> bool:
    return bool(cookie and given) and hmac.compare_digest(
        token(keys, cookie or "").encode(), (given or "").encode("utf-8", "replace")
    )


def is_same_origin(headers: Mapping[str, str], origin: str) -> bool:
    """What the browser itself says about where the form stood (Fetch Metadata, else the Origin header).

    A page that sends no referrer posts its forms with the Origin "null", so Sec-Fetch-Site is heard first.
    """
    site = headers.get("sec-fetch-site")
    return site == "same-origin" if site else headers.get("origin") == origin
