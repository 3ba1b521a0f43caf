"""The page of figures: plain sentences first, then each table as a chart with its rows beside it."""

import asyncio

from app.review.door import READERS, language_of, read_published, router
from app.review.sections import list_sections, run_words, volume_section
from app.review.views import COMPARISONS, View, shortcuts, units_of, view_of
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.registry import Menu
from app.statistics.models import Published
from app.statistics.reading import total_of
from app.statistics.report.sentences import headlines
from app.statistics.report.shares import service_figures
from app.statistics.report.wording import Lang, period_words
from app.statistics.texts import load_texts


@router.page("/review", access=READERS, title="review.title", menu=Menu("figures", 10))
async def figures(ask: Ask) -> Answer:
    published = await read_published(ask)
    units = units_of(published)
    if not units:
        return Page("waiting.html", {"coming": published.open[:1]})
    view = view_of(units, ask.query)
    language = language_of(ask)
    drawn = await asyncio.to_thread(draw_figures, published, view, language)
    context = {
        "view": view,
        "units": [(str(unit), period_words(unit, language)) for unit in reversed(units)],
        "comparisons": COMPARISONS,
        "shortcuts": [(run_words(one.run, language), one.query, one.run == view.run) for one in shortcuts(units, view)],
        "run": run_words(view.run, language),
        "before": run_words(view.before, language) if view.before else None,
        "simulated": published.simulated,
        "gaps": [period_words(gap, language) for gap in published.gaps if view.run.covers(gap)],
        "coming": published.open[:1],
        **drawn,
    }
    return Page("figures.html", context)


def draw_figures(published: Published, view: View, language: Lang) -> dict[str, object]:
    """All that the page shows of a view, with its charts; those that were drawn before are quick."""
    texts = load_texts()
    total = total_of(published, view.run)
    earlier = total_of(published, view.before) if view.before else None
    return {
        "sentences": headlines(published, view.run, view.before, texts, language),
        "total": total,
        "earlier": earlier,
        "volume": volume_section(published, view, texts, language),
        "sections": list_sections(published, view, texts, language),
        "service": service_figures(published, view.run),
    }
