"""Doors that the tests of the simulation call: the real webhooks, and the same with a fault on the way."""

from collections.abc import Callable

import httpx

from app.main import TokenSigner
from app.phone.simulation.door_call import Door
from app.telephony.routes import Telephony, voice_app
from tests.cast import BASE_URL, NUMBER, TOKEN

Spoil = Callable[[httpx.Request, int, bytes], tuple[int, bytes]]


class SpoiltTransport(httpx.AsyncBaseTransport):
    """Hands every answer to `spoil`, which may change its status and its body."""

    def __init__(self, inner: httpx.AsyncBaseTransport, spoil: Spoil) -> None:
        self._inner, self._spoil = inner, spoil

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        status, body = self._spoil(request, answer.status_code, await answer.aread())
        return httpx.Response(status, headers={"content-type": "text/xml"}, content=body)


def door_to(telephony: Telephony, spoil: Spoil | None = None) -> Door:
    transport: httpx.AsyncBaseTransport = httpx.ASGITransport(app=voice_app(telephony))
    if spoil is not None:
        transport = SpoiltTransport(transport, spoil)
    return Door(transport, TokenSigner(TOKEN), BASE_URL, NUMBER)
