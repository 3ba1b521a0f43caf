"""`hotline simulate day` at the command line."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.kit.errors import HotlineError
from app.kit.paths import PROJECT_ROOT
from app.queue.simulation.erlang import expected

SMALL = ["--days", "5", "--hours", "8-12", "--calls-per-hour", "20"]


def simulate(*words: str) -> str:
    done = CliRunner().invoke(app, ["simulate", "day", *SMALL, *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_day_is_told_by_the_command_and_an_error_is_one_sentence() -> None:
    def hotline(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "app", "simulate", "day", *words]
        return subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)

    told = hotline(*SMALL, "--agents", "3", "--seed", "2")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Simulated, seed 2: 5 days of 3 agents and about ")
    refused = hotline("--languages", "de;ar")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1


def test_json_names_the_formula_for_the_same_agents_and_calls() -> None:
    told = json.loads(simulate("--agents", "4", "--patience", "180", "--json"))
    assert (told["agents"], told["days"], told["patience_seconds"]) == (4, 5, 180)
    formula = expected(4, 20, 420, patience_seconds=180)
    assert told["beside"]["Erlang A"]["service_levels"]["20"] == pytest.approx(formula.service_level)
    assert told["beside"]["Erlang A"]["abandoned"] == pytest.approx(formula.abandoned)


def test_languages_skills_and_shifts_reach_the_day(tmp_path: Path) -> None:
    picture = tmp_path / "day.svg"
    words = ["--languages", "de:.6,ar:.4", "--skills", "de:2,ar+de:2", "--shifts", "8-10:2,10-12:2"]
    told = json.loads(simulate(*words, "--wrap-up", "60", "--also", ".5", "--picture", str(picture), "--json"))
    assert (told["agents"], told["handling_seconds"]) == (4, 480)
    assert told["hours"]["8"]["nobody_on_duty"]["value"] > told["hours"]["11"]["nobody_on_duty"]["value"] == 0
    assert set(told["languages"]) == {"de", "ar"}
    assert ET.fromstring(picture.read_text("utf-8")).get("role") == "img"  # noqa: S314  Drawn here.


@pytest.mark.parametrize(
    "words",
    [["--profile", "odd"], ["--skills", "de:2", "--agents", "3"], ["--agents", "3", "--shifts", "8-12:2"]],
)
def test_what_does_not_fit_together_is_refused(words: list[str]) -> None:
    with pytest.raises(HotlineError):
        simulate(*words)


def test_the_simulated_callers_are_still_simulated_without_a_day() -> None:
    command = [sys.executable, "-m", "app", "simulate", "--calls", "20", "--seed", "3", "--json"]
    told = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert json.loads(told.stdout.splitlines()[-1])["calls"] == 20
