"""A simulation that finds nothing must be one that would have found it: flows and doors are spoilt here."""

from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest
import yaml

from app.calls.codes import counted_once
from app.calls.playbook import Playbook
from app.ivr.conversation import play, read_conversation
from app.ivr.flow import Ask, End, Node
from app.phone.simulation.result import Failure, Result
from app.phone.simulation.scenes import squeezed
from app.phone.simulation.service import simulate, simulate_at_door
from tests.cast import demo_playbook, telephony
from tests.phone.simulation.doors import Spoil, door_to


def spoilt(flow: str, nodes: Mapping[str, Node]) -> Playbook:
    """The playbook with some nodes of one flow replaced."""
    playbook = demo_playbook()
    flows = playbook.book.flows
    changed = replace(flows[flow], nodes={**flows[flow].nodes, **nodes})
    return replace(playbook, book=replace(playbook.book, flows={**flows, flow: changed}))


def ask(flow: str, id_: str) -> Ask:
    node = demo_playbook().book.flows[flow].nodes[id_]
    assert isinstance(node, Ask)
    return node


def leading_to(node: Ask, choice: str, target: str) -> Ask:
    return replace(node, choices=tuple(replace(c, then=target) if c.name == choice else c for c in node.choices))


def circling() -> Playbook:
    """Whoever wants to leave the information menu, or falls silent in it, comes back to it."""
    more = leading_to(ask("information", "more"), "finish", "subject")
    subject = replace(ask("information", "subject"), give_up="more")
    return spoilt("information", {"more": replace(more, give_up="subject"), "subject": subject})


def with_a_missing_node() -> Playbook:
    return spoilt("help_now", {"which": leading_to(ask("help_now", "which"), "violence", "nowhere")})


def with_a_wrong_turn() -> Playbook:
    return spoilt("hotline", {"topic": leading_to(ask("hotline", "topic"), "centre", "about")})


def ending_without_a_word() -> Playbook:
    return spoilt("hotline", {"goodbye": End("abandoned")})


def without_answers() -> Playbook:
    """The effect that finds an answer raises, and the flow goes on by its failed outcome."""
    playbook = demo_playbook()
    return replace(playbook, knowledge=replace(playbook.knowledge, answers={}))


def replay(playbook: Playbook, failure: Failure) -> list[str]:
    return play(playbook.book, read_conversation(yaml.safe_load(failure.fixture)), counted_once).faults


def test_a_menu_that_leads_in_circles_is_a_dead_end_and_its_transcript_replays() -> None:
    playbook = circling()
    result = simulate(playbook, 600, 1)
    assert result.dead_ends > 10
    assert result.errors == 0
    failures = [failure for failure in result.failures if "60 steps" in failure.fault]
    assert failures
    for failure in failures:
        assert replay(playbook, failure) == []
        # The sound flow does not go round, so the saved conversation shows that it was mended.
        assert replay(demo_playbook(), failure) != []


def test_a_line_that_ends_without_a_word_is_a_dead_end_and_its_transcript_replays() -> None:
    playbook = ending_without_a_word()
    result = simulate(playbook, 200, 1)
    assert result.dead_ends > 10
    assert all(replay(playbook, failure) == [] for failure in result.failures)


def test_a_callback_that_is_never_made_costs_the_goal_and_its_transcript_replays() -> None:
    playbook = spoilt("callback", {"agree": leading_to(ask("callback", "agree"), "agree", "nothing")})
    result = simulate(playbook, 200, 5, staffed=True)
    failures = [failure for failure in result.failures if "“callback”" in failure.fault or "60 steps" in failure.fault]
    assert failures
    for failure in failures:
        assert "we look up: on_duty" in failure.fixture
        assert replay(playbook, failure) == []


def test_a_step_that_raises_is_an_error_and_its_transcript_raises_too() -> None:
    playbook = with_a_missing_node()
    result = simulate(playbook, 400, 1)
    assert result.errors > 3
    for failure in result.failures:
        with pytest.raises(KeyError, match="nowhere"):
            replay(playbook, failure)


def test_an_effect_that_raises_costs_the_goal_and_its_transcript_replays() -> None:
    playbook = without_answers()
    result = simulate(playbook, 200, 1)
    found = result.as_dict()["goals_reached"]
    assert isinstance(found, dict)
    assert found.pop("money") == 0.0
    assert set(found.values()) == {1.0}
    assert all("it answers: failed" in failure.fixture for failure in result.failures)
    # The replay takes the outcomes from the fixture and needs no effect.
    assert all(replay(demo_playbook(), failure) == [] for failure in result.failures)


def test_a_wrong_turn_costs_the_goal() -> None:
    result = simulate(with_a_wrong_turn(), 200, 1)
    found = result.as_dict()["goals_reached"]
    assert isinstance(found, dict)
    assert found["centre"] < 1.0
    assert found["money"] == found["person"] == found["help_now"] == 1.0


def test_a_failure_names_seed_and_call_and_comes_again_with_them() -> None:
    playbook = circling()
    failure = simulate(playbook, 600, 1).failures[-1]
    assert f"Simulated call {failure.call} of seed {failure.seed}" in failure.fixture
    again: Result = simulate(playbook, 2, failure.seed, first=failure.call - failure.call % 2)
    assert failure in again.failures


def spoil_nothing(_request: httpx.Request, status: int, body: bytes) -> tuple[int, bytes]:
    return status, body


def spoil_status(request: httpx.Request, status: int, body: bytes) -> tuple[int, bytes]:
    return (500 if request.url.params.get("n") == "3" else status), body


def spoil_document(request: httpx.Request, status: int, body: bytes) -> tuple[int, bytes]:
    return status, body[:-9] if request.url.params.get("n") == "3" else body


def spoil_words(request: httpx.Request, status: int, body: bytes) -> tuple[int, bytes]:
    return status, body.replace(b"</Say>", b" 7</Say>", 1) if request.url.params.get("n") == "2" else body


def spoil_repetitions() -> Spoil:
    """Every answer is a little different from the last, which no caller would hear."""
    answers = iter(range(1_000_000))

    def spoil(_request: httpx.Request, status: int, body: bytes) -> tuple[int, bytes]:
        return status, body + f"<!-- {next(answers)} -->".encode()

    return spoil


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (spoil_status, "status 500"),
        (spoil_document, "not well-formed XML"),
        (spoil_words, "The door says"),
        (spoil_repetitions(), "answered the same request differently"),
    ],
)
async def test_a_door_that_does_wrong_is_an_error(spoil: Spoil, sentence: str) -> None:
    result = await simulate_at_door(door_to(telephony(), spoil), demo_playbook(), 16, 1)
    assert result.errors > 3
    # The last attempt may be lost on its way, and then that is the fault.
    assert any(sentence in failure.fault for failure in result.failures)
    assert all(sentence in f.fault or "before an answer came" in f.fault for f in result.failures)
    assert all(replay(demo_playbook(), failure) == [] for failure in result.failures)


async def test_an_honest_way_to_the_door_spoils_nothing() -> None:
    result = await simulate_at_door(door_to(telephony(), spoil_nothing), demo_playbook(), 16, 1)
    assert result.failed == 0


async def test_a_door_that_apologises_is_an_error() -> None:
    playbook = demo_playbook()
    wording = {
        language: {id_: text for id_, text in texts.items() if id_ != "topic.question"}
        for language, texts in playbook.wording.items()
    }
    door = door_to(telephony(playbook=replace(playbook, wording=wording)))
    result = await simulate_at_door(door, playbook, 16, 1)
    assert result.errors > 8
    # Its words are those of the apology in the language of the call.
    apologies = [squeezed(texts["safe.error"]) for texts in playbook.wording.values()]
    assert all(any(apology in failure.fault for apology in apologies) for failure in result.failures)
