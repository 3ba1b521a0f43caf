"""Gathers what the agents' page shows from the line, the present call, and what is kept for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.calls.desk import INTERPRETER, Guest, Meeting, Presence
from app.calls.scene import Scene
from app.console.line_door import MOODS, Part, land_name, language_name, line_of, own_language_name
from app.console.line_notes import note_of
from app.console.line_sharing import due_part, length, waiting_part
from app.console.line_trail import is_urgent, known
from app.console.line_views import Asked, Beside, Call, Hands, Own
from app.console.watch import Watch
from app.queue import service
from app.queue.models import Reservation, Status
from app.queue.overview import Helper, Present
from app.shell.answers import Mood
from app.shell.ask import Ask

COLLEAGUE: Final = "colleague"
_PRESENT: Final[Mapping[Presence, Mood]] = {
    Presence.HERE: "success",
    Presence.ASKED: "info",
    Presence.COMING: "info",
    Presence.RINGING: "info",
    Presence.GONE: "info",
}


async def gather(ask: Ask) -> tuple[Part, ...]:
    """The parts of the page as they are now, in the order in which they are read; whoever asks is there."""
    await service.see(line_of(ask), ask.person().person_id)
    return parts_of(ask, await ask.given(Watch).look())


def parts_of(ask: Ask, scene: Scene) -> tuple[Part, ...]:
    """The same out of what was read for all desks; nothing of it may ask the database."""
    me = ask.person().person_id
    return (
        Part("own", _own(ask, scene), ask.language),
        Part("note", note_of(ask, scene.find_offer(me)), ask.language),
        waiting_part(ask, scene),
        Part("hands", _hands(ask, scene), ask.language),
        due_part(ask, scene),
    )


def _own(ask: Ask, scene: Scene) -> Own:
    me = ask.person().person_id
    agent, reserved = scene.find_agent(me), scene.find_offer(me)
    status = agent.status if agent else Status.AWAY
    offered = reserved if reserved and reserved.accepted_at is None else None
    wrapping = status is Status.WRAP_UP
    talks = None if wrapping else scene.find_meeting(me)
    invited = scene.list_invitations(me)
    joined = status is Status.IN_CALL and not talks and not invited
    lost = bool(talks and talks.reservation.agent_left_at)
    return Own(
        status=status.value,
        mood=MOODS[status],
        since=agent.since if agent and agent.languages is not None else None,
        standing=_standing(status, offered, talks, invited=bool(invited), lost=lost),
        speaks=", ".join(language_name(ask, code) for code in speaks(agent)),
        offer=_offered(ask, offered) if offered else None,
        call=_call(ask, talks.reservation) if talks else None,
        call_state=_call_state(talks) if talks else "",
        held=bool(talks and talks.held),
        lost=lost,
        may_hand_over=bool(talks and any(_is_colleague_here(guest) for guest in talks.guests)),
        guests=tuple(_beside(scene, guest) for guest in talks.guests) if talks else (),
        invitations=tuple(
            Asked(str(one.reservation_id), scene.names.get(one.from_agent_id, "–"), language_name(ask, one.language))
            for one in invited
        ),
        joined=joined,
        wrapping=wrapping,
        topic=reserved.topic if reserved and wrapping else None,
        call_mark=_call_mark(reserved),
    )


def speaks(agent: Present | None) -> dict[str, int]:
    """The languages of an agent with their levels, the best first."""
    return dict(agent.languages or ()) if agent else {}


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


def _call_mark(reserved: Reservation | None) -> str:
    """What the page knows a call by as long as the agent has to do with it."""
    return f"{reserved.id} {reserved.language}" if reserved and reserved.accepted_at else ""


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
        waited=length(reservation.waited_seconds),
        language_code=reservation.language,
        own_name=own_language_name(reservation.language),
        trail=known(reservation.trail),
        urgent=is_urgent(reservation.trail),
    )


def _is_colleague_here(guest: Guest) -> bool:
    return guest.role == COLLEAGUE and guest.state is Presence.HERE


def _beside(scene: Scene, guest: Guest) -> Beside:
    name = scene.names.get(guest.person_id, "")
    if guest.role == INTERPRETER:
        name = next((helper.name for helper in scene.helpers if helper.id == guest.person_id), "")
    return Beside(guest.role, name, guest.state.value, _PRESENT.get(guest.state, "warning"))


def _hands(ask: Ask, scene: Scene) -> Hands:
    me = ask.person().person_id
    met = scene.find_meeting(me)
    if met is None:
        return Hands(open=False)
    language = met.reservation.language
    helpers = [one for one in scene.helpers if one.is_open and language in one.languages]
    # Who interprets for somebody else is not hidden: a service may have several people at one number.
    helpers.sort(key=lambda one: one.id in scene.busy)
    ready = [one for one in scene.line.agents if one.status is Status.READY and one.is_present]
    return Hands(
        open=True,
        language=language_name(ask, language),
        interpreters=tuple((str(one.id), _interpreter(ask, scene, one)) for one in helpers),
        colleagues=tuple(
            (str(one.agent_id), _colleague(ask, scene, one, language))
            for one in ready
            if one.agent_id != me and one.languages is not None
        ),
    )


def _interpreter(ask: Ask, scene: Scene, helper: Helper) -> str:
    return ask.translate("line.interpreter.busy", name=helper.name) if helper.id in scene.busy else helper.name


def _colleague(ask: Ask, scene: Scene, agent: Present, language: str) -> str:
    """The name, and whether they speak the caller's language."""
    name, level = scene.names.get(agent.agent_id, "–"), speaks(agent).get(language)
    return f"{name} ({language_name(ask, language)}: {ask.translate(f'line.level.{level}')})" if level else name
