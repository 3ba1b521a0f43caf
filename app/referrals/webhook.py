"""Posts a notice to a centre's webhook: signed, to a checked address only, and never further than that."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Final

import httpx

from app.referrals.addresses import AddressRefused, Resolver, Target, find_addresses, read_target, resolve
from app.referrals.delivery_models import Refused, Undelivered

WHOLE_SECONDS: Final = 20.0
_PLAIN: Final[Mapping[str, str]] = {
    "user-agent": "return-hotline",
    "content-type": "application/json",
    "accept": "*/*",
    "accept-encoding": "identity",
}
_LIMITS: Final = httpx.Timeout(10.0, connect=4.0)
# A name with many addresses is tried at the first of them.
_MOST_ADDRESSES: Final = 3


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """How webhooks leave: `loopback` also allows this very machine, for the demo and tests.

    `resolver` finds a host's addresses, `certificates` is what a server's certificate is checked against.
    """

    loopback: bool = False
    resolver: Resolver = resolve
    certificates: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What is posted: `headers` prove who wrote it and when."""

    headers: Mapping[str, str]
    body: bytes


async def post_webhook(sender: WebhookSender, url: str, notice: Signed) -> None:
    """Returns once the receiver has said that it took the notice.

    Raises Undelivered where a later try may succeed, Refused where none will.
    """
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            target = read_target(url, loopback=sender.loopback)
            addresses = await find_addresses(target, sender.resolver, loopback=sender.loopback)
            status = await _post(sender, target, addresses[:_MOST_ADDRESSES], notice)
    except AddressRefused:
        raise Refused("address") from None
    except TimeoutError:
        raise Undelivered("time-out") from None
    except (OSError, UnicodeError):
        raise Undelivered("unknown-host") from None
    _judge(status)


async def _post(sender: WebhookSender, target: Target, addresses: Sequence[str], notice: Signed) -> int:
    """The answer's status. The name is not looked up again: the connection goes to an address that was checked."""
    options = httpx.AsyncHTTPTransport(verify=sender.certificates or _certificates(), trust_env=False, retries=0)
    async with httpx.AsyncClient(transport=options, timeout=_LIMITS, follow_redirects=False, trust_env=False) as http:
        for address in addresses:
            request = http.build_request(
                "POST",
                target.at(address),
                content=notice.body,
                headers={**_PLAIN, **notice.headers, "host": target.authority},
                extensions={"sni_hostname": target.host},
            )
            try:
                answer = await http.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
            except httpx.TimeoutException:
                raise Undelivered("time-out") from None
            except (httpx.TransportError, httpx.StreamError, ssl.SSLError):
                raise Undelivered("broken-connection") from None
            # What the receiver writes is nothing that the hotline needs, so not a byte of it is read.
            await answer.aclose()
            return answer.status_code
    raise Undelivered("no-connection")


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _judge(status: int) -> None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status == HTTPStatus.GONE:
        raise Refused("gone")
    raise Undelivered(f"status-{status}")
