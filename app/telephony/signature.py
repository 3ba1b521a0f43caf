"""Decides whether a webhook was signed by Twilio: one quick look may accept, only Twilio's own validator rejects."""

import hmac
import re
from binascii import b2a_base64
from functools import lru_cache
from hmac import compare_digest
from itertools import chain
from typing import Final

from app.telephony.form import Form, parse_form

Pairs = list[tuple[str, str]]

# Twilio's validator splits an address and joins it again before it signs. An address of this form survives that
# unchanged; any other (no path, empty query, credentials, odd port or letters) is left to the validator.
_PLAIN_URL: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}))?"
    r"/[A-Za-z0-9/_.~-]*(?:\?[A-Za-z0-9_.~=&%-]+)?"
)
# Twilio signs a JSON body by its hash in the address. The hotline takes forms only.
_BODY_HASH: Final = "bodySHA256="


class _MultiDict(dict[str, list[str]]):
    """A form as Twilio's validator reads one that has several values for a name."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def is_genuine(url: str, form: Form, signature: str | None, tokens: tuple[str, ...]) -> bool:
    """Whether the X-Twilio-Signature fits the form posted to the exact public URL, under any of the tokens.

    The tokens are the account's primary and the next one, read anew for each request. An empty token is none: it
    would let everybody sign. No signature, a signature for a JSON body and an address that is none are not genuine.
    """
    if signature is None or _BODY_HASH in url:
        return False
    if accepts_in_one_pass(url, form, signature, tokens):
        return True
    pairs = parse_form(form.body)
    return pairs is not None and judge(url, pairs, signature, tokens)


def accepts_in_one_pass(url: str, form: Form, signature: str, tokens: tuple[str, ...]) -> bool:
    """True only where Twilio's validator would say so too; False says nothing."""
    if form.signed is None or not _PLAIN_URL.fullmatch(url):
        return False
    try:
        message, given = f"{url}{form.signed}".encode(), signature.encode()
    except UnicodeEncodeError:
        return False
    for token in tokens:  # noqa: SIM110  A loop is faster than any() here, and this runs for every step of every call.
        if token and compare_digest(_signature(token, message), given):
            return True
    return False


def judge(url: str, pairs: Pairs, signature: str, tokens: tuple[str, ...]) -> bool:
    """What Twilio's own validator says, which also tries the address with and without its port."""
    # Most requests never come here, so the door opens without loading Twilio's package.
    from twilio.request_validator import RequestValidator  # noqa: PLC0415

    form = _MultiDict()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    try:
        return any(token and RequestValidator(token).validate(url, form, signature) for token in tokens)
    except ValueError:
        # The address has no valid host or port, or holds what UTF-8 cannot.
        return False


def sign(url: str, pairs: Pairs, token: str) -> str:
    """The X-Twilio-Signature of a form posted to the URL, which must come without a fragment."""
    return _signature(token, _signed_text(url, pairs).encode()).decode()


def _signed_text(url: str, pairs: Pairs) -> str:
    """Twilio signs each name with each of its different values, sorted by both, without separators."""
    return url + "".join(chain.from_iterable(sorted(dict.fromkeys(pairs))))


def _signature(token: str, message: bytes) -> bytes:
    keyed = _keyed(token).copy()
    keyed.update(message)
    return b2a_base64(keyed.digest(), newline=False)


@lru_cache(maxsize=8)
def _keyed(token: str) -> hmac.HMAC:
    return hmac.new(token.encode(), digestmod="sha1")
