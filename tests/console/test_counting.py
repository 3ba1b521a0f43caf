"""Anybody can read, without a login, what is counted and what cannot be known."""

import pytest
from fastapi import FastAPI

from app.accounts.service import Accounts
from tests.entrance.house import visit
from tests.moving import MovableClock


@pytest.mark.parametrize(
    ("language", "title", "promise", "limit"),
    [
        ("de", "Was gezählt wird", "Wir zählen Gespräche, nicht Menschen", "Die Telefonfirma kennt Ihre Nummer"),
        ("en", "What is counted", "We count conversations, not people", "The telephone company knows your number"),
    ],
)
async def test_the_page_tells_what_is_counted_and_what_nobody_can_promise(  # noqa: PLR0913, PLR0917
    building: tuple[FastAPI, Accounts], clock: MovableClock, language: str, title: str, promise: str, limit: str
) -> None:
    stranger = visit(building[0], clock)
    stranger.client.headers["Accept-Language"] = language
    page = (await stranger.open("/counting")).page
    assert page.status_code == 200
    assert title in page.text
    assert promise in stranger.text
    assert limit in stranger.text
