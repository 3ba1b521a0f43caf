"""The command `./run bench`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.kit.errors import HotlineError
from bench import desk as desks
from bench.desk_report import write_desk_page
from bench.report import lines_of, table_of, write_results
from bench.running import ServerFault
from bench.search import measure_search
from bench.search_report import write_search_page
from bench.statistics_utility import measure_utility, table_of_utility
from bench.step_page import write_step_page
from bench.webhook import FULL, QUICK, measure_webhooks

bench = typer.Typer(no_args_is_help=True, add_completion=False, help="Benchmarks.", rich_markup_mode=None)


@bench.command()
def webhook(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
    quick: Annotated[
        bool, typer.Option(help="One short round: shows that everything runs, not what it costs.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write bench/RESULTS.md.")] = False,
) -> None:
    """Measure a step of a call beside servers that do the same work in the usual ways."""
    results = measure_webhooks(QUICK if quick else FULL, lambda line: print(line, file=sys.stderr, flush=True))
    if write:
        write_results(results)
    print(table_of(results))
    if as_json:
        print(json.dumps({measure.name: measure.as_dict() for measure in results.measures}))


@bench.command()
def statistics(
    seeds: Annotated[int, typer.Option(min=1, help="How many simulated quarters of each volume.")] = 20,
) -> None:
    """Measure how much the noise takes from the statistics at 3, 20 and 100 contacts a day."""
    print(table_of_utility(measure_utility(seeds)))


@bench.command()
def search(
    *,
    paragraphs: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A folder with XQuAD's German paragraphs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write bench/SEARCH.md.")] = False,
) -> None:
    """Measure how well and how quickly the knowledge is found, beside other engines."""
    results = measure_search(lambda line: print(line, file=sys.stderr, flush=True), paragraphs)
    if write:
        write_search_page(results)
    for measure in results.measures:
        print(f"{measure.means:50} {measure.value!s:>8}  {measure.goal or 'reported'}  {'yes' if measure.ok else 'no'}")
    if as_json:
        print(json.dumps({measure.name: measure.as_dict() for measure in results.measures}))


@bench.command()
def desk(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
    quick: Annotated[bool, typer.Option(help="Few desks for some seconds: shows that everything runs.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write bench/DESK.md.")] = False,
) -> None:
    """Measure how soon fifty desks show a change of a busy line, and what that costs."""
    size = desks.QUICK if quick else desks.FULL
    measures = desks.measure_desk(size, lambda line: print(line, file=sys.stderr, flush=True)).measures()
    if write:
        write_desk_page(size, measures)
    print(lines_of(measures))
    if as_json:
        print(json.dumps({measure.name: measure.as_dict() for measure in measures}))


@bench.command(name="step-page")
def step_page() -> None:
    """Write docs/step.md: what happens on the way of a step, in which microseconds."""
    write_step_page()


try:
    bench()
except (HotlineError, ServerFault) as fault:
    sys.stderr.write(f"{fault}\n")
    raise SystemExit(1) from None
