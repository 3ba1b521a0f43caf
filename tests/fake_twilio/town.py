"""A small town for the tests: an exchange with one account, a toy hotline on it, and a client of its REST API."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import httpx
from fastapi import FastAPI

from app.phone.exchange.clockwork import pass_time
from app.phone.exchange.deeds import call_in
from app.phone.exchange.models import CALL_LIMIT_SECONDS, Account, Call, Ends, Hook, Instructions
from app.phone.exchange.rest import exchange_router
from app.phone.exchange.state import Exchange, open_exchange
from app.phone.exchange.unsteady import Faults, UnsteadyNetwork
from app.telephony.client import TwilioTelephony, Wire
from tests.phone.toy import BASE_URL, NUMBER, ToyHotline, ToySigner, response, toy_app

ACCOUNT_SID = "AC" + "5" * 32
TOKEN = "token-of-the-town"
CALLER = "+493023125001"
AGENT = "client:agent"
REST_URL = "https://exchange.test"
EVERY_STEP = frozenset({"initiated", "ringing", "answered", "completed"})
RETRIES = "#rc=2&rp=all"

MENU = response(
    f'<Gather action="/voice/step{RETRIES.replace("&", "&amp;")}" numDigits="1" timeout="5" actionOnEmptyResult="true">'
    "<Say>Bitte wählen Sie.</Say></Gather>"
)
BYE = response("<Say>Auf Wiederhören.</Say><Hangup/>")
ENQUEUE = response('<Enqueue waitUrl="/voice/wait" action="/voice/left">counselling</Enqueue>')
MUSIC = response("<Say>Bitte warten.</Say>")


def conference(name: str = "room", *, ends: bool = False, start: bool = True, also: str = "") -> str:
    """A document that takes the call into a conference, with an action after it."""
    attributes = f'endConferenceOnExit="{str(ends).lower()}" startConferenceOnEnter="{str(start).lower()}"'
    return response(f'<Dial action="/voice/after"><Conference {attributes} {also}>{name}</Conference></Dial>')


@dataclass
class Town:
    """The exchange, the hotline that answers its webhooks, and the application's way to its REST API."""

    exchange: Exchange
    account: Account
    toy: ToyHotline
    rest: TwilioTelephony
    http: httpx.AsyncClient
    limit_seconds: float

    def statuses(self, call: Call) -> list[str]:
        """What the hotline was told of the call's progress, in the order it came."""
        forms = self.toy.forms("/voice/status")
        return [form["CallStatus"] for form in forms if form["CallSid"] == call.sid]

    async def pass_time(self, seconds: float = 0.0) -> None:
        await pass_time(self.exchange, seconds)

    async def dial(self, from_number: str = CALLER) -> Call:
        return await call_in(self.exchange, self.account, Ends(from_number, NUMBER))

    async def connect_softphone(self, document: str) -> Call:
        """The agent's browser calls, and hears a document of its own."""
        return await call_in(
            self.exchange,
            self.account,
            Ends(AGENT, "conference"),
            Instructions(twiml=document, limit_seconds=self.limit_seconds),
        )


def build_town(  # noqa: PLR0913  A town differs from another in these.
    answers: Mapping[str, str],
    *,
    seed: int = 0,
    webhook_faults: Faults | None = None,
    rest_faults: Faults | None = None,
    fallback: str = "",
    retries: str = RETRIES,
    limit_seconds: float = CALL_LIMIT_SECONDS,
) -> Town:
    """A town whose hotline answers with these documents by path; faults befall webhooks or the REST API."""
    toy = ToyHotline(dict(answers))
    inner: httpx.AsyncBaseTransport = httpx.ASGITransport(toy_app(toy))
    if webhook_faults is not None:
        inner = UnsteadyNetwork(inner, webhook_faults, Random(seed))  # noqa: S311  A reproducible run.
    number = Instructions(
        voice=Hook(f"{BASE_URL}/voice/incoming{retries}"),
        fallback=Hook(fallback),
        status=Hook(f"{BASE_URL}/voice/status{retries}", events=EVERY_STEP),
        limit_seconds=limit_seconds,
    )
    account = Account(ACCOUNT_SID, TOKEN, ToySigner(), {NUMBER: number})
    exchange = open_exchange(httpx.AsyncClient(transport=inner), [account], seed=seed)
    http = rest_client(exchange, rest_faults, seed)
    return Town(exchange, account, toy, TwilioTelephony(ACCOUNT_SID, TOKEN, Wire(http, REST_URL)), http, limit_seconds)


def rest_client(exchange: Exchange, faults: Faults | None = None, seed: int = 0) -> httpx.AsyncClient:
    """An HTTP client that reaches the exchange's REST API without a network."""
    app = FastAPI()
    app.include_router(exchange_router(exchange))
    transport: httpx.AsyncBaseTransport = httpx.ASGITransport(app)
    if faults is not None:
        transport = UnsteadyNetwork(transport, faults, Random(seed))  # noqa: S311  A reproducible run.
    return httpx.AsyncClient(transport=transport, base_url=REST_URL)
