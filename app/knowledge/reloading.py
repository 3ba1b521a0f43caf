"""Asks all running nodes to read their files anew, and tells what each of them serves."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kit.reach import AsyncSession
from app.knowledge import flag_store
from app.knowledge.flags_models import NodeState

# A node tells what it serves every ten seconds; one that was silent for longer is gone.
ALIVE: Final = timedelta(seconds=35)


async def ask_for_reload(session: AsyncSession, *, by: UUID | str, at: datetime) -> int:
    """The number of this reload, which each node tells when it has tried it; `by` is a person or "cli"."""
    return await flag_store.add_reload(session, str(by), at)


async def list_nodes(session: AsyncSession, at: datetime) -> list[NodeState]:
    """The nodes that are running."""
    return await flag_store.list_nodes(session, at - ALIVE)
