"""What a caller's telephone needs of an exchange on which others meet it: agents' legs, and requests by REST."""

from collections.abc import Callable
from typing import Protocol

from app.phone.awaiting import Awaiting, Dialled, Heard, Played, Recording, Request
from app.phone.caller import Caller

# Takes the call elsewhere; returns at once.
Follow = Callable[[Request | Played | Awaiting], None]
# Hears what somebody else in the room says.
Listen = Callable[[Heard], None]


class Rooms(Protocol):
    """The exchange as the telephone sees it; without one nobody else can reach the call."""

    def connect(self, caller: Caller, follow: Follow, listen: Listen) -> None:
        """The call can be reached from now on."""
        ...

    def enter(self, call_sid: str, dialled: Dialled) -> bool:
        """Join the conference that was dialled; False where no conference was."""
        ...

    def speak(self, call_sid: str, words: str, language: str) -> None:
        """Say something to whoever is in the room; on hold nobody hears it."""
        ...

    def is_held(self, call_sid: str) -> bool:
        """Whether the call is on hold: it hears nothing of what is said."""
        ...

    def record(self, call_sid: str, recording: Recording, seconds: int) -> tuple[str, str]:
        """Keep what the caller said; its Sid and its address."""
        ...

    def end(self, call_sid: str) -> None:
        """The call is over."""
        ...
