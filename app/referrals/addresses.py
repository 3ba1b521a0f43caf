"""Addresses of webhooks: only what lies in the public internet is ever asked, and only where it was found to lie."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from app.kit.errors import HotlineError

IpAddress = IPv4Address | IPv6Address
# Finds the addresses of a host; raises OSError where it has none.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

PORTS: Final = frozenset({443, 8443})
LONGEST_URL: Final = 500
RESOLVE_SECONDS: Final = 5.0
_LOOPBACK_NAMES: Final = {"127.0.0.1", "::1", "localhost"}
# A name of at least two labels in ASCII whose last one begins with a letter: no number in any spelling is one.
_NAME: Final = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_PRINTABLE: Final = re.compile(r"[!#-;=?-\[\]_a-z~]+")

# What is not the public internet: the special-purpose registries of the IANA (iana.org/assignments, read in November
# 2026), and the one public address that inside a provider's network is the machine's own keeper.
_CLOSED_4: Final = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        ),
    )
)
# Of IPv6 only this is given out for the internet; within it lie tunnels that lead to IPv4, and documentation.
_OPEN_6: Final = IPv6Network("2000::/3")
_CLOSED_6: Final = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)


class AddressRefused(HotlineError):
    """A webhook's address is none that the hotline sends to; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: its host as the certificate names it, and what is asked for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as the header Host names it."""
        usual = self.port == (443 if self.scheme == "https" else 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if usual else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The same with the machine's address in the place of its name, so that nobody looks the name up again."""
        return f"{self.scheme}://{f'[{address}]' if ':' in address else address}:{self.port}{self.path}"


def check_webhook_address(url: str, *, loopback: bool = False) -> None:
    """Raises AddressRefused for an address that the hotline would never send to; nothing is looked up."""
    read_target(url, loopback=loopback)


def read_target(url: str, *, loopback: bool = False) -> Target:
    """The address in its parts; `loopback` also takes this very machine, by http too. Raises AddressRefused."""
    if len(url) > LONGEST_URL or not _PRINTABLE.fullmatch(url.lower()):
        raise AddressRefused("The address must be plain ASCII without spaces; write a name with umlauts as xn--….")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("This is no address like https://centre.example/path.") from None
    host = parts.hostname or ""
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    if loopback and host in _LOOPBACK_NAMES and parts.scheme in {"http", "https"} and "@" not in parts.netloc:
        return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
    if parts.scheme != "https":
        raise AddressRefused("The address must begin with https://.")
    if "@" in parts.netloc or parts.fragment:
        raise AddressRefused("The address must have neither a user nor a part after #.")
    if not _NAME.fullmatch(host):
        raise AddressRefused("The address must have the name of a host like centre.example, not a number.")
    if not loopback and (port if port is not None else 443) not in PORTS:
        raise AddressRefused("The address must use the port 443 or 8443.")
    return Target("https", host, 443 if port is None else port, path)


def is_public(address: IpAddress) -> bool:
    """Whether the address lies in the public internet, and by no tunnel or translation elsewhere."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return address.scope_id is None and address in _OPEN_6 and not any(address in network for network in _CLOSED_6)


async def find_addresses(target: Target, resolver: Resolver, *, loopback: bool = False) -> tuple[str, ...]:
    """Where the target lies, IPv4 first; raises AddressRefused if any of it is not public, OSError if it is nowhere.

    One address inside is enough to refuse them all: a name that leads to both is not to be trusted.
    """
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await resolver(target.host, target.port)
    addresses = list(dict.fromkeys(_read(text) for text in found))
    if not addresses:
        raise OSError("The name leads nowhere.")
    if not all(is_public(address) or (loopback and address.is_loopback) for address in addresses):
        raise AddressRefused("The address leads to a network that is not public.")
    return tuple(str(address) for address in sorted(addresses, key=lambda address: address.version))


def _read(text: str) -> IpAddress:
    try:
        return ip_address(text)
    except ValueError:
        raise AddressRefused("The address leads to a network that is not public.") from None


async def resolve(host: str, port: int) -> Sequence[str]:
    """The machine's own look-up, of IPv4 and IPv6."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
