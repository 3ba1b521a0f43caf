"""Who is on duty for a language now, and when the next shift begins while the line is open."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from app.queue import agent_store
from app.queue.models import Duty, Line
from app.queue.plan import read_plan
from app.queue.plan_models import Plan
from app.queue.plan_rules import is_open, next_opening
from app.queue.weekly import is_planned


async def duty(line: Line, language: str) -> Duty:
    """How many who speak the language are there, whatever was planned, and when the next shift of one begins.

    There is who is asked, talks or wraps up, and who is ready and was seen within the last minute. Outside of the
    line's hours nobody counts as there, and a shift begins when the line opens. No such time within 14 days, those of
    a running closure not counted, gives None.
    """
    moment, plan = line.clock(), await read_plan(line)
    now, women = await agent_store.count_present(line.pool, language, moment) if is_open(plan, moment) else (0, 0)
    shifts = [(row.land, row.shift) for row in await agent_store.list_shifts(line.pool, language=language)]
    # The holidays of a year that nobody asked about yet take a while to be known.
    return Duty(now, women, await asyncio.to_thread(next_opening, plan, shifts, moment))


async def planned_duty(line: Line, language: str, moment: datetime) -> Duty:
    """The same for any moment, as far as the plan tells: those are there whose shifts run while the line is open."""
    plan = await read_plan(line)
    rows = await agent_store.list_shifts(line.pool, language=language)
    return await asyncio.to_thread(_planned, plan, rows, moment)


def _planned(plan: Plan, rows: Sequence[agent_store.ShiftRow], moment: datetime) -> Duty:
    running = {row.agent_id for row in rows if is_planned(row.land, row.shift, moment)}
    now = len(running) if is_open(plan, moment) else 0
    return Duty(now, 0, next_opening(plan, [(row.land, row.shift) for row in rows], moment))


async def staff(line: Line, language: str) -> int:
    """How many who speak the language are there, whatever the hours: who waits is still served by them."""
    now, _ = await agent_store.count_present(line.pool, language, line.clock())
    return now
