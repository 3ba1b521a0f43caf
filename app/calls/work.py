"""What is to be asked of the telephone provider for a conversation, and what each asking works with."""

from dataclasses import dataclass
from typing import Final

from app.calls.desk import Desk, Room
from app.calls.errand_store import Errand
from app.kit.protocols import Telephony

# The kinds of errands: bring the caller into the room, or on from it; hold, say words, ring, stop ringing, hang up on
# somebody, ask whether a supervisor may listen, and call back.
MEET: Final = "meet"
PART: Final = "part"
HOLD: Final = "hold"
WORDS: Final = "words"
RING: Final = "ring"
STOP: Final = "stop"
REMOVE: Final = "remove"
ASK: Final = "ask"
CALL: Final = "call"
# Nobody needs these once the conversation has ended.
OF_THE_ROOM: Final = frozenset({MEET, HOLD, WORDS, RING, ASK, CALL})
# The label of a parting after which the caller waits again.
WAITS_AGAIN: Final = "again"


@dataclass(frozen=True, slots=True)
class Work:
    """An errand under way."""

    desk: Desk
    telephony: Telephony
    errand: Errand
    room: Room | None

    @property
    def name(self) -> str:
        """The conference."""
        return f"room-{self.errand.reservation_id}"

    async def is_in(self, label: str) -> bool:
        """Whether somebody is in the conference now."""
        return label in await self.telephony.list_people(self.name)
