"""The Kurzbericht: what a period's figures say, on four to six pages."""

from collections.abc import Iterator

from app.statistics.codebook import EPSILON
from app.statistics.exports.notes import method_of_widths
from app.statistics.exports.selection import Selection, select_figures
from app.statistics.models import Published
from app.statistics.periods import Period, Run
from app.statistics.reading import Figure, TableView, table_of, totals_of
from app.statistics.report.blocks import Beside, Block, Document, Grid, Heading, Paragraph, Picture, Points
from app.statistics.report.drawings import Drawing, draw_series, draw_table, list_rows
from app.statistics.report.sentences import bounds_words, headlines, list_changes, missing_words
from app.statistics.report.shares import Share, service_figures
from app.statistics.report.wording import Lang, day_words, listed, number, percent, period_words, say
from app.statistics.texts import Texts

# More changes than these are looked up on the pages.
_MOST_CHANGES = 12
# As wide as lets a chart's letters be read when it takes less than half of the page.
_BAR_WIDTH = 170
_LINE_WIDTH = 270


def write_report(published: Published, period: Period, texts: Texts, language: Lang, *, contact: str) -> Document:
    """Raises NothingPublished."""
    run, before = Run.of(period), Run.of(period.previous())
    selection = select_figures(published, run)
    words = period_words(period, language)
    return Document(
        language=language,
        title=say("report.title", language),
        subtitle=say("report.subtitle", language, period=words),
        facts=tuple(_facts(published, selection, language, contact)),
        banner=say("simulated", language) if selection.simulated else "",
        running=say("report.running", language, period=words),
        page_word=say("report.page", language),
        author=say("line.name", language),
        keywords=(words,),
        blocks=(
            Heading(say("report.main", language)),
            Points(headlines(published, run, before, texts, language)),
            *_volume(published, run, language),
            *_single(published, run, texts, language),
            *_land(table_of(published, "land", run), texts, language),
            *_outcomes(published, run, texts, language),
            *_changes(published, run, before, texts, language),
            *_method(selection, language),
        ),
    )


def _facts(published: Published, selection: Selection, language: Lang, contact: str) -> Iterator[tuple[str, str]]:
    run = selection.run
    days = {"first": day_words(run.first_on, language), "last": day_words(run.last_on, language)}
    yield say("report.fact.period", language), say("run", language, **days)
    missing = missing_words(table_of(published, "language", run), language)
    if missing:
        yield say("report.fact.missing", language), listed(list(missing), language)
    yield say("report.fact.published", language), day_words(selection.published_at.date(), language)
    yield say("report.fact.tables", language), ", ".join(selection.versions)
    if contact:
        yield say("report.fact.contact", language), contact


def _volume(published: Published, run: Run, language: Lang) -> Iterator[Block]:
    totals = totals_of(published, run)
    yield Heading(say("report.volume", language))
    drawing = draw_series(totals, language, width=_LINE_WIDTH)
    header = (say("column.period", language), say("column.value", language), say("column.interval", language))
    rows = tuple(_figure_row(period_words(period, language), figure, language) for period, figure in totals)
    yield Beside(_picture(drawing), Grid(drawing.caption, header, rows))
    if any(period.grain == "quarter" for period, _ in totals):
        yield Paragraph(say("report.low_volume", language))


def _single(published: Published, run: Run, texts: Texts, language: Lang) -> Iterator[Block]:
    for table_id, heading in (("language", "report.languages"), ("topic", "report.topics")):
        view = table_of(published, table_id, run)
        yield Heading(say(heading, language))
        yield _beside(view, texts, language)


def _land(view: TableView, texts: Texts, language: Lang) -> Iterator[Block]:
    yield Heading(say("report.laender", language))
    yield _beside(view, texts, language)
    yield Paragraph(say("report.land.note", language))


def _outcomes(published: Published, run: Run, texts: Texts, language: Lang) -> Iterator[Block]:
    yield Heading(say("report.outcomes", language))
    yield _beside(table_of(published, "outcome", run), texts, language)
    yield from _service(published, run, texts, language)
    hours = table_of(published, "hour", run)
    if hours.releases:
        yield Heading(say("report.hours", language))
        drawing = draw_table(hours, texts, language)
        yield _picture(drawing)
        yield _hours_grid(hours, drawing.caption, texts, language)


def _hours_grid(view: TableView, caption: str, texts: Texts, language: Lang) -> Grid:
    """Twenty-four rows in two columns of figures, which is the same as the picture says."""
    types = view.codes["day_type"]
    labels = tuple(texts.label("day_type", code, language) for code in types)
    rows = tuple(
        (
            f"{hour}:00",
            *(
                f"{number(figure.value, language)} ({bounds_words(figure, language)})"
                for figure in (view.cells[f"{hour}.{code}"] for code in types)
            ),
        )
        for hour in view.codes["hour"]
    )
    return Grid(caption, (texts.dimension("hour", language)[0], *labels), rows)


def _service(published: Published, run: Run, texts: Texts, language: Lang) -> Iterator[Block]:
    service = service_figures(published, run)
    if service is None:
        return
    yield Heading(say("report.service", language))
    header = (
        say("report.service.column", language),
        say("report.service.share", language),
        say("column.interval", language),
    )
    shares = {
        "service.within20": service.within20,
        "service.within30": service.within30,
        "service.answered": service.answered,
        "service.abandoned": service.abandoned,
    }
    rows = tuple((say(key, language), *_share_cells(share, language)) for key, share in shares.items())
    yield Grid(say("service.caption", language, period=period_words(run, language)), header, rows)
    band = texts.label("wait", service.median_band, language)
    yield Paragraph(say("service.note", language, band=band))
    waits = table_of(published, "wait", run)
    yield _beside(waits, texts, language)


def _share_cells(share: Share, language: Lang) -> tuple[str, str]:
    bounds = say("interval", language, low=percent(share.low, language), high=percent(share.high, language))
    return percent(share.value, language), bounds


def _changes(published: Published, run: Run, before: Run, texts: Texts, language: Lang) -> Iterator[Block]:
    changes = list_changes(published, run, before)[:_MOST_CHANGES]
    if not changes:
        return
    yield Heading(say("report.changes", language))
    header = (
        say("report.change.column.what", language),
        say("report.change.column.before", language),
        say("report.change.column.now", language),
    )
    rows = tuple(
        (
            f"{texts.dimension(change.table, language)[0]}: {texts.label(change.table, change.cell, language)}",
            f"{number(change.before.value, language)} ({bounds_words(change.before, language)})",
            f"{number(change.now.value, language)} ({bounds_words(change.now, language)})",
        )
        for change in changes
    )
    yield Grid(say("report.change.caption", language, before=period_words(before, language)), header, rows)


def _method(selection: Selection, language: Lang) -> Iterator[Block]:
    yield Heading(say("report.method", language), new_page=True)
    yield Paragraph(say("method.1", language))
    yield Paragraph(say("method.2", language, epsilon=EPSILON))
    yield Paragraph(method_of_widths(selection, language))
    for part in range(4, 9):
        yield Paragraph(say(f"method.{part}", language))


def _beside(view: TableView, texts: Texts, language: Lang) -> Beside:
    drawing = draw_table(view, texts, language, width=_BAR_WIDTH)
    header = (
        texts.dimension(view.dimensions[0], language)[0],
        say("column.value", language),
        say("column.interval", language),
    )
    rows = tuple(_figure_row(", ".join(r.labels), r.figure, language) for r in list_rows(view, texts, language))
    return Beside(_picture(drawing), Grid(drawing.caption, header, rows))


def _figure_row(label: str, figure: Figure, language: Lang) -> tuple[str, ...]:
    mark = "" if figure.reliable else f" ({say('unreliable.mark', language)})"
    return label, f"{number(figure.value, language)}{mark}", bounds_words(figure, language)


def _picture(drawing: Drawing) -> Picture:
    return Picture(drawing.svg, drawing.alt, drawing.caption)
