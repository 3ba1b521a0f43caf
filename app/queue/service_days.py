"""The days on which somebody who speaks a language is on duty by the shifts and the line is open, as callbacks need."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from app.queue import agent_store
from app.queue.callback_rules import days_ahead
from app.queue.models import Line, Shift
from app.queue.plan import read_plan
from app.queue.plan_models import Plan
from app.queue.plan_rules import opens_on
from app.queue.weekly import works_on


async def list_service_days(line: Line, language: str, moment: datetime) -> frozenset[date]:
    """Of the days of a callback that is asked for at that moment; none where nobody speaks the language."""
    plan = await read_plan(line)
    shifts = [(row.land, row.shift) for row in await agent_store.list_shifts(line.pool, language=language)]
    # The holidays of a year that nobody asked about yet take a while to be known.
    return await asyncio.to_thread(_service_days, plan, shifts, days_ahead(moment))


def _service_days(plan: Plan, shifts: Sequence[tuple[str, Shift]], days: Sequence[date]) -> frozenset[date]:
    staffed = (day for day in days if any(works_on(land, shift, day) for land, shift in shifts))
    return frozenset(day for day in staffed if opens_on(plan, day))
