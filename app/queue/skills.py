"""What agents can do, and when they are planned to."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from app.kit.crypto import SealBroken
from app.queue import agent_store
from app.queue.models import Line, Shift, Skills

_BOUND: Final = b"agent telephone "


async def get_skills(line: Line, agent_id: UUID) -> Skills | None:
    """None where none were set: such an agent is offered nothing."""
    return next((_skills(line, row) for row in await agent_store.list_skills(line.pool, agent_id)), None)


async def list_skills(line: Line) -> Mapping[UUID, Skills]:
    return {row.agent_id: _skills(line, row) for row in await agent_store.list_skills(line.pool)}


async def set_skills(line: Line, agent_id: UUID, skills: Skills) -> None:
    telephone = skills.telephone
    sealed = None if telephone is None else line.keys.seal(telephone.encode(), bound_to=_BOUND + agent_id.bytes)
    row = agent_store.SkillsRow(agent_id, sorted(skills.topics), skills.woman, skills.land, sealed, skills.languages)
    async with line.pool.acquire() as connection, connection.transaction():
        await agent_store.set_skills(connection, row)


async def remove_agent(line: Line, agent_id: UUID) -> None:
    """Forget an agent's skills and shifts; a call in hand is ended as usual."""
    await agent_store.remove_agent(line.pool, agent_id)


async def get_shifts(line: Line, agent_id: UUID) -> tuple[Shift, ...]:
    return tuple(row.shift for row in await agent_store.list_shifts(line.pool, agent_id))


async def list_shifts(line: Line) -> Mapping[UUID, tuple[Shift, ...]]:
    shifts: dict[UUID, tuple[Shift, ...]] = {}
    for row in await agent_store.list_shifts(line.pool):
        shifts[row.agent_id] = (*shifts.get(row.agent_id, ()), row.shift)
    return shifts


async def set_shifts(line: Line, agent_id: UUID, shifts: Sequence[Shift]) -> None:
    """In place of those before; the agent must have skills."""
    rows = sorted({(shift.weekday, shift.begins): shift.ends for shift in shifts}.items())
    async with line.pool.acquire() as connection, connection.transaction():
        await agent_store.set_shifts(connection, agent_id, [(*begin, ends) for begin, ends in rows])


def _skills(line: Line, row: agent_store.SkillsRow) -> Skills:
    return Skills(row.languages, frozenset(row.topics), row.woman, row.land, _telephone(line, row))


def _telephone(line: Line, row: agent_store.SkillsRow) -> str | None:
    """What was sealed under a key that is gone must be given anew."""
    if row.telephone_sealed is None:
        return None
    try:
        return line.keys.open(row.telephone_sealed, bound_to=_BOUND + row.agent_id.bytes).decode()
    except SealBroken:
        return None
