"""The cast of the tests: the real content, opened once a process, and a playbook as the demo has it."""

import base64
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx

from app.calls.opening import Content, open_playbook, read_content
from app.calls.playbook import Playbook
from app.kit.clock import now
from app.kit.crypto import KeyRing
from app.kit.paths import PROJECT_ROOT
from app.main import TokenSigner
from app.phone.awaiting import Gathering
from app.phone.line import Line, LiveCall
from app.telephony.routes import Telephony, voice_app
from app.telephony.safe import prepare
from app.telephony.sealing import read_query, unseal
from app.telephony.twiml import Typesetter

TODAY = date(2026, 11, 22)


@cache
def real_content() -> Content:
    return read_content(PROJECT_ROOT, TODAY)


@cache
def demo_playbook() -> Playbook:
    return open_playbook(real_content(), root=PROJECT_ROOT, production=False, speak_drafts=True, today=lambda: TODAY)


TOKEN = "demo-token-of-the-tests"
BASE_URL = "https://hotline.example"
NUMBER = "+493023125000"


def keys() -> KeyRing:
    return KeyRing.from_setting(base64.b64encode(bytes(range(32))).decode())


def telephony(pool: asyncpg.Pool | None = None, playbook: Playbook | None = None, **changes: Any) -> Telephony:  # noqa: ANN401  Any field of the door may be replaced.
    """Twilio's door as the tests use it; `changes` replace single fields."""
    setter = Typesetter(playbook or demo_playbook())
    prepare(setter)
    standard = Telephony(setter, keys(), (TOKEN,), BASE_URL, pool, now, number=NUMBER)
    return replace(standard, **changes)


def client_of(door: Telephony) -> httpx.AsyncClient:
    """An HTTP client that reaches the webhooks without a network."""
    transport = httpx.ASGITransport(app=voice_app(door), raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL)


def line_to(client: httpx.AsyncClient, token: str = TOKEN) -> Line:
    """A telephone line that signs like Twilio and sees only TwiML."""
    return Line(client, TokenSigner(token), BASE_URL, NUMBER)


def says(call: LiveCall) -> str:
    """All that the caller heard at last, in one string."""
    return " ".join(heard.text for heard in call.turns[-1].heard)


def session_of(call: LiveCall) -> str:
    """What travels with the call in the address of its next step, unsealed."""
    assert isinstance(call.awaiting, Gathering)
    query = urlsplit(call.awaiting.action).query
    plain = unseal(keys(), call.caller.call_sid, *read_query(query))
    assert plain is not None
    return plain.decode()
