"""The line with its conversations as all who watch it see them, and what each agent finds in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter

from app.calls import meeting_store as store
from app.calls.desk import (
    CALLER,
    INTERPRETER,
    Desk,
    Guest,
    Invitation,
    Listening,
    Meeting,
    Person,
    Presence,
    agent_label,
)
from app.calls.legs import AGENT
from app.queue.models import Reservation
from app.queue.overview import Helper, Overview, Present, read_overview, understand

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that has not ended: who leads it and who belongs to it, without their calls."""

    reservation_id: UUID
    agent_id: UUID
    language: str
    held: bool
    listening: Listening
    people: tuple[Person, ...]


@dataclass(frozen=True, eq=False)
class Scene:
    """A reading of the line; `names` are of everybody who logs in. A scene is the same only as itself."""

    line: Overview
    talks: tuple[Talk, ...]
    helpers: tuple[Helper, ...] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)
    _made: dict[object, object] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """What is the same for several who look is made once."""
        if key not in self._made:
            self._made[key] = make()
        return cast("Made", self._made[key])

    @cached_property
    def _agents(self) -> Mapping[UUID, Present]:
        return {agent.agent_id: agent for agent in self.line.agents}

    @cached_property
    def _offers(self) -> Mapping[UUID, Reservation]:
        return {offer.agent_id: offer for offer in self.line.offers}

    @cached_property
    def _talks(self) -> Mapping[UUID, Talk]:
        return {talk.reservation_id: talk for talk in self.talks}

    @cached_property
    def busy(self) -> frozenset[UUID]:
        """Interpreters who are in a conversation, or called into one."""
        people = (person for talk in self.talks for person in talk.people if person.role == INTERPRETER)
        return frozenset(one.person_id for one in people if one.person_id is not None and one.state in _BUSY)

    def find_agent(self, agent_id: UUID) -> Present | None:
        return self._agents.get(agent_id)

    def find_offer(self, agent_id: UUID) -> Reservation | None:
        """What is offered to an agent, in the agent's hands, or still to be wrapped up."""
        return self._offers.get(agent_id)

    def find_meeting(self, agent_id: UUID) -> Meeting | None:
        """The call that the agent has taken, until it is over."""
        offer = self.find_offer(agent_id)
        if offer is None or offer.accepted_at is None or offer.ended_at is not None:
            return None
        talk = self._talks.get(offer.id)
        if talk is None:
            return meeting_of(offer, agent_id, ())
        return meeting_of(offer, agent_id, talk.people, held=talk.held, listening=talk.listening)

    def list_invitations(self, agent_id: UUID) -> tuple[Invitation, ...]:
        """Calls of colleagues into which the agent is asked, the last first."""
        seats = [
            (person.since, talk)
            for talk in self.talks
            for person in talk.people
            if person.person_id == agent_id and person.state is Presence.ASKED
        ]
        seats.sort(key=lambda seat: seat[0], reverse=True)
        return tuple(Invitation(talk.reservation_id, talk.agent_id, talk.language) for _, talk in seats)


def meeting_of(
    reservation: Reservation,
    agent_id: UUID,
    people: Iterable[Person],
    *,
    held: bool = False,
    listening: Listening = Listening.NO,
) -> Meeting:
    """A call with those who belong to it, seen by the agent who has it."""
    everybody, own = tuple(people), agent_label(agent_id)
    here = {person.label for person in everybody if person.state is Presence.HERE}
    guests = tuple(
        Guest("colleague" if person.role == AGENT else person.role, person.person_id, person.state)
        for person in everybody
        if person.person_id is not None and person.label != own
    )
    return Meeting(reservation, held, CALLER in here, own in here, guests, listening)


_BUSY: Final = frozenset({Presence.RINGING, Presence.COMING, Presence.HERE})


@cache
def _reader() -> TypeAdapter[tuple[Talk, ...]]:
    """Made when somebody looks: a node for calls alone needs none."""
    return TypeAdapter(tuple[Talk, ...])


@dataclass(frozen=True, slots=True)
class Reading:
    """The line and the conversations as text: what is the same text shows the same."""

    line: str
    talks: str


async def read(desk: Desk) -> Reading:
    return Reading(await read_overview(desk.line), await store.read_open(desk.line.pool))


def understood(reading: Reading, helpers: tuple[Helper, ...], names: Mapping[UUID, str]) -> Scene:
    """What was read, with what was read before of interpreters and names."""
    return Scene(understand(reading.line), _reader().validate_json(reading.talks), helpers, names)
