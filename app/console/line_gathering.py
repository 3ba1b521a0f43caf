"""Gathers what the agents' page shows from the line, the present call, and what is kept for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from app.calls import meeting
from app.calls.desk import INTERPRETER, Desk, Guest, Meeting, Presence
from app.console.door import list_names
from app.console.line_door import MOODS, Part, agreed_word, find_safe, land_name, language_name, line_of
from app.console.line_views import Asked, Beside, Call, Due, DueCall, DueMessage, Hands, InLine, Own
from app.queue import callbacks, service, voicemails
from app.queue.callback_models import Callback
from app.queue.models import Agent, Reservation, State, Status, Waiting
from app.queue.voicemails import Voicemail, VoicemailState
from app.shell.answers import Mood
from app.shell.ask import Ask

_MOST_CALLS: Final = 20
COLLEAGUE: Final = "colleague"
_PRESENT: Final[Mapping[Presence, Mood]] = {
    Presence.HERE: "success",
    Presence.ASKED: "info",
    Presence.COMING: "info",
    Presence.RINGING: "info",
    Presence.GONE: "info",
}
_MESSAGES: Final[Mapping[VoicemailState, Mood]] = {
    VoicemailState.AWAITED: "info",
    VoicemailState.KEPT: "success",
    VoicemailState.FAILED: "danger",
}


async def gather(ask: Ask) -> tuple[Part, ...]:
    """The parts of the page, in the order in which they are read."""
    line, agent_id = line_of(ask), ask.person().person_id
    status = await service.see(line, agent_id)
    agents = await service.list_agents(line)
    met = await meeting.find_meeting(ask.given(Desk), agent_id)
    names = await list_names(ask)
    views = {
        "own": await _own(ask, status, agents, met, names),
        "waiting": await _waiting(ask, agents),
        "hands": await _hands(ask, agents, met, names),
        "due": await _due(ask),
    }
    return tuple(Part(name, view, ask.language) for name, view in views.items())


async def _own(
    ask: Ask, status: Status, agents: tuple[Agent, ...], met: Meeting | None, names: Mapping[UUID, str]
) -> Own:
    desk, me = ask.given(Desk), ask.person().person_id
    agent = next((agent for agent in agents if agent.agent_id == me), None)
    reserved = await service.find_reservation(desk.line, me)
    offered = reserved if reserved and reserved.accepted_at is None else None
    wrapping = status is Status.WRAP_UP
    talks = met if met and not wrapping and met.reservation.ended_at is None else None
    invited = await meeting.list_invitations(desk, me)
    joined = status is Status.IN_CALL and not talks and not invited
    lost = bool(talks and talks.reservation.agent_left_at)
    return Own(
        status=status.value,
        mood=MOODS[status],
        since=agent.since if agent else None,
        standing=_standing(status, offered, talks, invited=bool(invited), lost=lost),
        speaks=", ".join(language_name(ask, code) for code in agent.skills.languages) if agent else "",
        offer=_offered(ask, offered) if offered else None,
        call=_call(ask, talks.reservation) if talks else None,
        call_state=_call_state(talks) if talks else "",
        held=bool(talks and talks.held),
        lost=lost,
        may_hand_over=bool(talks and any(_is_colleague_here(guest) for guest in talks.guests)),
        guests=tuple([await _beside(ask, guest, names) for guest in talks.guests]) if talks else (),
        invitations=tuple(
            Asked(str(one.reservation_id), names.get(one.from_agent_id, "–"), language_name(ask, one.language))
            for one in invited
        ),
        joined=joined,
        wrapping=wrapping,
        topic=reserved.topic if reserved and wrapping else None,
    )


def _standing(status: Status, offered: Reservation | None, talks: Meeting | None, *, invited: bool, lost: bool) -> str:
    """In one word what there is to do now, for who does not see the page."""
    if offered or invited:
        return "offer"
    if lost:
        return "lost"
    if talks:
        return f"call-{_call_state(talks)}"
    return status.value


def _call_state(talks: Meeting) -> str:
    if talks.held:
        return "held"
    return "talking" if talks.reservation.talking_at else "connecting"


def _offered(ask: Ask, reservation: Reservation) -> Call:
    return replace(_call(ask, reservation), until=reservation.expires_at)


def _call(ask: Ask, reservation: Reservation) -> Call:
    return Call(
        id=str(reservation.id),
        language=language_name(ask, reservation.language),
        topic=reservation.topic,
        land=land_name(ask, reservation.land),
        entered_at=reservation.made_at,
        via=reservation.via.value,
        is_callback=reservation.callback_id is not None,
        waited=_length(reservation.waited_seconds),
    )


def _length(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _is_colleague_here(guest: Guest) -> bool:
    return guest.role == COLLEAGUE and guest.state is Presence.HERE


async def _beside(ask: Ask, guest: Guest, names: Mapping[UUID, str]) -> Beside:
    name = names.get(guest.person_id, "")
    if guest.role == INTERPRETER:
        interpreter = await service.find_interpreter(line_of(ask), guest.person_id)
        name = interpreter.name if interpreter else ""
    return Beside(guest.role, name, guest.state.value, _PRESENT.get(guest.state, "warning"))


async def _waiting(ask: Ask, agents: tuple[Agent, ...]) -> InLine:
    calls = [call for call in await service.list_waiting(line_of(ask)) if call.state is not State.TALKING]
    return InLine(
        ready=sum(agent.status is Status.READY and agent.is_present for agent in agents),
        present=sum(agent.is_present for agent in agents),
        calls=tuple(_in_line(ask, call) for call in calls[:_MOST_CALLS]),
        more=max(0, len(calls) - _MOST_CALLS),
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


async def _hands(ask: Ask, agents: tuple[Agent, ...], met: Meeting | None, names: Mapping[UUID, str]) -> Hands:
    if met is None or met.reservation.ended_at is not None:
        return Hands(open=False)
    language, me = met.reservation.language, ask.person().person_id
    interpreters = await service.list_interpreters(line_of(ask), language, ask.clock())
    colleagues = [agent for agent in agents if agent.status is Status.READY and agent.is_present]
    return Hands(
        open=True,
        language=language_name(ask, language),
        interpreters=tuple((str(one.id), one.name) for one in interpreters),
        colleagues=tuple(
            (str(one.agent_id), _colleague(ask, one, language, names)) for one in colleagues if one.agent_id != me
        ),
    )


def _colleague(ask: Ask, agent: Agent, language: str, names: Mapping[UUID, str]) -> str:
    """The name, and whether they speak the caller's language."""
    name, level = names.get(agent.agent_id, "–"), agent.skills.languages.get(language)
    return f"{name} ({language_name(ask, language)}: {ask.translate(f'line.level.{level}')})" if level else name


async def _due(ask: Ask) -> Due:
    safe = find_safe(ask)
    if safe is None:
        return Due((), ())
    return Due(
        tuple(_due_call(ask, one) for one in await callbacks.list_callbacks(safe)),
        tuple(_due_message(ask, one) for one in await voicemails.list_voicemails(safe)),
    )


def _due_call(ask: Ask, one: Callback) -> DueCall:
    state = "dialling" if one.dialling else "due" if one.due_at <= ask.clock() else "later"
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
        length=_length(one.seconds) if one.seconds else "",
        state=one.state.value,
        mood=_MESSAGES[one.state],
    )
