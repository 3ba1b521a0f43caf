"""What the plan of the line says now, read at most once a second by each node."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import asyncpg

from app.queue import plan_store
from app.queue.models import Line
from app.queue.plan_models import Draft, Plan
from app.queue.plan_rules import holding
from app.queue.plan_store import Changes

KEEP_SECONDS: Final = 1.0
# Closures and announcements that are over are of use to nobody.
REMEMBERED: Final = timedelta(days=30)
DRAFT_LIFE: Final = timedelta(days=1)


async def read_plan(line: Line) -> Plan:
    """What holds now; changes of other nodes are seen within a second, one's own at once."""
    memo = line.memo
    if memo.plan is None or monotonic() >= memo.until:
        # Whoever asks meanwhile may read it, too; what was read last stands.
        memo.plan, memo.until = await plan_store.read(line.pool, line.clock()), monotonic() + KEEP_SECONDS
    return holding(memo.plan, line.clock())


async def read_stored(pool: asyncpg.Pool, moment: datetime) -> Plan:
    """What holds at a moment, as the database has it."""
    return await plan_store.read(pool, moment)


def forget_plan(line: Line) -> None:
    """What was read is read anew when it is next asked for."""
    line.memo.plan = None


async def find_changes(line: Line) -> Changes:
    """Who last changed the settings and the hours."""
    return await plan_store.find_changes(line.pool)


async def keep_draft(line: Line, person_id: UUID, draft: Draft) -> None:
    """What somebody has written so far, in place of what they had."""
    await plan_store.keep_draft(line.pool, person_id, draft, line.clock())


async def find_draft(line: Line, person_id: UUID) -> Draft | None:
    return await plan_store.find_draft(line.pool, person_id)


async def forget_draft(line: Line, person_id: UUID) -> None:
    await plan_store.forget_drafts(line.pool, person_id, line.clock() - DRAFT_LIFE)


async def forget_past(line: Line) -> None:
    """Forget closures and announcements that are long over, and drafts that were left lying."""
    await plan_store.forget_before(line.pool, line.clock() - REMEMBERED)
    await plan_store.forget_drafts(line.pool, None, line.clock() - DRAFT_LIFE)
