"""What people do on the exchange's telephones: call, press keys, speak, hang up."""

from dataclasses import replace
from urllib.parse import urljoin

from app.phone import player
from app.phone.awaiting import Gathering, Played, Recording, Request
from app.phone.exchange.clockwork import pass_time
from app.phone.exchange.ending import end_call
from app.phone.exchange.messages import keep_recording, recording_url
from app.phone.exchange.models import (
    Account,
    Call,
    CallStatus,
    Ends,
    ExchangeRefusal,
    GoOn,
    Hook,
    Instructions,
    Silence,
)
from app.phone.exchange.notices import params_of, tell
from app.phone.exchange.outbound import first_step, new_call
from app.phone.exchange.playing import stopped_at
from app.phone.exchange.state import Exchange, schedule


async def call_in(exchange: Exchange, account: Account, ends: Ends, instructions: Instructions | None = None) -> Call:
    """Somebody dials a number of the account; `instructions` are those of a softphone's application instead."""
    chosen = instructions or account.numbers[ends.to_number]
    call = new_call(exchange, account, ends, "inbound", chosen)
    step = first_step(chosen)
    if step is None:
        raise ExchangeRefusal(400, 21402, "The number has no address for its calls")
    schedule(exchange, GoOn(call.sid, call.moment, step))
    await pass_time(exchange)
    return call


async def press(exchange: Exchange, call: Call, keys: str) -> None:
    """Press keys; where the line listens for none, and after the call, nothing comes of it."""
    if isinstance(call.awaiting, Gathering):
        _continue(exchange, call, player.press(call.awaiting, keys))
    await pass_time(exchange)


async def say(exchange: Exchange, call: Call, words: str) -> None:
    """Speak to the line where it listens for speech."""
    if isinstance(call.awaiting, Gathering):
        _continue(exchange, call, player.say(call.awaiting, words))
    await pass_time(exchange)


async def leave_message(exchange: Exchange, call: Call, seconds: int, ended_by: str = "#") -> None:
    """Speak for so long where the line records, and end with a key."""
    if (recording := begin_message(call)) is not None:
        await pass_time(exchange, seconds)
        end_message(exchange, call, recording, seconds, ended_by)
    await pass_time(exchange)


def begin_message(call: Call) -> Recording | None:
    """Begin to speak where the line records; it hears no silence meanwhile. None where it does not record."""
    if not isinstance(call.awaiting, Recording):
        return None
    call.moment += 1
    return call.awaiting


def end_message(exchange: Exchange, call: Call, recording: Recording, seconds: int, ended_by: str = "#") -> None:
    """End with a key what was spoken for so long; nothing where the line went elsewhere meanwhile."""
    if call.awaiting is recording:
        _continue(exchange, call, _recorded(exchange, call, recording, seconds, ended_by))


async def hang_up(exchange: Exchange, call: Call) -> None:
    """Put the receiver down; what was recorded until then is kept. Twice is once."""
    if isinstance(call.awaiting, Recording) and not call.ended:
        seconds = max(round(exchange.now_seconds - call.waits_since_seconds), 1)
        request = _recorded(exchange, call, call.awaiting, seconds, "hangup")
        tell(exchange, call.account_sid, request, params_of(call, "completed"))
    unanswered: CallStatus = "canceled" if call.direction != "inbound" else "no-answer"
    end_call(exchange, call, "completed" if call.status == "in-progress" else unanswered)
    await pass_time(exchange)


def _continue(exchange: Exchange, call: Call, step: object) -> None:
    """Go on at once, or go on listening with the keys pressed so far."""
    if isinstance(step, Gathering):
        if step is not call.awaiting:
            call.awaiting = step
            call.moment += 1
            schedule(exchange, Silence(call.sid, call.moment), step.timeout_seconds)
    elif isinstance(step, Request | Played):
        call.moment += 1
        schedule(exchange, GoOn(call.sid, call.moment, step))


def _recorded(exchange: Exchange, call: Call, recording: Recording, seconds: int, ended_by: str) -> Request:
    verb = stopped_at(call.verbs, recording.rest)
    address = verb.attributes.get("recordingStatusCallback", "")
    method = verb.attributes.get("recordingStatusCallbackMethod", "POST").upper()
    hook = Hook(urljoin(recording.base_url, address) if address else "", method)
    record = keep_recording(exchange, call, min(seconds, recording.limit_seconds), hook)
    request = player.finish_recording(recording, recording_url(record), record.seconds, ended_by)
    return replace(request, params=(*request.params, ("RecordingSid", record.sid)))
