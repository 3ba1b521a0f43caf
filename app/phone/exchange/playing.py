"""A call under way: fetches documents, plays them, and waits where they say."""

from dataclasses import replace
from urllib.parse import urldefrag, urljoin

from app.phone import player
from app.phone.awaiting import (
    Awaiting,
    Dialled,
    Ended,
    Gathering,
    Left,
    Params,
    Played,
    Queued,
    Recording,
    Redirected,
    Request,
    request_for,
)
from app.phone.document import PlayerFault, Verb, read_document
from app.phone.exchange.conferences import hook_of, join
from app.phone.exchange.ending import end_call, take_from_queue
from app.phone.exchange.models import (
    Call,
    Dial,
    DialLimit,
    Document,
    Ends,
    GoOn,
    Hook,
    Instructions,
    Place,
    PutDown,
    Queue,
    Silence,
    Step,
)
from app.phone.exchange.notices import params_of
from app.phone.exchange.outbound import be_answered, start_leg
from app.phone.exchange.state import Exchange, new_sid, prompt_seconds, schedule
from app.phone.line import LONGEST_CHAIN
from app.phone.webhook import Exchange as Answered
from app.phone.webhook import LineFault, ask

# What the provider calls the faults, in the request to the fallback address.
_NOT_FETCHED, _NOT_PLAYABLE = "11200", "12100"
_TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
# A wait document without any length begins anew after this long.
_WAIT_PAUSE_SECONDS = 1.0


async def go_on(exchange: Exchange, call: Call, step: Step) -> None:
    """Follow the line until it waits; what cannot be fetched or played is asked for at the fallback address once."""
    call.moment += 1
    try:
        await _follow(exchange, call, step)
    except (LineFault, PlayerFault) as fault:
        await fall_back(exchange, call, step, fault)


async def fall_back(exchange: Exchange, call: Call, step: Step, fault: LineFault | PlayerFault) -> None:
    """Ask the fallback address; without one, and where it fails too, the call is over."""
    call.faults.append(str(fault))
    fallback = call.instructions.fallback
    if fallback.url and not call.ended:
        code = _NOT_FETCHED if isinstance(fault, LineFault) else _NOT_PLAYABLE
        where = step.url if isinstance(step, Request) else ""
        request = request_for(fallback.url, fallback.method, (("ErrorCode", code), ("ErrorUrl", where)))
        try:
            await _follow(exchange, call, request)
        except (LineFault, PlayerFault) as second:
            call.faults.append(str(second))
        else:
            return
    end_call(exchange, call, "completed")


async def _follow(exchange: Exchange, call: Call, step: Step) -> None:
    moment, delay_seconds = call.moment, 0.0
    while True:
        match step:
            case Request():
                document = await _fetch(exchange, call, step)
                if call.moment != moment:
                    # While the document was on its way the call ended or was sent elsewhere.
                    return
                step = _opened(call, document, step.url)
            case Document(text):
                step = _opened(call, text, "")
            case Played(heard, awaiting):
                call.heard += heard
                delay_seconds += prompt_seconds(heard)
                _answer(exchange, call, step)
                step = awaiting
            case _:
                following = _wait_in(exchange, call, step, delay_seconds)
                if following is None:
                    return
                step = following


async def _fetch(exchange: Exchange, call: Call, request: Request) -> str:
    call.chain += 1
    if call.chain > LONGEST_CHAIN:
        raise LineFault(f"The line led on {LONGEST_CHAIN} times without asking the caller anything.")
    answered = await reach(exchange, call.account_sid, request, params_of(call))
    if answered.content_type not in _TWIML_TYPES:
        raise LineFault(f"The line answered with {answered.content_type or 'no content type'} instead of TwiML.")
    return answered.answer


async def reach(exchange: Exchange, account_sid: str, request: Request, params: Params) -> Answered:
    """Call a webhook of the account; raises LineFault, also for an address that is none by itself."""
    if not request.url.startswith(("http://", "https://")):
        raise LineFault("The line names an address without a host in a document that was not fetched from one.")
    return await ask(exchange.client, exchange.accounts[account_sid].signer, request, params)


def _opened(call: Call, document: str, url: str) -> Played:
    call.verbs = read_document(document)
    return player.play_verbs(call.verbs, urldefrag(url).url)


def _answer(exchange: Exchange, call: Call, played: Played) -> None:
    """A call from outside is answered by its first document, unless that begins with Reject."""
    refused = isinstance(played.awaiting, Ended) and played.awaiting.reason == "rejected" and not played.heard
    if call.status == "ringing" and call.direction == "inbound" and not refused:
        be_answered(exchange, call)


def _wait_in(exchange: Exchange, call: Call, awaiting: Awaiting, delay_seconds: float) -> Request | Played | None:
    """Wait there for what comes next, or say what follows at once."""
    if delay_seconds > 0 or not isinstance(awaiting, Redirected):
        call.chain = 0
    call.awaiting, call.waits_since_seconds = awaiting, exchange.now_seconds + delay_seconds
    match awaiting:
        case Gathering(timeout_seconds=seconds) | Recording(timeout_seconds=seconds):
            schedule(exchange, Silence(call.sid, call.moment), delay_seconds + seconds)
        case Redirected(request):
            schedule(exchange, GoOn(call.sid, call.moment, request), delay_seconds)
        case Ended():
            _reach_the_end(exchange, call, awaiting, delay_seconds)
        case Queued():
            return _enter_queue(exchange, call, awaiting)
        case Left():
            step = take_from_queue(exchange, call, "leave")
            if step is None:
                raise LineFault("The line takes the caller out of a queue that the caller is not in.")
            return step
        case Dialled():
            _dial(exchange, call, awaiting)
    return None


def _reach_the_end(exchange: Exchange, call: Call, ended: Ended, delay_seconds: float) -> None:
    """The end of a wait document begins it anew, the end of a leg's own document connects it, every other one ends."""
    over = ended.reason == "document_over"
    if over and call.place is not None:
        call.awaiting = call.place.queued
        request = wait_request(exchange, call, call.place)
        schedule(exchange, GoOn(call.sid, call.moment, request), max(delay_seconds, _WAIT_PAUSE_SECONDS))
    elif over and _is_leg(exchange, call):
        call.awaiting = None
    elif ended.reason == "rejected" and call.status == "ringing":
        reject = next(verb for verb in call.verbs if verb.name == "Reject")
        end_call(exchange, call, "busy" if reject.attributes.get("reason") == "busy" else "no-answer")
    else:
        schedule(exchange, PutDown(call.sid, "completed", call.moment), delay_seconds)


def _is_leg(exchange: Exchange, call: Call) -> bool:
    parent = exchange.calls.get(call.parent_sid)
    return parent is not None and parent.dial is not None and call.sid in parent.dial.leg_sids


def _enter_queue(exchange: Exchange, call: Call, queued: Queued) -> Request | Played | None:
    if call.place is not None:
        raise LineFault("The line puts the caller into a queue from within a queue.")
    queue = find_queue(exchange, call.account_sid, queued.queue) or _make_queue(exchange, call, queued.queue)
    if len(queue.call_sids) >= queue.most:
        return player.leave_queue(queued, "queue-full", 0)
    queue.call_sids.append(call.sid)
    call.place = Place(queue.sid, queued, exchange.now_seconds, call.verbs)
    return wait_request(exchange, call, call.place) if queued.wait_url else None


def find_queue(exchange: Exchange, account_sid: str, name: str) -> Queue | None:
    """The account's queue of that name."""
    queues = (queue for queue in exchange.queues.values() if queue.account_sid == account_sid)
    return next((queue for queue in queues if queue.name == name), None)


def _make_queue(exchange: Exchange, call: Call, name: str) -> Queue:
    sid, serial = new_sid(exchange, "QU")
    exchange.queues[sid] = Queue(sid, serial, call.account_sid, name, exchange.now_seconds)
    return exchange.queues[sid]


def wait_request(exchange: Exchange, call: Call, place: Place) -> Request:
    """What the exchange asks the wait address: with the place in the line and the time spent there."""
    queue = exchange.queues[place.queue_sid]
    params = (
        ("QueueSid", queue.sid),
        ("QueuePosition", str(queue.call_sids.index(call.sid) + 1)),
        ("QueueTime", str(round(exchange.now_seconds - place.since_seconds))),
        ("CurrentQueueSize", str(len(queue.call_sids))),
    )
    return request_for(place.queued.wait_url, place.queued.wait_method, params)


def _dial(exchange: Exchange, call: Call, dialled: Dialled) -> None:
    verb = stopped_at(call.verbs, dialled.rest)
    call.dial = Dial(dialled, exchange.now_seconds)
    rooms = [child for child in verb.children if child.name == "Conference"]
    if rooms:
        join(exchange, call, rooms[0], call.dial)
    elif any(kind == "Queue" for kind, _ in dialled.targets):
        raise LineFault("This exchange does not connect callers by Dial and Queue.")
    else:
        _ring_everybody(exchange, call, verb, call.dial)
    schedule(exchange, DialLimit(call.sid, call.moment), dialled.time_limit_seconds)


def _ring_everybody(exchange: Exchange, call: Call, verb: Verb, dial: Dial) -> None:
    """Without a callerId the other side sees the number of whoever calls, as with the provider."""
    caller_id = dial.dialled.caller_id or call.from_number
    ring_seconds = float(verb.attributes.get("timeout", "30"))
    nouns = [child for child in verb.children if child.name in {"Number", "Client", "Sip"}] or [verb]
    legs = []
    for noun in nouns:
        number = f"client:{noun.text}" if noun.name == "Client" else noun.text
        instructions = _leg_instructions(noun, dial.dialled.base_url, ring_seconds)
        legs.append(start_leg(exchange, call, Ends(caller_id, number), instructions).sid)
    call.dial = replace(dial, leg_sids=tuple(legs))


def _leg_instructions(noun: Verb, base_url: str, ring_seconds: float) -> Instructions:
    address = noun.attributes.get("url", "") if noun.name != "Dial" else ""
    voice = Hook(urljoin(base_url, address) if address else "", noun.attributes.get("method", "POST").upper())
    return Instructions(voice, status=hook_of(noun, base_url, "completed"), ring_seconds=ring_seconds)


def stopped_at(verbs: tuple[Verb, ...], rest: tuple[Verb, ...]) -> Verb:
    """The verb at which a document stopped: the one before what is still to come."""
    return verbs[len(verbs) - len(rest) - 1]
