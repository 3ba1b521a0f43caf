"""Asks Twilio to do things: place, redirect and end calls, send messages, fetch recordings, delete records."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import httpx

from app.kit.protocols import (
    CallOver,
    OutgoingCall,
    Participation,
    ProviderBusy,
    ProviderRecord,
    ProviderRefused,
    TextMessage,
)
from app.telephony.places import PLACES
from app.telephony.wire import ANSWER_SECONDS, CONNECT_SECONDS, NOT_FOUND, Wire, send

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.conference import ConferenceContext

__all__ = ["ANSWER_SECONDS", "CONNECT_SECONDS", "PLACES", "TwilioTelephony", "Wire"]

_PAGE_SIZE: Final = 1000
_NEWEST: Final = 20
# Twilio's code for a call that has already ended: docs/errors/21220.
_NOT_IN_PROGRESS: Final = 21220
_LIVE: Final = frozenset({"queued", "initiated", "ringing", "in-progress"})
_PROGRESS: Final = ["initiated", "ringing", "answered", "completed"]


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
        optional = {
            "status_callback": call.status_url,
            "fallback_url": call.fallback_url,
            "send_digits": call.send_keys,
        }
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
            if refused.code == _NOT_IN_PROGRESS or refused.status == NOT_FOUND:
                raise CallOver("The call is over.", status=refused.status, code=refused.code) from refused
            raise

    async def end_call(self, call_sid: str) -> None:
        await _unless_over((await self._loaded()).calls(call_sid).update_async(status="completed"))

    async def is_over(self, call_sid: str) -> bool:
        try:
            call = await (await self._loaded()).calls(call_sid).fetch_async()
        except ProviderRefused as refused:
            if refused.status == NOT_FOUND:
                return True
            raise
        return str(call.status) not in _LIVE

    async def get_number(self, call_sid: str) -> str:
        try:
            call = await (await self._loaded()).calls(call_sid).fetch_async()
        except ProviderRefused as refused:
            if refused.status == NOT_FOUND:
                raise CallOver("The call is over.", status=NOT_FOUND, code=refused.code) from refused
            raise
        if str(call.status) not in _LIVE:
            raise CallOver("The call is over.", status=NOT_FOUND)
        return str((call._from if call.direction == "inbound" else call.to) or "")  # noqa: SLF001  The library's own name for it.

    async def list_calls_to(self, to_number: str) -> list[str]:
        found = await (await self._loaded()).calls.list_async(to=to_number, limit=_NEWEST, page_size=_NEWEST)
        return [_sid(call.sid) for call in found if str(call.status) in _LIVE]

    async def list_people(self, room: str) -> dict[str, str]:
        conference = await self._find_room(room)
        if conference is None:
            return {}
        try:
            people = await conference.participants.list_async()
        except ProviderRefused as refused:
            # It ended just now.
            if refused.status == NOT_FOUND:
                return {}
            raise
        return {str(person.label or ""): _sid(person.call_sid) for person in people}

    async def change_person(self, room: str, label: str, change: Participation) -> None:
        conference = await self._find_room(room)
        if conference is None:
            raise CallOver("The conference is over.", status=NOT_FOUND)
        words = "announce_url" if change.held is None else "hold_url"
        asked: dict[str, Any] = {
            "hold": change.held,
            "muted": change.muted,
            "end_conference_on_exit": change.ends,
            words: change.words_url or None,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        try:
            await conference.participants(label).update_async(**given)
        except ProviderRefused as refused:
            if refused.status == NOT_FOUND:
                raise CallOver("They left the conference.", status=NOT_FOUND, code=refused.code) from refused
            raise

    async def remove_person(self, room: str, label: str) -> None:
        conference = await self._find_room(room)
        if conference is not None:
            await _unless_over(conference.participants(label).delete_async())

    async def _find_room(self, name: str) -> "ConferenceContext | None":
        """The conference of this name that is not over: one that ended may have had the same name."""
        client = await self._loaded()
        found = await client.conferences.list_async(friendly_name=name, limit=_NEWEST, page_size=_NEWEST)
        open_ = next((room for room in found if str(room.status) != "completed"), None)
        return None if open_ is None else client.conferences(_sid(open_.sid))

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
        answer = await send(
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
        if refused.status != NOT_FOUND and refused.code != _NOT_IN_PROGRESS:
            raise
