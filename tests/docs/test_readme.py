"""What the documents say is true: settings, commands, files."""

import re

from app.cli import app
from app.commands.retention import retention_table
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import settings_table

README = PROJECT_ROOT / "README.md"


def test_the_settings_are_those_of_the_code() -> None:
    block = README.read_text().partition("<!-- settings -->\n")[2].partition("<!-- /settings -->")[0]
    assert block == settings_table()


def test_the_retentions_are_those_of_the_code() -> None:
    block = README.read_text().partition("<!-- retention -->\n")[2].partition("<!-- /retention -->")[0]
    assert block == retention_table()


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"\./run hotline (\w+)", README.read_text()))
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups if group.name}
    assert named
    assert named <= known


def test_every_file_that_is_named_exists() -> None:
    text = README.read_text()
    named = re.findall(r"`((?:app|bench|docs|ivr_flows|knowledge_base|locales|tests)/[\w./]+)`", text)
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    assert named
    assert pictures
    for name in named + pictures:
        assert (PROJECT_ROOT / name).exists(), name
