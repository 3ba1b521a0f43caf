"""The desk's figures as the page bench/DESK.md."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.kit.paths import PROJECT_ROOT
from bench.desk import Size
from bench.desk_line import ANSWER_SECONDS, ASK_SECONDS, TALK_SECONDS, WRITE_SECONDS
from bench.machine import describe
from bench.measures import Measure
from bench.report import rows_of

PAGE = PROJECT_ROOT / "bench" / "DESK.md"
_PAGE = """\
# How soon a desk shows a change

Written by `./run bench desk --write` on {day}; not to be edited by hand.

Machine: {machine}.
One core serves; the database, the desks and the callers share the other one.

{desks} agents have their desks open, each a stream of server-sent events over HTTP on loopback, served by the whole
application with a PostgreSQL of its own. {waiting} calls wait all the time, and each asks every {ask:.0f} s whether it
is its turn. Agents take an offer after {answer:.0f} s, talk for {talk:.0f} s and write for {write:.0f} s, which is much
less than real calls take; the application offers the calls, and takes the agents' deeds over HTTP. Once a second a
further call comes that every desk shows at the top. A latency is the time from the moment before that call is written
to the database until a desk has received it: one for each such call and each desk, over {seconds:.0f} s. The CPU time
is that of the application's process over the same time, as /proc tells it.

| measure | value | goal | met |
| --- | ---: | --- | --- |
{rows}
"""


def write_desk_page(size: Size, measures: Sequence[Measure], page: Path = PAGE) -> None:
    """Write the page bench/DESK.md."""
    text = _PAGE.format(
        day=datetime.now(UTC).date().isoformat(),
        machine=describe(),
        desks=size.desks,
        waiting=size.waiting,
        ask=ASK_SECONDS,
        answer=ANSWER_SECONDS,
        talk=TALK_SECONDS,
        write=WRITE_SECONDS,
        seconds=size.seconds,
        rows=rows_of(measures),
    )
    page.write_text(text, encoding="utf-8")
