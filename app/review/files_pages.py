"""The files: the figures in the formats that others use, and the short report for a conference."""

import asyncio
from typing import Final

from app.review.door import READERS, language_of, read_published, router
from app.review.sections import run_words
from app.review.views import units_of, view_of
from app.shell.answers import Answer, Download, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.registry import Menu
from app.statistics.exports.service import FORMATS, NothingPublished, SdmxMissing, file_name, select_figures
from app.statistics.models import Published
from app.statistics.periods import Period, PeriodUnreadable, half_year_of
from app.statistics.report.service import report_pdf
from app.statistics.report.wording import Lang, period_words
from app.statistics.texts import load_texts

_FILES: Final = "/review/files"
NOTHING: Final = Redirect(_FILES, flash=Flash("review.files.nothing", mood="warning"))


@router.page(
    _FILES, access=READERS, title="review.files.title", menu=Menu("figures", 40), parent="/review", step_up=True
)
async def files(ask: Ask) -> Answer:
    published = await read_published(ask)
    units, language = units_of(published), language_of(ask)
    if not units:
        return Page("waiting.html", {"coming": published.open[:1]})
    view = view_of(units, ask.query)
    context = {
        "view": view,
        "run": run_words(view.run, language),
        "units": [(str(unit), period_words(unit, language)) for unit in reversed(units)],
        "formats": tuple(FORMATS),
        "half_years": [(str(one), period_words(one, language)) for one in _half_years(published)],
        "simulated": published.simulated,
    }
    return Page("files.html", context)


@router.download("/review/download", access=READERS, step_up=True, back=_FILES)
async def download(ask: Ask) -> Answer:
    """The run of the address in one format."""
    published, language = await read_published(ask), language_of(ask)
    units, form = units_of(published), FORMATS.get(ask.query.get("format", ""))
    if not units or form is None:
        return NOTHING
    selection = select_figures(published, view_of(units, ask.query).run)
    try:
        content = await asyncio.to_thread(form.write, selection, load_texts(), language)
    except SdmxMissing:
        return Redirect(_FILES, flash=Flash("review.files.sdmx_missing", mood="warning"))
    return Download(content, file_name(selection, form), form.media_type)


@router.download("/review/report", access=READERS, step_up=True, back=_FILES)
async def report(ask: Ask) -> Answer:
    published, language = await read_published(ask), _language(ask)
    try:
        period = Period.parse(ask.query.get("period", ""))
        content = await asyncio.to_thread(report_pdf, published, period, load_texts(), language)
    except (PeriodUnreadable, NothingPublished):
        return NOTHING
    return Download(content, f"kurzbericht-{period}-{language}.pdf", "application/pdf")


def _half_years(published: Published) -> list[Period]:
    """Those in which anything is published, the latest first."""
    return sorted({half_year_of(unit.last_on) for unit in units_of(published)}, reverse=True)


def _language(ask: Ask) -> Lang:
    """The report's language, which need not be the reader's."""
    asked = ask.query.get("language")
    return language_of(ask) if asked is None else "en" if asked == "en" else "de"
