"""What callers meet when the line is closed, when ways on are switched off, and when patience is turned."""

from datetime import time, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.accounts.means import Accounts
from app.accounts.models import LineSetting
from app.calls.announcing import following, in_force
from app.kit.reach import Database
from app.phone.exchange.models import Call
from app.queue import plan_changes
from app.queue import service as queue
from app.queue.models import Shift
from app.queue.plan import forget_plan, read_plan
from tests.cast import demo_playbook, keys, telephony
from tests.telephony.line_town import MENU, LineTown, be_patient, open_town, said, text

SUPERVISOR = UUID(int=5)
ALL_WEEK = [Shift(day, time(0), time(0)) for day in range(7)]


class Planned:
    """The town, and a supervisor who plans its line."""

    def __init__(self, town: LineTown, database: Database) -> None:
        self.town = town
        self.accounts = Accounts(database, keys(), town.now)

    async def turn(self, setting: LineSetting, value: int) -> None:
        await plan_changes.turn(self.town.line, self.accounts, setting, value, by=SUPERVISOR)
        await self._follow()

    async def close(self, **duration: float) -> None:
        moment = self.town.now()
        ends_at = moment + timedelta(**duration)
        await plan_changes.close(self.town.line, self.accounts, moment, ends_at, "Umzug", by=SUPERVISOR)
        await self._follow()

    async def _follow(self) -> None:
        """What the node does each second."""
        door = self.town.doors.door
        playbook = following(demo_playbook(), in_force(await read_plan(self.town.line)))
        line = door.line
        assert line
        forget_plan(line)
        self.town.doors.door = telephony(
            door.pool, playbook, outside=door.outside, clock=door.clock, memo=door.memo, number=door.number
        )

    async def ask_for_a_person(self, language: str = "de") -> Call:
        call = await self.town.dial()
        await self.town.press(call, MENU[language], "0")
        assert call.faults == []
        return call


@pytest.fixture
def planned(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Planned:
    be_patient(monkeypatch)
    return Planned(open_town(pool, database, tmp_path), database)


def all_said(call: Call) -> str:
    return " ".join(heard.text for heard in call.heard)


def line_of_menu(choice: str, key: str) -> str:
    texts = demo_playbook().wording["de"]
    return texts["menu.choice"].format(choice=texts[f"choice.{choice}"], key=key)


async def test_while_the_line_is_closed_nobody_is_promised_and_a_callback_is_offered(planned: Planned) -> None:
    agent = await planned.town.hire("de")
    await queue.set_shifts(planned.town.line, agent, ALL_WEEK)
    open_call = await planned.ask_for_a_person()
    assert text("person.on_duty") in said(open_call)
    await planned.close(hours=6)
    call = await planned.ask_for_a_person()
    heard = said(call)
    assert text("person.on_duty") not in heard
    assert text("person.later").partition("{")[0].strip() in heard
    assert line_of_menu("callback", "1") in heard
    assert line_of_menu("message", "2") in heard
    # Who waits already is still served by those who are there.
    await planned.town.press(open_call, "1")
    await planned.town.pass_time(200)
    assert await planned.town.standing(open_call) is not None
    assert (await planned.town.accept()).language == "de"


async def test_ways_that_are_switched_off_are_not_offered_and_their_keys_do_nothing(planned: Planned) -> None:
    await planned.town.hire("de")
    await planned.turn(LineSetting.CALLBACKS, 0)
    await planned.turn(LineSetting.VOICEMAIL, 0)
    call = await planned.ask_for_a_person()
    heard = said(call)
    assert line_of_menu("wait_in_line", "1") in heard
    assert line_of_menu("information", "4") in heard
    assert line_of_menu("callback", "2") not in heard
    assert line_of_menu("message", "3") not in heard
    await planned.town.press(call, "1")
    await planned.town.pass_time(40)
    waiting = said(call)
    for way in ("callback", "message"):
        assert text(f"wait.key.{way}").partition("{")[0].strip() not in waiting
    await planned.town.press(call, "1")
    standing = await planned.town.standing(call)
    assert standing
    assert standing.choice is None


async def test_who_waits_too_long_is_told_what_else_there_is_as_the_settings_have_it(planned: Planned) -> None:
    await planned.turn(LineSetting.LONGEST_WAIT_MINUTES, 5)
    await planned.town.hire("de")
    call = await planned.town.into_line("de")
    await planned.town.pass_time(290)
    assert await planned.town.standing(call) is not None
    assert text("person.timed_out") not in all_said(call)
    await planned.town.pass_time(60)
    assert text("person.timed_out") in all_said(call)


async def test_who_waits_for_nobody_is_told_so_as_the_settings_have_it(planned: Planned) -> None:
    await planned.turn(LineSetting.NOBODY_MINUTES, 1)
    await planned.town.hire("de")
    call = await planned.town.into_line("de")
    [agent] = planned.town.agents
    planned.town.agents.clear()
    await queue.remove_agent(planned.town.line, agent)
    await planned.town.pass_time(150)
    assert text("person.timed_out") in all_said(call)
