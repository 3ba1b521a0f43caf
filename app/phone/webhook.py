"""Calls a webhook as Twilio does: signed, within fifteen seconds, asking again as the address says."""

import asyncio
import secrets
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlencode

import httpx

from app.kit.errors import HotlineError
from app.kit.protocols import Signer
from app.phone.awaiting import Params, Request

# Twilio waits this long for a webhook in all, every attempt included.
PATIENCE_SECONDS = 15.0


class LineFault(HotlineError):
    """The line failed the caller: no answer, a refusal, or an answer that cannot be played."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One webhook and its answer: `sent` are the parameters of this step alone."""

    method: str
    url: str
    sent: Params
    status: int
    content_type: str
    answer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Failed:
    """One attempt without a usable answer; `kind` is what the retry rules call it."""

    kind: str
    sentence: str


async def ask(client: httpx.AsyncClient, signer: Signer, request: Request, params: Params) -> Exchange:
    """Send the request with the call's own `params`; raises LineFault when every attempt failed."""
    began = monotonic()
    # Every attempt carries the same token, by which the webhook knows a repetition.
    message = _signed(client, signer, request, params, token=secrets.token_hex(16))
    failed = _Failed("ct", "No attempt was made.")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(request.retries.count + 1):
                answer = await _attempt(client, message)
                if isinstance(answer, httpx.Response):
                    return _exchange(request, message, answer, monotonic() - began)
                failed = answer
                if not request.retries.after(failed.kind):
                    break
    except TimeoutError as late:
        raise LineFault(f"The line did not answer within {PATIENCE_SECONDS:.0f} seconds.") from late
    raise LineFault(failed.sentence)


def _signed(client: httpx.AsyncClient, signer: Signer, request: Request, params: Params, token: str) -> httpx.Request:
    """Twilio signs the full address and, for a POST, its form; a GET carries everything in the address."""
    every = [*params, *request.params]
    # What is signed is the address as it is sent, with every odd character encoded.
    url = str(httpx.URL(request.url))
    headers = {"I-Twilio-Idempotency-Token": token, "User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}
    if request.method == "GET":
        url += ("&" if "?" in url else "?") + urlencode(every)
        return client.build_request("GET", url, headers=headers | {"X-Twilio-Signature": signer.sign(url, [])})
    headers |= {
        "X-Twilio-Signature": signer.sign(url, every),
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    }
    return client.build_request("POST", url, content=urlencode(every).encode(), headers=headers)


async def _attempt(client: httpx.AsyncClient, message: httpx.Request) -> httpx.Response | _Failed:
    try:
        answer = await client.send(message)
    except httpx.ConnectError:
        return _Failed("ct", f"Nothing answers at {message.url.copy_with(raw_path=b'/')}; the server may be down.")
    except httpx.TransportError as fault:
        return _Failed("rt", f"The connection broke before an answer came ({type(fault).__name__}).")
    if not answer.is_success:
        return _Failed(f"{answer.status_code // 100}xx", f"The line answered with status {answer.status_code}.")
    return answer


def _exchange(request: Request, message: httpx.Request, answer: httpx.Response, seconds: float) -> Exchange:
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    url, status = str(message.url), answer.status_code
    return Exchange(request.method, url, request.params, status, content_type, answer.text, seconds)
