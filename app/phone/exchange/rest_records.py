"""The REST API's verbs on messages and recordings."""

from app.phone.exchange.listing import Json, equals, page, within
from app.phone.exchange.messages import recorded_sound, send
from app.phone.exchange.models import Account, Ends, ExchangeRefusal, Hook
from app.phone.exchange.request import Asked, is_number
from app.phone.exchange.shapes import message_json, recording_json
from app.phone.exchange.state import Exchange, get_record, moment_at

_ARRIVED = frozenset({"delivered", "undelivered"})


def list_messages(exchange: Exchange, account: Account, asked: Asked) -> Json:
    values = asked.values
    chosen = [
        message
        for message in exchange.messages.values()
        if message.account_sid == account.sid
        and equals(values, "To", message.to_number)
        and equals(values, "From", message.from_number)
        and within(
            values, "DateSent", None if message.sent_seconds is None else moment_at(exchange, message.sent_seconds)
        )
    ]
    return page("messages", asked.path, values, chosen, lambda message: message_json(exchange, message))


def post_message(exchange: Exchange, account: Account, asked: Asked) -> Json:
    values = asked.values
    ends = Ends(values.get("From", ""), values.get("To", ""))
    if not is_number(ends.to_number):
        raise ExchangeRefusal(400, 21211, "The 'To' number is not a valid phone number")
    message = send(exchange, account, ends, values.get("Body", ""), Hook(values.get("StatusCallback", "")))
    return message_json(exchange, message)


def get_message(exchange: Exchange, account: Account, asked: Asked) -> Json:
    return message_json(exchange, get_record(exchange.messages, account, asked.sid))


def delete_message(exchange: Exchange, account: Account, asked: Asked) -> None:
    message = get_record(exchange.messages, account, asked.sid)
    young = exchange.now_seconds < message.created_seconds + exchange.deletable_after_seconds
    if message.status not in _ARRIVED or young:
        raise ExchangeRefusal(409, 20409, "The message cannot be deleted yet")
    del exchange.messages[message.sid]


def list_recordings(exchange: Exchange, account: Account, asked: Asked) -> Json:
    values = {**asked.values, **({"CallSid": asked.sids["call_sid"]} if "call_sid" in asked.sids else {})}
    chosen = [
        record
        for record in exchange.recordings.values()
        if record.account_sid == account.sid
        and equals(values, "CallSid", record.call_sid)
        and within(values, "DateCreated", moment_at(exchange, record.created_seconds))
    ]
    return page("recordings", asked.path, asked.values, chosen, lambda record: recording_json(exchange, record))


def get_recording(exchange: Exchange, account: Account, asked: Asked) -> Json:
    return recording_json(exchange, get_record(exchange.recordings, account, asked.sid))


def get_sound(exchange: Exchange, account: Account, asked: Asked) -> bytes:
    """The recording itself, once it is stored."""
    record = get_record(exchange.recordings, account, asked.sid)
    if record.status != "completed":
        raise ExchangeRefusal(404, 20404, "The recording is still being processed")
    return recorded_sound(record)


def delete_recording(exchange: Exchange, account: Account, asked: Asked) -> None:
    record = get_record(exchange.recordings, account, asked.sid)
    if record.status != "completed":
        raise ExchangeRefusal(409, 20409, "The recording cannot be deleted yet")
    del exchange.recordings[record.sid]
