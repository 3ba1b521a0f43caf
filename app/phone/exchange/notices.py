"""What the exchange tells webhooks besides fetching documents: progress of calls, conferences, messages, recordings."""

from email.utils import format_datetime

from app.phone.awaiting import Params, Request, request_for
from app.phone.caller import Caller, call_params
from app.phone.exchange.models import Call, Conference, Hook, Record, Tell, TextMessage
from app.phone.exchange.state import Exchange, moment_at, schedule


def params_of(call: Call, status: str | None = None) -> Params:
    """The parameters that every webhook of the call carries; `status` where it is not the call's own."""
    caller = Caller(call.sid, call.account_sid, call.from_number, call.to_number)
    parent = (("ParentCallSid", call.parent_sid),) if call.parent_sid else ()
    pairs = call_params(caller, status or call.status)
    return tuple((name, call.direction if name == "Direction" else value) for name, value in pairs) + parent


def tell(exchange: Exchange, account_sid: str, request: Request, params: Params) -> None:
    """Send a notice some time later; it may be lost, and later ones may overtake it."""
    delivery = exchange.delivery
    if exchange.random.random() < delivery.lost:
        return
    late_seconds = exchange.random.uniform(0, delivery.latest_seconds)
    schedule(exchange, Tell(account_sid, request, params), late_seconds)


def tell_progress(exchange: Exchange, call: Call, event: str, status: str | None = None) -> None:
    """An event of the call's progress, to whoever asked for it: initiated, ringing, answered or completed."""
    hook = call.instructions.status
    if not hook.url or event not in hook.events:
        return
    extra: list[tuple[str, str]] = [
        ("Timestamp", format_datetime(moment_at(exchange, exchange.now_seconds))),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", str(call.told)),
    ]
    if call.ended:
        seconds = duration_seconds(call)
        extra += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
    call.told += 1
    tell(exchange, call.account_sid, request_for(hook.url, hook.method, tuple(extra)), params_of(call, status))


def duration_seconds(call: Call) -> int:
    """How long the call was connected, in whole seconds; nothing for one that nobody answered."""
    if call.answered_seconds is None or call.ended_seconds is None:
        return 0
    return round(call.ended_seconds - call.answered_seconds)


def tell_conference(exchange: Exchange, conference: Conference, event: str, call_sid: str = "") -> None:
    """An event of a conference, named as the provider's callbacks name it (participant-join, conference-end, …)."""
    if not conference.hook.url or event.rpartition("-")[2] not in conference.hook.events:
        return
    participant = conference.participants.get(call_sid)
    extra: list[tuple[str, str]] = [
        ("ConferenceSid", conference.sid),
        ("FriendlyName", conference.name),
        ("AccountSid", conference.account_sid),
        ("StatusCallbackEvent", event),
        ("SequenceNumber", str(conference.told + 1)),
        ("Timestamp", format_datetime(moment_at(exchange, exchange.now_seconds))),
    ]
    if participant is not None:
        extra += [
            ("CallSid", call_sid),
            ("ParticipantLabel", participant.label),
            ("Muted", _flag(participant.muted)),
            ("Hold", _flag(participant.held)),
            ("StartConferenceOnEnter", _flag(participant.starts)),
            ("EndConferenceOnExit", _flag(participant.ends)),
        ]
    if event == "conference-end" and conference.ended_by:
        extra.append(("CallSidEndingConference", conference.ended_by))
    conference.told += 1
    tell(exchange, conference.account_sid, request_for(conference.hook.url, conference.hook.method), tuple(extra))


def tell_message(exchange: Exchange, message: TextMessage) -> None:
    """The status of an SMS."""
    if not message.status_hook.url:
        return
    params = [
        ("AccountSid", message.account_sid),
        ("ApiVersion", "2010-04-01"),
        ("From", message.from_number),
        ("MessageSid", message.sid),
        ("MessageStatus", message.status),
        ("SmsSid", message.sid),
        ("SmsStatus", message.status),
        ("To", message.to_number),
    ]
    if message.error_code:
        params.append(("ErrorCode", str(message.error_code)))
    hook = message.status_hook
    tell(exchange, message.account_sid, request_for(hook.url, hook.method), tuple(params))


def tell_recording(exchange: Exchange, record: Record, hook: Hook, url: str) -> None:
    """That a recording can be fetched."""
    if not hook.url:
        return
    params = (
        ("AccountSid", record.account_sid),
        ("CallSid", record.call_sid),
        ("RecordingChannels", "1"),
        ("RecordingDuration", str(record.seconds)),
        ("RecordingSid", record.sid),
        ("RecordingSource", "RecordVerb"),
        ("RecordingStatus", record.status),
        ("RecordingUrl", url),
    )
    tell(exchange, record.account_sid, request_for(hook.url, hook.method), params)


def _flag(value: bool) -> str:  # noqa: FBT001  It turns a truth value into its name.
    return "true" if value else "false"
