"""Twilio's door: three signed webhooks as one plain ASGI application, without a framework on the hot path."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

import asyncpg

from app.calls import service
from app.calls.lasting import Occasion, Outside
from app.ivr.model import Input, Pressed, Resumed, Said, Session, Silent, Started
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.kit.log import get_logger
from app.telephony.form import MAX_BODY_BYTES, Form, read_form
from app.telephony.patience import within
from app.telephony.prepared import Prepared, is_plain, keep
from app.telephony.safe import comes_back, safe_document
from app.telephony.sealing import read_query, read_session, seal, step_url, unseal, write_session
from app.telephony.signature import is_genuine
from app.telephony.twiml import Typesetter, render

Scope = MutableMapping[str, object]
Receive = Callable[[], Awaitable[MutableMapping[str, object]]]
Send = Callable[[MutableMapping[str, object]], Awaitable[None]]

log = get_logger(__name__)

# Twilio gives up after 15 seconds, and the caller would hear an English error. Here a step waits for its body and for
# its count, each with a limit far below that (BODY_SECONDS, service.NOTE_SECONDS); the step itself waits for nothing
# but the effects that ask the database (lasting.EFFECT_SECONDS).
BODY_SECONDS = 5.0
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True)
class Telephony:
    """Everything the webhooks need; `tokens` are the accepted signing tokens, the primary first.

    Without `outside`, effects that ask the database have failed: flows know what to say then.
    """

    setter: Typesetter
    keys: KeyRing
    tokens: tuple[str, ...]
    base_url: str
    pool: asyncpg.Pool | None
    clock: Clock
    prepared: Prepared = field(default_factory=dict)
    outside: Outside | None = None


class Answer(NamedTuple):
    """What goes back over HTTP."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One input of one call: where the call stands, what was heard, and the address it came to.

    `caller_number` is what Twilio says; it goes to the effect that needs it and nowhere else.
    """

    call_sid: str
    caller_number: str
    sequence: int
    session: Session
    heard: Input
    path: str
    query: str


class Refused(Exception):
    """The request is not one that Twilio sends; holds the status to answer with."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


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
    if not form.fields.get("CallSid"):
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


async def _incoming(telephony: Telephony, form: Mapping[str, str], query: str) -> Answer:
    session, number = _new_session(telephony), form.get("From", "")
    return await _step(telephony, Arrival(form["CallSid"], number, 0, session, Started(), "/voice/incoming", query))


async def _continued(telephony: Telephony, form: Mapping[str, str], query: str) -> Answer:
    """A token that does not open starts the flow again, politely."""
    call_sid, (sequence, token) = form["CallSid"], read_query(query)
    plain, heard = unseal(telephony.keys, call_sid, sequence, token), _heard(form, query)
    if plain is not None and (prepared := telephony.prepared.get((plain, heard))):
        address = _address(telephony, call_sid, sequence + 1, prepared.session)
        await _note(telephony, call_sid, sequence, prepared.counted)
        return Answer(HTTPStatus.OK, prepared.document(address))
    session = read_session(plain) if plain is not None else None
    if session is None:
        session, heard = _new_session(telephony), Started()
    arrival = Arrival(call_sid, form.get("From", ""), sequence, session, heard, "/voice/step", query)
    return await _step(telephony, arrival)


async def _status(telephony: Telephony, form: Mapping[str, str], _query: str) -> Answer:
    """Twilio asks again where the end of the call could not be noted."""
    if telephony.pool is None or form.get("CallStatus") not in ENDED:
        return Answer(HTTPStatus.NO_CONTENT)
    keys = telephony.keys.keyed_hashes("call", form["CallSid"])
    noted = await service.close(telephony.pool, keys, form["CallStatus"], telephony.clock())
    return Answer(HTTPStatus.NO_CONTENT if noted else HTTPStatus.SERVICE_UNAVAILABLE)


_HANDLERS = {"/voice/incoming": _incoming, "/voice/step": _continued, "/voice/status": _status}


async def _step(telephony: Telephony, arrival: Arrival) -> Answer:
    """One step of a call; whatever goes wrong in it, the caller hears a safe document in time."""
    setter = telephony.setter
    try:
        advanced = service.advance(
            setter.playbook, arrival.session, arrival.heard, outside=telephony.outside is not None
        )
        if advanced.pending is not None and telephony.outside is not None:
            advanced = await service.carry_out(
                setter.playbook, telephony.outside, _occasion(telephony, arrival), advanced
            )
        session = write_session(advanced.session)
        address = _address(telephony, arrival.call_sid, arrival.sequence + 1, session)
        document = render(setter, advanced.verbs, advanced.session.language, address)
        if is_plain(arrival.session, arrival.heard, advanced):
            keep(telephony.prepared, (write_session(arrival.session), arrival.heard), advanced, document, address)
        await _note(telephony, arrival.call_sid, arrival.sequence, advanced.counted)
    except Exception as error:  # noqa: BLE001  Nobody hears an English error: every fault gets a spoken answer.
        log.error("step failed", error=type(error).__name__)  # noqa: TRY400  An error's text may quote a caller.
        document = safe_document(setter, arrival.session.language, arrival.path, arrival.query, telephony.base_url)
    return Answer(HTTPStatus.OK, document)


async def _note(telephony: Telephony, call_sid: str, sequence: int, counted: Mapping[str, str]) -> None:
    if counted:
        keys = telephony.keys.keyed_hashes("call", call_sid)
        await service.note(telephony.pool, keys, sequence, counted)


def _occasion(telephony: Telephony, arrival: Arrival) -> Occasion:
    keys = telephony.keys.keyed_hashes("call", arrival.call_sid)
    return Occasion(keys, arrival.sequence, arrival.caller_number)


def _address(telephony: Telephony, call_sid: str, sequence: int, session: bytes) -> str:
    """Where Twilio brings the call's next input; it carries the session."""
    return step_url(telephony.base_url, sequence, seal(telephony.keys, call_sid, sequence, session))


def _new_session(telephony: Telephony) -> Session:
    return Session(telephony.setter.playbook.book.content_hash)


def _heard(form: Mapping[str, str], query: str) -> Input:
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
