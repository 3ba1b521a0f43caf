"""A caller on a line: dials, presses, waits, speaks and hangs up against the real webhooks."""

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from time import monotonic

from app.phone import player
from app.phone.awaiting import (
    CHARACTERS_A_SECOND,
    Awaiting,
    Dialled,
    Ended,
    Left,
    Params,
    Played,
    Queued,
    Recording,
    Redirected,
    Request,
    request_for,
)
from app.phone.caller import DEMO_CALLER_NUMBER, Caller, call_params, new_caller
from app.phone.document import PlayerFault
from app.phone.live_call import Line, LiveCall, Turn
from app.phone.rooms import Follow, Rooms
from app.phone.webhook import LineFault, ask

__all__ = [
    "INCOMING",
    "LONGEST_CHAIN",
    "STATUS",
    "Line",
    "LiveCall",
    "Turn",
    "be_refused",
    "dial",
    "follow",
    "hang_up",
    "press",
    "reach_by",
    "say",
    "wait",
    "webhook",
]

INCOMING, STATUS = "/voice/incoming#rc=2&rp=all", "/voice/status#rc=2&rp=all"
# A line that leads on by itself more often than this in a row goes in circles.
LONGEST_CHAIN = 25
_TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})


async def dial(
    line: Line, from_number: str = DEMO_CALLER_NUMBER, lone_finish_key: player.LoneFinishKey = "swallowed"
) -> LiveCall:
    """Call the hotline; raises LineFault when the line does not answer or answers with what cannot be played."""
    first = request_for(webhook(line, INCOMING))
    caller = new_caller(from_number, line.number, line.account_sid)
    call = LiveCall(line, caller, Redirected(first), monotonic(), lone_finish_key=lone_finish_key)
    await _go_on(call, first)
    return call


def webhook(line: Line, path: str) -> str:
    """The address of a webhook with its retry rules."""
    return line.base_url.rstrip("/") + path


async def press(call: LiveCall, keys: str) -> None:
    """Press one or more keys; where the line listens for none, nothing comes of it."""
    _be_connected(call)
    call.turns.append(Turn("pressed", keys))
    await _go_on(call, player.press(call.awaiting, keys, call.lone_finish_key))


async def wait(call: LiveCall) -> None:
    """Do nothing until the line goes on: a time-out passes, the wait music starts anew, the other side hangs up."""
    _be_connected(call)
    call.turns.append(Turn("waited"))
    match call.awaiting:
        case Queued() as queued if queued.wait_url:
            await _go_on(call, _wait_request(call, queued))
        case Dialled() if call.meets:
            # The agent hangs up, nobody else.
            return
        case Dialled() as dialled:
            await _go_on(call, player.finish_dial(dialled, "completed", _seconds_since(call.began_seconds)))
        case awaiting:
            await _go_on(call, player.stay_silent(awaiting))


async def say(call: LiveCall, words: str) -> None:
    """Speak: to a Gather that takes speech, as the message that is being recorded, or to whoever is in the room."""
    _be_connected(call)
    call.turns.append(Turn("said", words))
    if call.meets and call.rooms is not None:
        call.rooms.speak(call.caller.call_sid, words, call.tongue)
    elif isinstance(call.awaiting, Recording):
        await _go_on(call, _recorded(call, call.awaiting, max(len(words) // CHARACTERS_A_SECOND, 1)))
    else:
        await _go_on(call, player.say(call.awaiting, words))


async def be_refused(call: LiveCall, outcome: player.DialOutcome) -> None:
    """The side that was dialled is busy, does not answer or cannot be reached."""
    _be_connected(call)
    if isinstance(call.awaiting, Dialled):
        await _go_on(call, player.finish_dial(call.awaiting, outcome, 0))


def reach_by(rooms: Rooms, call: LiveCall, taken: Follow) -> None:
    """Let the exchange reach the call: `taken` is told where it goes, and follows when its turn comes."""
    call.rooms = rooms
    rooms.connect(call.caller, taken, lambda heard: call.turns.append(Turn("heard", heard=(heard,))))


async def follow(call: LiveCall, step: Request | Played | Awaiting) -> None:
    """The exchange takes the call elsewhere, from wherever it is; after its end this is nothing."""
    if call.ended:
        return
    call.moment += 1
    if isinstance(step, Request):
        call.meets = False
        if call.queue is not None:
            queue, call.queue = call.queue, None
            left = player.leave_queue(queue, "redirected", _seconds_since(call.queued_seconds))
            if isinstance(left, Request):
                await _tell(call, left, call.status)
    await _go_on(call, step)


async def hang_up(call: LiveCall) -> None:
    """Put the receiver down; the line learns it by the status webhook. Hanging up twice is nothing."""
    if call.ended:
        return
    call.turns.append(Turn("hung up"))
    call.awaiting = Ended("hangup")
    if call.queue and call.queue.action:
        left = player.leave_queue(call.queue, "hangup", _seconds_since(call.queued_seconds))
        if isinstance(left, Request):
            await _tell(call, left)
    await _complete(call)


def _be_connected(call: LiveCall) -> None:
    if call.ended:
        raise LineFault("The call is over.")


async def _go_on(call: LiveCall, step: Request | Played | Awaiting) -> None:
    """Follow the line until it waits for the caller or the call ends."""
    try:
        await _rest(call, await _follow(call, step))
    except PlayerFault as fault:
        await _fail(call, str(fault))
        raise LineFault(str(fault)) from fault
    except LineFault as fault:
        await _fail(call, str(fault))
        raise


async def _follow(call: LiveCall, step: Request | Played | Awaiting) -> Awaiting:
    fetched = 0
    while True:
        if isinstance(step, Request):
            fetched += 1
            if fetched > LONGEST_CHAIN:
                raise LineFault(f"The line led on {LONGEST_CHAIN} times without asking the caller anything.")
            step = await _fetch(call, step)
        elif isinstance(step, Played):
            step = _hear(call, step)
        elif (following := _lead_on(call, step)) is not None:
            step = following
        else:
            return step


async def _fetch(call: LiveCall, request: Request) -> Played:
    exchange = await ask(call.line.client, call.line.signer, request, call_params(call.caller, call.status))
    call.status = "in-progress"
    call.exchanges.append(exchange)
    if exchange.content_type not in _TWIML_TYPES:
        raise LineFault(f"The line answered with {exchange.content_type or 'no content type'} instead of TwiML.")
    return player.play(exchange.answer, request.url)


def _hear(call: LiveCall, played: Played) -> Awaiting:
    if played.heard:
        call.turns.append(Turn("heard", heard=played.heard))
        call.tongue = next((item.language for item in reversed(played.heard) if item.language), call.tongue)
    return played.awaiting


def _lead_on(call: LiveCall, awaiting: Awaiting) -> Request | Played | None:
    """What follows by itself: a redirect, the wait document of a queue just entered, or a queue just left."""
    match awaiting:
        case Redirected(request):
            return request
        case Queued() if call.queue is not awaiting:
            call.queue, call.queued_seconds = awaiting, monotonic()
            call.turns.append(Turn("transferred", awaiting.queue))
            return _wait_request(call, awaiting) if awaiting.wait_url else None
        case Left():
            if call.queue is None:
                raise LineFault("The line takes the caller out of a queue that the caller is not in.")
            queue, call.queue = call.queue, None
            return player.leave_queue(queue, "leave", _seconds_since(call.queued_seconds))
        case _:
            return None


async def _rest(call: LiveCall, awaiting: Awaiting) -> None:
    """Stop here: the end of a wait document is a pause in the queue, every other end is the end of the call."""
    if isinstance(awaiting, Ended) and awaiting.reason == "document_over" and call.queue is not None:
        call.awaiting = call.queue
        return
    if isinstance(awaiting, Dialled) and call.awaiting is not awaiting:
        call.turns.append(Turn("transferred", ", ".join(name for _, name in awaiting.targets)))
        call.meets = call.rooms is not None and call.rooms.enter(call.caller.call_sid, awaiting)
    call.awaiting = awaiting
    if isinstance(awaiting, Ended):
        call.turns.append(Turn("ended", awaiting.reason))
        await _complete(call)


async def _fail(call: LiveCall, sentence: str) -> None:
    call.turns.append(Turn("failed", sentence))
    call.awaiting = Ended("hangup")
    await _complete(call)


async def _complete(call: LiveCall) -> None:
    if call.rooms is not None:
        call.rooms.end(call.caller.call_sid)
    duration = _seconds_since(call.began_seconds)
    params: Params = (
        ("CallDuration", str(duration)),
        ("Duration", str(-(-duration // 60))),
        ("Timestamp", format_datetime(datetime.now(UTC))),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", "0"),
    )
    await _tell(call, request_for(webhook(call.line, STATUS), params=params))


async def _tell(call: LiveCall, request: Request, status: str = "completed") -> None:
    """Tell the line something whose answer nobody hears; a lost notice changes nothing for the caller."""
    try:
        exchange = await ask(call.line.client, call.line.signer, request, call_params(call.caller, status))
    except LineFault as fault:
        call.turns.append(Turn("failed", str(fault)))
    else:
        call.exchanges.append(exchange)


def _wait_request(call: LiveCall, queued: Queued) -> Request:
    params = (("QueueTime", str(_seconds_since(call.queued_seconds))),)
    return request_for(queued.wait_url, queued.wait_method, params)


def _recorded(call: LiveCall, recording: Recording, seconds: int) -> Request:
    """Where an exchange keeps what was said, it has a Sid by which it can be fetched."""
    if call.rooms is None:
        return player.finish_recording(recording, _recording_url(call.caller), seconds, "")
    sid, url = call.rooms.record(call.caller.call_sid, recording, seconds)
    request = player.finish_recording(recording, url, seconds, "")
    return replace(request, params=(*request.params, ("RecordingSid", sid)))


def _recording_url(caller: Caller) -> str:
    recording = "RE" + caller.call_sid.removeprefix("CA")
    return f"https://api.twilio.com/2010-04-01/Accounts/{caller.account_sid}/Recordings/{recording}"


def _seconds_since(began_seconds: float) -> int:
    return round(monotonic() - began_seconds)
