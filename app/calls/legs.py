"""The legs of a conversation and their addresses: sealed, so that nobody on the way reads who talks with whom."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID

from app.calls.desk import CALLER, INTERPRETER, SUPERVISOR, Desk, agent_label
from app.kit.crypto import KeyRing, SealBroken

# The provider keeps the fragment to itself: two retries, on any failure of connection or answer.
RETRIES: Final = "#rc=2&rp=all"
AGENT: Final = "agent"
_LEG: Final = b"leg of a conversation"
_WORDS: Final = b"words in a conversation"
_WAY_ON: Final = b"way on from a conversation:%b"
_QUESTION: Final = b"question in a conversation:%b"
# Notices of one conference within one second are told apart by their number.
_NUMBERS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Leg:
    """Somebody's telephone in a conversation; `label` is its name in the conference."""

    reservation_id: UUID
    label: str
    role: str
    person_id: UUID | None

    @property
    def room(self) -> str:
        return f"room-{self.reservation_id}"


def agent_leg(reservation_id: UUID, agent_id: UUID) -> Leg:
    return Leg(reservation_id, agent_label(agent_id), AGENT, agent_id)


def caller_leg(reservation_id: UUID) -> Leg:
    return Leg(reservation_id, CALLER, CALLER, None)


def interpreter_leg(reservation_id: UUID, interpreter_id: UUID) -> Leg:
    return Leg(reservation_id, INTERPRETER, INTERPRETER, interpreter_id)


def supervisor_leg(reservation_id: UUID, supervisor_id: UUID) -> Leg:
    return Leg(reservation_id, SUPERVISOR, SUPERVISOR, supervisor_id)


def leg_url(base_url: str, path: str, keys: KeyRing, leg: Leg) -> str:
    """The address of a document for a leg, or of what happens to it."""
    person = None if leg.person_id is None else str(leg.person_id)
    plain = json.dumps([str(leg.reservation_id), leg.label, leg.role, person]).encode()
    return f"{base_url}{path}?a={keys.seal(plain, bound_to=_LEG)}{RETRIES}"


def open_leg(keys: KeyRing, token: str) -> Leg | None:
    try:
        reservation, label, role, person = json.loads(keys.open(token, bound_to=_LEG))
    except SealBroken:
        return None
    return Leg(UUID(reservation), label, role, None if person is None else UUID(person))


def words_url(desk: Desk, language: str, message: str) -> str:
    """The address of what somebody in a room hears alone."""
    token = desk.line.keys.seal(json.dumps([language, message]).encode(), bound_to=_WORDS)
    return f"{desk.base_url}/voice/room/words?w={token}{RETRIES}"


def open_words(keys: KeyRing, token: str) -> tuple[str, str] | None:
    """Language and message."""
    try:
        language, message = json.loads(keys.open(token, bound_to=_WORDS))
    except SealBroken:
        return None
    return language, message


def room_url(base_url: str, reservation_id: UUID) -> str:
    """Where the provider tells who joins and leaves the room."""
    return f"{base_url}/voice/room?r={quote(str(reservation_id))}{RETRIES}"


def seal_way_on(keys: KeyRing, reservation_id: UUID, sid: str, path: str) -> str:
    """A caller's call and where it goes after the conversation, for when the line has forgotten both."""
    return keys.seal(json.dumps([sid, path]).encode(), bound_to=_WAY_ON % reservation_id.bytes)


def open_way_on(keys: KeyRing, reservation_id: UUID, sealed: str) -> tuple[str, str] | None:
    try:
        sid, path = json.loads(keys.open(sealed, bound_to=_WAY_ON % reservation_id.bytes))
    except SealBroken:
        return None
    return sid, path


def question_url(base_url: str, path: str, keys: KeyRing, reservation_id: UUID, asked: tuple[str, str]) -> str:
    """Where the caller is asked something in their language, and goes back to the room from: `asked` has both."""
    token = keys.seal(json.dumps(asked).encode(), bound_to=_QUESTION % reservation_id.bytes)
    return f"{base_url}{path}?r={reservation_id}&w={token}{RETRIES}"


def open_question(keys: KeyRing, reservation_id: UUID, token: str) -> tuple[str, str] | None:
    """Language, and the path on which the caller leaves the line."""
    try:
        language, path = json.loads(keys.open(token, bound_to=_QUESTION % reservation_id.bytes))
    except SealBroken:
        return None
    return language, path


def seal_sid(keys: KeyRing, leg: Leg, sid: str) -> str:
    return keys.seal(sid.encode(), bound_to=_bound(leg.reservation_id, leg.label))


def open_sid(keys: KeyRing, reservation_id: UUID, label: str, sealed: str) -> str:
    """Nothing where there is none, or it cannot be opened any more."""
    try:
        return keys.open(sealed, bound_to=_bound(reservation_id, label)).decode() if sealed else ""
    except SealBroken:
        return ""


def _bound(reservation_id: UUID, label: str) -> bytes:
    return b"leg:%b:%b" % (reservation_id.bytes, label.encode())


def mark_of(at: datetime, number: int) -> int:
    """Orders notices on a room: by the instant that they tell, within a second by their number."""
    return int(at.timestamp()) * _NUMBERS + min(max(number, 0), _NUMBERS - 1)


def mark_now(at: datetime) -> int:
    """For what was seen by looking: later than all notices so far."""
    return mark_of(at, _NUMBERS)
