"""The days on which somebody who speaks a language is on duty by the shifts, for as far as callbacks reach."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from app.queue import agent_store
from app.queue.callback_rules import days_ahead
from app.queue.duty import works_on
from app.queue.models import Line, Shift


async def list_service_days(line: Line, language: str, moment: datetime) -> frozenset[date]:
    """Of the days of a callback that is asked for at that moment; none where nobody speaks the language."""
    rows = await agent_store.list_shifts(line.pool, language=language)
    # The holidays of a year that nobody asked about yet take a while to be known.
    return await asyncio.to_thread(_service_days, [(row.land, row.shift) for row in rows], days_ahead(moment))


def _service_days(shifts: Sequence[tuple[str, Shift]], days: Sequence[date]) -> frozenset[date]:
    return frozenset(day for day in days if any(works_on(land, shift, day) for land, shift in shifts))
