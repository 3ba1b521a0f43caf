"""Plays the caller's side of TwiML as Twilio does, without input or output."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal
from urllib.parse import urldefrag, urljoin

from app.phone.awaiting import (
    Awaiting,
    Dialled,
    Ended,
    Gathering,
    Heard,
    Left,
    Played,
    Queued,
    Recording,
    Redirected,
    Request,
    request_for,
)
from app.phone.document import PlayerFault, Verb, read_document

KEYS = "1234567890*#"
# What Twilio plays when an endless loop is asked for: loop="0".
ENDLESS = 1000
_DIALLED = frozenset({"Number", "Conference", "Client", "Sip", "Queue"})

LoneFinishKey = Literal["swallowed", "ends"]
DialOutcome = Literal["completed", "answered", "busy", "no-answer", "failed", "canceled"]


def play(document: str, base_url: str) -> Played:
    """Play a document that was fetched from `base_url`; raises PlayerFault where Twilio would give up."""
    return play_verbs(read_document(document), urldefrag(base_url).url)


def play_verbs(verbs: tuple[Verb, ...], base_url: str) -> Played:
    """Play verbs in order up to the first that waits; the end of the document is the end of the call."""
    heard: list[Heard] = []
    unknown: list[str] = []
    for place, verb in enumerate(verbs, 1):
        if verb.name in _PROMPTS:
            heard.append(_prompt(verb, base_url, interruptible=False))
        elif verb.name in _STOPS:
            awaiting = _STOPS[verb.name](verb, base_url, verbs[place:])
            if isinstance(awaiting, Gathering):
                heard += _nested(verb, base_url)
                unknown += [child.name for child in verb.children if child.name not in _PROMPTS]
            return Played(tuple(heard), awaiting, tuple(unknown))
        else:
            unknown.append(verb.name)
    return Played(tuple(heard), Ended("document_over"), tuple(unknown))


def press(awaiting: Awaiting, keys: str, lone_finish_key: LoneFinishKey = "swallowed") -> Request | Played | Awaiting:
    """Press keys one after the other; keys that come after the Gather is complete are lost, as on a telephone.

    Twilio's pages differ on a finish key with no other key before it: today's say that it cannot stop a Gather
    ("swallowed"), older ones that it ends the Gather without input ("ends"). A flow should stand both.
    """
    if strange := set(keys) - set(KEYS):
        raise PlayerFault(f"A telephone has no key {', '.join(sorted(strange))}.")
    if not isinstance(awaiting, Gathering) or "dtmf" not in awaiting.inputs:
        return awaiting
    for key in keys:
        if key == awaiting.finish_on_key:
            if awaiting.keys:
                return _gathered(awaiting, finished_on=key)
            if lone_finish_key == "ends":
                return _nothing_gathered(awaiting, finished_on=key)
            continue
        awaiting = replace(awaiting, keys=awaiting.keys + key)
        if len(awaiting.keys) == awaiting.length:
            return _gathered(awaiting, finished_on="")
    return awaiting


def stay_silent(awaiting: Awaiting) -> Request | Played | Awaiting:
    """Let the time-out pass: what was pressed is sent, else the document goes on after the verb that waited."""
    match awaiting:
        case Gathering(keys=""):
            return _nothing_gathered(awaiting, finished_on="")
        case Gathering():
            return _gathered(awaiting, finished_on="")
        case Recording():
            return play_verbs(awaiting.rest, awaiting.base_url)
        case _:
            return awaiting


def say(awaiting: Awaiting, words: str, confidence: str = "0.9") -> Request | Awaiting:
    """Speak to a Gather that listens for speech; where none listens nothing happens."""
    if not isinstance(awaiting, Gathering) or "speech" not in awaiting.inputs or not words.strip():
        return awaiting
    params = (("SpeechResult", words.strip()), ("Confidence", confidence), ("Language", awaiting.language))
    return request_for(awaiting.action, awaiting.method, params)


def leave_queue(queued: Queued, result: str, seconds: int) -> Request | Played:
    """Give up the place in a queue: `result` as Twilio names it ("leave", "hangup", "bridged", …)."""
    params = (("QueueResult", result), ("QueueTime", str(seconds)))
    return _go_on(queued, params)


def finish_dial(dialled: Dialled, outcome: DialOutcome, seconds: int) -> Request | Played:
    """The other side is gone or was never reached."""
    params = (("DialCallStatus", outcome), ("DialCallDuration", str(seconds)))
    return _go_on(dialled, params)


def finish_recording(recording: Recording, url: str, seconds: int, ended_by: str) -> Request:
    """A message was left; `ended_by` is a key, "hangup" or nothing."""
    params = (("RecordingUrl", url), ("RecordingDuration", str(seconds)), ("Digits", ended_by))
    return request_for(recording.action, recording.method, params)


def _go_on(place: Queued | Dialled, params: tuple[tuple[str, str], ...]) -> Request | Played:
    if place.action:
        return request_for(place.action, place.method, params)
    return play_verbs(place.rest, place.base_url)


def _gathered(gathering: Gathering, finished_on: str) -> Request:
    params = (("Digits", gathering.keys), ("FinishedOnKey", finished_on), ("msg", "Gather End"))
    return request_for(gathering.action, gathering.method, params)


def _nothing_gathered(gathering: Gathering, finished_on: str) -> Request | Played:
    if gathering.action_on_empty:
        return _gathered(gathering, finished_on)
    return play_verbs(gathering.rest, gathering.base_url)


def _nested(gather: Verb, base_url: str) -> list[Heard]:
    barge_in = gather.attributes.get("bargeIn", "true") == "true"
    prompts = (child for child in gather.children if child.name in _PROMPTS)
    return [_prompt(child, base_url, interruptible=barge_in) for child in prompts]


def _prompt(verb: Verb, base_url: str, *, interruptible: bool) -> Heard:
    if verb.name == "Pause":
        return Heard("pause", str(_whole(verb, "length", 1)), interruptible=interruptible)
    loop = _whole(verb, "loop", 1, least=0) or ENDLESS
    if verb.name == "Play":
        return Heard("play", urljoin(base_url, verb.text), loop=loop, interruptible=interruptible)
    voice, language = verb.attributes.get("voice", ""), verb.attributes.get("language", "en-US")
    return Heard("say", verb.text, voice, language, loop, interruptible)


def _gather(verb: Verb, base_url: str, rest: tuple[Verb, ...]) -> Gathering:
    finish = verb.attributes.get("finishOnKey", "#")
    inputs = frozenset(verb.attributes.get("input", "dtmf").split())
    if len(finish) > 1 or finish not in KEYS:
        raise PlayerFault(f"Gather's finishOnKey is “{finish}”, which is neither one key nor empty.")
    if not inputs or inputs - {"dtmf", "speech"}:
        raise PlayerFault(f"Gather's input is “{verb.attributes['input']}”; known are dtmf and speech.")
    return Gathering(
        action=_address(verb, "action", base_url),
        method=_method(verb, "method"),
        inputs=inputs,
        length=_whole(verb, "numDigits", 0) or None,
        timeout_seconds=_whole(verb, "timeout", 5, least=0),
        finish_on_key=finish,
        action_on_empty=verb.attributes.get("actionOnEmptyResult", "false") == "true",
        language=verb.attributes.get("language", "en-US"),
        hints=verb.attributes.get("hints", ""),
        speech_timeout=verb.attributes.get("speechTimeout", ""),
        base_url=base_url,
        rest=rest,
    )


def _redirect(verb: Verb, base_url: str, _rest: tuple[Verb, ...]) -> Redirected:
    if not verb.text:
        raise PlayerFault("Redirect names no address.")
    return Redirected(request_for(urljoin(base_url, verb.text), _method(verb, "method")))


def _enqueue(verb: Verb, base_url: str, rest: tuple[Verb, ...]) -> Queued:
    return Queued(
        queue=verb.text,
        wait_url=_address(verb, "waitUrl", base_url, default=""),
        wait_method=_method(verb, "waitUrlMethod"),
        action=_address(verb, "action", base_url, default=""),
        method=_method(verb, "method"),
        base_url=base_url,
        rest=rest,
    )


def _dial(verb: Verb, base_url: str, rest: tuple[Verb, ...]) -> Dialled:
    targets = tuple((child.name, child.text) for child in verb.children if child.name in _DIALLED)
    if not targets and not verb.text:
        raise PlayerFault("Dial names nobody to call.")
    return Dialled(
        targets=targets or (("Number", verb.text),),
        caller_id=verb.attributes.get("callerId", ""),
        time_limit_seconds=_whole(verb, "timeLimit", 4 * 60 * 60),
        action=_address(verb, "action", base_url, default=""),
        method=_method(verb, "method"),
        base_url=base_url,
        rest=rest,
        nouns=verb.children,
    )


def _record(verb: Verb, base_url: str, rest: tuple[Verb, ...]) -> Recording:
    return Recording(
        action=_address(verb, "action", base_url),
        method=_method(verb, "method"),
        limit_seconds=_whole(verb, "maxLength", 60 * 60),
        timeout_seconds=_whole(verb, "timeout", 5),
        finish_on_key=verb.attributes.get("finishOnKey", KEYS),
        base_url=base_url,
        rest=rest,
        callback=verb.attributes.get("recordingStatusCallback", ""),
    )


def _address(verb: Verb, attribute: str, base_url: str, default: str | None = None) -> str:
    """Absolute; an empty address is that of the document, an absent one too unless there is a default."""
    given = verb.attributes.get(attribute)
    if given is None and default is not None:
        return default
    return urljoin(base_url, given or "")


def _method(verb: Verb, attribute: str) -> str:
    method = verb.attributes.get(attribute, "POST").upper()
    if method not in {"GET", "POST"}:
        raise PlayerFault(f"{verb.name}'s {attribute} is {method}; Twilio knows GET and POST.")
    return method


def _whole(verb: Verb, attribute: str, default: int, *, least: int = 1) -> int:
    given = verb.attributes.get(attribute)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal()) or int(given) < least:
        raise PlayerFault(f"{verb.name}'s {attribute} is “{given}”, which is not a whole number from {least} up.")
    return int(given)


_PROMPTS = frozenset({"Say", "Play", "Pause"})
_STOPS: Mapping[str, Callable[[Verb, str, tuple[Verb, ...]], Awaiting]] = {
    "Gather": _gather,
    "Redirect": _redirect,
    "Hangup": lambda _verb, _base, _rest: Ended("hangup"),
    "Reject": lambda _verb, _base, _rest: Ended("rejected"),
    "Enqueue": _enqueue,
    "Leave": lambda _verb, _base, _rest: Left(),
    "Dial": _dial,
    "Record": _record,
}
