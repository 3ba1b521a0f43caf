"""A stand-in for voices, in the demonstration alone: what people in a conference say to each other, as lines of text.

Lines stand with their room, in memory, and go with it.
"""

from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.phone.awaiting import Heard
from app.phone.exchange.models import Call, Conference
from app.phone.exchange.state import Exchange, Said

MOST_LINES: Final = 200
LONGEST_LINE: Final = 500


class Hearing(StrEnum):
    """What becomes of something said."""

    HEARD = "heard"
    # Nobody else is in the room, or everybody else is on hold.
    ALONE = "alone"
    MUTED = "muted"
    HELD = "held"
    # Whoever speaks is in no room.
    AWAY = "away"


def find_room(exchange: Exchange, call: Call) -> Conference | None:
    """The conference that the call is in."""
    room = exchange.conferences.get(call.dial.conference_sid) if call.dial is not None else None
    return room if room is not None and call.sid in room.participants else None


def speak(
    exchange: Exchange, call: Call, words: str, language: str, meaning: Mapping[str, str] | None = None
) -> Hearing:
    """Say something to everybody in the room who is not on hold; who comes later does not hear it."""
    room = find_room(exchange, call)
    if room is None:
        return Hearing.AWAY
    speaker = room.participants[call.sid]
    if speaker.held or speaker.muted:
        return Hearing.HELD if speaker.held else Hearing.MUTED
    hearers = [person.call_sid for person in room.participants.values() if person is not speaker and not person.held]
    heard = Heard("say", " ".join(words.split())[:LONGEST_LINE], language=language, by=speaker.label.partition("-")[0])
    lines = exchange.talks.setdefault(room.sid, deque(maxlen=MOST_LINES))
    number = lines[-1].number + 1 if lines else 1
    lines.append(Said(number, call.sid, speaker.label, heard, meaning or {}, frozenset(hearers)))
    for sid in hearers:
        listens = exchange.calls[sid].listens
        if listens is not None:
            listens(heard)
    return Hearing.HEARD if hearers else Hearing.ALONE


def list_lines(exchange: Exchange, call: Call) -> tuple[Said, ...]:
    """What the call said and heard in its present room, the oldest first."""
    room = find_room(exchange, call)
    lines = exchange.talks.get(room.sid, ()) if room is not None else ()
    return tuple(line for line in lines if call.sid == line.call_sid or call.sid in line.heard_by)
