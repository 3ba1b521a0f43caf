"""A call of a telephone while it lasts: what was heard and done, and what the line waits for."""

from dataclasses import dataclass, field
from typing import Literal

import httpx

from app.kit.protocols import Signer
from app.phone import player
from app.phone.awaiting import Awaiting, Ended, Heard, Queued
from app.phone.caller import DEMO_ACCOUNT_SID, Caller
from app.phone.rooms import Rooms
from app.phone.webhook import Exchange

TurnKind = Literal["heard", "pressed", "said", "waited", "transferred", "hung up", "ended", "failed"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the transcript: `heard` for what the line said, `text` for everything else."""

    kind: TurnKind
    text: str = ""
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line to the hotline: `number` is dialled, its webhooks lie under `base_url`."""

    client: httpx.AsyncClient
    signer: Signer
    base_url: str
    number: str
    account_sid: str = DEMO_ACCOUNT_SID


@dataclass(slots=True)
class LiveCall:
    """A call in progress; `queue` is the queue it stands in, `awaiting` what the line waits for now.

    `rooms` is the exchange on which others reach the call, `meets` says that it is in a room there, and `moment` counts
    how often it was taken elsewhere from there; `tongue` is the language in which the line spoke last.
    `lone_finish_key` chooses between the two behaviours that Twilio's pages describe (see `player.press`).
    """

    line: Line
    caller: Caller
    awaiting: Awaiting
    began_seconds: float
    status: str = "ringing"
    queue: Queued | None = None
    queued_seconds: float = 0.0
    lone_finish_key: player.LoneFinishKey = "swallowed"
    rooms: Rooms | None = None
    meets: bool = False
    moment: int = 0
    tongue: str = ""
    turns: list[Turn] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return isinstance(self.awaiting, Ended)
