"""The codebook as a document: every table, dimension, code and measure."""

from collections.abc import Iterator

from app.statistics.codebook import DIMENSIONS, EPSILON, WORKLOADS, Workload
from app.statistics.report.blocks import Block, Document, Grid, Heading, Paragraph
from app.statistics.report.wording import Lang, say
from app.statistics.texts import MEASURES, Texts


def write_codebook(texts: Texts, language: Lang) -> Document:
    return Document(
        language=language,
        title=say("codebook.title", language),
        subtitle=say("codebook.subtitle", language),
        facts=(),
        banner="",
        running=say("codebook.running", language),
        page_word=say("report.page", language),
        author=say("line.name", language),
        blocks=(*_workloads(texts, language), *_dimensions(texts, language), *_measures(texts, language)),
    )


def _workloads(texts: Texts, language: Lang) -> Iterator[Block]:
    yield Heading(say("codebook.workloads", language))
    for workload in WORKLOADS.values():
        yield Heading(workload.version, level=2)
        tables = len(workload.tables)
        yield Paragraph(say("codebook.scale", language, scale=workload.scale, tables=tables, epsilon=EPSILON))
        yield _tables(workload, texts, language)


def _tables(workload: Workload, texts: Texts, language: Lang) -> Grid:
    header = tuple(say(f"codebook.column.{name}", language) for name in ("code", "table", "grain", "meaning"))
    rows = tuple(
        (table.id, label, say(f"grain.{table.grain}", language), meaning)
        for table in workload.tables
        for label, meaning in [texts.table(table.id, language)]
    )
    caption = say("codebook.workload.caption", language, version=workload.version)
    return Grid(caption, header, rows, texts=True, widths=(1.3, 1.8, 0.8, 4))


def _dimensions(texts: Texts, language: Lang) -> Iterator[Block]:
    yield Heading(say("codebook.dimensions", language), new_page=True)
    header = tuple(say(f"codebook.column.{name}", language) for name in ("code", "label", "meaning"))
    for name, dimension in DIMENSIONS.items():
        label, definition = texts.dimension(name, language)
        yield Heading(f"{label} ({name})", level=2)
        yield Paragraph(definition)
        rows = tuple(
            (code, texts.label(name, code, language), texts.codes_definition(name, code, language))
            for code in dimension.codes
        )
        yield Grid(label, header, rows, texts=True, widths=(1.6, 2, 4))


def _measures(texts: Texts, language: Lang) -> Iterator[Block]:
    yield Heading(say("codebook.measures", language))
    header = (say("codebook.column.measure", language), say("codebook.column.meaning", language))
    rows = tuple(texts.measure(name, language) for name in MEASURES)
    yield Grid(say("codebook.measures", language), header, rows, texts=True, widths=(1.6, 4))
