"""What is still to be asked of the telephone provider for conversations: each errand is one node's at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.calls.meeting_store import Connection

# Whoever carries out an errand has this time; then another may take it, since the first may have died over it.
CLAIM: Final = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to be asked of the provider; `unsure` where an earlier try may have been carried out."""

    id: int
    reservation_id: UUID
    kind: str
    label: str
    detail: str
    tries: int
    unsure: bool
    renewed: int


_SEND = """
INSERT INTO meeting_errand (reservation_id, kind, label, detail, due_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (reservation_id, kind, label, detail) DO UPDATE
SET due_at = excluded.due_at, renewed = meeting_errand.renewed + 1
"""


async def send(  # noqa: PLR0913, PLR0917  The columns of a row.
    connection: Connection, reservation_id: UUID, kind: str, moment: datetime, label: str = "", detail: str = ""
) -> None:
    """Keep what is to be asked of the provider; asked for again while it is under way it is done once more."""
    await connection.execute(_SEND, reservation_id, kind, label, detail, moment)


_CLAIM = """
UPDATE meeting_errand SET claimed_until = $3, tries = tries + 1, unsure = true
WHERE id = ANY (ARRAY(
    SELECT id FROM meeting_errand
    WHERE due_at <= $1 AND coalesce(claimed_until, '-infinity') <= $1 AND ($2::uuid IS NULL OR reservation_id = $2)
    ORDER BY due_at, id LIMIT 100 FOR UPDATE SKIP LOCKED
))
RETURNING id, reservation_id, kind, label, detail, tries, old.unsure AS unsure, renewed
"""


async def claim(connection: Connection, moment: datetime, reservation_id: UUID | None = None) -> list[Errand]:
    """Take what is due, of one conversation or of all; in the order in which it was asked for."""
    rows = await connection.fetch(_CLAIM, moment, reservation_id, moment + CLAIM)
    return sorted((Errand(**dict(row)) for row in rows), key=lambda errand: errand.id)


_DONE = "DELETE FROM meeting_errand WHERE id = $1 AND renewed = $2"
_AGAIN = """
UPDATE meeting_errand SET claimed_until = NULL, due_at = $2, unsure = $3 WHERE id = $1
"""


async def done(connection: Connection, errand: Errand, moment: datetime) -> None:
    """The errand is carried out; where it was asked for once more meanwhile, it is due again."""
    if await connection.execute(_DONE, errand.id, errand.renewed) == "DELETE 0":
        await connection.execute(_AGAIN, errand.id, moment, False)  # noqa: FBT003  It is the value of a column.


async def again(connection: Connection, errand: Errand, due_at: datetime, *, unsure: bool) -> None:
    """The errand is tried again later."""
    await connection.execute(_AGAIN, errand.id, due_at, unsure)


async def has_errands(connection: Connection, reservation_id: UUID) -> bool:
    """Whether something is still to be asked of the provider for a conversation."""
    found = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM meeting_errand WHERE reservation_id = $1)", reservation_id
    )
    return bool(found)


async def count_tried(connection: Connection, tries: int) -> int:
    """How much is still to be asked of the provider that was tried in vain so often."""
    return int(await connection.fetchval("SELECT count(*) FROM meeting_errand WHERE tries >= $1", tries))


async def drop_errands(connection: Connection, reservation_id: UUID, kinds: Iterable[str]) -> None:
    """Nobody needs these any more."""
    await connection.execute(
        "DELETE FROM meeting_errand WHERE reservation_id = $1 AND kind = ANY ($2)", reservation_id, list(kinds)
    )
