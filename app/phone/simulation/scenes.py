"""What a simulated caller perceives of a call, and what it can do about it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Scene:
    """All that was heard since the caller's last deed, without white space, and whether the line now listens.

    `state`: "asked" while the line listens, "over" when it has hung up, "stuck" when it does neither.
    """

    text: str
    state: Literal["asked", "over", "stuck"]


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys one after the other."""

    keys: str


@dataclass(frozen=True, slots=True)
class Say:
    """Speak, whether or not the line listens for words."""

    words: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing until the line goes on."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the receiver down."""


Deed = Press | Say | Wait | HangUp


def squeezed(text: str) -> str:
    """The text without white space, since a voice's pauses are not told apart."""
    return "".join(text.split())
