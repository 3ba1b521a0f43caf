"""An announcement is heard once by every caller of its languages, on all nodes, and ends by itself."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import cast
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.accounts.means import Accounts
from app.calls.announcing import InForce, announced, following
from app.calls.playbook import Playbook
from app.calls.upkeep import Upkeep
from app.kit.reach import Database
from app.phone.line import LiveCall, dial, press, wait
from app.queue import plan_changes
from app.queue.models import Line
from app.texts.languages import LAUNCH_LANGUAGES
from app.texts.voices import voice_for
from tests.cast import BASE_URL, demo_playbook, keys, line_to, says, telephony
from tests.moving import MovableClock
from tests.telephony.line_town import Gone, Switch

MENU = dict(zip(LAUNCH_LANGUAGES, "12345", strict=True))
SUPERVISOR = UUID(int=5)
FLOOD = {
    "tr": "Sel nedeniyle Dresden'deki {danışma} merkezleri bugün kapalıdır & yarın açılır.",
    "ar": "بسبب الفيضانات فإن مراكز الإرشاد في دريسدن مغلقة اليوم.",
}


class Node:
    """A node that answers calls through Twilio's door, and follows what is planned."""

    def __init__(self, clock: MovableClock, folder: Path) -> None:
        self.switch = Switch(telephony())
        self.served = 0
        self.followed = asyncio.Event()
        self.upkeep = Upkeep(demo_playbook(), None, self._serve, folder, clock)

    async def _serve(self, playbook: Playbook) -> None:
        self.switch.door = telephony(playbook=playbook)
        self.served += 1
        self.followed.set()

    async def call(self, language: str) -> LiveCall:
        """A caller who has chosen a language."""
        call = await dial(line_to(httpx.AsyncClient(transport=self.switch, base_url=BASE_URL)))
        await press(call, MENU[language])
        return call

    def announces(self) -> bool:
        return bool(self.switch.door.setter.playbook.guards.get("announcement"))


@dataclass
class Desk:
    """Who sets announcements, and the nodes that are to speak them."""

    line: Line
    accounts: Accounts
    clock: MovableClock
    nodes: list[Node]

    async def announce(self, texts: Mapping[str, str] = FLOOD, **until: float) -> UUID:
        ends_at = self.clock() + timedelta(**(until or {"hours": 6}))
        made = await plan_changes.announce(
            self.line, self.accounts, texts, ends_at, languages=LAUNCH_LANGUAGES, by=SUPERVISOR
        )
        return made.id

    async def look(self) -> None:
        for node in self.nodes:
            await node.upkeep.look(self.line.pool)


@pytest.fixture
def desk(pool: asyncpg.Pool, database: Database, tmp_path: Path) -> Desk:
    clock = MovableClock()
    nodes = [Node(clock, tmp_path), Node(clock, tmp_path)]
    return Desk(Line(pool, keys(), clock), Accounts(database, keys(), clock), clock, nodes)


def heard(language: str) -> str:
    return announced(demo_playbook().wording, language, FLOOD[language])


@pytest.mark.parametrize("language", ["tr", "ar"])
async def test_it_is_heard_once_in_the_callers_language_and_voice(desk: Desk, language: str) -> None:
    await desk.announce()
    await desk.look()
    call = await desk.nodes[1].call(language)
    spoken = [one for one in call.turns[-1].heard if one.text == heard(language)]
    assert [one.language for one in spoken] == [voice_for(language).say_language]
    words = says(call)
    assert words.index(heard(language)) < words.index(demo_playbook().wording[language]["promise.short"])
    for key in ("1", "#", "4", "#"):
        await press(call, key)
        assert FLOOD[language] not in says(call)
    await press(call, "*")
    assert FLOOD[language] not in says(call)
    # Who goes back to the languages and chooses again begins anew.
    assert demo_playbook().wording[language]["topic.question"] in says(call)


@pytest.mark.parametrize("language", ["de", "en", "ru"])
async def test_without_a_text_callers_of_a_language_hear_nothing_of_it(desk: Desk, language: str) -> None:
    before = says(await desk.nodes[0].call(language))
    await desk.announce()
    await desk.look()
    call = await desk.nodes[0].call(language)
    assert says(call) == before
    assert {one.language for one in call.turns[-1].heard} == {voice_for(language).say_language}


async def test_a_caller_who_chooses_no_language_hears_nothing_of_it(desk: Desk) -> None:
    await desk.announce({"de": "Heute ist alles geschlossen."})
    await desk.look()
    call = await dial(line_to(httpx.AsyncClient(transport=desk.nodes[0].switch, base_url=BASE_URL)))
    for _ in range(3):
        await wait(call)
    assert all("geschlossen" not in one.text for turn in call.turns for one in turn.heard)


async def test_a_repeated_webhook_gets_the_same_document_while_the_announcement_stands(desk: Desk) -> None:
    first = await desk.announce()
    await desk.look()
    node = desk.nodes[0]
    await node.call("tr")
    asked, (_, answer) = node.switch.requests[-1], node.switch.answers[-1]
    await desk.look()
    for _ in range(2):
        await node.switch.handle_async_request(asked)
        assert node.switch.answers[-1][1] == answer
    other = desk.nodes[1].switch
    await other.handle_async_request(asked)
    assert other.answers[-1][1] == answer
    await plan_changes.end_announcement(desk.line, desk.accounts, first, by=SUPERVISOR)
    await desk.look()
    await node.switch.handle_async_request(asked)
    assert FLOOD["tr"][:20] not in node.switch.answers[-1][1]


async def test_it_ends_by_itself_also_while_the_database_is_away(desk: Desk) -> None:
    await desk.announce(hours=1)
    await desk.look()
    first, second = desk.nodes
    assert first.announces()
    assert second.announces()
    desk.clock.go_on(minutes=59)
    await desk.look()
    assert first.announces()
    desk.clock.go_on(minutes=1)
    await first.upkeep.look(desk.line.pool)
    with suppress(OSError):
        await second.upkeep.look(cast("asyncpg.Pool", Gone()))
    for node in desk.nodes:
        assert not node.announces()
        assert FLOOD["tr"] not in says(await node.call("tr"))


async def test_a_new_one_stands_in_for_the_former_and_nothing_is_served_anew_without_need(desk: Desk) -> None:
    await desk.announce()
    await desk.look()
    await desk.look()
    assert [node.served for node in desk.nodes] == [1, 1]
    await desk.announce({"de": "Die Zentren sind wieder offen."})
    await desk.look()
    assert [node.served for node in desk.nodes] == [2, 2]
    assert "Die Zentren sind wieder offen." in says(await desk.nodes[0].call("de"))
    assert FLOOD["tr"] not in says(await desk.nodes[0].call("tr"))
    open_ones = "SELECT count(*) FROM line_announcement WHERE ended_at IS NULL"
    assert await desk.line.pool.fetchval(open_ones) == 1


async def test_running_nodes_speak_it_within_about_a_second(desk: Desk) -> None:
    running = [asyncio.create_task(node.upkeep.run(desk.line.pool)) for node in desk.nodes]
    await asyncio.sleep(0.1)
    begun = monotonic()
    await desk.announce()
    async with asyncio.timeout(10):
        await asyncio.gather(*(node.followed.wait() for node in desk.nodes))
    # A second between two looks; the rest is the machine, which may be busy.
    assert monotonic() - begun < 3
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert heard("ar") in says(await desk.nodes[1].call("ar"))


def test_a_playbook_that_follows_nothing_stays_the_same() -> None:
    assert following(demo_playbook(), InForce()) is demo_playbook()
    followed = following(demo_playbook(), InForce({"tr": "Duyuru.", "xx": "?"}, callbacks=False))
    assert followed.book is demo_playbook().book
    assert followed.guards["announcement"] == frozenset({"tr"})
    assert (followed.guards["callbacks_off"], followed.guards["messages_off"]) == (True, False)
