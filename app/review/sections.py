"""What the page of figures shows of a run: for each table its chart, the rows beside it, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from app.review.views import View
from app.statistics.models import Published
from app.statistics.periods import Run, half_year_of, month_of, quarter_of, year_of
from app.statistics.reading import Figure, TableView, differs, table_of, tables_of, totals_of
from app.statistics.report.drawings import Drawing, draw_series, draw_table, list_rows
from app.statistics.report.wording import Lang, period_words, say
from app.statistics.texts import Texts

Change = Literal["more", "less", "same"]
# In the order of the page; the last ones stand only where quarters are published.
TABLES: Final = (
    "language",
    "topic",
    "land",
    "outcome",
    "wait",
    "kind",
    "hour",
    "language_topic",
    "land_topic",
    "land_outcome",
)
# A table of more rows than this is folded, and opened by whoever wants to read it.
LONG: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its labels, its figure, the figure it is compared with, and whether they differ."""

    labels: tuple[str, ...]
    figure: Figure
    before: Figure | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the page. `partly` names what of the run is not published; without lines nothing is."""

    id: str
    heading: str
    definition: str
    columns: tuple[str, ...]
    chart: Markup
    lines: tuple[Line, ...]
    total: Figure | None
    partly: tuple[str, ...]

    @property
    def folded(self) -> bool:
        """A long table, whose chart is as wide as the page."""
        return len(self.lines) > LONG


def list_sections(published: Published, view: View, texts: Texts, language: Lang) -> list[Section]:
    """Every table that the releases of the run hold, in the order of the page."""
    there = tables_of(published, view.run)
    return [_section(published, view, table, texts, language) for table in TABLES if table in there]


def volume_section(published: Published, view: View, texts: Texts, language: Lang) -> Section:
    """How many contacts there were in each published period of the run."""
    series = totals_of(published, view.run)
    label, definition = texts.measure("contacts", language)
    lines = tuple(Line((period_words(period, language),), total, None, None) for period, total in series)
    chart = draw_series(series, language)
    return Section("volume", label, definition, (), _inline(chart), lines, None, ())


def change_of(now: Figure, before: Figure) -> Change:
    """Whether a figure is more or less than another beyond the noise of both."""
    if not differs(now, before):
        return "same"
    return "more" if now.value > before.value else "less"


def _section(published: Published, view: View, table: str, texts: Texts, language: Lang) -> Section:
    shown = table_of(published, table, view.run)
    label, definition = texts.table(table, language)
    before = table_of(published, table, view.before).cells if view.before else {}
    chart = draw_table(shown, texts, language)
    return Section(
        table,
        label,
        definition,
        tuple(texts.dimension(name, language)[0] for name in shown.dimensions),
        _inline(chart),
        _lines(shown, before, texts, language),
        shown.total,
        tuple(period_words(period, language) for period in shown.missing),
    )


def _lines(shown: TableView, before: Mapping[str, Figure], texts: Texts, language: Lang) -> tuple[Line, ...]:
    return tuple(_line(row.labels, row.figure, before.get(row.cell)) for row in list_rows(shown, texts, language))


def _line(labels: Sequence[str], figure: Figure, before: Figure | None) -> Line:
    return Line(tuple(labels), figure, before, change_of(figure, before) if before else None)


def run_words(run: Run, language: Lang) -> str:
    """The run by the name of the period that it is, else from its first to its last one."""
    for containing in (month_of, quarter_of, half_year_of, year_of):
        period = containing(run.first_on)
        if (period.first_on, period.last_on) == (run.first_on, run.last_on):
            return period_words(period, language)
    return say("run", language, first=period_words(run.first, language), last=period_words(run.last, language))


def _inline(drawing: Drawing) -> Markup:
    """The chart as it stands in the page; the library has escaped every text in it."""
    return Markup(drawing.svg)  # noqa: S704  Drawn here from the figures and the codebook's own words.
