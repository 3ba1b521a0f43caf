"""Asks Twilio to do things: place, redirect and end calls, send messages, fetch recordings, delete records."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import httpx

from app.kit.protocols import CallOver, OutgoingCall, ProviderBusy, ProviderRecord, ProviderRefused, TextMessage

if TYPE_CHECKING:
    from twilio.http.response import Response
    from twilio.rest import Client

ANSWER_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 3.0
# Twilio's hosts name the region and the place where it lies; a name with the region alone is not served any more
# (twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region, read in November 2026).
PLACES: Final[Mapping[str, str]] = {
    "au1": "sydney",
    "br1": "sao-paulo",
    "de1": "frankfurt",
    "ie1": "dublin",
    "jp1": "tokyo",
    "sg1": "singapore",
}
_PAGE_SIZE: Final = 1000
# Twilio's code for a call that has already ended: docs/errors/21220.
_NOT_IN_PROGRESS: Final = 21220
_PROGRESS: Final = ["initiated", "ringing", "answered", "completed"]
_TOO_MANY, _CONFLICT, _NOT_FOUND = 429, 409, 404
_SERVER_FAULTS: Final = 500


@dataclass(frozen=True, slots=True)
class Wire:
    """What Twilio's library sends its requests through: our HTTP client, with time-outs, and our errors.

    `base_url` replaces Twilio's host where it is given. Nothing is logged: the addresses carry numbers.
    """

    http: httpx.AsyncClient
    base_url: str = ""
    is_async: bool = True

    async def request(  # noqa: PLR0913, PLR0917  The names and their order are those of Twilio's library.
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  Twilio's library passes it.
        allow_redirects: bool = False,  # noqa: FBT001, FBT002  Twilio's library passes it.
    ) -> "Response":
        """Raises ProviderBusy and ProviderRefused for every answer that is no success."""
        from twilio.http.response import Response  # noqa: PLC0415

        answer = await _send(
            self.http,
            method,
            self.address(uri),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=httpx.Timeout(timeout or ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)

    def address(self, uri: str) -> str:
        """The address with the host that is used instead of Twilio's, if there is one."""
        if not self.base_url:
            return uri
        base = httpx.URL(self.base_url)
        return str(httpx.URL(uri).copy_with(scheme=base.scheme, host=base.host, port=base.port))


@dataclass(frozen=True)
class TwilioTelephony:
    """Twilio's REST API as the rooms know it; Twilio's library is loaded with the first request."""

    account_sid: str
    token: str = field(repr=False)
    wire: Wire
    region: str = "us1"

    @cached_property
    def client(self) -> "Client":
        """Twilio's own client, which reads nothing from the environment."""
        from twilio.rest import Client  # noqa: PLC0415

        place = PLACES.get(self.region)
        return Client(
            self.account_sid,
            self.token,
            region=self.region if place else None,
            edge=place,
            http_client=self.wire,
            environment={"TWILIO_ACCOUNT_SID": self.account_sid},
        )

    async def _loaded(self) -> "Client":
        """Twilio's library takes about a second to load: meanwhile calls are answered."""
        return await asyncio.to_thread(lambda: self.client)

    async def create_call(self, call: OutgoingCall) -> str:
        optional = {"status_callback": call.status_url, "fallback_url": call.fallback_url}
        created = await (await self._loaded()).calls.create_async(
            to=call.to_number,
            from_=call.from_number,
            url=call.url,
            timeout=call.ring_seconds,
            time_limit=call.limit_seconds,
            **{name: value for name, value in optional.items() if value},
            **({"status_callback_event": _PROGRESS} if call.status_url else {}),
        )
        return _sid(created.sid)

    async def redirect_call(self, call_sid: str, url: str) -> None:
        try:
            await (await self._loaded()).calls(call_sid).update_async(url=url, method="POST")
        except ProviderRefused as refused:
            if refused.code == _NOT_IN_PROGRESS or refused.status == _NOT_FOUND:
                raise CallOver("The call is over.", status=refused.status, code=refused.code) from refused
            raise

    async def end_call(self, call_sid: str) -> None:
        await _unless_over((await self._loaded()).calls(call_sid).update_async(status="completed"))

    async def send_message(self, message: TextMessage) -> str:
        optional = {"status_callback": message.status_url} if message.status_url else {}
        created = await (await self._loaded()).messages.create_async(
            to=message.to_number, from_=message.from_number, body=message.text, **optional
        )
        return _sid(created.sid)

    async def find_message(self, to_number: str, words: str) -> str | None:
        found = await (await self._loaded()).messages.list_async(to=to_number, page_size=_PAGE_SIZE)
        return next((_sid(message.sid) for message in found if words in (message.body or "")), None)

    async def fetch_recording(self, recording_sid: str) -> bytes:
        path = f"https://api.twilio.com/2010-04-01/Accounts/{self.account_sid}/Recordings/{recording_sid}.wav"
        answer = await _send(
            self.wire.http,
            "GET",
            self.wire.address((await self._loaded()).get_hostname(path)),
            auth=(self.account_sid, self.token),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=True,
        )
        return answer.content

    async def list_calls(self, ended_before: datetime) -> list[ProviderRecord]:
        found = await (await self._loaded()).calls.list_async(
            end_time_before=ended_before.astimezone(UTC), page_size=_PAGE_SIZE
        )
        return _records(found, lambda call: call.end_time, ended_before)

    async def list_messages(self, sent_before: datetime) -> list[ProviderRecord]:
        found = await (await self._loaded()).messages.list_async(
            date_sent_before=sent_before.astimezone(UTC), page_size=_PAGE_SIZE
        )
        return _records(found, lambda message: message.date_sent, sent_before)

    async def list_recordings(self, made_before: datetime) -> list[ProviderRecord]:
        found = await (await self._loaded()).recordings.list_async(
            date_created_before=made_before.astimezone(UTC), page_size=_PAGE_SIZE
        )
        return _records(found, lambda recording: recording.date_created, made_before)

    async def delete_call(self, call_sid: str) -> None:
        await _unless_over((await self._loaded()).calls(call_sid).delete_async())

    async def delete_message(self, message_sid: str) -> None:
        await _unless_over((await self._loaded()).messages(message_sid).delete_async())

    async def delete_recording(self, recording_sid: str) -> None:
        await _unless_over((await self._loaded()).recordings(recording_sid).delete_async())


def _sid(sid: str | None) -> str:
    if not sid:
        raise ProviderBusy("The telephone provider answered without an identifier.", maybe_done=True)
    return sid


def _records(found: list[Any], instant_of: Callable[[Any], datetime | None], before: datetime) -> list[ProviderRecord]:
    """What has an instant, and one before the limit, however coarsely the provider filtered."""
    dated = ((record, instant_of(record)) for record in found)
    return [
        ProviderRecord(_sid(record.sid), str(record.status), instant.astimezone(UTC))
        for record, instant in dated
        if instant is not None and instant <= before
    ]


async def _unless_over(deed: Awaitable[object]) -> None:
    """What is already gone needs no ending and no deleting."""
    try:
        await deed
    except ProviderRefused as refused:
        if refused.status != _NOT_FOUND and refused.code != _NOT_IN_PROGRESS:
            raise


async def _send(http: httpx.AsyncClient, method: str, url: str, **options: Any) -> httpx.Response:  # noqa: ANN401  They are httpx's.
    """Raises ProviderBusy where a later try may help, ProviderRefused where it would not."""
    try:
        answer = await http.request(method, url, **options)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as fault:
        raise ProviderBusy("The telephone provider cannot be reached.", maybe_done=False) from fault
    except httpx.TransportError as fault:
        raise ProviderBusy("The telephone provider did not answer.", maybe_done=True) from fault
    if answer.is_success:
        return answer
    raise _fault_of(answer)


def _fault_of(answer: httpx.Response) -> ProviderBusy | ProviderRefused:
    status = answer.status_code
    if status >= _SERVER_FAULTS:
        return ProviderBusy(f"The telephone provider failed with status {status}.", maybe_done=True)
    if status in {_TOO_MANY, _CONFLICT}:
        return ProviderBusy(f"The telephone provider put the request off with status {status}.", maybe_done=False)
    code = _code_of(answer)
    named = f", error {code}" if code is not None else ""
    return ProviderRefused(f"The telephone provider refused with status {status}{named}.", status=status, code=code)


def _code_of(answer: httpx.Response) -> int | None:
    """Twilio's own number for what was wrong; its sentence is left out, for it may name a telephone number."""
    try:
        body = answer.json()
    except ValueError:
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None
