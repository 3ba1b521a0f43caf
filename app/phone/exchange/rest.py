"""The exchange's REST API over HTTP, with the provider's paths, statuses, errors and credentials."""

import base64
import binascii
from collections.abc import Callable
from secrets import compare_digest
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.phone.exchange import rest_calls, rest_records, rest_rooms
from app.phone.exchange.listing import Json
from app.phone.exchange.models import Account, ExchangeRefusal
from app.phone.exchange.request import Asked, read_pairs
from app.phone.exchange.shapes import API
from app.phone.exchange.state import Exchange

Verb = Callable[[Exchange, Account, Asked], Json | bytes | None]

_ROUTES: Final[tuple[tuple[str, str, Verb], ...]] = (
    ("GET", "/Calls.json", rest_calls.list_calls),
    ("POST", "/Calls.json", rest_calls.post_call),
    ("GET", "/Calls/{sid}.json", rest_calls.get_call),
    ("POST", "/Calls/{sid}.json", rest_calls.change_call),
    ("DELETE", "/Calls/{sid}.json", rest_calls.delete_call),
    ("GET", "/Calls/{call_sid}/Recordings.json", rest_records.list_recordings),
    ("GET", "/Messages.json", rest_records.list_messages),
    ("POST", "/Messages.json", rest_records.post_message),
    ("GET", "/Messages/{sid}.json", rest_records.get_message),
    ("DELETE", "/Messages/{sid}.json", rest_records.delete_message),
    ("GET", "/Recordings.json", rest_records.list_recordings),
    ("GET", "/Recordings/{sid}.json", rest_records.get_recording),
    ("GET", "/Recordings/{sid}.wav", rest_records.get_sound),
    ("DELETE", "/Recordings/{sid}.json", rest_records.delete_recording),
    ("GET", "/Queues.json", rest_rooms.list_queues),
    ("GET", "/Queues/{sid}.json", rest_rooms.get_queue),
    ("GET", "/Queues/{room_sid}/Members.json", rest_rooms.list_members),
    ("GET", "/Queues/{room_sid}/Members/{sid}.json", rest_rooms.get_member),
    ("POST", "/Queues/{room_sid}/Members/{sid}.json", rest_rooms.dequeue),
    ("GET", "/Conferences.json", rest_rooms.list_conferences),
    ("GET", "/Conferences/{sid}.json", rest_rooms.get_conference),
    ("POST", "/Conferences/{sid}.json", rest_rooms.change_conference),
    ("GET", "/Conferences/{room_sid}/Participants.json", rest_rooms.list_participants),
    ("POST", "/Conferences/{room_sid}/Participants.json", rest_rooms.post_participant),
    ("GET", "/Conferences/{room_sid}/Participants/{sid}.json", rest_rooms.get_participant),
    ("POST", "/Conferences/{room_sid}/Participants/{sid}.json", rest_rooms.change_participant),
    ("DELETE", "/Conferences/{room_sid}/Participants/{sid}.json", rest_rooms.kick),
)
_CREATES: Final = frozenset({"/Calls.json", "/Messages.json", "/Conferences/{room_sid}/Participants.json"})


def exchange_router(exchange: Exchange) -> APIRouter:
    """The REST API of the exchange, below /2010-04-01; it changes records at once and never waits for a webhook."""
    router = APIRouter(prefix=f"{API}/Accounts/{{account_sid}}", include_in_schema=False)
    for method, path, verb in _ROUTES:
        status = 201 if method == "POST" and path in _CREATES else 200
        router.add_api_route(path, _endpoint(exchange, verb, status), methods=[method], response_model=None)
    return router


def _endpoint(exchange: Exchange, verb: Verb, status: int) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            account = _account(exchange, request)
            answer = verb(exchange, account, await _asked(request))
        except ExchangeRefusal as refusal:
            return _refused(refusal)
        if isinstance(answer, bytes):
            return Response(answer, media_type="audio/x-wav")
        return Response(status_code=204) if answer is None else JSONResponse(answer, status_code=status)

    return endpoint


async def _asked(request: Request) -> Asked:
    text = request.url.query if request.method == "GET" else (await request.body()).decode()
    return Asked(request.url.path, request.path_params, read_pairs(text))


def _account(exchange: Exchange, request: Request) -> Account:
    """The account of the path, if the request carries its Sid and token; raises ExchangeRefusal otherwise."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        given = b""
    account = exchange.accounts.get(request.path_params["account_sid"])
    if account is None or scheme.lower() != "basic":
        raise ExchangeRefusal(401, 20003, "Authenticate")
    if not compare_digest(given, f"{account.sid}:{account.token}".encode()):
        raise ExchangeRefusal(401, 20003, "Authenticate")
    return account


def _refused(refusal: ExchangeRefusal) -> JSONResponse:
    body = {
        "code": refusal.code,
        "message": str(refusal),
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    headers = {"Retry-After": "1"} if refusal.code == 20429 else {}  # noqa: PLR2004  The provider's code.
    return JSONResponse(body, status_code=refusal.status, headers=headers)
