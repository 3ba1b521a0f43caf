"""What an agent writes down during a call: sealed for that call, and gone when it is wrapped up."""

from typing import Final
from uuid import UUID

from app.kit.crypto import SealBroken
from app.queue import talk_store
from app.queue.models import Line, Reservation

MOST_CHARACTERS: Final = 2000
_BOUND: Final = b"note of a call "


async def write_note(line: Line, agent_id: UUID, reservation_id: UUID, text: str) -> bool:
    """In place of what was written before; False where the call is not in this agent's hands.

    Raises ValueError for more than MOST_CHARACTERS.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError("The note is too long.")
    sealed = line.keys.seal(text.encode(), bound_to=_bound(reservation_id)) if text else ""
    return await talk_store.write_note(line.pool, agent_id, reservation_id, sealed)


def read_note(line: Line, reservation: Reservation) -> str:
    """What stands in the note; nothing where its key is gone."""
    if not reservation.note_sealed:
        return ""
    try:
        return line.keys.open(reservation.note_sealed, bound_to=_bound(reservation.id)).decode()
    except SealBroken:
        return ""


def _bound(reservation_id: UUID) -> bytes:
    return _BOUND + reservation_id.bytes
