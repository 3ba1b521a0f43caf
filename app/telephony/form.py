"""Reads the form of a webhook in one pass, with bounds, every pair in the order it was sent."""

from collections.abc import Mapping
from typing import Final, NamedTuple

# A webhook of a call carries about 29 pairs in 650 bytes; these bounds leave room for speech results and growth.
MAX_BODY_BYTES: Final = 65_536
MAX_PAIRS: Final = 200

_HEX_DIGITS: Final = "0123456789abcdefABCDEF"
_BYTE_BY_HEX: Final = {(a + b).encode(): bytes.fromhex(a + b) for a in _HEX_DIGITS for b in _HEX_DIGITS}
# Without the separators of pairs and of names, and without the mark that stands for one.
_PLAIN_BYTE_BY_HEX: Final = {code: byte for code, byte in _BYTE_BY_HEX.items() if byte not in {b"&", b"=", b"\0"}}


class Form(NamedTuple):
    """What a body says: the last value of each name, and all of it in the order in which Twilio signs.

    `signed` is None for a form of unusual shape; then only Twilio's own validator judges its signature.
    """

    body: bytes
    fields: Mapping[str, str]
    signed: str | None


def read_form(body: bytes) -> Form | None:
    """The form, or None where the body is malformed or beyond the bounds (see `parse_form`)."""
    if plain := _read_plain_form(body):
        return plain
    pairs = parse_form(body)
    return None if pairs is None else Form(body, dict(pairs), None)


def _read_plain_form(body: bytes) -> Form | None:
    """The form in one pass, if it has the shape of nearly every webhook: one equals sign in every pair, none quoted."""
    if len(body) > MAX_BODY_BYTES or body.count(b"&") >= MAX_PAIRS:
        return None
    try:
        text = body.decode()
        if "\0" in text:
            return None
        # Below every other character, the mark sorts the pairs by name and then by value.
        pairs = _unquoted(text.replace("+", " "), _PLAIN_BYTE_BY_HEX).replace("=", "\0").split("&")
        fields = dict([pair.split("\0") for pair in pairs])
    except (KeyError, ValueError):
        return None
    # Only where a name comes twice can a pair come twice, and Twilio signs it once.
    signed = pairs if len(fields) == len(pairs) else set(pairs)
    return Form(body, fields, "".join(sorted(signed)).replace("\0", ""))


def parse_form(body: bytes) -> list[tuple[str, str]] | None:
    """The pairs of an application/x-www-form-urlencoded body, or None where it is malformed or beyond the bounds.

    It follows the URL standard of the WHATWG, duplicates and empty values kept, but guesses nothing: a percent sign
    without two hexadecimal digits and bytes that are not UTF-8 make the body malformed. Twilio sends neither.
    """
    if len(body) > MAX_BODY_BYTES or body.count(b"&") >= MAX_PAIRS:
        return None
    try:
        text = body.decode().replace("+", " ")
        if "%26" in text or "%3D" in text or "%3d" in text:
            return [(_unquoted(name), _unquoted(value)) for name, value in _split(text)]
        # No separator hides behind a percent sign, so the whole form is unquoted at once, which is faster.
        return _split(_unquoted(text))
    except (KeyError, UnicodeDecodeError):
        return None


def _split(text: str) -> list[tuple[str, str]]:
    pairs = []
    for piece in text.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            pairs.append((name, value))
    return pairs


def _unquoted(text: str, bytes_by_hex: Mapping[bytes, bytes] = _BYTE_BY_HEX) -> str:
    """Raises KeyError for a broken percent sequence, UnicodeDecodeError for bytes that are not UTF-8."""
    if "%" not in text:
        return text
    plain, *quoted = text.encode().split(b"%")
    return b"".join([plain, *[bytes_by_hex[part[:2]] + part[2:] for part in quoted]]).decode()
