"""Webhooks over the real wire: signed so that a receiver can prove it, timed, bounded, and never led elsewhere."""

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.paths import PROJECT_ROOT
from app.referrals import webhook
from app.referrals.delivery_models import Refused, Undelivered
from app.referrals.webhook import Signed, WebhookSender, post_webhook
from app.referrals.webhook_signature import SecretRefused, new_secret, read_secret, signed_headers
from tests.referrals.delivery_certificates import certificates_for
from tests.referrals.delivery_receivers import WebReceiver, web_receiver

DOCUMENT = PROJECT_ROOT / "docs" / "referral-webhook.md"
SENDER = WebhookSender(loopback=True)
BODY = b'{"type":"referral.requested"}'
SECRET = new_secret()


def notice(*secrets: str, body: bytes = BODY, at: datetime | None = None) -> Signed:
    keys = [read_secret(secret) for secret in secrets or (SECRET,)]
    return Signed(signed_headers("msg_1", at or datetime.now(UTC), body, keys), body)


@cache
def receiver_of_the_document() -> Callable[[str, dict[str, str], bytes], bool]:
    """The ten lines that the document gives to receivers."""
    found = re.search(r"<!-- receiver -->\n```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert found
    lines = [line for line in found[1].splitlines() if line.strip()]
    assert len(lines) <= 10
    names: dict[str, Any] = {}
    exec(compile(found[1], str(DOCUMENT), "exec"), names)  # noqa: S102  The document's own lines are what is tested.
    is_ours: Callable[[str, dict[str, str], bytes], bool] = names["is_ours"]
    return is_ours


async def test_a_receiver_proves_with_the_lines_of_the_document_that_a_notice_is_ours() -> None:
    async with web_receiver(WebReceiver()) as centre:
        await post_webhook(SENDER, centre.url, notice())
    [posted] = centre.posted
    is_ours = receiver_of_the_document()
    assert is_ours(SECRET, posted.headers, posted.body)
    assert not is_ours(new_secret(), posted.headers, posted.body)
    assert not is_ours(SECRET, posted.headers, posted.body + b" ")
    assert not is_ours(SECRET, {**posted.headers, "webhook-id": "msg_2"}, posted.body)
    later = str(int(posted.headers["webhook-timestamp"]) + 1)
    assert not is_ours(SECRET, {**posted.headers, "webhook-timestamp": later}, posted.body)


def test_a_notice_that_is_old_is_refused_by_the_lines_of_the_document() -> None:
    old = notice(at=datetime.fromtimestamp(time.time() - 400, UTC))
    assert not receiver_of_the_document()(SECRET, dict(old.headers), BODY)


def test_while_a_secret_is_replaced_receivers_with_either_take_the_notice() -> None:
    before, after = new_secret(), new_secret()
    both = notice(after, before)
    assert receiver_of_the_document()(before, dict(both.headers), BODY)
    assert receiver_of_the_document()(after, dict(both.headers), BODY)
    assert not receiver_of_the_document()(before, dict(notice(after).headers), BODY)


def test_the_signature_is_that_of_the_specification() -> None:
    """The example that the specification and its libraries carry."""
    at = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, [read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_other_body_has_the_same_signature(body: bytes, other: bytes) -> None:
    headers = dict(notice(body=body).headers)
    assert receiver_of_the_document()(SECRET, headers, other) == (body == other)


NO_SECRETS = ("", "abc", "whsec_!!!!", "whsec_YQ==", SECRET.removeprefix("whsec_"))


@pytest.mark.parametrize("text", NO_SECRETS, ids=("empty", "short", "not base64", "too short", "without its mark"))
def test_what_is_no_secret_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(SecretRefused) as refused:
        read_secret(text)
    assert not text or text not in str(refused.value)


async def test_the_host_of_the_address_is_asked_for_and_proves_itself(tmp_path: Path) -> None:
    server, client = certificates_for(tmp_path, "hook.centre.example")

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    sender = WebhookSender(loopback=True, resolver=resolver, certificates=client)
    async with web_receiver(WebReceiver(), server) as centre:
        await post_webhook(sender, f"https://hook.centre.example:{centre.port}/a/b?c=d", notice())
        with pytest.raises(Undelivered, match="no-connection"):
            await post_webhook(sender, f"https://other.centre.example:{centre.port}/", notice())
    [posted] = centre.posted
    assert posted.line == "POST /a/b?c=d HTTP/1.1"
    assert posted.headers["host"] == f"hook.centre.example:{centre.port}"
    assert posted.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
async def test_a_redirect_is_not_followed(status: str) -> None:
    async with web_receiver(WebReceiver()) as inside:
        headers = f"location: {inside.url}\r\n"
        async with web_receiver(WebReceiver(lambda: status, headers)) as centre:
            with pytest.raises(Undelivered, match=f"status-{status}"):
                await post_webhook(SENDER, centre.url, notice())
    assert len(centre.posted) == 1
    assert inside.posted == []


@pytest.mark.parametrize("status", ["400", "401", "404", "409", "429", "500", "503"])
async def test_what_is_not_taken_is_tried_again_later(status: str) -> None:
    async with web_receiver(WebReceiver(lambda: status)) as centre:
        with pytest.raises(Undelivered, match=f"status-{status}"):
            await post_webhook(SENDER, centre.url, notice())


async def test_gone_is_gone() -> None:
    async with web_receiver(WebReceiver(lambda: "410")) as centre:
        with pytest.raises(Refused, match="gone"):
            await post_webhook(SENDER, centre.url, notice())


@pytest.mark.parametrize("mood", ["drop", "garbage"])
async def test_an_answer_that_is_none_counts_as_maybe_taken(mood: str) -> None:
    async with web_receiver(WebReceiver(lambda: mood)) as centre:
        with pytest.raises(Undelivered, match="broken-connection") as failed:
            await post_webhook(SENDER, centre.url, notice())
    assert failed.value.maybe_sent


@pytest.mark.parametrize("mood", ["hang", "slow"])
async def test_a_server_that_keeps_us_waiting_is_left(mood: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WHOLE_SECONDS", 0.3)
    began = time.monotonic()
    async with web_receiver(WebReceiver(lambda: mood)) as centre:
        with pytest.raises(Undelivered, match="time-out"):
            await post_webhook(SENDER, centre.url, notice())
    assert time.monotonic() - began < 5


async def test_a_server_that_is_slow_to_say_its_first_word_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_LIMITS", httpx.Timeout(0.3))
    async with web_receiver(WebReceiver(lambda: "hang")) as centre:
        with pytest.raises(Undelivered, match="time-out"):
            await post_webhook(SENDER, centre.url, notice())


async def test_an_endless_answer_is_not_read() -> None:
    async with web_receiver(WebReceiver(lambda: "endless")) as centre:
        await post_webhook(SENDER, centre.url, notice())
    assert len(centre.taken) == 1
    assert centre.sent_bytes < 20_000_000


async def test_a_host_that_does_not_exist_or_answer_is_tried_again() -> None:
    async def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such host")

    with pytest.raises(Undelivered, match="unknown-host"):
        await post_webhook(WebhookSender(resolver=nowhere), "https://centre.example/", notice())
    async with web_receiver(WebReceiver()) as centre:
        gone = centre.url
    with pytest.raises(Undelivered, match="no-connection"):
        await post_webhook(SENDER, gone, notice())


async def test_the_second_address_of_a_name_is_tried_where_the_first_does_not_answer() -> None:
    async with web_receiver(WebReceiver()) as centre:

        async def two(_host: str, _port: int) -> Sequence[str]:
            return ["::1", "127.0.0.2", "127.0.0.1"]

        sender = WebhookSender(loopback=True, resolver=two)
        await post_webhook(sender, f"http://localhost:{centre.port}/", notice())
    assert len(centre.taken) == 1
