"""Those who receive, on this machine: a mail server and a web server that fail on demand, and remember what came."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

# How a web server answers: a status, "hang", "drop" (takes it and hangs up without a word), "endless", "garbage" or
# "slow"; how a mail server does: "ok", "busy", "refuse-recipient", "refuse-content", "drop" or "take-and-drop".
Mood = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it came: the header names in small letters."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebReceiver:
    """A web server of one centre; `taken` is what it answered with success or took before it fell silent."""

    mood: Mood = lambda: "200"
    headers: str = ""
    port: int = 0
    scheme: str = "http"
    posted: list[Posted] = field(default_factory=list)
    taken: list[Posted] = field(default_factory=list)
    sent_bytes: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        posted = Posted(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
        self.posted.append(posted)
        mood = self.mood()
        if mood in {"drop", "hang", "endless"} or mood.startswith("2"):
            self.taken.append(posted)
        match mood:
            case "hang":
                await asyncio.sleep(60)
            case "drop":
                return
            case "garbage":
                writer.write(b"\x00\x01 this is no HTTP\r\n\r\n")
            case "slow":
                for sign in "HTTP/1.1 200":
                    writer.write(sign.encode())
                    await writer.drain()
                    await asyncio.sleep(5)
            case "endless":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
                while self.sent_bytes < 1_000_000_000:
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                    self.sent_bytes += 65_536
            case _:
                writer.write(f"HTTP/1.1 {mood} Status\r\n{self.headers}content-length: 0\r\n\r\n".encode())
        await writer.drain()


@dataclass
class MailReceiver:
    """A mail server; `taken` are the e-mails it has, also where its last word was lost."""

    mood: Mood = lambda: "ok"
    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  The names and their order are aiosmtpd's.
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        mood = self.mood()
        if mood == "refuse-recipient":
            return "550 5.1.1 No such person"
        if mood == "busy":
            return "451 4.3.0 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mood = self.mood()
        if mood == "drop":
            _hang_up(server)
            return "421 4.3.0 Bye"
        if mood == "refuse-content":
            return "554 5.6.0 Not wanted"
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.recipients += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        if mood == "take-and-drop":
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    transport = server.transport
    assert isinstance(transport, asyncio.WriteTransport)
    transport.abort()


@asynccontextmanager
async def web_receiver(receiver: WebReceiver, certificates: ssl.SSLContext | None = None) -> AsyncIterator[WebReceiver]:
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", receiver.port, ssl=certificates)
    receiver.port = server.sockets[0].getsockname()[1]
    receiver.scheme = "https" if certificates else "http"
    try:
        yield receiver
    finally:
        server.close()


@asynccontextmanager
async def mail_receiver(
    receiver: MailReceiver, certificates: ssl.SSLContext | None = None, *, at_once: bool = False, **options: object
) -> AsyncIterator[MailReceiver]:
    """`certificates` let it speak TLS: by STARTTLS, or from the start."""
    loop = asyncio.get_running_loop()
    starttls = None if at_once else certificates
    server = await loop.create_server(
        lambda: SMTP(receiver, loop=loop, hostname="mail.example", tls_context=starttls, **options),  # type: ignore[arg-type]
        "127.0.0.1",
        receiver.port,
        ssl=certificates if at_once else None,
    )
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
