"""From a view of published figures to its chart with its words, and to the rows of the table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.statistics.charts import Mark, Place, Words, bar_chart, heat_map, line_chart, tile_map
from app.statistics.codebook import JOINT
from app.statistics.periods import Period
from app.statistics.reading import NOTHING, Figure, TableView
from app.statistics.report.wording import Lang, number, period_words, say, short_period
from app.statistics.texts import Texts

# A label at a chart is cut to this; the table beside it has the whole.
_LONGEST_LABEL = 34


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as SVG, the text for those who do not see it, and its caption."""

    svg: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table beside a chart: one label a dimension."""

    cell: str
    labels: tuple[str, ...]
    figure: Figure


def list_rows(view: TableView, texts: Texts, language: Lang) -> tuple[Row, ...]:
    """All cells in the order of the codes, whether or not anything was counted."""
    cells = [""]
    for name in view.dimensions:
        cells = [f"{start}{JOINT}{code}" if start else code for start in cells for code in view.codes[name]]
    return tuple(Row(cell, _labels(view, cell, texts, language), view.cells.get(cell, NOTHING)) for cell in cells)


def draw_table(view: TableView, texts: Texts, language: Lang, *, width: int = 420) -> Drawing:
    """A tile map for Länder, a heat map for two dimensions, else bars; one simple reading for each."""
    rows = list_rows(view, texts, language)
    match view.dimensions:
        case ("land",):
            kind = "tiles"
        case (_, _):
            kind = "heat"
        case _:
            kind = "bars"
    words, caption = _words(view, rows, kind, texts, language)
    if kind == "tiles":
        svg = tile_map(tuple((row.cell, _mark(row)) for row in rows), words)
    elif kind == "heat":
        svg = _heat(view, rows, words, texts, language)
    else:
        svg = bar_chart(tuple(_mark(row) for row in rows), words, width=width)
    return Drawing(svg, words.alt, caption)


def draw_series(series: Sequence[tuple[Period, Figure]], language: Lang, *, width: int = 520) -> Drawing:
    """Totals over periods, of which there is at least one."""
    marks = tuple(_figure_mark(short_period(period), figure) for period, figure in series)
    ends = {"first": period_words(series[0][0], language), "last": period_words(series[-1][0], language)}
    run = say("run", language, **ends)
    most = max(marks, key=lambda mark: mark.value)
    alt = _alt("line", say("chart.volume", language), run, (most.label, most.value), language)
    words = Words(alt, say("contacts", language), language)
    caption = say("chart.caption", language, table=say("chart.volume", language), period=run)
    return Drawing(line_chart(marks, words, width=width), alt, caption)


def _heat(view: TableView, rows: Sequence[Row], words: Words, texts: Texts, language: Lang) -> str:
    """Hours run across, below them the types of day; of other tables the second dimension runs across."""
    if view.dimensions[0] == "hour":
        places = tuple(_place(row, row.cell.split(JOINT)[0], row.labels[1]) for row in rows)
        return heat_map(places, words, across=say("hour", language))
    title = texts.dimension(view.dimensions[1], language)[0]
    places = tuple(_place(row, row.labels[1], row.labels[0]) for row in rows)
    return heat_map(places, words, across=title, cell=46)


def _place(row: Row, column: str, line: str) -> Place:
    return Place(column[:_LONGEST_LABEL], line[:_LONGEST_LABEL], _mark(row))


def _mark(row: Row) -> Mark:
    return _figure_mark(", ".join(row.labels)[:_LONGEST_LABEL], row.figure)


def _figure_mark(label: str, figure: Figure) -> Mark:
    return Mark(label, figure.value, figure.low, figure.high, figure.reliable)


def _words(view: TableView, rows: Sequence[Row], kind: str, texts: Texts, language: Lang) -> tuple[Words, str]:
    table, period = texts.table(view.table, language)[0], period_words(view.run, language)
    most = max(rows, key=lambda row: row.figure.value)
    alt = _alt(kind, table, period, (", ".join(most.labels), most.figure.value), language)
    caption = say("chart.caption", language, table=table, period=period)
    if view.simulated:
        caption = f"{caption} ({say('simulated.short', language)})"
    return Words(alt, say("contacts", language), language), caption


def _alt(kind: str, table: str, period: str, most: tuple[str, int], language: Lang) -> str:
    label, value = most
    return say(
        "chart.alt",
        language,
        kind=say(f"chart.{kind}", language),
        table=table,
        period=period,
        most=label,
        value=number(value, language),
    )


def _labels(view: TableView, cell: str, texts: Texts, language: Lang) -> tuple[str, ...]:
    codes = zip(view.dimensions, cell.split(JOINT), strict=True)
    return tuple(texts.label(name, code, language) for name, code in codes)
