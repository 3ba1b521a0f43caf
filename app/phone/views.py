"""What the browser telephone is told after each deed: heard, awaited, and the webhooks behind it."""

from urllib.parse import urlsplit

from app.phone.awaiting import Dialled, Gathering, Heard, Queued, Recording
from app.phone.document import pretty
from app.phone.line import LiveCall, Turn
from app.phone.webhook import Exchange

View = dict[str, object]


def call_view(call_id: str, call: LiveCall) -> View:
    """The news since the last view, which are then forgotten; the call keeps no record of itself."""
    turns, exchanges = tuple(call.turns), tuple(call.exchanges)
    call.turns.clear()
    call.exchanges.clear()
    documents = [exchange for exchange in exchanges if exchange.answer.strip()]
    return {
        "id": call_id,
        "heard": [_heard(item, call.line.base_url.rstrip("/")) for turn in turns for item in turn.heard],
        "awaiting": _awaiting(call),
        "moment": call.moment,
        "in_line": call.queue is not None or call.meets,
        "ended": call.ended,
        "ended_by": _ended_by(turns) if call.ended else None,
        "twiml": pretty(documents[-1].answer) if documents else "",
        "exchanges": [_exchange(exchange) for exchange in exchanges],
    }


def _heard(item: Heard, base_url: str) -> View:
    # The page may load sound from its own origin alone, so an address of the hotline becomes a path.
    text = item.text.removeprefix(base_url) if item.kind == "play" else item.text
    return {
        "kind": item.kind,
        "text": text,
        "language": item.language,
        "voice": item.voice,
        "seconds": round(item.seconds, 2),
        "by": item.by,
    }


def _awaiting(call: LiveCall) -> View:
    if call.meets and isinstance(call.awaiting, Dialled):
        return {"kind": "meeting", "held": call.rooms is not None and call.rooms.is_held(call.caller.call_sid)}
    match awaiting := call.awaiting:
        case Gathering():
            return {
                "kind": awaiting.kind,
                "keys": awaiting.keys,
                "takes_keys": "dtmf" in awaiting.inputs,
                "takes_speech": "speech" in awaiting.inputs,
                "timeout_seconds": awaiting.timeout_seconds,
                "finish_on_key": awaiting.finish_on_key,
                "length": awaiting.length,
            }
        case Queued():
            return {"kind": awaiting.kind, "name": awaiting.queue}
        case Dialled():
            return {"kind": awaiting.kind, "name": ", ".join(name for _, name in awaiting.targets)}
        case Recording():
            return {"kind": awaiting.kind, "timeout_seconds": awaiting.timeout_seconds}
        case _:
            return {"kind": awaiting.kind}


def _ended_by(turns: tuple[Turn, ...]) -> str:
    """Who ended the call: "caller" or "line"."""
    return "caller" if any(turn.kind == "hung up" for turn in turns) else "line"


def _exchange(exchange: Exchange) -> View:
    parts = urlsplit(exchange.url)
    return {
        "method": exchange.method,
        "path": parts.path,
        "sent": [[name, value] for name, value in exchange.sent],
        "status": exchange.status,
        "milliseconds": round(exchange.seconds * 1000),
        "twiml": pretty(exchange.answer),
    }
