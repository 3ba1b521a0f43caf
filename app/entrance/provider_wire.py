"""Asks the OpenID provider something and reads its JSON answer, with limits to time and size and without redirects."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from app.entrance.provider_errors import SignInCode, SignInFailed

ANSWER_SECONDS: Final = 5.0
MOST_BYTES: Final = 256 * 1024
_TOO_MANY: Final = 429
_SERVER_FAULTS: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider answered; `content` may be secret and is not shown."""

    status: int
    content: Mapping[str, object]

    def __repr__(self) -> str:
        return f"Answer(status={self.status})"


async def ask(
    client: httpx.AsyncClient,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: str | None = None,
    seconds: float = ANSWER_SECONDS,
) -> Answer:
    """Gets the address, or posts the encoded form to it; raises SignInFailed where no JSON object comes in time."""
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        async with asyncio.timeout(seconds):
            request = client.build_request("GET" if form is None else "POST", address, content=form, headers=sent)
            status, body = await _send(client, request)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise SignInFailed(SignInCode.UNAVAILABLE, "connection") from None
    except TimeoutError:
        raise SignInFailed(SignInCode.UNAVAILABLE, "time") from None
    return Answer(status, _parse(body))


async def _send(client: httpx.AsyncClient, request: httpx.Request) -> tuple[int, bytes]:
    """Reads no more than the limit, and nothing that is compressed, which could be small here and endless unpacked."""
    answer = await client.send(request, stream=True, follow_redirects=False, auth=None)
    try:
        _check_head(answer)
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise SignInFailed(SignInCode.UNAVAILABLE, "size")
        return answer.status_code, bytes(body)
    finally:
        await answer.aclose()


def _check_head(answer: httpx.Response) -> None:
    faults = (
        (300 <= answer.status_code < 400, "redirect"),  # noqa: PLR2004  The statuses of redirects, RFC 9110 15.4.
        (answer.status_code >= _SERVER_FAULTS or answer.status_code == _TOO_MANY, "status"),
        (answer.headers.get("Content-Encoding", "identity") != "identity", "compressed"),
    )
    for wrong, found in faults:
        if wrong:
            raise SignInFailed(SignInCode.UNAVAILABLE, found)


def _parse(body: bytes) -> Mapping[str, object]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise SignInFailed(SignInCode.UNAVAILABLE, "json") from None
    if not isinstance(content, dict):
        raise SignInFailed(SignInCode.UNAVAILABLE, "json")
    return content
