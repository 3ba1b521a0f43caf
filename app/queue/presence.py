"""Where agents are: ready, asked, in a call, wrapping up, on a break or away."""

from uuid import UUID

from app.queue import agent_store, talk_store, today_store
from app.queue.models import Agent, Line, Reservation, Status
from app.queue.offers import refuse
from app.queue.skills import list_skills


async def set_status(line: Line, agent_id: UUID, status: Status) -> Status:
    """Ready, on a break or away as the agent says; gives what holds then, since a call in hand cannot be left so.

    Who is asked and takes a break refuses; who wraps up has wrapped up. Raises ValueError for any other status.
    """
    if status not in {Status.READY, Status.BREAK, Status.AWAY}:
        raise ValueError(f"The program alone makes an agent {status}.")
    offered = await talk_store.find_by_agent(line.pool, agent_id)
    if offered is not None and offered.accepted_at is None and status is not Status.READY:
        await refuse(line, agent_id, offered.id, status)
    _, held = await _leave_call_for(line, agent_id, status)
    return held or await see(line, agent_id)


async def see(line: Line, agent_id: UUID) -> Status:
    """The agent's page or softphone asked for something: who is not seen for a minute gets no calls."""
    return await agent_store.see(line.pool, agent_id, line.clock())


async def wrap_up(line: Line, agent_id: UUID) -> Reservation | None:
    """The agent is ready again; gives the call that was wrapped up, None where there was none."""
    wrapped, _ = await _leave_call_for(line, agent_id, Status.READY)
    return wrapped


async def _leave_call_for(line: Line, agent_id: UUID, status: Status) -> tuple[Reservation | None, Status | None]:
    """Forget the call that has ended, and how long it took goes into the mean; the status is None in a call."""
    moment = line.clock()
    async with agent_store.holding_agent(line.pool, agent_id) as connection:
        wrapped = await talk_store.forget_wrapped(connection, agent_id)
        if wrapped is not None and wrapped.accepted_at is not None:
            seconds = (moment - wrapped.accepted_at).total_seconds()
            await today_store.add_handled(connection, wrapped.language, max(0.0, seconds))
        return wrapped, await agent_store.set_status(connection, agent_id, status, moment)


async def list_agents(line: Line) -> tuple[Agent, ...]:
    """All who have skills and were ever there."""
    skills = await list_skills(line)
    return tuple(
        Agent(
            row["agent_id"],
            Status(row["status"]),
            row["since"],
            row["seen_at"],
            row["is_present"],
            skills[row["agent_id"]],
        )
        for row in await agent_store.list_presence(line.pool, line.clock())
        if row["agent_id"] in skills
    )
