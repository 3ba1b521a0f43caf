"""The records of the exchange as the JSON of the provider's REST API, every key of it."""

from email.utils import format_datetime
from typing import Final

from app.phone.exchange.listing import Json
from app.phone.exchange.messages import recording_url
from app.phone.exchange.models import Call, Conference, Participant, Queue, Record, TextMessage
from app.phone.exchange.notices import duration_seconds
from app.phone.exchange.state import Exchange, moment_at

API: Final = "/2010-04-01"


def call_json(exchange: Exchange, call: Call) -> Json:
    uri = f"{API}/Accounts/{call.account_sid}/Calls/{call.sid}"
    began = call.answered_seconds if call.direction != "inbound" else call.created_seconds
    last = call.ended_seconds if call.ended_seconds is not None else began
    return {
        **_common(exchange, call.account_sid, call.sid, call.created_seconds, last),
        "api_version": "2010-04-01",
        "parent_call_sid": call.parent_sid or None,
        "to": call.to_number,
        "to_formatted": call.to_number,
        "from": call.from_number,
        "from_formatted": call.from_number,
        "phone_number_sid": None,
        "status": call.status,
        "start_time": _time(exchange, began),
        "end_time": _time(exchange, call.ended_seconds),
        "duration": str(duration_seconds(call)) if call.ended else None,
        "price": None,
        "price_unit": "EUR",
        "direction": call.direction,
        "answered_by": None,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "stir_verstat": None,
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def message_json(exchange: Exchange, message: TextMessage) -> Json:
    return {
        **_common(exchange, message.account_sid, message.sid, message.created_seconds, message.sent_seconds),
        "api_version": "2010-04-01",
        "body": message.body,
        "num_segments": "1",
        "num_media": "0",
        "direction": "outbound-api",
        "from": message.from_number,
        "to": message.to_number,
        "date_sent": _time(exchange, message.sent_seconds),
        "price": None,
        "price_unit": "EUR",
        "error_code": message.error_code,
        "error_message": None if message.error_code is None else "The number cannot take text messages",
        "status": message.status,
        "messaging_service_sid": None,
        "uri": f"{API}/Accounts/{message.account_sid}/Messages/{message.sid}.json",
        "subresource_uris": {"media": f"{API}/Accounts/{message.account_sid}/Messages/{message.sid}/Media.json"},
    }


def recording_json(exchange: Exchange, record: Record) -> Json:
    return {
        **_common(exchange, record.account_sid, record.sid, record.created_seconds),
        "api_version": "2010-04-01",
        "call_sid": record.call_sid,
        "conference_sid": None,
        "start_time": _time(exchange, record.created_seconds - record.seconds),
        "duration": str(record.seconds) if record.status == "completed" else None,
        "price": None,
        "price_unit": "EUR",
        "status": record.status,
        "channels": 1,
        "source": "RecordVerb",
        "error_code": None,
        "uri": f"{API}/Accounts/{record.account_sid}/Recordings/{record.sid}.json",
        "encryption_details": None,
        "subresource_uris": {},
        "media_url": recording_url(record),
    }


def queue_json(exchange: Exchange, queue: Queue) -> Json:
    places = [exchange.calls[sid].place for sid in queue.call_sids]
    waits = [exchange.now_seconds - place.since_seconds for place in places if place is not None]
    return {
        **_common(exchange, queue.account_sid, queue.sid, queue.created_seconds),
        "friendly_name": queue.name,
        "current_size": len(queue.call_sids),
        "max_size": queue.most,
        "average_wait_time": round(sum(waits) / len(waits)) if waits else 0,
        "uri": f"{API}/Accounts/{queue.account_sid}/Queues/{queue.sid}.json",
        "subresource_uris": {"members": f"{API}/Accounts/{queue.account_sid}/Queues/{queue.sid}/Members.json"},
    }


def member_json(exchange: Exchange, queue: Queue, call: Call) -> Json:
    since = call.place.since_seconds if call.place is not None else exchange.now_seconds
    return {
        "account_sid": queue.account_sid,
        "call_sid": call.sid,
        "queue_sid": queue.sid,
        "date_enqueued": _time(exchange, since),
        "position": queue.call_sids.index(call.sid) + 1,
        "wait_time": round(exchange.now_seconds - since),
        "uri": f"{API}/Accounts/{queue.account_sid}/Queues/{queue.sid}/Members/{call.sid}.json",
    }


def conference_json(exchange: Exchange, room: Conference) -> Json:
    uri = f"{API}/Accounts/{room.account_sid}/Conferences/{room.sid}"
    return {
        **_common(exchange, room.account_sid, room.sid, room.created_seconds, room.updated_seconds),
        "api_version": "2010-04-01",
        "friendly_name": room.name,
        "region": "us1",
        "status": room.status,
        "reason_conference_ended": room.ended_reason,
        "call_sid_ending_conference": room.ended_by or None,
        "uri": f"{uri}.json",
        "subresource_uris": {"participants": f"{uri}/Participants.json"},
    }


def participant_json(exchange: Exchange, room: Conference, person: Participant) -> Json:
    return {
        "account_sid": room.account_sid,
        "call_sid": person.call_sid,
        "call_sid_to_coach": None,
        "coaching": False,
        "conference_sid": room.sid,
        "date_created": _time(exchange, person.joined_seconds),
        "date_updated": _time(exchange, person.joined_seconds),
        "end_conference_on_exit": person.ends,
        "hold": person.held,
        "label": person.label or None,
        "muted": person.muted,
        "queue_time": "0",
        "start_conference_on_enter": person.starts,
        "status": "connected",
        "uri": f"{API}/Accounts/{room.account_sid}/Conferences/{room.sid}/Participants/{person.call_sid}.json",
    }


def _common(
    exchange: Exchange, account_sid: str, sid: str, created_seconds: float, updated_seconds: float | None = None
) -> Json:
    updated = created_seconds if updated_seconds is None else updated_seconds
    return {
        "account_sid": account_sid,
        "sid": sid,
        "date_created": _time(exchange, created_seconds),
        "date_updated": _time(exchange, updated),
    }


def _time(exchange: Exchange, seconds: float | None) -> str | None:
    """RFC 2822, as the provider writes it."""
    return None if seconds is None else format_datetime(moment_at(exchange, seconds))
