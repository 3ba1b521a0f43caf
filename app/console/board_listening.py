"""Supervisors ask callers whether they may listen, and listen where they may: every asking stands in the audit."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.accounts.models import Action
from app.calls import meeting
from app.calls.desk import CALLER, SUPERVISOR, Desk, Listening, Presence, Told
from app.calls.scene import Scene, Talk
from app.console.board_pages import BOARD
from app.console.door import router
from app.console.line_door import SUPERVISORS, Part, language_name, noted
from app.console.live import changed_parts, live
from app.console.watch import Watch
from app.queue import service
from app.shell.answers import Answer, Flash, Mood, Page, Redirect
from app.shell.ask import Ask

LISTEN: Final = f"{BOARD}/listen"
_PARTS: Final = "board_parts.html"
_MILLISECONDS: Final = 1000
_MOODS: Final[dict[Listening, Mood]] = {
    Listening.NO: "info",
    Listening.ASKED: "info",
    Listening.ALLOWED: "success",
    Listening.REFUSED: "warning",
}
_LISTENS: Final = frozenset({Presence.COMING, Presence.HERE})

Verb = Callable[[Desk, UUID, UUID], Awaitable[Told]]


@dataclass(frozen=True, slots=True)
class TalkRow:
    """A conversation: what its caller said to being listened to, and what the supervisor may do now."""

    id: str
    agent: str
    language: str
    since: datetime
    state: str
    mood: Mood
    listener: str = ""
    deed: str = ""


@dataclass(frozen=True, slots=True)
class Talks:
    """All conversations, the longest first."""

    rows: tuple[TalkRow, ...]


@router.page(LISTEN, access=SUPERVISORS, title="board.listen.title", parent=BOARD)
async def listen_page(ask: Ask) -> Answer:
    context = {
        "on": ask.given(Desk).listening,
        "parts": await gather_talks(ask),
        "epoch_ms": round(ask.clock().timestamp() * _MILLISECONDS),
    }
    return Page("board_listen.html", context)


@router.data(f"{LISTEN}/now", access=SUPERVISORS, renews=False)
async def listen_now(ask: Ask) -> Answer:
    """What has changed, for a browser whose stream is cut."""
    return changed_parts(ask, await gather_talks(ask), _PARTS)


@router.stream(f"{LISTEN}/live", access=SUPERVISORS, back=LISTEN)
async def listen_live(ask: Ask) -> Answer:
    """Who listens is active."""
    return live(ask, gather_talks, _PARTS, is_active=_is_listening)


def _is_listening(parts: tuple[Part, ...]) -> bool:
    return any(isinstance(part.view, Talks) and any(row.deed == "leave" for row in part.view.rows) for part in parts)


async def gather_talks(ask: Ask) -> tuple[Part, ...]:
    """The conversations that go on; none where listening is switched off."""
    if not ask.given(Desk).listening:
        return (Part("talks", Talks(()), ask.language),)
    scene, me = await ask.given(Watch).look(), ask.person().person_id
    begun = {one.id: one.talking_at for one in scene.line.offers if one.talking_at and not one.ended_at}
    talks = [(begun[talk.reservation_id], talk) for talk in scene.talks if talk.reservation_id in begun]
    rows = (_row(ask, scene, talk, since, me) for since, talk in sorted(talks, key=lambda one: one[0]))
    return (Part("talks", Talks(tuple(rows)), ask.language),)


def _row(ask: Ask, scene: Scene, talk: Talk, since: datetime, me: UUID) -> TalkRow:
    listens = next((one.person_id for one in talk.people if one.role == SUPERVISOR and one.state in _LISTENS), None)
    return TalkRow(
        id=str(talk.reservation_id),
        agent=scene.names.get(talk.agent_id, "–"),
        language=language_name(ask, talk.language),
        since=since,
        state=talk.listening.name.lower(),
        mood=_MOODS[talk.listening],
        listener=scene.names.get(listens, "–") if listens else "",
        deed=_deed(talk, me, listens),
    )


def _deed(talk: Talk, me: UUID, listens: UUID | None) -> str:
    """One supervisor listens at a time, and none to an own conversation."""
    if listens == me:
        return "leave"
    if listens is not None or talk.agent_id == me:
        return ""
    caller_here = any(one.label == CALLER and one.state is Presence.HERE for one in talk.people)
    if talk.listening is Listening.NO and caller_here:
        return "ask"
    return "join" if talk.listening is Listening.ALLOWED else ""


def _register(deed: str, verb: Verb, action: Action) -> None:
    async def handle(ask: Ask) -> Answer:
        try:
            reservation_id = UUID(next(iter(ask.posted.get("reservation", ())), ""))
        except ValueError:
            return Redirect(LISTEN)
        offered = await service.find_offered(ask.given(Desk).line, reservation_id)
        told = await verb(ask.given(Desk), ask.person().person_id, reservation_id)
        if offered is None or told in {Told.TOO_LATE, Told.NOT_POSSIBLE}:
            return Redirect(LISTEN, flash=Flash(f"board.listen.not.{deed}", mood="warning"))
        await noted(ask, action, offered.agent_id)
        return Redirect(LISTEN, flash=Flash(f"board.listen.did.{deed}", mood="info"))

    router.deed(f"{LISTEN}/{deed}", access=SUPERVISORS, back=LISTEN)(handle)


_register("ask", meeting.ask_to_listen, Action.LISTENING_ASKED)
_register("join", meeting.join_as_supervisor, Action.LISTENING_JOINED)
