"""What `hotline simulate` writes and with which code it ends."""

import json
from dataclasses import replace

import httpx
import pytest

from app.phone.simulation.command import run
from tests.cast import demo_playbook, telephony
from tests.phone.simulation.doors import door_to


def test_the_last_line_is_one_object_and_no_progress_is_shown_off_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(demo_playbook(), 60, 3, as_json=True) == 0
    told = capsys.readouterr()
    assert told.err == ""
    found = json.loads(told.out.splitlines()[-1])
    assert set(found) == {"calls", "ended", "dead_ends", "errors", "goals_reached", "steps"}
    assert found["calls"] == sum(found["ended"].values()) == 60
    assert found["dead_ends"] == found["errors"] == 0
    assert set(found["goals_reached"].values()) == {1.0}


def test_a_person_reads_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(demo_playbook(), 60, 3) == 0
    assert capsys.readouterr().out.startswith("60 calls in ")


def test_failed_calls_are_written_with_their_seed_before_the_object(capsys: pytest.CaptureFixture[str]) -> None:
    playbook = demo_playbook()
    broken = replace(playbook, knowledge=replace(playbook.knowledge, answers={}))
    assert run(broken, 60, 3, as_json=True) == 1
    told = capsys.readouterr().out
    assert "Seed 3, call " in told
    assert "conversation: " in told
    assert json.loads(told.splitlines()[-1])["goals_reached"]["money"] == 0.0


def test_the_door_is_called_and_its_way_closed_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    closed: list[bool] = []

    class Closing(httpx.ASGITransport):
        async def aclose(self) -> None:
            closed.append(True)

    door = door_to(telephony())
    assert isinstance(door.transport, httpx.ASGITransport)
    watched = replace(door, transport=Closing(app=door.transport.app))
    assert run(demo_playbook(), 20, 3, watched, as_json=True) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["calls"] == 20
    assert closed == [True]
