"""Recognises telephone numbers and the provider's identifiers in any text, also when they are encoded."""

import binascii
import re
from collections.abc import Mapping
from typing import Final

MASKED: Final = "[masked]"

# Signs that people and programs put between the digits of a telephone number.
_GAP: Final = r"(?:[\s().\-/_\u00a0\u202f]|%20|%28|%29|%2D|%2E|%2F|\\x20)*"
_DIGIT_COUNT: Final = 7
# \d takes the digits of every script: callers' numbers may be written in Arabic or Persian ones.
_NUMBER: Final = re.compile(rf"(?:(?:\+|%2B|\\x2b){_GAP})?\d(?:{_GAP}\d){{{_DIGIT_COUNT - 1},}}", re.IGNORECASE)
# Two letters and 32 hexadecimal digits name a call, a message or a recording at the provider.
_IDENTIFIER: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}", re.IGNORECASE)
_DATE: Final = re.compile(r"(?<![\d+])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\d-])")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{10,}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){7,}[0-9A-Fa-f]?")
_FROM_URL: Final = str.maketrans("-_", "+/")


def mask(value: object) -> object:
    """The value with what looks personal replaced, in texts, numbers and containers; other objects become text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return MASKED if abs(value) >= 10 ** (_DIGIT_COUNT - 1) else value
    if isinstance(value, Mapping):
        return {mask(key): mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return mask_text(bytes(value).decode("latin-1"))
    return mask_text(str(value))


def mask_text(text: str) -> str:
    """The text with what looks personal replaced; a calendar date stays."""
    parts = []
    place = 0
    for date in _DATE.finditer(text):
        parts += [_mask_between_dates(text[place : date.start()]), date[0]]
        place = date.end()
    return "".join([*parts, _mask_between_dates(text[place:])])


def _mask_between_dates(text: str) -> str:
    text = _IDENTIFIER.sub(MASKED, text)
    text = _HEX.sub(_masked_if_hex_of_number, text)
    text = _NUMBER.sub(MASKED, text)
    return _BASE64.sub(_masked_if_base64_of_number, text)


def _is_personal(decoded: bytes) -> bool:
    text = decoded.decode("latin-1")
    return bool(_NUMBER.search(text) or _IDENTIFIER.search(text))


def _masked_if_hex_of_number(match: re.Match[str]) -> str:
    found = match[0]
    shifts = (found[shift : shift + (len(found) - shift) // 2 * 2] for shift in (0, 1))
    return MASKED if any(_is_personal(bytes.fromhex(part)) for part in shifts) else found


def _masked_if_base64_of_number(match: re.Match[str]) -> str:
    """A number may begin anywhere in the encoded text, so each of the four places of a group is tried."""
    found = match[0].translate(_FROM_URL)
    for shift in range(4):
        part = found[shift:]
        if _is_personal(binascii.a2b_base64(part + "A" * (-len(part) % 4))):
            return MASKED
    return match[0]
