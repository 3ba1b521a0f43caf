"""E-mails to centres: each says only that something waits in the portal."""

import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.kit.errors import HotlineError, SettingError
from app.referrals.delivery_models import Refused, Undelivered

WHOLE_SECONDS: Final = 20.0
SUBJECT: Final = "Im Portal wartet eine Nachricht"
TEXT: Final = """Guten Tag,

im Portal wartet etwas auf Sie:
{link}

Bitte melden Sie sich dort an. Mehr steht aus gutem Grund nicht in dieser E-Mail.
Sie wurde automatisch verschickt; Antworten liest niemand.
"""
# RFC 5321 allows more, but no counselling centre's address needs it, and nothing here can end a header.
_ADDRESS: Final = re.compile(r"(?=.{3,254}$)[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}")
_LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}
_PERMANENT: Final = range(500, 600)


class MailAddressRefused(HotlineError):
    """A text is no e-mail address that the hotline writes to."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """The server that takes e-mails; `tls` is how the way to it is encrypted: from the start, by STARTTLS, or not."""

    host: str
    port: int
    tls: str
    username: str | None
    password: str | None
    sender: str
    certificates: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"Mailer({self.host}:{self.port}, {self.tls})"


def check_mail_address(address: str) -> None:
    """Raises MailAddressRefused unless it is a plain address like post@centre.example."""
    if not _ADDRESS.fullmatch(address):
        raise MailAddressRefused("An e-mail address must be like post@centre.example, without umlauts.")


def check_mail_possible(smtp_url: str, mail_from: str, *, demo: bool) -> None:
    """Raises SettingError where e-mails could not leave, so that nobody agrees to a way that leads nowhere."""
    if not demo and (not smtp_url or not mail_from):
        raise SettingError("No agreement by e-mail is possible: SMTP_URL and MAIL_FROM must be set first.")


def open_mailer(smtp_url: str, mail_from: str) -> Mailer:
    """The mail server of the settings, which are right.

    smtps: encrypted from the start; smtp: by STARTTLS or not at all, but for a server on this very machine.
    """
    parts = urlsplit(smtp_url)
    host = parts.hostname or ""
    encrypted = "tls" if parts.scheme == "smtps" else "starttls"
    return Mailer(
        host=host,
        port=parts.port or (465 if encrypted == "tls" else 587),
        tls="none" if encrypted == "starttls" and host in _LOOPBACK else encrypted,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sender=mail_from,
    )


async def send_mail(mailer: Mailer, to_address: str, *, message_id: str, at: datetime, link: str) -> None:
    """Returns once the server has taken it; raises Undelivered or Refused.

    The same `message_id` makes the same Message-ID, so that a receiver can tell a second copy.
    """
    message = _write(mailer, to_address, message_id, at, link)
    try:
        await aiosmtplib.send(
            message,
            sender=mailer.sender,
            recipients=[to_address],
            hostname=mailer.host,
            port=mailer.port,
            username=mailer.username,
            password=mailer.password,
            use_tls=mailer.tls == "tls",
            start_tls=mailer.tls == "starttls",
            tls_context=mailer.certificates,
            timeout=WHOLE_SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        _judge(max(each.code for each in refused.recipients), "recipient")
    except aiosmtplib.SMTPDataError as refused:
        _judge(refused.code, "content")
    except aiosmtplib.SMTPResponseException as refused:
        raise Undelivered(f"mail-{refused.code}") from None
    except (aiosmtplib.SMTPTimeoutError, TimeoutError):
        raise Undelivered("time-out") from None
    except (aiosmtplib.SMTPException, OSError, ValueError):
        raise Undelivered("no-connection") from None


def _write(mailer: Mailer, to_address: str, message_id: str, at: datetime, link: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = mailer.sender
    message["To"] = to_address
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{mailer.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "de"
    message.set_content(TEXT.format(link=link))
    return message


def _judge(code: int, what: str) -> None:
    """A server that says never is believed; one that says not now is asked again."""
    if code in _PERMANENT:
        raise Refused(f"mail-{what}-{code}")
    raise Undelivered(f"mail-{what}-{code}")
