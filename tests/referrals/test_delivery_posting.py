"""The post as the application opens it: the demonstration's leads nowhere, production's by the ways it has."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.jobs import keep_doing
from app.kit.reach import Database
from app.kit.settings import Settings
from app.main import TokenSigner
from app.phone.exchange.demo import messages_router
from app.posting import delivering, open_post
from app.referrals.mail import Mailer
from tests.fake_twilio.town import ACCOUNT_SID, TOKEN
from tests.referrals.delivery_house import MOBILE, TEXTS, House, open_house

SETTINGS: dict[str, Any] = {
    "public_base_url": "https://hotline.example",
    "hotline_number": "+493023125000",
    "twilio_account_sid": ACCOUNT_SID,
    "twilio_auth_token": TOKEN,
    "session_keys": base64.b64encode(b"r" * 32).decode(),
}


async def wait_for_text(house: House, shown: httpx.AsyncClient) -> list[dict[str, str]]:
    """The demonstration's text messages, as soon as there is one."""
    async with asyncio.timeout(20):
        while True:
            house.clock.go_on(seconds=1)
            answer = await shown.get("/phone/messages")
            messages: list[dict[str, str]] = answer.json()["messages"]
            if messages:
                return messages
            await asyncio.sleep(0.05)


async def test_the_demonstration_shows_its_text_messages_and_sends_no_e_mail(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.posting.OUTBOX_SECONDS", 0.02)
    settings = Settings(**SETTINGS, smtp_url="smtp://127.0.0.1:9", mail_from="post@hotline.example")
    async with open_house(database, tmp_path, demo=True) as house, httpx.AsyncClient() as client:
        await house.agree(web=False)
        opening = open_post(settings, house.referrals, TEXTS, TokenSigner(TOKEN), client)
        async with opening as posting, delivering(posting.post):
            assert posting.exchange is not None
            assert posting.post.mailer is None
            pages = FastAPI()
            pages.include_router(messages_router(posting.exchange))
            referral = await house.refer()
            async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://demo") as shown:
                async with asyncio.timeout(20):
                    while (await house.see(referral)).state != "delivered":  # noqa: ASYNC110  The post works beside.
                        await asyncio.sleep(0.05)
                await house.answer(referral, "receive", "accept")
                [message] = await wait_for_text(house, shown)
        assert message["to"] == MOBILE
        assert message["text"].startswith("Es gibt eine Antwort.")
        assert ("requested", "email", "done", "demo") in await house.outcomes()


async def test_production_has_the_ways_that_its_settings_name(database: Database, tmp_path: Path) -> None:
    async with open_house(database, tmp_path) as house, httpx.AsyncClient() as client:
        bare = Settings(**SETTINGS)
        full = Settings(
            **SETTINGS, smtp_url="smtps://mail.example", mail_from="post@hotline.example", sms_sender="Nachricht"
        )
        async with open_post(bare, house.referrals, TEXTS, TokenSigner(TOKEN), client) as posting:
            post = posting.post
            assert (post.mailer, post.telephony, post.sender, posting.exchange) == (None, None, "", None)
            assert not post.webhooks.loopback
        async with open_post(full, house.referrals, TEXTS, TokenSigner(TOKEN), client) as posting:
            post = posting.post
            assert isinstance(post.mailer, Mailer)
            assert post.telephony is not None
            assert (post.sender, posting.exchange, post.webhooks.loopback) == ("Nachricht", None, False)


async def test_a_job_that_fails_goes_on_with_longer_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    fates = iter([False, False, True, False])

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            raise asyncio.CancelledError

    async def deed() -> int:
        if not next(fates):
            raise OSError("the database is away")
        return 1

    monkeypatch.setattr("app.jobs.asyncio.sleep", pause)
    with pytest.raises(asyncio.CancelledError):
        await keep_doing("toy", deed, 0.5)
    assert pauses == [2.0, 4.0, 0.5, 2.0]
