"""The generated pages fit the code that they tell of, whatever the figures are."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.kit.paths import PROJECT_ROOT
from bench.measures import Cost, Measure, at_least, at_most, ratios, reported
from bench.report import table_of
from bench.step_page import PAGE, PHASES, write_step_page
from bench.webhook import KINDS, Results


def shape_of(page: str) -> str:
    """The page without its figures, its date and its machine."""
    kept = [line for line in page.splitlines() if not line.startswith(("Written by", "Machine:", "Each figure"))]
    return re.sub(r"-?[\d.,]+%?", "", "\n".join(kept))


def test_the_page_on_a_step_tells_of_the_phases_there_are(tmp_path: Path) -> None:
    write_step_page(steps=20, page=tmp_path / "step.md")
    written = (tmp_path / "step.md").read_text(encoding="utf-8")
    assert shape_of(PAGE.read_text(encoding="utf-8")) == shape_of(written)
    assert [means for _, _, means in PHASES if means not in written] == []


def test_the_results_tell_of_every_server_and_every_goal() -> None:
    page = (PROJECT_ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    assert [(name, kind) for name, kinds in KINDS.items() for kind in kinds if f"| {name} | {kind} |" not in page] == []
    assert [measure.means for measure in ratios({}) if f"| {measure.means} |" not in page] == []


def test_a_ratio_is_the_median_of_the_rounds_with_application_and_database_together() -> None:
    costs = {
        ("floor", "plain"): Cost((20.0, 30.0, 25.0), (0.0, 0.0, 0.0)),
        ("hotline", "plain"): Cost((100.0, 50.0, 100.0), (0.0, 50.0, 0.0)),
    }
    values = {measure.name: (measure.value, measure.ok) for measure in ratios(costs)}
    assert values["share_of_floor"] == (0.25, True)
    assert values["times_fastify"] == (None, False)
    assert costs["floor", "plain"].spread == pytest.approx(0.4)
    assert [measure.as_dict() for measure in reported(costs)][1] == {"value": 100.0, "goal": None, "ok": True}


def test_a_goal_is_a_bound_that_is_still_met_where_it_lies() -> None:
    assert [Measure("m", "m", value, at_most(50)).ok for value in (49.9, 50, 50.1, None)] == [True, True, False, False]
    assert [Measure("m", "m", value, at_least(6)).ok for value in (5.9, 6)] == [False, True]
    line = table_of(Results((Measure("m", "what it means", 7.5, at_least(6)),), {}))
    assert line.split() == ["what", "it", "means", "7.5", ">=", "6", "yes"]


@pytest.mark.long
def test_the_whole_bench_runs_and_ends_with_every_measure() -> None:
    command = [sys.executable, "-P", "-m", "bench", "webhook", "--quick", "--json"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    measures = json.loads(done.stdout.splitlines()[-1])
    assert {name for name, told in measures.items() if set(told) != {"value", "goal", "ok"}} == set()
    assert {measure.name for measure in ratios({})} <= set(measures)
    assert all(told["value"] is not None for told in measures.values())
