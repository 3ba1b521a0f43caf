"""The document on the waiting line shows a simulated day as the command tells and draws it now."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.kit.paths import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "waiting-line.md"


@pytest.mark.long
def test_the_day_and_its_picture_are_those_of_the_command(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = PAGE.read_text("utf-8")
    found = re.search(r"^\./run hotline (simulate day .*) --picture (\S+)$", text, re.MULTILINE)
    assert found
    drawn = tmp_path_factory.mktemp("day") / "day.svg"
    done = CliRunner().invoke(app, [*shlex.split(found[1]), "--picture", str(drawn)], catch_exceptions=False)
    shown = text.partition("<!-- day -->\n```\n")[2].partition("```\n<!-- /day -->")[0]
    assert done.stdout.strip("\n") == shown.strip("\n")
    assert drawn.read_text("utf-8") == (PROJECT_ROOT / found[2]).read_text("utf-8")
