"""The floor: a bare ASGI application that reads nothing and always says the same."""

from collections.abc import Awaitable, Callable
from typing import Any

from bench.servers.documents import write_document
from bench.servers.script import read_script

Application = Callable[[Any, Any, Any], Awaitable[None]]


def make_application() -> Application:
    document = write_document(read_script()["main"]["1"]).encode()
    headers = [(b"content-type", b"text/xml; charset=utf-8"), (b"content-length", str(len(document)).encode())]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    body = {"type": "http.response.body", "body": document}

    async def application(scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI's own types are dictionaries.
        if scope["type"] == "http":
            await send(start)
            await send(body)

    return application
