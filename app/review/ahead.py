"""Draws the page that everybody opens first before somebody opens it, as soon as something new is published."""

import asyncio

import asyncpg

from app.review.figures_page import draw_figures
from app.review.views import units_of, view_of
from app.statistics import service
from app.statistics.models import ReleaseHead
from app.statistics.texts import READERS_LANGUAGES

Heads = tuple[ReleaseHead, ...]


class Ahead:
    """Knows which publications it has drawn; the charts stay in this process."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._drawn: Heads = ()

    async def draw(self) -> int:
        """Draw the last year where something new is published; returns in how many languages."""
        heads = await service.list_releases(self._pool)
        if heads == self._drawn:
            return 0
        published = await service.load_published(self._pool)
        view = view_of(units_of(published), {})
        for language in READERS_LANGUAGES:
            await asyncio.to_thread(draw_figures, published, view, "en" if language == "en" else "de")
        self._drawn = heads
        return len(READERS_LANGUAGES)
