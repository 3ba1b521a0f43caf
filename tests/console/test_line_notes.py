"""What an agent writes down during a call: kept for that call alone, sealed, and gone when it is wrapped up."""

import re
from html import unescape

import asyncpg

from app.accounts.models import Role
from app.queue import service
from app.queue.models import Skills
from app.queue.notes import MOST_CHARACTERS
from tests.console.line_house import LineHouse, agent, line_house, supervisor
from tests.console.test_line_desk import field, me, own, talk
from tests.entrance.house import Visit

__all__ = ["agent", "line_house", "supervisor"]

NOTE = "Zwei Söhne, fragt nach Startgeld"
HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


def note(browser: Visit) -> str:
    """What stands in the field; nothing where there is no field."""
    found = re.search(r'<textarea [^>]*name="note"[^>]*>([^<]*)</textarea>', browser.page.text)
    return unescape(found[1]) if found else ""


async def write(house: LineHouse, browser: Visit, words: str = NOTE) -> None:
    """As the page does it by itself while the agent types."""
    reserved = await service.find_reservation(house.line, await me(house))
    assert reserved
    fields = {"csrf": field(browser, "csrf"), "reservation": str(reserved.id), "note": words}
    saved = await browser.client.post("/line/note", data=fields, headers=HTMX)
    assert saved.status_code == 200
    assert "gespeichert" in saved.text


async def bytes_of_table(pool: asyncpg.Pool) -> str:
    return "\n".join(str(row) for row in await pool.fetch("SELECT r::text FROM reservation r"))


async def test_a_note_is_there_with_the_call_and_survives_a_reload_and_the_end_of_the_talk(
    line_house: LineHouse, agent: Visit
) -> None:
    await agent.open("/line")
    assert 'name="note"' not in agent.page.text
    await talk(line_house, agent)
    await agent.open("/line")
    await write(line_house, agent)
    await agent.open("/line")
    assert note(agent) == NOTE
    await agent.send("/line/call/end")
    assert "1. Worum ging es?" in own(agent)
    assert note(agent) == NOTE


async def test_after_the_wrap_up_nothing_of_it_is_left(line_house: LineHouse, agent: Visit, pool: asyncpg.Pool) -> None:
    await talk(line_house, agent)
    await agent.open("/line")
    await write(line_house, agent)
    kept = await bytes_of_table(pool)
    sealed = await pool.fetchval("SELECT note_sealed FROM reservation")
    assert sealed
    assert sealed in kept
    assert "Startgeld" not in kept
    assert NOTE.encode().hex() not in kept
    await agent.send("/line/call/end")
    await agent.send("/line/wrap-up", topic="other", outcome="informed")
    assert 'name="note"' not in agent.page.text
    assert await bytes_of_table(pool) == ""
    await talk(line_house, agent)
    await agent.open("/line")
    assert note(agent) == ""


async def test_typing_changes_no_other_part_and_does_not_come_back_by_the_stream(
    line_house: LineHouse, agent: Visit
) -> None:
    await talk(line_house, agent)
    await agent.open("/line")
    seen = {name: field(agent, name) for name in ("seen-own", "seen-note", "seen-waiting", "seen-hands", "seen-due")}
    await write(line_house, agent)
    assert (await agent.client.get("/line/now", params=seen)).status_code == 204


async def test_it_goes_along_when_a_colleague_takes_over(
    line_house: LineHouse, agent: Visit, supervisor: Visit
) -> None:
    asked = (await line_house.enter(Role.SUPERVISOR))[1]
    await service.set_skills(line_house.line, asked, Skills({"ar": 1}))
    await talk(line_house, agent)
    await agent.open("/line")
    await write(line_house, agent)
    await supervisor.open("/line")
    await supervisor.send("/line/status", status="ready")
    await agent.send("/line/call/consult", id=str(asked))
    await supervisor.open("/line")
    assert note(supervisor) == ""
    reserved = await service.find_reservation(line_house.line, await me(line_house))
    assert reserved
    await service.transfer(line_house.line, reserved.id, asked)
    await agent.open("/line")
    assert note(agent) == ""
    await supervisor.open("/line")
    assert note(supervisor) == NOTE


async def test_only_who_has_the_call_writes_and_only_so_much(
    line_house: LineHouse, agent: Visit, supervisor: Visit
) -> None:
    await talk(line_house, agent)
    await supervisor.open("/line")
    reserved = await service.find_reservation(line_house.line, await me(line_house))
    assert reserved
    await supervisor.send("/line/note", reservation=str(reserved.id), note="von anderswo")
    assert "nicht gespeichert: Das Gespräch ist abgeschlossen" in supervisor.text
    await agent.open("/line")
    assert note(agent) == ""
    await agent.send("/line/note", reservation=str(reserved.id), note="x" * (MOST_CHARACTERS + 1))
    assert "nicht gespeichert: höchstens 2000 Zeichen" in agent.text
    await agent.send("/line/note", reservation=str(reserved.id), note="ohne Skript")
    assert note(agent) == "ohne Skript"
