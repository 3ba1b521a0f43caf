"""The demonstration's telephones of agents: what is said in a conversation of theirs, and what they say in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.phone.exchange.models import Call, Conference
from app.phone.exchange.state import Exchange
from app.phone.exchange.talk import Hearing, find_room, list_lines, speak

_CALLER: Final = "caller"
_SOFTPHONE: Final = "client:"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said in the room: `who` is caller, agent, interpreter or supervisor."""

    number: int
    who: str
    own: bool
    language: str
    text: str
    meaning: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Talk:
    """How a person's conversation stands; `held` says that the caller is on hold."""

    muted: bool
    may_speak: bool
    held: bool
    caller_here: bool
    language: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class AgentPhones:
    """All agents' telephones on one exchange."""

    exchange: Exchange

    def find_talk(self, person_id: UUID) -> Talk | None:
        """None for somebody who is in no conversation."""
        found = self._find(person_id)
        if found is None:
            return None
        call, room = found
        me = room.participants[call.sid]
        caller = next((person for person in room.participants.values() if person.label == _CALLER), None)
        lines = tuple(
            Line(
                said.number,
                said.heard.by,
                said.call_sid == call.sid,
                said.heard.language,
                said.heard.text,
                said.meaning,
            )
            for said in list_lines(self.exchange, call)
        )
        spoken = (line.language for line in reversed(lines) if line.who == _CALLER and line.language)
        return Talk(
            muted=me.muted,
            may_speak=_is_agent(me.label),
            held=caller is not None and caller.held,
            caller_here=caller is not None,
            language=next(spoken, ""),
            lines=lines,
        )

    def speak(self, person_id: UUID, words: str, language: str) -> str:
        """What became of it, as a word of `Hearing`."""
        found = self._find(person_id)
        return (Hearing.AWAY if found is None else speak(self.exchange, found[0], words, language)).value

    def mute(self, person_id: UUID, *, muted: bool) -> None:
        """Who only listens stays mute."""
        found = self._find(person_id)
        if found is not None:
            me = found[1].participants[found[0].sid]
            if _is_agent(me.label):
                me.muted = muted

    def _find(self, person_id: UUID) -> tuple[Call, Conference] | None:
        """The person's call in a room: of their softphone, or of the telephone that was rung for them."""
        for call in reversed(self.exchange.calls.values()):
            if not call.ended and (room := find_room(self.exchange, call)) is not None:
                label = room.participants[call.sid].label
                if label == f"agent-{person_id}" or _is_softphone(call, person_id):
                    return call, room
        return None


def _is_agent(label: str) -> bool:
    return label.startswith("agent-")


def _is_softphone(call: Call, person_id: UUID) -> bool:
    """The name of a softphone is its person's id, with or without hyphens."""
    name = call.from_number.removeprefix(_SOFTPHONE).replace("-", "")
    return call.from_number.startswith(_SOFTPHONE) and name == person_id.hex
