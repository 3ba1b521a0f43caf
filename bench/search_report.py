"""The figures of the search as the page bench/SEARCH.md."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.kit.paths import PROJECT_ROOT
from bench.machine import describe
from bench.measures import Measure
from bench.search import TIMES_THE_REAL_SIZE, SearchResults

SEARCH_PAGE = PROJECT_ROOT / "bench" / "SEARCH.md"

_PAGE = """\
# How well and how quickly the knowledge is found

Written by `./run bench search --write` on {day}; not to be edited by hand.

Machine: {machine}. Encoder: {encoder}.
The index holds {entries} texts, takes {megabytes:.1f} MB beside the texts themselves and is built in {seconds:.1f} s.

## Goals

| measure | value | goal | met |
| --- | ---: | --- | --- |
{goals}

## Questions on the shipped content

The development questions were written for this: spoken, typed, misspelt, transliterated. They are split in halves by
their ids. The thresholds of confidence were fitted on one half; the weights were chosen on it and on typical questions
left out of the index, a few of them earlier with both halves in sight. The figures are of the other half, and still no
replacement for questions nobody here has seen.
The typical questions of the topics are part of the index, so they are no test and are not asked here.

| way | language | questions | first | among three | confident |
| --- | --- | ---: | ---: | ---: | ---: |
{quality}

## German paragraphs (XQuAD), right at first

Typing errors and mishearings come from a seeded generator; two of five words of four letters or more have a slip.
The share of words and pieces and the weight of texts were chosen with some of these questions in sight. The paragraphs
alone are a small pool, in which every engine finds most. In the other one each sentence of the paragraphs and of the
German texts of the knowledge stands for itself, a sentence of the right paragraph is right, and every third question
is asked.
tantivy folds accents and stems German, Whoosh stems German, SQLite folds accents.

| pool | engine | clean | typos | speech |
| --- | --- | ---: | ---: | ---: |
{paragraphs}

## Milliseconds a question at {times} times the real size

The copies have their words in another order. The hotline's figure includes the language, emergencies, facets and
snippets; the other engines rank one field. The goal is for the time that the processor works, as other work here makes
the rest longer.

| engine | median | p99 | p99 worked |
| --- | ---: | ---: | ---: |
{milliseconds}
"""


def write_search_page(results: SearchResults, page: Path = SEARCH_PAGE) -> None:
    """Write the page bench/SEARCH.md."""
    page.write_text(page_of(results), encoding="utf-8")


def page_of(results: SearchResults) -> str:
    return _PAGE.format(
        day=datetime.now(UTC).date().isoformat(),
        machine=describe(),
        encoder=results.encoder or "none, words alone",
        entries=results.entries,
        megabytes=results.megabytes,
        seconds=results.build_seconds,
        goals="\n".join(map(_goal_row, results.measures)),
        quality="\n".join(_quality_rows(results)),
        paragraphs="\n".join(_paragraph_rows(results)),
        times=TIMES_THE_REAL_SIZE,
        milliseconds="\n".join(
            f"| {name} | {taken.median:.1f} | {taken.p99:.1f} | {taken.p99_worked:.1f} |"
            for name, taken in results.milliseconds.items()
        ),
    )


def _goal_row(measure: Measure) -> str:
    value = "not measured" if measure.value is None else f"{measure.value:g}"
    verdict = "" if measure.goal is None else "yes" if measure.ok else "no"
    return f"| {measure.means} | {value} | {measure.goal or 'reported'} | {verdict} |"


def _quality_rows(results: SearchResults) -> Iterator[str]:
    for way, languages in results.quality.items():
        for language, one in languages.items():
            right = "| |" if language == "off topic" else f"{one.first:.2f} | {one.among_three:.2f} |"
            yield f"| {way} | {language} | {one.questions} | {right} {one.confident:.2f} |"


def _paragraph_rows(results: SearchResults) -> Iterator[str]:
    if not results.paragraphs:
        yield "| no folder with the paragraphs was given | | | | |"
    for pool, engines in results.paragraphs.items():
        for name, ways in engines.items():
            yield f"| {pool} | {name} | {ways['clean']:.3f} | {ways['typos']:.3f} | {ways['speech']:.3f} |"
