"""Rules of the house that no linter knows: sizes, names, and what no file of the project may mention."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.paths import PROJECT_ROOT

MOST_LINES_IN_A_FILE = 300
MOST_LINES_IN_A_FUNCTION = 40
OWN_TEXT = re.compile(
    r"\.(py|yaml|yml|toml|md|sh|mako|html|js|css|txt|lock|cfg|ini|json)$|/[A-Z]\w+$|^(run|\.ci/run|\.\w+)$"
)
VENDORED = re.compile(r"(^|/)(vendor|static/vendor)/")

# Each pattern is split, so that this file does not contain what it looks for.
FORBIDDEN = {
    "a mark of unfinished work": re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b"),
    "a path of one machine": re.compile(
        r"(?<![\w.}/-])/(wo" + r"rk/(main|shared|\.library)|ro" + r"ot/|tm" + r"p/brief|ho" + r"me/\w)"
    ),
    "a registry's host": re.compile(
        r"(files\.)?pytho" + r"nhosted\.org|pypi\." + r"org|registry\.npm" + r"js\.org|deb\.deb" + r"ian\.org"
    ),
}


def list_project_files() -> list[str]:
    """Every file that is or would be committed, as a path from the top."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        files = (path for path in PROJECT_ROOT.rglob("*") if path.is_file())
        names = (str(path.relative_to(PROJECT_ROOT)) for path in files)
        return [name for name in names if not re.match(r"\.(venv|uv|data|cache|git)/|.*__pycache__", name)]
    return [name for name in done.stdout.splitlines() if (PROJECT_ROOT / name).is_file()]


def list_modules() -> list[Path]:
    return sorted(PROJECT_ROOT.glob("app/**/*.py"))


def list_functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_a_reader_keeps_in_mind() -> None:
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in list_modules()}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES_IN_A_FILE} == {}


def test_every_function_fits_one_glance() -> None:
    long = [
        f"{module.relative_to(PROJECT_ROOT)}: {function.name} has {lines} lines"
        for module in list_modules()
        for function in list_functions(module)
        if (lines := (function.end_lineno or function.lineno) - function.lineno + 1) > MOST_LINES_IN_A_FUNCTION
    ]
    assert long == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "base", "shared", "lib"}
    assert [path for path in list_modules() if drawers & {path.stem, *path.relative_to(PROJECT_ROOT).parts[:-1]}] == []


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    first = {
        path: (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0] for path in list_modules()
    }
    assert [str(path) for path, sentence in first.items() if not re.fullmatch(r"[^\n]+[.:]", sentence)] == []


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_file_of_the_project_contains(rule: str) -> None:
    names = [name for name in list_project_files() if OWN_TEXT.search(name) and not VENDORED.search(name)]
    assert "run" in names
    assert "app/kit/paths.py" in names
    found = []
    for name in names:
        lines = (PROJECT_ROOT / name).read_text("utf-8").splitlines()
        found += [f"{name}:{number}" for number, line in enumerate(lines, start=1) if FORBIDDEN[rule].search(line)]
    assert found == []


def test_the_patterns_find_what_they_look_for() -> None:
    samples = ["# TO" + "DO: later", "see /wo" + "rk/main/run", "https://pypi." + "org/simple"]
    for pattern, sample in zip(FORBIDDEN.values(), samples, strict=True):
        assert pattern.search(sample)
