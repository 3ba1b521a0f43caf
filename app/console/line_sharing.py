"""Gathers what all desks show alike: who waits in the line, and which callbacks and voicemails are due."""

from collections.abc import Callable, Mapping
from typing import Final

from app.calls.scene import Scene
from app.console.line_door import Part, agreed_word, find_safe, land_name, language_name
from app.console.line_views import Call, Due, DueCall, DueMessage, InLine
from app.queue.callback_models import Callback
from app.queue.models import State, Status, Waiting
from app.queue.voicemails import Voicemail, VoicemailState
from app.shell.answers import Mood
from app.shell.ask import Ask

_MESSAGES: Final[Mapping[VoicemailState, Mood]] = {
    VoicemailState.AWAITED: "info",
    VoicemailState.KEPT: "success",
    VoicemailState.FAILED: "danger",
}


def waiting_part(ask: Ask, scene: Scene) -> Part:
    return _shared(ask, scene, "waiting", _waiting)


def due_part(ask: Ask, scene: Scene) -> Part:
    return _shared(ask, scene, "due", _due)


def _shared(ask: Ask, scene: Scene, name: str, view: Callable[[Ask, Scene], object]) -> Part:
    """The same part for all readers of a language, made once of each scene."""
    return scene.once((name, ask.language), lambda: Part(name, view(ask, scene), ask.language, shared=True))


def _waiting(ask: Ask, scene: Scene) -> InLine:
    skilled = [agent for agent in scene.line.agents if agent.languages is not None]
    return InLine(
        ready=sum(agent.status is Status.READY and agent.is_present for agent in skilled),
        present=sum(agent.is_present for agent in skilled),
        calls=tuple(_in_line(ask, call) for call in scene.line.waiting),
        more=scene.line.waiting_total - len(scene.line.waiting),
    )


def _in_line(ask: Ask, call: Waiting) -> Call:
    state = "first" if call.first and call.state is State.WAITING else call.state.value
    return Call(
        id="",
        language=language_name(ask, call.language),
        topic=call.topic,
        land=land_name(ask, call.land),
        entered_at=call.entered_at,
        via="language",
        is_callback=call.is_callback,
        woman=call.woman,
        state=state,
        mood="warning" if state in {"waiting", "first"} else "info",
    )


def _due(ask: Ask, scene: Scene) -> Due:
    if find_safe(ask) is None:
        return Due((), ())
    return Due(
        tuple(_due_call(ask, one, is_due=one.id in scene.line.due) for one in scene.line.callbacks),
        tuple(_due_message(ask, one) for one in scene.line.voicemails),
    )


def _due_call(ask: Ask, one: Callback, *, is_due: bool) -> DueCall:
    state = "dialling" if one.dialling else "due" if is_due else "later"
    return DueCall(
        id=str(one.id),
        language=language_name(ask, one.language),
        state=state,
        mood="warning" if state == "due" else "info",
        window=one.window.value,
        word=agreed_word(one.language, one.word),
        word_language=one.language,
        own_word=agreed_word(ask.language, one.word) if one.language != ask.language else "",
        attempts=one.attempts,
        others=one.others_may_answer,
        since=one.made_at,
        due_at=one.due_at,
    )


def _due_message(ask: Ask, one: Voicemail) -> DueMessage:
    return DueMessage(
        id=str(one.id),
        language=language_name(ask, one.language),
        topic=one.topic,
        since=one.left_at,
        until=one.expires_at,
        length=length(one.seconds) if one.seconds else "",
        state=one.state.value,
        mood=_MESSAGES[one.state],
    )


def length(seconds: int) -> str:
    """Minutes and seconds."""
    return f"{seconds // 60}:{seconds % 60:02}"
