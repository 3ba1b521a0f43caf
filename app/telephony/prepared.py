"""Steps that follow from the session and a key alone: worked out once, then only sealed and addressed."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from app.calls import service
from app.ivr.model import Input, Pressed, Silent
from app.telephony.sealing import read_session, write_session
from app.telephony.twiml import Typesetter, render

# Every place of the flows in every language is some thousands; what comes beyond is worked out each time.
MOST_PREPARED: Final = 8_192
_ADDRESS: Final = "\ue000address\ue001"

# By the session's JSON and what was heard; None where a step needs the outside or counts as something.
Prepared = MutableMapping[tuple[bytes, Input], "PlainStep | None"]


@dataclass(frozen=True, slots=True)
class PlainStep:
    """What follows: the next session's JSON, and the document before and after the address of the next step."""

    session: bytes
    before: str
    after: str

    def document(self, address: str) -> str:
        return f"{self.before}{escape(address)}{self.after}"


def find_plain_step(prepared: Prepared, setter: Typesetter, session: bytes, heard: Input) -> PlainStep | None:
    """The step, if it is a plain one. It is the same for every call, so it is kept under nobody's name.

    Spoken words and entries are a caller's own (an entry may be a telephone number), so they are never kept.
    """
    if not isinstance(heard, Silent) and not (isinstance(heard, Pressed) and len(heard.keys) == 1):
        return None
    key = session, heard
    if key in prepared:
        return prepared[key]
    step = _work_out(setter, session, heard)
    if len(prepared) < MOST_PREPARED:
        prepared[key] = step
    return step


def _work_out(setter: Typesetter, session: bytes, heard: Input) -> PlainStep | None:
    place = read_session(session)
    if place is None:
        return None
    advanced = service.advance(setter.playbook, place, heard)
    if advanced.counted or not advanced.alone:
        return None
    document = render(setter, advanced.verbs, advanced.session.language, _ADDRESS)
    before, _, after = document.partition(_ADDRESS)
    return PlainStep(write_session(advanced.session), before, after)
