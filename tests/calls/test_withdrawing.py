"""What is withdrawn is spoken by no flow on any node, and broken files change nothing."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from app.calls.playbook import Playbook
from app.calls.upkeep import Upkeep, digest_of
from app.calls.withdrawing import without
from app.ivr.engine import step
from app.ivr.model import Pressed, Session, Started
from app.kit.errors import ContentError
from tests.cast import demo_playbook

PUT_IN_FORCE = """
INSERT INTO content_flag (id, ref, reason, note, state, content_hash, proposed_by, proposed_at)
VALUES (gen_random_uuid(), $1, 'wrong', '', 'at-once', '0123456789abcdef', gen_random_uuid(), now())
"""
ASK_FOR_RELOAD = "INSERT INTO content_reload (requested_by, requested_at) VALUES ('cli', now())"
END_ALL = """
UPDATE content_flag SET state = 'done-by-file', ended_by = gen_random_uuid(), ended_at = now()
"""


class Node:
    """A node that answers calls: which playbook it serves now."""

    def __init__(self, root: Path, reread: Callable[[], Playbook] | None = None) -> None:
        self.served = demo_playbook()
        self.followed = asyncio.Event()
        self.upkeep = Upkeep(self.served, reread, self._serve, root)

    async def _serve(self, playbook: Playbook) -> None:
        self.served = playbook
        if playbook.withdrawn:
            self.followed.set()

    def says(self, language: str, answer: str) -> str:
        return self.served.wording[language][f"answer.{answer}"]


@pytest.mark.parametrize("language", ["de", "en", "tr", "ar", "ru"])
def test_a_withdrawn_answer_says_where_to_ask_under_each_of_its_messages(language: str) -> None:
    whole = demo_playbook()
    masked = without(whole, frozenset({"duration", "how-much-money"}))
    stand_in = whole.wording[language]["answer.ask-a-centre"]
    for answer in ("duration", "how-much-money"):
        ids = [id_ for id_ in masked.wording[language] if id_.split(".")[1:2] == [answer] and id_.startswith("answer")]
        assert len(ids) >= 2
        assert {masked.wording[language][id_] for id_ in ids} == {stand_in}
    changed = {id_ for id_, text in masked.wording[language].items() if text != whole.wording[language][id_]}
    assert {id_.split(".")[1] for id_ in changed} == {"duration", "how-much-money"}
    assert masked.wording.keys() == whole.wording.keys()
    assert masked.book is whole.book


def test_a_withdrawn_amount_is_not_spoken_even_where_nobody_asks() -> None:
    whole = demo_playbook()
    masked = without(whole, frozenset({"reag-garp-2/startup_adult"}))
    for texts, before in zip(masked.wording.values(), whole.wording.values(), strict=True):
        assert texts["answer.how-much-money"] == before["answer_without_amount.how-much-money"]


def test_effects_see_what_is_withdrawn_with_all_that_rests_on_it() -> None:
    masked = without(demo_playbook(), frozenset({"rule-syria"}))
    assert {"rule-syria", "country-SY"} <= masked.withdrawn
    programme = without(demo_playbook(), frozenset({"ura/free_counselling"}))
    assert programme.wording["tr"]["offer.ura"] == programme.wording["tr"]["answer.ask-a-centre"]
    assert without(demo_playbook(), frozenset()) is demo_playbook()


async def test_every_node_follows_within_a_look_and_comes_back(pool: asyncpg.Pool, tmp_path: Path) -> None:
    nodes = [Node(tmp_path), Node(tmp_path)]
    for node in nodes:
        await node.upkeep.look(pool)
    before = nodes[0].says("tr", "duration")
    await pool.execute(PUT_IN_FORCE, "duration")
    for node in nodes:
        await node.upkeep.look(pool)
        assert node.says("tr", "duration") == node.says("tr", "ask-a-centre") != before
        assert node.upkeep.bulletin.withdrawn == {"duration"}
    await pool.execute(END_ALL)
    for node in nodes:
        await node.upkeep.look(pool)
        assert node.says("tr", "duration") == before
    assert await pool.fetchval("SELECT count(*) FROM content_node") == 2


async def test_a_node_that_starts_knows_at_once_what_was_withdrawn_before(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await pool.execute(PUT_IN_FORCE, "duration")
    await pool.execute(ASK_FOR_RELOAD)
    node = Node(tmp_path, pytest.fail)
    await node.upkeep.look(pool)
    assert node.says("de", "duration") == node.says("de", "ask-a-centre")


async def test_a_running_node_looks_by_itself_and_outlives_a_lost_database(
    pool: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.calls.upkeep.LOOK_SECONDS", 0.01)
    node = Node(tmp_path)
    work = asyncio.create_task(node.upkeep.run(pool))
    failed = asyncio.Event()

    async def fail(_: object) -> None:
        monkeypatch.undo()
        monkeypatch.setattr("app.calls.upkeep.LOOK_SECONDS", 0.01)
        failed.set()
        raise OSError

    monkeypatch.setattr("app.calls.upkeep.read_news", fail)
    await asyncio.wait_for(failed.wait(), 5)
    await pool.execute(PUT_IN_FORCE, "duration")
    await asyncio.wait_for(node.followed.wait(), 5)
    assert "duration" in node.served.withdrawn
    work.cancel()


async def test_a_reload_takes_the_new_files_and_keeps_what_is_withdrawn(pool: asyncpg.Pool, tmp_path: Path) -> None:
    put: list[str] = []
    newer = replace(demo_playbook(), confirmed_only=True)
    node = Node(tmp_path, lambda: newer)
    node.upkeep.pages = True
    node.upkeep.also(lambda playbook: partial(put.append, str(playbook is newer)))
    await pool.execute(PUT_IN_FORCE, "duration")
    await node.upkeep.look(pool)
    (tmp_path / "ivr_flows").mkdir()
    (tmp_path / "ivr_flows" / "one.yaml").write_text("flow: one", encoding="utf-8")
    await pool.execute(ASK_FOR_RELOAD)
    await node.upkeep.look(pool)
    await node.upkeep.settled()
    assert put == ["True"]
    assert node.served.confirmed_only
    assert node.says("de", "duration") == node.says("de", "ask-a-centre")
    [told] = await pool.fetch("SELECT pages, serves, withdrawn, faults FROM content_node")
    assert tuple(told) == (True, digest_of(tmp_path), 1, [])


@pytest.mark.parametrize("who", ["calls", "pages"])
async def test_a_set_with_a_fault_is_refused_as_a_whole(pool: asyncpg.Pool, tmp_path: Path, who: str) -> None:
    def broken(*_: object) -> Playbook:
        raise ContentError(["a.yaml, line 3: “x” is no answer.", "b.yaml, line 1: a source is missing."])

    put: list[str] = []
    node = Node(tmp_path, broken if who == "calls" else lambda: replace(demo_playbook(), confirmed_only=True))
    node.upkeep.also(lambda _: partial(put.append, "put"))
    if who == "pages":
        node.upkeep.also(broken)  # type: ignore[arg-type]  # It raises before it returns anything.
    await node.upkeep.look(pool)
    await pool.execute(ASK_FOR_RELOAD)
    await node.upkeep.look(pool)
    await node.upkeep.settled()
    assert (put, node.served) == ([], demo_playbook())
    assert len(await pool.fetchval("SELECT faults FROM content_node")) == 2
    node.upkeep.bulletin.faults = ()
    await node.upkeep.look(pool)
    assert node.upkeep.bulletin.faults == ()


async def test_what_is_withdrawn_does_not_wait_for_files_that_are_being_read(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    go_on = threading.Event()

    def slowly() -> Playbook:
        assert go_on.wait(10)
        return replace(demo_playbook(), confirmed_only=True)

    node = Node(tmp_path, slowly)
    await node.upkeep.look(pool)
    await pool.execute(ASK_FOR_RELOAD)
    await node.upkeep.look(pool)
    await pool.execute(PUT_IN_FORCE, "duration")
    await node.upkeep.look(pool)
    assert node.says("ar", "duration") == node.says("ar", "ask-a-centre")
    assert not node.served.confirmed_only
    go_on.set()
    await node.upkeep.settled()
    assert node.served.confirmed_only
    assert node.says("ar", "duration") == node.says("ar", "ask-a-centre")
    assert await pool.fetchval("SELECT reload FROM content_node") == 1


def test_a_call_goes_on_in_a_book_that_was_read_anew() -> None:
    """A session of the old book stands where it stood; where its place is gone it begins again, in its language."""
    book, guards = demo_playbook().book, demo_playbook().guards
    begun = step(book, guards, Session(book.content_hash), Started()).session
    chosen = step(book, guards, begun, Pressed("1")).session
    newer = replace(book, content_hash="00000000")
    on, as_before = (step(each, guards, chosen, Pressed("1")).session for each in (newer, book))
    assert on.stack == as_before.stack
    lost = replace(chosen, stack=(("gone", "nowhere"),))
    again = step(newer, guards, lost, Pressed("1"))
    assert again.session.language == chosen.language
    assert again.verbs
