"""No webhook leads inside: whatever an address is and whatever its name resolves to, nothing there hears a thing."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.referrals.addresses import AddressRefused, Resolver, check_webhook_address, is_public
from app.referrals.delivery_models import Refused, Undelivered
from app.referrals.webhook import Signed, WebhookSender, post_webhook

NOTICE = Signed({"webhook-id": "x"}, b"{}")
INSIDE = "127.0.0.1"


@dataclass
class Ear:
    """A server on this machine on IPv4 and IPv6 that counts who comes."""

    port: int
    heard: list[str] = field(default_factory=list)


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    ear = Ear(0)

    async def hear(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ear.heard.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(hear, INSIDE, 0)
    ear.port = server.sockets[0].getsockname()[1]
    # An address names one port for both families.
    second = await asyncio.start_server(hear, "::1", ear.port)
    async with server, second:
        yield ear


# Addresses whose text alone is refused; PORT is where the ear listens.
REFUSED_AS_WRITTEN = [
    "http://127.0.0.1:PORT/",
    "http://centre.example:PORT/",
    "https://127.0.0.1:PORT/",
    "https://localhost:PORT/",
    "https://localhost./",
    "https://LOCALHOST:PORT/",
    "https://[::1]:PORT/",
    "https://[::]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://[::127.0.0.1]:PORT/",
    "https://[64:ff9b::7f00:1]:PORT/",
    "https://[64:ff9b:1::7f00:1]:PORT/",
    "https://[2002:7f00:1::]:PORT/",
    "https://[2001:0:7f00:1::]:PORT/",
    "https://[fe80::1%25lo]:PORT/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://2130706433:PORT/",
    "https://0x7f000001:PORT/",
    "https://0x7f.0.0.1:PORT/",
    "https://017700000001:PORT/",
    "https://0177.0.0.1:PORT/",
    "https://127.1:PORT/",
    "https://127.0.1:PORT/",
    "https://127.0.0.1.:PORT/",
    "https://0:PORT/",
    "https://0.0.0.0:PORT/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://1.1.1.1/",
    "https://user@127.0.0.1:PORT/",
    "https://centre.example@127.0.0.1:PORT/",
    "https://centre.example:443@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT#@centre.example/",
    "https://127.0.0.1:PORT\\@centre.example/",
    "https://centre.example\\@127.0.0.1:PORT/",
    "https:/127.0.0.1:PORT/",
    "https:127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "https://centre.example:PORT/",
    "https://centre.example:22/",
    "https://centre.example:25/",
    "https://centre.example:5432/",
    "https://centre.example:0/",
    "https://centre.example:99999/",
    "https://centre.example:-443/",
    "https://①②⑦.⓪.⓪.①:PORT/",
    "https://127。0。0。1:PORT/",
    "https://ⅼocalhost:PORT/",
    "https://loc\u00adalhost:PORT/",
    "https://zentrum-köln.example/",
    "https://127.0.0.1%2f@centre.example/",
    "https://127%2e0%2e0%2e1:PORT/",
    "https://centre.example%00.127.0.0.1:PORT/",
    "https://centre.example\t.127.0.0.1:PORT/",
    "https://centre.example\n127.0.0.1/",
    "https://centre.example\r\nhost: 127.0.0.1/",
    "https:// centre.example/",
    "https://-centre.example/",
    "https://centre..example/",
    "https://centre/",
    "https:///",
    "ftp://centre.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/_x",
    "dict://127.0.0.1:PORT/",
    "unix:/var/run/docker.sock",
    "",
    "https://" + "a" * 64 + ".example/",
    "https://centre.example/" + "a" * 500,
]
# What a name that looks right resolves to.
REFUSED_AS_RESOLVED = [
    [INSIDE],
    ["127.8.9.1"],
    ["0.0.0.0"],  # noqa: S104  An address that must not be asked.
    ["10.1.2.3"],
    ["172.16.0.1"],
    ["172.31.255.255"],
    ["192.168.1.1"],
    ["100.64.0.1"],
    ["100.100.100.200"],
    ["169.254.169.254"],
    ["168.63.129.16"],
    ["192.0.0.192"],
    ["198.18.0.1"],
    ["224.0.0.1"],
    ["240.0.0.1"],
    ["255.255.255.255"],
    ["::1"],
    ["::"],
    ["::ffff:127.0.0.1"],
    ["::ffff:93.184.216.34"],
    ["::127.0.0.1"],
    ["64:ff9b::7f00:1"],
    ["64:ff9b:1::a00:1"],
    ["2002:7f00:1::1"],
    ["2001:0:53aa:64c:0:0:80ff:fffe"],
    ["2001:db8::1"],
    ["3fff::1"],
    ["fc00::1"],
    ["fd00:ec2::254"],
    ["fe80::1"],
    ["fe80::1%lo"],
    ["2a00:1450:4001::1%1"],
    ["fec0::1"],
    ["ff02::1"],
    ["100::1"],
    ["93.184.216.34", INSIDE],
    ["2a00:1450:4001::1", "::1"],
    ["not an address"],
]


def leading_to(*addresses: str) -> Resolver:
    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolver


def test_there_are_sixty_cases_and_more() -> None:
    assert len({*REFUSED_AS_WRITTEN, *map(str, REFUSED_AS_RESOLVED)}) == len(REFUSED_AS_WRITTEN + REFUSED_AS_RESOLVED)
    assert len(REFUSED_AS_WRITTEN) >= 60


@pytest.mark.parametrize("address", REFUSED_AS_WRITTEN)
async def test_an_address_that_leads_inside_is_refused_and_nobody_is_asked(ear: Ear, address: str) -> None:
    asked: list[str] = []

    async def resolver(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return [INSIDE]

    url = address.replace("PORT", str(ear.port))
    with pytest.raises(AddressRefused):
        check_webhook_address(url)
    with pytest.raises(Refused, match="address"):
        await post_webhook(WebhookSender(resolver=resolver), url, NOTICE)
    await asyncio.sleep(0)
    assert (asked, ear.heard) == ([], [])


@pytest.mark.parametrize("addresses", REFUSED_AS_RESOLVED, ids=str)
async def test_a_name_that_leads_inside_is_refused_and_nobody_is_asked(
    ear: Ear, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The usual port is moved to where the ear listens, so that a connection that was made would be heard.
    monkeypatch.setattr("app.referrals.addresses.PORTS", frozenset({ear.port}))
    sender = WebhookSender(resolver=leading_to(*addresses))
    with pytest.raises(Refused, match="address"):
        await post_webhook(sender, f"https://centre.example:{ear.port}/hook", NOTICE)
    await asyncio.sleep(0)
    assert ear.heard == []


async def test_the_ear_would_have_heard(ear: Ear) -> None:
    sender = WebhookSender(loopback=True)
    with pytest.raises(Undelivered):
        await post_webhook(sender, f"http://127.0.0.1:{ear.port}/", NOTICE)
    with pytest.raises(Undelivered):
        await post_webhook(sender, f"http://[::1]:{ear.port}/", NOTICE)
    assert len(ear.heard) == 2


async def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_found(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere at the second look is never looked up a second time."""
    monkeypatch.setattr("app.referrals.addresses.PORTS", frozenset({ear.port}))
    looks: list[str] = []
    dialled: list[tuple[str, str, str]] = []

    async def rebinding(host: str, _port: int) -> Sequence[str]:
        looks.append(host)
        return ["93.184.216.34"] if len(looks) == 1 else [INSIDE]

    async def dial(_transport: object, request: httpx.Request) -> httpx.Response:
        dialled.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"]))
        raise httpx.ConnectError("unreachable")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", dial)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("the machine looked a name up"))
    with pytest.raises(Undelivered, match="no-connection"):
        await post_webhook(WebhookSender(resolver=rebinding), f"https://centre.example:{ear.port}/hook", NOTICE)
    assert looks == ["centre.example"]
    assert dialled == [("93.184.216.34", f"centre.example:{ear.port}", "centre.example")]
    assert ear.heard == []


async def test_proxies_and_certificates_of_the_environment_are_passed_over(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{ear.port}")
    sender = WebhookSender(resolver=leading_to("::1"), loopback=True)
    with pytest.raises(Undelivered, match="no-connection"):
        await post_webhook(sender, "https://centre.example:9/hook", NOTICE)
    assert ear.heard == []


CLOSED = [IPv4Network(text) for text in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10", "224.0.0.0/3")]


@given(st.ip_addresses(v=4))
def test_what_is_public_is_global_to_python_too(address: object) -> None:
    parsed = ip_address(str(address))
    if is_public(parsed):
        assert parsed.is_global
        assert not parsed.is_multicast
        assert not any(parsed in network for network in CLOSED)


@given(st.ip_addresses(v=6))
def test_no_address_of_ipv6_that_hides_one_of_ipv4_is_public(address: object) -> None:
    parsed = ip_address(str(address))
    if is_public(parsed):
        assert parsed.is_global
        assert parsed in IPv6Network("2000::/3")
        assert parsed.version == 6
        assert (parsed.ipv4_mapped, parsed.sixtofour, parsed.teredo) == (None, None, None)


@pytest.mark.parametrize(
    "address",
    [
        "https://centre.example",
        "https://hooks.centre.example/return/42?key=a-b_c",
        "https://centre.example:8443/x",
        "https://xn--zentrum-kln-0fb.example/hook",
    ],
)
def test_an_ordinary_address_is_taken(address: str) -> None:
    check_webhook_address(address)


def test_this_machine_is_allowed_only_where_that_is_asked_for() -> None:
    check_webhook_address("http://127.0.0.1:8123/hook", loopback=True)
    for url in ("http://10.0.0.1/", "http://user@127.0.0.1/", "ftp://127.0.0.1/", "http://centre.example/"):
        with pytest.raises(AddressRefused):
            check_webhook_address(url, loopback=True)


def test_the_checks_of_certificates_stand() -> None:
    from app.referrals.webhook import _certificates  # noqa: PLC0415  The one thing that is looked at inside.

    context = _certificates()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
