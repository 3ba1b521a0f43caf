"""The exchange of the demonstration: it takes text messages and shows them, and none of them leaves the computer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from app.kit.clock import now
from app.kit.protocols import Signer
from app.phone.exchange.clockwork import keep_time
from app.phone.exchange.models import Account, Instructions
from app.phone.exchange.rest import exchange_router
from app.phone.exchange.state import Exchange, open_exchange


@asynccontextmanager
async def demo_exchange(
    client: httpx.AsyncClient, signer: Signer, *, account_sid: str, token: str, sender: str
) -> AsyncIterator[tuple[Exchange, httpx.AsyncClient]]:
    """An exchange whose time passes like ours, and a client that reaches its REST API without a network."""
    account = Account(account_sid, token, signer, {sender: Instructions()})
    exchange = open_exchange(client, [account], began_at=now())
    app = FastAPI()
    app.include_router(exchange_router(exchange))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as rest:
        passing = asyncio.create_task(keep_time(exchange))
        try:
            yield exchange, rest
        finally:
            passing.cancel()
            with suppress(asyncio.CancelledError):
                await passing


def messages_router(exchange: Exchange) -> APIRouter:
    """The text messages that the demonstration would have sent, at /phone/messages, the newest first."""
    router = APIRouter(include_in_schema=False)

    @router.get("/phone/messages")
    async def messages() -> JSONResponse:
        sent = reversed(exchange.messages.values())
        shown = [{"to": message.to_number, "text": message.body, "status": message.status} for message in sent]
        return JSONResponse({"messages": shown}, headers={"Cache-Control": "no-store"})

    return router
