"""A call straight to the engine, heard as text: keys and words reach it as a Gather would bring them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.calls.codes import OUTCOMES
from app.calls.playbook import Playbook
from app.calls.service import Advanced, advance
from app.calls.speech import spoken
from app.ivr.model import (
    Done,
    Gather,
    Hangup,
    Input,
    Message,
    Perform,
    Pressed,
    Record,
    Said,
    Session,
    Silent,
    Speak,
    Started,
    Verb,
    Wait,
)
from app.phone.simulation.scenes import Deed, Press, Say, Scene, squeezed
from app.phone.simulation.staff import Staff, reply

# Before a language is chosen the line speaks these.
_UNCHOSEN = ("de", "en")


@dataclass(frozen=True, slots=True)
class Voice:
    """Reads messages out; the same message sounds the same, so `read` remembers what was read."""

    playbook: Playbook
    read: dict[tuple[Message, str], str] = field(default_factory=dict)


def read_out(voice: Voice, verbs: tuple[Verb, ...], language: str | None) -> str:
    """All that is spoken, without white space: in the caller's language, then what brings its own."""
    messages = [message for verb in verbs for message in _messages(verb)]
    common = [
        _sound(voice, message, spoken_in)
        for spoken_in in ((language,) if language else _UNCHOSEN)
        for message in messages
        if message.language is None
    ]
    return "".join(common + [_sound(voice, message, message.language) for message in messages if message.language])


def _messages(verb: Verb) -> Iterator[Message]:
    if isinstance(verb, Speak):
        yield from verb.messages
    elif isinstance(verb, Gather):
        yield from verb.question
        yield from verb.menu
    elif isinstance(verb, Wait):
        yield Message("wait.comfort")


def _sound(voice: Voice, message: Message, language: str) -> str:
    known = voice.read.get((message, language))
    if known is None:
        texts = voice.playbook.wording[language]
        known = texts[message.id]
        for slot, type_, value in message.slots:
            known = known.replace("{" + slot + "}", _slot(voice.playbook, slot, type_, value, language))
        known = voice.read[message, language] = squeezed(known)
    return known


def _slot(playbook: Playbook, slot: str, type_: str, value: str, language: str) -> str:
    match type_:
        case "key":
            return value
        case "choice":
            return playbook.wording[language][f"choice.{value}"]
        case _:
            return spoken(playbook, type_, slot.partition(".")[2], value, language)


@dataclass(slots=True)
class EngineCall:
    """A call in progress; `inputs` are all that the caller told the engine, `outcome` the furthest that was counted.

    Without a staff lasting effects and hand-overs have failed; `replies` are what came of them where there is one.
    """

    voice: Voice
    staff: Staff | None = None
    verbs: tuple[Verb, ...] = ()
    session: Session | None = None
    inputs: list[Input] = field(default_factory=list)
    replies: list[Done] = field(default_factory=list)
    outcome: str = OUTCOMES[0]


def begin(call: EngineCall) -> Scene:
    """The line answers."""
    return _advance(call, Session(call.voice.playbook.book.content_hash), Started())


def do(call: EngineCall, deed: Deed) -> Scene:
    """The caller's deed, and what comes of it; raises whatever the engine raises."""
    gather = call.verbs[-1]
    if not isinstance(gather, Gather) or call.session is None:
        raise TypeError("A line that does not listen was told something.")
    return _advance(call, call.session, _gathered(gather, deed))


def _advance(call: EngineCall, session: Session, heard: Input) -> Scene:
    call.inputs.append(heard)
    call.session, call.verbs = session, ()
    following: Input | None = heard
    while following is not None:
        advanced = advance(call.voice.playbook, call.session, following, outside=call.staff is not None)
        call.session, call.verbs = advanced.session, call.verbs + advanced.verbs
        call.outcome = max(call.outcome, advanced.counted.get("outcome", OUTCOMES[0]), key=OUTCOMES.index)
        following = _reply(call, advanced)
    text = read_out(call.voice, call.verbs, call.session.language)
    match call.verbs[-1:]:
        case (Gather(),):
            return Scene(text, "asked")
        case (Hangup(),) if text:
            return Scene(text, "over")
        case _:
            return Scene(text, "stuck")


def _reply(call: EngineCall, advanced: Advanced) -> Done | None:
    """What comes back from the staffed line before the caller is asked again, if anything."""
    asked = advanced.pending or (advanced.verbs[-1] if advanced.verbs else None)
    if call.staff is None or not isinstance(asked, Perform | Wait | Record):
        return None
    done = reply(call.staff, asked)
    call.replies.append(done)
    return done


def _gathered(gather: Gather, deed: Deed) -> Input:
    """Keys end with the length that is asked for or with the time-out; words count where the line listens for them."""
    match deed:
        case Press(keys):
            return Pressed(keys[: gather.length])
        case Say(words) if gather.speech and words.strip():
            return Said(words.strip())
        case _:
            return Silent()
