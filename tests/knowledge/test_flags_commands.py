"""A reload at the command line waits for every node, and tells why one refused."""

import asyncio
import base64
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from app.calls.playbook import Playbook
from app.calls.upkeep import Upkeep
from app.commands import knowledge as commands
from app.kit.errors import ContentError
from tests.cast import demo_playbook
from tests.conftest import DatabaseUrls
from tests.demonstration import hotline


async def serve(_: Playbook) -> None:
    """Nobody calls."""


@pytest.fixture
def at_the_command_line(monkeypatch: pytest.MonkeyPatch, database_urls: DatabaseUrls) -> None:
    monkeypatch.setenv("DATABASE_URL", database_urls.app)
    monkeypatch.setenv("SESSION_KEYS", base64.b64encode(bytes(range(32))).decode())
    monkeypatch.setattr("app.calls.upkeep.LOOK_SECONDS", 0.05)
    monkeypatch.setattr(commands, "_LOOK_SECONDS", 0.05)


@pytest.mark.usefixtures("at_the_command_line")
async def test_every_node_tries_and_says_what_it_serves(pool: asyncpg.Pool, tmp_path: Path) -> None:
    def refuse() -> Playbook:
        raise ContentError(["a.yaml, line 3: a source is missing."])

    nodes = [
        Upkeep(demo_playbook(), lambda: replace(demo_playbook(), confirmed_only=True), serve, tmp_path),
        Upkeep(demo_playbook(), refuse, serve, tmp_path),
    ]
    for node in nodes:
        await node._tell(pool)
    work = [asyncio.create_task(node.run(pool)) for node in nodes]
    done = await asyncio.wait_for(commands._reload_all(), 10)
    assert sorted(node.faults for node in done) == [(), ("a.yaml, line 3: a source is missing.",)]
    assert await pool.fetchval("SELECT action FROM audit_entry") == "reload-asked"
    for task in work:
        task.cancel()


@pytest.mark.usefixtures("at_the_command_line")
async def test_without_a_node_nothing_is_waited_for(pool: asyncpg.Pool) -> None:
    assert await commands._reload_all() == []
    assert await pool.fetchval("SELECT count(*) FROM content_reload") == 1
    assert await commands._reviews() == {}


def test_a_release_is_refused_while_emergency_numbers_are_overdue() -> None:
    done = hotline("check", "--release")
    assert done.returncode == 1
    assert "emergency number “police” had to be confirmed" in done.stdout
