"""`hotline check` and `hotline diagrams`: proves all content, and renews what is drawn from it."""

import json
import sys
from typing import Annotated

import typer

from app.calls.opening import read_content
from app.calls.report import CheckReport, book_of, check_content, renew_diagrams
from app.kit.clock import today_in_germany
from app.kit.paths import PROJECT_ROOT


def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
    release: Annotated[
        bool, typer.Option("--release", help="Also refuse emergency numbers that nobody confirmed in time.")
    ] = False,
) -> None:
    """Prove flows, texts, centres and knowledge; name the edges that no conversation walks."""
    report: CheckReport = check_content(PROJECT_ROOT, today_in_germany(), release=release)
    if as_json:
        sys.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False) + "\n")
    else:
        for fault in report.faults:
            sys.stdout.write(f"{fault}\n")
        sys.stdout.write(f"{report.summary()}\n")
    raise SystemExit(1 if report.faults else 0)


def diagrams() -> None:
    """Renew the diagrams in ivr_flows/README.md."""
    renew_diagrams(PROJECT_ROOT, book_of(read_content(PROJECT_ROOT, today_in_germany())))
