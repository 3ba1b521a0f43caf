"""How settings must be written: each function gives the value that is taken, or raises ValueError with the reason."""

import re
from typing import Final
from urllib.parse import urlsplit

from app.kit.crypto import KeyRing

_LOOPBACK_HOSTS: Final = {"127.0.0.1", "::1", "localhost"}


def telephone_number(value: str) -> str:
    if value and not re.fullmatch(r"\+[1-9]\d{6,14}", value):
        raise ValueError("it must be written like +49 followed by digits, without spaces")
    return value


def base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("it must be a scheme and a host, like https://hotline.example")
    return value.rstrip("/")


def is_safe_address(address: str) -> bool:
    """Whether what is sent to this address can be read by nobody on the way: by https, or not leaving the machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK_HOSTS)
    )


def issuer(value: str) -> str:
    if value and (not is_safe_address(value) or "?" in value or "#" in value):
        raise ValueError("it must be an address like https://login.example, exactly as the provider writes it")
    return value


def sealing_keys(value: str) -> str:
    if value:
        KeyRing.from_setting(value)
    return value


def mail_server(value: str) -> str:
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and (parts.port or True)
    except ValueError:
        known = False
    if value and not (known and not parts.path.strip("/") and not parts.query and not parts.fragment):
        raise ValueError("it must be like smtps://user:password@host:465")
    return value


def mail_address(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}", value):
        raise ValueError("it must be like post@hotline.example")
    return value


def sms_sender(value: str) -> str:
    if value and not re.fullmatch(r"\+[1-9]\d{6,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", value):
        raise ValueError("it must be a number like +49 and digits, or up to eleven letters and digits")
    return value
