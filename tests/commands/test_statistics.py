"""The ledger of the statistics at the command line, as an operator uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg

from app.kit.clock import today_in_germany
from app.kit.paths import PROJECT_ROOT
from app.statistics.periods import quarter_of
from tests.conftest import DatabaseUrls


def hotline(database_url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app", "stats", *words],
        cwd=PROJECT_ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_quarter_is_opened_once_and_what_is_too_early_is_refused_in_a_sentence(
    pool: asyncpg.Pool, database_urls: DatabaseUrls
) -> None:
    url, quarter = database_urls.app, str(quarter_of(today_in_germany()))
    opened = hotline(url, "open", quarter, "--workload", "low-volume")
    assert opened.stdout.startswith(f"{quarter} is open with the workload low-volume-"), opened.stderr
    again = hotline(url, "open", quarter)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"{quarter} is open already: its noise was drawn once and is never drawn again.\n"
    assert hotline(url, "close", quarter).stderr.startswith(f"{quarter} can be closed from ")
    assert "cannot be published yet" in hotline(url, "publish", quarter).stderr
    report = json.loads(hotline(url, "verify", "--json").stdout)
    assert (report["openings"], report["releases"], report["faults"]) == (4, 0, [])
    assert json.loads(hotline(url, "list", "--json").stdout) == {"releases": []}
    assert await pool.fetchval("SELECT bool_and(NOT simulated) FROM statistics_ledger")


def test_what_is_no_period_is_refused_before_anything_starts(tmp_path: Path) -> None:
    refused = hotline(f"postgresql://nobody@/none?host={tmp_path}", "open", "2026-13")
    assert refused.returncode == 1
    assert "is no period: write a year 2026" in refused.stderr
