"""E-mails over the real wire: they say only that something waits, and leave encrypted or not at all."""

import asyncio
import base64
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from app.centres.service import load_directory
from app.kit.errors import SettingError
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import get_settings, production_faults
from app.referrals import mail
from app.referrals.delivery_models import Refused, Undelivered
from app.referrals.mail import (
    MailAddressRefused,
    Mailer,
    check_mail_address,
    check_mail_possible,
    open_mailer,
    send_mail,
)
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.demonstration import hotline
from tests.referrals.delivery_certificates import certificates_for
from tests.referrals.delivery_receivers import MailReceiver, mail_receiver

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
TO = "beratung@centre.example"
FROM = "post@hotline.example"
LINK = "https://hotline.example/portal"


def mailer_to(receiver: MailReceiver, scheme: str = "smtp", login: str = "") -> Mailer:
    return open_mailer(f"{scheme}://{login}127.0.0.1:{receiver.port}", FROM)


async def send(mailer: Mailer, message_id: str = "id-1") -> None:
    await send_mail(mailer, TO, message_id=message_id, at=AT, link=LINK)


async def test_an_e_mail_says_only_that_something_waits() -> None:
    async with mail_receiver(MailReceiver()) as server:
        await send(mailer_to(server))
    [message] = server.taken
    text = message.get_content()
    assert server.recipients == [TO]
    assert message["Subject"] == "Im Portal wartet eine Nachricht"
    assert (message["From"], message["To"], message["Message-ID"]) == (FROM, TO, "<id-1@hotline.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert LINK in text
    for word in ("rückkehr", "return", "hotline", "ausreise", "asyl", "anrufer", "nummer"):
        assert word not in text.replace(LINK, "").casefold()
        assert word not in message["Subject"].casefold()


async def test_each_try_of_one_notice_has_the_same_message_id() -> None:
    async with mail_receiver(MailReceiver()) as server:
        for message_id in ("id-1", "id-1", "id-2"):
            await send(mailer_to(server), message_id)
    assert [message["Message-ID"] for message in server.taken] == [
        f"<{name}@hotline.example>" for name in ("id-1", "id-1", "id-2")
    ]


@pytest.mark.parametrize("mood", ["busy", "drop", "take-and-drop"])
async def test_a_server_that_fails_is_asked_again_later(mood: str) -> None:
    async with mail_receiver(MailReceiver(lambda: mood)) as server:
        with pytest.raises(Undelivered):
            await send(mailer_to(server))
    assert len(server.taken) == (1 if mood == "take-and-drop" else 0)


@pytest.mark.parametrize(
    ("mood", "reason"), [("refuse-recipient", "mail-recipient-550"), ("refuse-content", "mail-content-554")]
)
async def test_a_server_that_says_never_is_believed(mood: str, reason: str) -> None:
    async with mail_receiver(MailReceiver(lambda: mood)) as server:
        with pytest.raises(Refused, match=reason) as refused:
            await send(mailer_to(server))
    assert TO not in str(refused.value)


async def test_a_server_that_is_not_there_is_asked_again_later() -> None:
    async with mail_receiver(MailReceiver()) as server:
        mailer = mailer_to(server)
    with pytest.raises(Undelivered, match="no-connection"):
        await send(mailer)


async def test_a_server_that_keeps_us_waiting_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "WHOLE_SECONDS", 0.2)

    async def never(*_: object) -> str:
        await asyncio.sleep(5)
        return "250 OK"

    server = MailReceiver()
    server.handle_DATA = never  # type: ignore[method-assign,assignment]
    async with mail_receiver(server):
        with pytest.raises(Undelivered, match="time-out"):
            await send(mailer_to(server))


async def test_from_the_start_encrypted_and_logged_in(tmp_path: Path) -> None:
    server_side, client_side = certificates_for(tmp_path, "127.0.0.1")
    logins: list[bytes] = []

    def authenticate(
        _server: object, _session: object, _envelope: object, _mechanism: object, data: object
    ) -> AuthResult:
        logins.append(getattr(data, "login", b""))
        return AuthResult(success=getattr(data, "password", b"") == b"p@ss/word", handled=False)

    options = {"authenticator": authenticate, "auth_require_tls": False}
    async with mail_receiver(MailReceiver(), server_side, at_once=True, **options) as server:
        right = open_mailer(f"smtps://post:p%40ss%2Fword@127.0.0.1:{server.port}", FROM)
        wrong = open_mailer(f"smtps://post:guess@127.0.0.1:{server.port}", FROM)
        await send(with_certificates(right, client_side))
        with pytest.raises(Undelivered, match="mail-535"):
            await send(with_certificates(wrong, client_side))
        with pytest.raises(Undelivered, match="no-connection"):
            await send(right)
    assert len(server.taken) == 1
    assert set(logins) == {b"post"}
    assert "p@ss" not in repr(right)


async def test_a_server_that_offers_no_encryption_gets_nothing(tmp_path: Path) -> None:
    server_side, client_side = certificates_for(tmp_path, "127.0.0.1")
    async with mail_receiver(MailReceiver()) as plain, mail_receiver(MailReceiver(), server_side) as secured:
        for server, taken in ((plain, 0), (secured, 1)):
            mailer = with_certificates(elsewhere(mailer_to(server)), client_side)
            if taken:
                await send(mailer)
            else:
                with pytest.raises(Undelivered):
                    await send(mailer)
            assert len(server.taken) == taken
    assert secured.encrypted == [True]


def elsewhere(mailer: Mailer) -> Mailer:
    """The mailer as it were for a server that is not on this machine."""
    far = open_mailer("smtp://mail.example", FROM)
    assert (far.port, far.tls) == (587, "starttls")
    return Mailer(mailer.host, mailer.port, far.tls, None, None, FROM)


def with_certificates(mailer: Mailer, context: object) -> Mailer:
    return replace(mailer, certificates=context)  # type: ignore[arg-type]


def test_the_ways_of_encryption_follow_from_the_address() -> None:
    assert (open_mailer("smtps://mail.example", FROM).port, open_mailer("smtps://mail.example", FROM).tls) == (
        465,
        "tls",
    )
    assert open_mailer("smtp://localhost:25", FROM).tls == "none"
    assert open_mailer("smtp://localhost.example:25", FROM).tls == "starttls"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "centre.example",
        "@centre.example",
        "a@b",
        "a b@centre.example",
        "a@centre.example, b@centre.example",
        "a@centre.example\r\nBcc: b@centre.example",
        "A <a@centre.example>",
        "a@[127.0.0.1]",
        "jürgen@centre.example",
        "a@-centre.example\n",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(MailAddressRefused):
        check_mail_address(address)


def test_an_ordinary_address_is_taken() -> None:
    check_mail_address("rueckkehr.beratung+portal@sub.centre-nord.example")


def test_without_a_server_nobody_agrees_to_e_mails() -> None:
    for url, sender in (("", ""), ("smtps://mail.example", ""), ("", FROM)):
        with pytest.raises(SettingError, match="SMTP_URL and MAIL_FROM"):
            check_mail_possible(url, sender, demo=False)
        check_mail_possible(url, sender, demo=True)
    check_mail_possible("smtps://mail.example", FROM, demo=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "http://mail.example"),
        ("SMTP_URL", "smtps:///x"),
        ("SMTP_URL", "smtps://mail.example:port"),
        ("SMTP_URL", "smtps://mail.example/inbox"),
        ("MAIL_FROM", "somebody"),
        ("MAIL_FROM", "Post <post@hotline.example>"),
        ("SMS_SENDER", "030 123"),
        ("SMS_SENDER", "much too long a name"),
        ("SMS_SENDER", "12345"),
    ],
)
def test_wrong_settings_are_named_without_their_value(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"^{name} is wrong") as refused:
        get_settings()
    assert value not in str(refused.value)


def test_one_of_the_two_settings_of_e_mails_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtps://user:secret@mail.example")
    assert "MAIL_FROM is not set: e-mails need SMTP_URL and MAIL_FROM." in production_faults(get_settings())
    assert "secret" not in repr(get_settings())
    monkeypatch.setenv("MAIL_FROM", FROM)
    assert not any("e-mails" in fault for fault in production_faults(get_settings()))


async def test_an_agreement_by_e_mail_is_refused_at_the_command_line_without_a_server(
    database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    await empty_all_tables(database_urls)
    keys = base64.b64encode(b"k" * 32).decode()
    given: dict[str, Any] = {
        "DATABASE_URL": database_urls.app,
        "SESSION_KEYS": keys,
        "REFERRAL_KEYS": str(tmp_path / "keys"),
    }
    centre = next(iter(load_directory(PROJECT_ROOT / "knowledge_base").centres))
    agree = ("referrals", "agreement", "add", centre, "--with", "Leitung", "--email", TO)
    refused = hotline(*agree, **given)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "No agreement by e-mail is possible: SMTP_URL and MAIL_FROM must be set first.\n"
    taken = hotline(*agree, **given, SMTP_URL="smtps://mail.example", MAIL_FROM=FROM)
    assert taken.returncode == 0, taken.stderr
