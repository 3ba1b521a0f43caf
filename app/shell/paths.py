"""Decides whether an address is a path of our own, so that nobody is sent elsewhere by a crafted link."""

import re
from urllib.parse import quote, urlsplit

# One slash and then none, no backslash, no control character: what browsers read as another host is not taken.
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_LONGEST = 2000


def local_path(address: str | None, otherwise: str = "/") -> str:
    """The address if it is a path of our own, with its query, else the other."""
    if address and len(address) <= _LONGEST and _LOCAL.fullmatch(address):
        parts = urlsplit(address)
        if not parts.scheme and not parts.netloc:
            return address
    return otherwise


def with_next(page: str, onward: str, **more: str) -> str:
    """A page's address that says where to go on afterwards."""
    extra = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    return f"{page}?next={quote(onward, safe='/')}{extra}"
