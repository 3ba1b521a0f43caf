"""A network that loses, doubles, delays and reorders webhooks, and compares every answer to the same request."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

import httpx

_IDEMPOTENCY = "I-Twilio-Idempotency-Token"
# Twilio asks three times where the address says rc=2, so a request that is lost twice still arrives.
_MOST_LOSSES = 2
_LOST, _DOUBLED, _LATE = 0.1, 0.2, 0.3


@dataclass(frozen=True, slots=True)
class _Delivered:
    request: httpx.Request
    status: int
    body: bytes


@dataclass(slots=True)
class Trouble:
    """What has been delivered so far and, as one sentence each, answers that differed from the first."""

    random: Random
    delivered: list[_Delivered] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    deliveries: int = 0


class TroubledTransport(httpx.AsyncBaseTransport):
    """Delivers through another transport, which stays open, as its chance will have it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, trouble: Trouble) -> None:
        """Wraps `inner`; what happens is noted in `trouble`."""
        self._inner, self._trouble = inner, trouble

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trouble, token = self._trouble, request.headers[_IDEMPOTENCY]
        if trouble.losses[token] < _MOST_LOSSES and trouble.random.random() < _LOST:
            trouble.losses[token] += 1
            if trouble.random.random() < 0.5:  # noqa: PLR2004  The answer is lost as often as the request.
                await _deliver_first(self._inner, trouble, request)
            raise httpx.ReadTimeout("Lost on the way.", request=request)
        response = await _deliver_first(self._inner, trouble, request)
        while trouble.random.random() < _LATE:
            await _deliver_again(self._inner, trouble, trouble.random.choice(trouble.delivered))
        return response


async def settle(inner: httpx.AsyncBaseTransport, trouble: Trouble) -> None:
    """After the call's end everything arrives once more, in any order."""
    for known in trouble.random.sample(trouble.delivered, len(trouble.delivered)):
        await _deliver_again(inner, trouble, known)


async def _deliver_first(inner: httpx.AsyncBaseTransport, trouble: Trouble, request: httpx.Request) -> httpx.Response:
    response = await _deliver(inner, trouble, request)
    trouble.delivered.append(_Delivered(request, response.status_code, response.content))
    if trouble.random.random() < _DOUBLED:
        await _deliver_again(inner, trouble, trouble.delivered[-1])
    return response


async def _deliver_again(inner: httpx.AsyncBaseTransport, trouble: Trouble, known: _Delivered) -> None:
    response = await _deliver(inner, trouble, known.request)
    if (response.status_code, response.content) != (known.status, known.body):
        trouble.faults.append(f"{known.request.url.path} answered the same request differently.")


async def _deliver(inner: httpx.AsyncBaseTransport, trouble: Trouble, request: httpx.Request) -> httpx.Response:
    trouble.deliveries += 1
    answered = await inner.handle_async_request(request)
    body = b"".join([chunk async for chunk in answered.stream])  # type: ignore[union-attr]  # An async transport's stream.
    await answered.aclose()
    return httpx.Response(answered.status_code, headers=answered.headers, content=body, request=request)
