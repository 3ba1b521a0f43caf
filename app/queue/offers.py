"""An offered call from the agent's answer to the end of the talk: each verb may be repeated and may come late."""

from contextlib import suppress
from typing import Final
from uuid import UUID

from app.kit.crypto import SealBroken
from app.queue import offer_store, store, talk_store
from app.queue.models import Line, Reservation, Status
from app.queue.offer_store import Back
from app.queue.waiting import open_address

_GIVEN_BACK: Final = Back(("reserved", "connecting"), Status.READY)
_AGENT_LOST: Final = Back(("connecting", "talking"), Status.AWAY, first=True)


async def accept(line: Line, agent_id: UUID, reservation_id: UUID) -> Reservation | None:
    """The call is this agent's; None where the offer expired, was taken back, or the caller is gone."""
    return await offer_store.accept(line.pool, agent_id, reservation_id, line.clock())


async def refuse(line: Line, agent_id: UUID, reservation_id: UUID, status: Status = Status.BREAK) -> None:
    """The caller waits again at the old place; the agent takes a break, or is away."""
    offered = await talk_store.find_by_agent(line.pool, agent_id)
    if offered is not None and offered.id == reservation_id:
        await offer_store.put_back(line.pool, reservation_id, Back(("reserved",), status), line.clock())


async def give_back(line: Line, reservation_id: UUID) -> None:
    """Something failed before the two met: the caller waits again at the old place, and the agent is ready."""
    await offer_store.put_back(line.pool, reservation_id, _GIVEN_BACK, line.clock())


async def joined(line: Line, reservation_id: UUID, who: str) -> None:
    """The caller's or the agent's leg is in the room; anybody else's changes nothing."""
    if who == "caller":
        await talk_store.caller_joined(line.pool, reservation_id, line.clock())
    elif who == "agent":
        await talk_store.agent_joined(line.pool, reservation_id)


async def parted(line: Line, reservation_id: UUID, who: str) -> None:
    """The caller's leg left the room, which ends the talk, or the agent's did, who may come back."""
    if who == "caller":
        await finish(line, reservation_id)
    elif who == "agent":
        await talk_store.agent_parted(line.pool, reservation_id, line.clock())


async def finish(line: Line, reservation_id: UUID) -> Reservation | None:
    """The talk is over: the call leaves the line, the agent wraps up, and the offer stays to be found until then."""
    await store.finish(line.pool, reservation_id, line.clock())
    return await talk_store.find_by_id(line.pool, reservation_id)


async def lose_agent(line: Line, reservation_id: UUID) -> Reservation | None:
    """The agent did not come back: the caller is first in line, with the old place, and the agent is away."""
    return await offer_store.put_back(line.pool, reservation_id, _AGENT_LOST, line.clock())


async def transfer(line: Line, reservation_id: UUID, agent_id: UUID) -> Reservation | None:
    """The talk is another agent's, who is ready or consulted in it; the former wraps up. None where it cannot be."""
    return await talk_store.transfer(line.pool, reservation_id, agent_id, line.clock())


async def consult(line: Line, reservation_id: UUID, agent_id: UUID) -> bool:
    """Whether a ready agent was taken into the talk to be consulted."""
    return await talk_store.consult(line.pool, reservation_id, agent_id, line.clock())


async def end_consult(line: Line, agent_id: UUID) -> None:
    """Who was consulted is ready again."""
    await talk_store.end_consult(line.pool, agent_id, line.clock())


async def find_caller(line: Line, reservation_id: UUID) -> tuple[str, str, UUID | None] | None:
    """The Sid and the path of an offered call and the id of its callback; None where it is not offered any more."""
    address = await talk_store.find_address(line.pool, reservation_id)
    if address is None:
        return None
    call_key, sealed, callback_id = address
    return *open_address(line, call_key, sealed), callback_id


async def list_calls(line: Line) -> tuple[tuple[bytes, str], ...]:
    """The key and the Sid of every call in the line, so that it can be asked which of them are over."""
    found = []
    for call_key, sealed in await talk_store.list_addresses(line.pool):
        # A key that was taken out of the ring opens nothing: such a call is reached by its next request alone.
        with suppress(SealBroken):
            found.append((call_key, open_address(line, call_key, sealed)[0]))
    return tuple(found)


async def find_reservation(line: Line, agent_id: UUID) -> Reservation | None:
    """What is offered to an agent, in the agent's hands, or still to be wrapped up."""
    return await talk_store.find_by_agent(line.pool, agent_id)


async def find_offered(line: Line, reservation_id: UUID) -> Reservation | None:
    """The same by its own id."""
    return await talk_store.find_by_id(line.pool, reservation_id)


async def list_connecting(line: Line) -> tuple[Reservation, ...]:
    """Accepted offers whose caller has not come into the room yet, the oldest first."""
    return await talk_store.list_connecting(line.pool)


async def list_agent_lost(line: Line) -> tuple[Reservation, ...]:
    """Talks whose agent's leg broke and did not come back in time."""
    return await talk_store.list_agent_lost(line.pool, line.clock())
