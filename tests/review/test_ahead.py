"""Figures are drawn before somebody opens them, once for each publication."""

import asyncpg

from app.review.ahead import Ahead
from app.statistics import charts
from tests.entrance.house import Visit

DRAWN = (charts.bar_chart, charts.line_chart, charts.heat_map, charts.tile_map)


def count_drawn() -> int:
    return sum(kind.cache_info().misses for kind in DRAWN)


async def test_whoever_opens_the_page_first_waits_for_no_chart(pool: asyncpg.Pool, reader: Visit, figures: int) -> None:
    assert figures
    ahead, before = Ahead(pool), count_drawn()
    assert await ahead.draw() == 2
    drawn = count_drawn()
    assert drawn >= before + 2 * 11
    await reader.open("/review")
    assert reader.page.text.count("<svg role=") == 11
    assert count_drawn() == drawn
    assert await ahead.draw() == 0


async def test_without_figures_there_is_nothing_to_draw(pool: asyncpg.Pool) -> None:
    assert await Ahead(pool).draw() == 0
