"""The wallboard of the line: for supervisors to act on, for agents to look at, and for a screen on the wall."""

from typing import ClassVar, Final
from uuid import UUID

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from app.accounts.models import Action
from app.calls import meeting
from app.calls.desk import Desk
from app.console.board_gathering import gather_board, is_wall
from app.console.door import router
from app.console.line_door import HOTLINE, LINE, SUPERVISORS, Part, line_of, noted
from app.console.live import changed_parts, live
from app.queue import service
from app.queue.models import Status
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.forms import FormModel
from app.shell.registry import Menu

BOARD: Final = f"{LINE}/board"
_PARTS: Final = "board_parts.html"
_MILLISECONDS: Final = 1000


class AgentStatus(FormModel):
    """Who is to be on a break or away."""

    words: ClassVar[str] = "board.set"
    agent: UUID
    status: Status

    @field_validator("status")
    @classmethod
    def _not_working(cls, status: Status) -> Status:
        if status not in {Status.BREAK, Status.AWAY}:
            raise PydanticCustomError("form.fault.enum", "")
        return status


@router.page(BOARD, access=HOTLINE, title="board.title", parent=LINE, menu=Menu("line", 15))
async def board_page(ask: Ask) -> Answer:
    context = {
        "parts": await gather_board(ask),
        "wall": is_wall(ask),
        "frame": "shell/window.html" if is_wall(ask) else "shell/page.html",
        "epoch_ms": round(ask.clock().timestamp() * _MILLISECONDS),
    }
    return Page("board.html", context)


@router.data(f"{BOARD}/now", access=HOTLINE, renews=False)
async def board_now(ask: Ask) -> Answer:
    """What has changed, for a browser whose stream is cut."""
    return changed_parts(ask, await gather_board(ask), _PARTS)


@router.stream(f"{BOARD}/live", access=HOTLINE, back=BOARD)
async def board_live(ask: Ask) -> Answer:
    """On the wall nobody touches anything: there the session lives as long as a session may, and the board says so."""
    on_wall = is_wall(ask)

    def is_active(_parts: tuple[Part, ...]) -> bool:
        return on_wall

    return live(ask, gather_board, _PARTS, is_active=is_active)


@router.deed(f"{BOARD}/status", access=SUPERVISORS, back=BOARD)
async def set_agent_status(ask: Ask) -> Answer:
    """For who forgot to log out: no more calls are offered to them."""
    form, line = ask.read(AgentStatus), line_of(ask)
    if form.value is None:
        return Redirect(BOARD)
    agent_id, status = form.value.agent, form.value.status
    if not any(agent.agent_id == agent_id for agent in await service.list_agents(line)):
        return Redirect(BOARD, flash=Flash("board.set.unknown", mood="warning"))
    offered = await service.find_reservation(line, agent_id)
    if offered is not None and offered.accepted_at is None:
        # An own telephone that rings stops ringing.
        await meeting.refuse(ask.given(Desk), agent_id, offered.id)
    held = await service.set_status(line, agent_id, status)
    if held is not status:
        return Redirect(BOARD, flash=Flash("board.set.in_call", mood="warning"))
    await noted(ask, Action.STATUS_SET, agent_id)
    return Redirect(BOARD, flash=Flash(f"board.set.{status.value}"))
