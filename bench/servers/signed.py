"""The floor with a body and a signature: a bare ASGI application that checks Twilio's signature in one pass."""

from collections.abc import Awaitable, Callable
from typing import Any

from app.telephony.form import read_form
from app.telephony.signature import accepts_in_one_pass
from bench.servers.documents import write_document
from bench.servers.script import BASE_URL, TOKEN, read_script

Application = Callable[[Any, Any, Any], Awaitable[None]]


def make_application() -> Application:
    documents = {key: write_document(spoken).encode() for key, spoken in read_script()["main"].items()}

    async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI's own types are dictionaries.
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        form = read_form(body)
        url = f"{BASE_URL}{scope['path']}?{scope['query_string'].decode()}"
        signature = dict(scope["headers"]).get(b"x-twilio-signature", b"").decode()
        genuine = form is not None and accepts_in_one_pass(url, form, signature, (TOKEN,))
        answer = documents[form.fields["Digits"]] if form and genuine else b"Forbidden"
        headers = [(b"content-type", b"text/xml; charset=utf-8"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200 if genuine else 403, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return application
