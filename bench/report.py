"""The results as a table for a terminal and as the page bench/RESULTS.md."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.kit.paths import PROJECT_ROOT
from bench.machine import describe
from bench.measures import Cost, Measure, median
from bench.webhook import FULL, Results

_PAGE = """\
# What a step costs

Written by `./run bench webhook --write` on {day}; not to be edited by hand.

Machine: {machine}.
One core serves, another one sends. On a virtual machine others move the figures, so only figures of one run are
compared: the servers take turns in each of {rounds} rounds of {seconds} s. A cost is the median of its rounds, a ratio
the median of the rounds' own ratios. CPU time is that of the server's process and, beside it, of PostgreSQL, as /proc
tells it.

A request is a signed webhook of 29 parameters for a call in progress; 256 calls take turns. Before it is measured every
server but the floor has refused a forged signature and spoken the same document as all others.

## Goals

| measure | value | goal | met |
| --- | ---: | --- | --- |
{goals}

## Cost of a request in CPU microseconds

| server | request | application | database | spread of the rounds |
| --- | --- | ---: | ---: | ---: |
{costs}

The servers:

- `floor`: uvicorn with a bare ASGI application that leaves the body unread.
- `signed`: the same, with the body read and Twilio's signature checked in one pass.
- `hotline`: this server as production runs it, its drafts included.
- `typical`: FastAPI with a form model, twilio's RequestValidator and VoiceResponse, without a database.
- `stateful`: the typical server with the call's state in SQLModel, read and written at every step.
- `fastify`: Fastify with twilio's validateRequest and VoiceResponse, without a database.
- `large`: the hotline with 20,000 centres, 100,000 passages, all languages that have a voice, and 100,000 calls in
  progress.

The requests: `plain` counts nothing, `durable` is noted in the database before it is answered, `centre` finds a centre.
"""


def table_of(results: Results) -> str:
    """One line a measure."""
    return lines_of(results.measures)


def lines_of(measures: Iterable[Measure]) -> str:
    return "\n".join(
        f"{measure.means:44} {_number(measure):>10}  {_goal(measure):9} {_verdict(measure)}".rstrip()
        for measure in measures
    )


def write_results(results: Results) -> None:
    """Write the page bench/RESULTS.md."""
    page = _PAGE.format(
        day=datetime.now(UTC).date().isoformat(),
        machine=describe(),
        rounds=len(next(iter(results.costs.values())).application),
        seconds=FULL.round_seconds,
        goals=rows_of(measure for measure in results.measures if not measure.name.startswith("cpu_us_")),
        costs="\n".join(_cost_row(server, kind, cost) for (server, kind), cost in results.costs.items()),
    )
    (PROJECT_ROOT / "bench" / "RESULTS.md").write_text(page, encoding="utf-8")


def rows_of(measures: Iterable[Measure]) -> str:
    """Rows of a table with measure, value, goal, and whether it is met."""
    return "\n".join(_goal_row(measure) for measure in measures)


def _goal_row(measure: Measure) -> str:
    return f"| {measure.means} | {_number(measure)} | {_goal(measure)} | {_verdict(measure)} |"


def _cost_row(server: str, kind: str, cost: Cost) -> str:
    application, database = median(cost.application), median(cost.database)
    return f"| {server} | {kind} | {application:.1f} | {database:.1f} | {cost.spread:.0%} |"


def _number(measure: Measure) -> str:
    return "not taken" if measure.value is None else f"{measure.value:g}"


def _goal(measure: Measure) -> str:
    return str(measure.goal) if measure.goal else "reported"


def _verdict(measure: Measure) -> str:
    if measure.goal is None:
        return ""
    return "yes" if measure.ok else "no"
