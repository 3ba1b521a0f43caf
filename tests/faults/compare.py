"""What callers heard and what was noted, beside a server to which nothing ever happened."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import httpx

from app.kit.crypto import KeyRing
from app.kit.settings import Settings
from app.main import TokenSigner
from app.phone.awaiting import request_for
from app.phone.caller import call_params
from app.phone.line import LiveCall
from app.phone.webhook import Exchange, ask
from app.telephony.routes import voice_app
from tests.cast import telephony

# When a row began and ended depends on the clock; all else of it on what the caller did.
CLOCK_COLUMNS = ("began_at", "ended_at")
Rows = dict[bytes, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Steps whose document differs, by call and number; and calls whose row is missing or differs."""

    documents: tuple[str, ...]
    rows: tuple[str, ...]


async def compare(
    calls: Sequence[LiveCall], settings: Settings, reference: asyncpg.Pool, noted: Rows | None
) -> Difference:
    """Ask everything again of a door in this process, with the same secrets and a database of its own.

    `noted` are the rows of the server that had a hard time, None where they may be gone.
    """
    documents: list[str] = []
    async with _untroubled(settings, reference) as client:
        signer = TokenSigner(settings.twilio_auth_token)
        for call in calls:
            for number, exchange in enumerate(call.exchanges):
                if await _again(client, signer, call, exchange) != exchange.answer:
                    documents.append(f"{call.caller.call_sid}, step {number}")
    if noted is None:
        return Difference(tuple(documents), ())
    expected = await rows_of(reference)
    rows = [key.hex() for key in expected.keys() | noted.keys() if expected.get(key) != noted.get(key)]
    return Difference(tuple(documents), tuple(sorted(rows)))


def _untroubled(settings: Settings, pool: asyncpg.Pool) -> httpx.AsyncClient:
    door = telephony(
        pool,
        keys=KeyRing.from_setting(settings.session_keys),
        tokens=(settings.twilio_auth_token,),
        base_url=settings.public_base_url,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=voice_app(door)), base_url=settings.public_base_url)


async def _again(client: httpx.AsyncClient, signer: TokenSigner, call: LiveCall, exchange: Exchange) -> str:
    ended = exchange.url.endswith("/voice/status")
    request = request_for(exchange.url, exchange.method, exchange.sent)
    params = call_params(call.caller, "completed" if ended else "in-progress")
    return (await ask(client, signer, request, params)).answer


async def rows_of(database: asyncpg.Pool | asyncpg.Connection) -> Rows:
    """The live rows of calls by their keys, without what depends on the clock."""
    rows = [dict(row) for row in await database.fetch("SELECT * FROM live_call")]
    return {row["call_key"]: {name: row[name] for name in row if name not in CLOCK_COLUMNS} for row in rows}
