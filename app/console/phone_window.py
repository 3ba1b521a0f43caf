"""What stands in the window of an agent's softphone: the telephone that the program has, and where it belongs now."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.calls.desk import SUPERVISOR, Desk, Presence
from app.calls.legs import AGENT
from app.calls.scene import Scene
from app.console.line_door import Part
from app.kit.protocols import Softphones
from app.queue import service as queue
from app.shell.ask import Ask
from app.shell.headers import NO_POWERS, Powers

_THERE: Final = frozenset({Presence.COMING, Presence.HERE})
_SEATED: Final = _THERE | {Presence.GONE}
# The window hears and plays by itself; what it hears of others comes from no other host.
TELEPHONING: Final = ("microphone", "autoplay")


async def _nothing(_ask: Ask) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class PhoneWindow:
    """The window's body is drawn by `template`, with what `context` gives it; `parts` change beside the seat.

    Without `softphones` the window says that none is set up, unless its template brings a telephone of its own.
    """

    template: str = "phone.html"
    softphones: Softphones | None = None
    powers: Powers = NO_POWERS
    context: Callable[[Ask], Awaitable[Mapping[str, object]]] = _nothing
    parts: Callable[[Ask], Awaitable[tuple[Part, ...]]] | None = None
    own_telephone: bool = False

    @property
    def works(self) -> bool:
        return self.softphones is not None or self.own_telephone


def softphone_window(softphones: Softphones | None) -> PhoneWindow:
    """The window of production."""
    if softphones is None:
        return PhoneWindow()
    powers = Powers(TELEPHONING, connect=softphones.origins, media=("mediastream:",))
    return PhoneWindow(softphones=softphones, powers=powers)


class PhoneLink(StrEnum):
    """By what an agent telephones, as the desk says it."""

    SOFTPHONE = "softphone"
    TELEPHONE = "telephone"
    MISSING = "missing"


async def phone_link(ask: Ask) -> PhoneLink:
    if await has_telephone(ask):
        return PhoneLink.TELEPHONE
    return PhoneLink.SOFTPHONE if ask.given(PhoneWindow).works else PhoneLink.MISSING


async def has_telephone(ask: Ask) -> bool:
    """Whether calls ring at a telephone of the agent's own."""
    skills = await queue.get_skills(ask.given(Desk).line, ask.person().person_id)
    return skills is not None and bool(skills.telephone)


@dataclass(frozen=True, slots=True)
class Seat:
    """The conversation that a softphone belongs in; `joins`: it comes by itself, else its person may ask for it."""

    id: str = ""
    role: str = ""
    held: bool = False
    joins: bool = False


def seat_part(ask: Ask, scene: Scene) -> Part:
    return Part("seat", find_seat(scene, ask.person().person_id), ask.language)


def find_seat(scene: Scene, person_id: UUID) -> Seat:
    """The agent's own conversation, else the last that they came to; none where there is none.

    Whoever came to another's conversation and lost the line may come back; who left has no place there any more.
    """
    own = scene.find_meeting(person_id)
    if own is not None:
        return Seat(str(own.reservation.id), "agent", own.held, joins=True)
    seats = [
        (person.since, talk, person)
        for talk in scene.talks
        for person in talk.people
        if person.person_id == person_id and person.state in _SEATED and person.role in {AGENT, SUPERVISOR}
    ]
    if not seats:
        return Seat()
    _, talk, person = max(seats, key=lambda seat: seat[0])
    role = "supervisor" if person.role == SUPERVISOR else "colleague"
    return Seat(str(talk.reservation_id), role, talk.held, joins=person.state in _THERE)
