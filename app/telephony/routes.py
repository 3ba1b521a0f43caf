"""Twilio's door: signed webhooks as one plain ASGI application, without a framework on the hot path."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Final

from app.calls import service
from app.calls.waiting import end_wait, in_time
from app.ivr.model import Input, Pressed, Resumed, Said, Silent, Started
from app.kit.log import get_logger
from app.telephony.agent_routes import AGENT_HANDLERS
from app.telephony.called_routes import CALLED_HANDLERS
from app.telephony.door import ENDED, Answer, Arrival, Fields, Handler, Refused, Telephony
from app.telephony.form import MAX_BODY_BYTES, Form, read_form
from app.telephony.line_routes import LINE_HANDLERS
from app.telephony.message_routes import MESSAGE_HANDLERS
from app.telephony.patience import within
from app.telephony.safe import comes_back
from app.telephony.sealing import place_of, read_query, read_session, read_trail, unseal
from app.telephony.signature import is_genuine
from app.telephony.steps import address_of, new_session, note, take_step

__all__ = ["BODY_SECONDS", "ENDED", "Receive", "Scope", "Send", "Telephony", "voice_app"]

Scope = MutableMapping[str, object]
Receive = Callable[[], Awaitable[MutableMapping[str, object]]]
Send = Callable[[MutableMapping[str, object]], Awaitable[None]]

log = get_logger(__name__)

# Twilio gives up after 15 seconds, and the caller would hear an English error. Here a step waits for its body and for
# its count, each with a limit far below that (BODY_SECONDS, service.NOTE_SECONDS); the step itself waits for nothing
# but the effects that ask the database (lasting.EFFECT_SECONDS).
BODY_SECONDS = 5.0


def voice_app(telephony: Telephony) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application for `/voice/…`."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await _answer(telephony, scope, receive)
        except Refused as refused:
            answer = Answer(refused.status, refused.status.phrase, "text/plain; charset=utf-8")
        await _send(send, answer)

    return handle


async def _answer(telephony: Telephony, scope: Scope, receive: Receive) -> Answer:
    handler = _HANDLERS.get(str(scope["path"]))
    if handler is None:
        raise Refused(HTTPStatus.NOT_FOUND)
    if scope["method"] != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED)
    form = read_form(await _body(receive))
    if form is None:
        raise Refused(HTTPStatus.BAD_REQUEST)
    query = bytes(scope["query_string"]).decode("ascii", "replace")  # type: ignore[call-overload]
    _check_signature(telephony, scope, query, form)
    if not form.fields.get("CallSid") and not str(scope["path"]).startswith(_ROOM):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return await handler(telephony, form.fields, query)


async def _body(receive: Receive) -> bytes:
    try:
        return await within(BODY_SECONDS, _whole_body(receive))
    except TimeoutError as error:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT) from error


async def _whole_body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(HTTPStatus.BAD_REQUEST)
        chunk = bytes(message.get("body", b""))  # type: ignore[call-overload]
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


def _check_signature(telephony: Telephony, scope: Scope, query: str, form: Form) -> None:
    """The address is the configured one, never what Host or forwarding headers say."""
    url = f"{telephony.base_url}{scope['path']}" + (f"?{query}" if query else "")
    if not is_genuine(url, form, _signature(scope["headers"]), telephony.tokens):  # type: ignore[arg-type]
        raise Refused(HTTPStatus.FORBIDDEN)


def _signature(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == b"x-twilio-signature":
            return value.decode("latin-1")
    return None


async def _incoming(telephony: Telephony, form: Fields, query: str) -> Answer:
    session, number = new_session(telephony), form.get("From", "")
    return await take_step(telephony, Arrival(form["CallSid"], number, 0, session, Started(), "/voice/incoming", query))


async def _continued(telephony: Telephony, form: Fields, query: str) -> Answer:
    """A token that does not open starts the flow again, politely."""
    call_sid, (sequence, token) = form["CallSid"], read_query(query)
    plain, heard = unseal(telephony.keys, call_sid, sequence, token), _heard(form, query)
    trail = read_trail(plain) if plain is not None else ()
    if plain is not None and (prepared := telephony.prepared.get((place_of(plain), heard))):
        address = address_of(telephony, call_sid, sequence + 1, prepared.place(trail))
        await note(telephony, call_sid, sequence, prepared.counted)
        return Answer(HTTPStatus.OK, prepared.document(address))
    session = read_session(plain) if plain is not None else None
    if session is None:
        session, heard = new_session(telephony), Started()
    arrival = Arrival(call_sid, form.get("From", ""), sequence, session, heard, "/voice/step", query, trail)
    return await take_step(telephony, arrival)


async def _status(telephony: Telephony, form: Fields, _query: str) -> Answer:
    """Twilio asks again where the end of the call could not be noted."""
    if telephony.pool is None or form.get("CallStatus") not in ENDED:
        return Answer(HTTPStatus.NO_CONTENT)
    keys = telephony.keys.keyed_hashes("call", form["CallSid"])
    noted = await service.close(telephony.pool, keys, form["CallStatus"], telephony.clock())
    noted = await _leave_line(telephony, keys) and noted
    return Answer(HTTPStatus.NO_CONTENT if noted else HTTPStatus.SERVICE_UNAVAILABLE)


async def _leave_line(telephony: Telephony, call_keys: Sequence[bytes]) -> bool:
    """Who is gone waits no longer; False where the database did not take it in time."""
    if telephony.line is None:
        return True
    try:
        await in_time(end_wait(telephony.line, call_keys))
    except Exception as error:  # noqa: BLE001  Twilio asks again.
        log.error("end of a wait not noted", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        return False
    return True


# What every call needs; a room's notices come without a call.
_HANDLERS: Final[Mapping[str, Handler]] = {
    "/voice/incoming": _incoming,
    "/voice/step": _continued,
    "/voice/status": _status,
    **LINE_HANDLERS,
    **MESSAGE_HANDLERS,
    **CALLED_HANDLERS,
    **AGENT_HANDLERS,
}
_ROOM: Final = "/voice/room"


def _heard(form: Fields, query: str) -> Input:
    """Keys win over words; who comes back after our own fault without either was not silent."""
    if form.get("Digits"):
        return Pressed(form["Digits"])
    if form.get("SpeechResult"):
        return Said(form["SpeechResult"])
    return Resumed() if comes_back(query) else Silent()


async def _send(send: Send, answer: Answer) -> None:
    body = answer.body.encode()
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if answer.status is HTTPStatus.NO_CONTENT:
        headers = headers[2:]
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
