"""What an agent writes down during a call: kept as they type, and gone when the call is wrapped up."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from app.console.door import router
from app.console.line_door import HOTLINE, LINE, line_of
from app.console.line_views import Note
from app.queue import service
from app.queue.models import Reservation
from app.queue.notes import MOST_CHARACTERS
from app.shell.answers import Answer, Flash, Fragment, Redirect
from app.shell.ask import Ask
from app.shell.forms import FormModel


class Written(FormModel):
    """What stands in the note, and of which call it is."""

    words: ClassVar[str] = "line.note"
    reservation: UUID
    note: str = Field(default="", max_length=MOST_CHARACTERS)


def note_of(ask: Ask, reservation: Reservation | None) -> Note:
    """The note of a call that is in the agent's hands; closed where there is none."""
    if reservation is None or reservation.accepted_at is None:
        return Note(call_id="")
    return Note(str(reservation.id), service.read_note(line_of(ask), reservation))


@router.deed(f"{LINE}/note", access=HOTLINE, back=LINE)
async def write_note(ask: Ask) -> Answer:
    state = await _written(ask)
    if ask.is_htmx:
        return Fragment("line_note_state.html", {"state": state})
    return Redirect(LINE, flash=Flash(f"line.note.{state}", mood="success" if state == "saved" else "warning"))


async def _written(ask: Ask) -> str:
    written = ask.read(Written).value
    if written is None:
        return "too-long"
    done = await service.write_note(line_of(ask), ask.person().person_id, written.reservation, written.note)
    return "saved" if done else "closed"
