"""A small hotline for the telephone's tests: answers TwiML, checks signatures, remembers what it was sent."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request, Response

from app.phone.line import Line

BASE_URL = "https://hotline.test"
NUMBER = "+493023125999"

Form = Mapping[str, str]
Answer = str | Callable[[Form], str]


class ToySigner:
    """A signature that anybody can check and that changes with everything it covers."""

    def sign(self, url: str, params: list[tuple[str, str]]) -> str:
        return hashlib.sha256(repr((url, params)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    path: str
    form: Form
    headers: Mapping[str, str]


@dataclass
class ToyHotline:
    """`answers` by path; `statuses` are given, one each, before the path's own answer."""

    answers: dict[str, Answer]
    base_url: str = BASE_URL
    content_type: str = "text/xml"
    thinks_seconds: float = 0.0
    statuses: dict[str, list[int]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [request.path for request in self.received]

    def forms(self, path: str) -> list[Form]:
        return [request.form for request in self.received if request.path == path]


def toy_app(hotline: ToyHotline) -> FastAPI:
    app = FastAPI()
    add_toy_routes(app, hotline)
    return app


def add_toy_routes(app: FastAPI, hotline: ToyHotline) -> None:
    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def answer(request: Request) -> Response:
        return await _answer(hotline, request)


async def _answer(hotline: ToyHotline, request: Request) -> Response:
    path = request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True)
    expected = ToySigner().sign(hotline.base_url + path + query, pairs)
    form = dict(pairs) | dict(parse_qsl(request.url.query, keep_blank_values=True))
    hotline.received.append(Received(request.method, path, form, request.headers))
    if request.headers.get("X-Twilio-Signature") != expected:
        return Response("forged", status_code=403)
    if hotline.statuses.get(path):
        return Response("fault", status_code=hotline.statuses[path].pop(0))
    if path == "/voice/status":
        return Response(status_code=204)
    await asyncio.sleep(hotline.thinks_seconds)
    found = hotline.answers[path]
    return Response(found if isinstance(found, str) else found(form), media_type=hotline.content_type)


@dataclass
class Unsteady(httpx.AsyncBaseTransport):
    """A network that refuses the first connections to a path."""

    inner: httpx.AsyncBaseTransport
    refusals: dict[str, int]
    attempts: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.attempts.append(request)
        if self.refusals.get(request.url.path, 0) > 0:
            self.refusals[request.url.path] -= 1
            raise httpx.ConnectError("refused", request=request)
        return await self.inner.handle_async_request(request)


def toy_line(hotline: ToyHotline, transport: httpx.AsyncBaseTransport | None = None) -> Line:
    client = httpx.AsyncClient(transport=transport or httpx.ASGITransport(toy_app(hotline)))
    return Line(client, ToySigner(), hotline.base_url, NUMBER)


def response(*verbs: str) -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?><Response>{''.join(verbs)}</Response>"
