"""Steps that follow from the session and a key alone: worked out once, then only sealed and addressed."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from app.calls.service import Advanced
from app.ivr.model import Input, Pressed, Session, Silent
from app.ivr.trail import Trail, extended
from app.telephony.sealing import with_trail, write_session

# Every place of the flows in every language is some thousands; what comes beyond is worked out each time.
MOST_PREPARED: Final = 8_192
# Only a session that remembers nothing else is the same for many callers, and tells nothing about any of them.
_COMMON_FACTS: Final = frozenset({"language"})


@dataclass(frozen=True, slots=True)
class PlainStep:
    """What follows: the next session's JSON, the document around the address of the next step, what it counts as.

    `visited` are the places that are added to the trail of each call that takes the step.
    """

    session: bytes
    before: str
    after: str
    counted: Mapping[str, str]
    visited: tuple[str, ...]

    def place(self, trail: Trail) -> bytes:
        """The next session with the trail of a call that came by this one."""
        return with_trail(self.session, extended(trail, self.visited))

    def document(self, address: str) -> str:
        """The TwiML document with the call's own address filled in."""
        return f"{self.before}{escape(address)}{self.after}"


# By the session's JSON and what was heard.
Prepared = MutableMapping[tuple[bytes, Input], PlainStep]


def is_plain(session: Session, heard: Input, advanced: Advanced) -> bool:
    """Whether the step is the same for every call: nothing personal in it, and no effect.

    Spoken words and entries are a caller's own (an entry may be a telephone number), so they are never kept.
    """
    single_key = isinstance(heard, Silent) or (isinstance(heard, Pressed) and len(heard.keys) == 1)
    return single_key and advanced.alone and session.facts.keys() <= _COMMON_FACTS


def keep(prepared: Prepared, place: tuple[bytes, Input], step: Advanced, document: str, address: str) -> None:
    """Remember a plain step, while there is room."""
    before, found, after = document.partition(escape(address))
    if found and len(prepared) < MOST_PREPARED:
        prepared[place] = PlainStep(write_session(step.session), before, after, step.counted, step.visited)
