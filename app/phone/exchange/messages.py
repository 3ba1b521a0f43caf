"""Text messages on their way, and the recordings that callers leave."""

import io
import wave
from typing import Literal

from app.phone.exchange.models import (
    Account,
    Call,
    Ends,
    ExchangeRefusal,
    Hook,
    MessageMoves,
    Record,
    RecordingReady,
    TextMessage,
)
from app.phone.exchange.notices import tell_message, tell_recording
from app.phone.exchange.state import Exchange, new_sid, schedule

# How long an SMS takes to leave and to arrive, and a recording to be stored.
SENT_SECONDS, ARRIVED_SECONDS, STORED_SECONDS = 1.0, 3.0, 2.0
LONGEST_BODY = 1600
# What the provider reports where the number cannot take an SMS, as a landline.
_UNREACHABLE_CODE = 30006
_SAMPLES_A_SECOND = 8000


def send(exchange: Exchange, account: Account, ends: Ends, body: str, status_hook: Hook) -> TextMessage:
    """Take an SMS; raises ExchangeRefusal where its sender is none of the account's numbers or its text too long."""
    if not body or len(body) > LONGEST_BODY:
        raise ExchangeRefusal(400, 21617 if body else 21602, "The message has no body or a body that is too long")
    if ends.from_number not in account.numbers:
        raise ExchangeRefusal(400, 21660, "The sender is no number of this account")
    sid, serial = new_sid(exchange, "SM")
    message = TextMessage(
        sid, serial, account.sid, ends.from_number, ends.to_number, body, exchange.now_seconds, status_hook
    )
    exchange.messages[sid] = message
    arrives = ends.to_number not in exchange.mute_numbers
    schedule(exchange, MessageMoves(sid, "sent"), SENT_SECONDS)
    schedule(exchange, MessageMoves(sid, "delivered" if arrives else "undelivered"), ARRIVED_SECONDS)
    return message


def move(exchange: Exchange, sid: str, status: Literal["sent", "delivered", "undelivered"]) -> None:
    """An SMS reaches its next status; for a deleted one this is nothing."""
    message = exchange.messages.get(sid)
    if message is None:
        return
    message.status = status
    if status == "sent":
        message.sent_seconds = exchange.now_seconds
    if status == "undelivered":
        message.error_code = _UNREACHABLE_CODE
    tell_message(exchange, message)


def keep_recording(exchange: Exchange, call: Call, seconds: int, hook: Hook) -> Record:
    """Keep what the caller said; it can be fetched a little later."""
    sid, serial = new_sid(exchange, "RE")
    record = Record(sid, serial, call.account_sid, call.sid, exchange.now_seconds, seconds)
    exchange.recordings[sid] = record
    schedule(exchange, RecordingReady(sid, hook), STORED_SECONDS)
    return record


def recording_is_ready(exchange: Exchange, sid: str, hook: Hook) -> None:
    """The recording can be fetched from now on; for a deleted one this is nothing."""
    record = exchange.recordings.get(sid)
    if record is not None:
        record.status = "completed"
        tell_recording(exchange, record, hook, recording_url(record))


def recording_url(record: Record) -> str:
    """Where the provider keeps a recording."""
    return f"https://api.twilio.com/2010-04-01/Accounts/{record.account_sid}/Recordings/{record.sid}"


def recorded_sound(record: Record) -> bytes:
    """The recording as a WAV file: a silence of its length."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(_SAMPLES_A_SECOND)
        sound.writeframes(b"\x80" * (_SAMPLES_A_SECOND * record.seconds))
    return file.getvalue()
