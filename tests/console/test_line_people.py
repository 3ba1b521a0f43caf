"""Supervisors note who can take calls, when, and who interprets; numbers are kept sealed and never shown."""

from datetime import time

from app.accounts.models import CLI, Action, Role
from app.accounts.service import disable, list_audit
from app.queue import service
from app.queue.demo import prepare_demo
from app.queue.models import Duty, Shift
from tests.console.line_house import LineHouse, agent, line_house, supervisor
from tests.entrance.house import Visit

__all__ = ["agent", "line_house", "supervisor"]

MOBILE = "01512 3456789"
SEALED = "+4915123456789"


async def deeds(house: LineHouse) -> set[str]:
    return {entry.action for entry in (await list_audit(house.accounts)).entries}


async def test_a_supervisor_notes_what_somebody_can_do(line_house: LineHouse, supervisor: Visit) -> None:
    bela = await line_house.hire(Role.AGENT, "Bela", None)
    await supervisor.open("/line/people")
    assert "Bela" in supervisor.text
    await supervisor.open(f"/line/people/{bela}")
    assert "Tragen Sie zuerst die Sprachen ein" in supervisor.text
    levels = {"levels": "tr:2", "topics": "documents_and_travel", "woman": "true", "land": "DE-SN"}
    await supervisor.send(f"/line/people/{bela}", **levels, own_telephone="true", number=MOBILE)
    assert "Gespeichert: Bela." in supervisor.text
    assert "Türkisch (fließend)" in supervisor.text
    assert "eigenes Telefon" in supervisor.text
    skills = await service.get_skills(line_house.line, bela)
    assert skills
    assert (skills.languages, skills.woman, skills.land, skills.telephone) == ({"tr": 2}, True, "DE-SN", SEALED)
    assert await deeds(line_house) >= {Action.SKILLS_SET}
    await supervisor.open(f"/line/people/{bela}")
    assert "Gespeicherte Nummer endet auf 789." in supervisor.text
    assert SEALED not in supervisor.page.text
    await supervisor.send(f"/line/people/{bela}", levels="tr:3", own_telephone="true")
    kept = await service.get_skills(line_house.line, bela)
    assert kept
    assert (kept.languages, kept.telephone, kept.topics) == ({"tr": 3}, SEALED, frozenset())
    await supervisor.send(f"/line/people/{bela}", levels="tr:3")
    gone = await service.get_skills(line_house.line, bela)
    assert gone
    assert gone.telephone is None


WRONG = (
    ({"levels": "de:0"}, "Bitte wählen Sie mindestens eine Sprache."),
    ({"levels": "xx:2"}, "Bitte wählen Sie eine der Möglichkeiten."),
    ({"levels": "de:9"}, "Bitte wählen Sie eine der Möglichkeiten."),
    ({"levels": "de:2", "topics": "weather"}, "Bitte wählen Sie eine der Möglichkeiten."),
    ({"levels": "de:2", "own_telephone": "true"}, "Bitte geben Sie die Nummer des eigenen Telefons ein."),
    ({"levels": "de:2", "number": "0900 123456"}, "Diese Nummer kann die Hotline nicht anrufen."),
)


async def test_what_cannot_be_noted_is_said(line_house: LineHouse, supervisor: Visit) -> None:
    bela = await line_house.hire(Role.AGENT, "Bela", None)
    for wrong, told in WRONG:
        await supervisor.open(f"/line/people/{bela}")
        await supervisor.send(f"/line/people/{bela}", **wrong)
        assert supervisor.page.status_code == 422, wrong
        assert told in supervisor.text.partition("Bitte prüfen")[2], wrong
    assert await service.get_skills(line_house.line, bela) is None


async def test_shifts_are_added_and_removed_and_callers_hear_of_them(line_house: LineHouse, supervisor: Visit) -> None:
    bela = await line_house.hire(Role.AGENT, "Bela")
    address = f"/line/people/{bela}"
    await supervisor.open(address)
    assert "Noch keine Schicht." in supervisor.text
    await supervisor.send(f"{address}/shifts", days="0", begins="09:00", ends="17:30")
    assert "Montag 09:00–17:30" in supervisor.text
    assert (await service.get_shifts(line_house.line, bela))[0].weekday == 0
    assert isinstance(await service.duty(line_house.line, "ar"), Duty)
    assert (await service.duty(line_house.line, "ar")).next_at
    await supervisor.send(f"{address}/shifts", days="7", begins="09:00", ends="x")
    assert supervisor.page.status_code == 422
    await supervisor.send(f"{address}/shifts/remove", shift="0 09:00 17:30")
    assert await service.get_shifts(line_house.line, bela) == ()
    assert await deeds(line_house) >= {Action.SHIFTS_SET}


async def test_who_left_the_team_is_marked_and_can_be_forgotten(line_house: LineHouse, supervisor: Visit) -> None:
    bela = await line_house.hire(Role.AGENT, "Bela")
    await service.set_shifts(line_house.line, bela, [Shift(0, time(9), time(17))])
    await disable(line_house.accounts, by=CLI, person_id=bela)
    await supervisor.open("/line/people")
    assert "Nicht mehr im Team" in supervisor.text
    await supervisor.open(f"/line/people/{bela}/remove")
    assert "Sprachen und Schichten von Bela löschen?" in supervisor.text
    await supervisor.send(f"/line/people/{bela}/remove")
    assert "Gelöscht: Bela." in supervisor.text
    assert (await service.duty(line_house.line, "ar")).next_at is None
    assert await deeds(line_house) >= {Action.AGENT_REMOVED}
    await supervisor.open(f"/line/people/{bela}")
    assert supervisor.page.status_code == 404


async def test_who_is_no_agent_has_no_page(line_house: LineHouse, supervisor: Visit) -> None:
    editor = await line_house.hire(Role.EDITOR, "Edith", None)
    await supervisor.open(f"/line/people/{editor}")
    assert supervisor.page.status_code == 404
    await supervisor.open("/line/people/nobody")
    assert supervisor.page.status_code == 404


async def test_interpreters_come_change_and_go(line_house: LineHouse, supervisor: Visit) -> None:
    await supervisor.open("/line/interpreters")
    assert "Noch niemand eingetragen." in supervisor.text
    new = {"name": "Dienst", "languages": "ti", "hours": "Mo-Fr 08:00-18:00"}
    await supervisor.send("/line/interpreters/new", **new)
    assert supervisor.page.status_code == 422
    await supervisor.send("/line/interpreters/new", **new, number=MOBILE, pin="12w3#")
    assert "Tigrinya" in supervisor.text
    (one,) = await service.list_interpreters(line_house.line)
    assert (one.telephone, one.pin, one.hours) == (SEALED, "12w3#", "Mo-Fr 08:00-18:00")
    address = f"/line/interpreters/{one.id}"
    await supervisor.open(address)
    for secret in (SEALED, "12w3#"):
        assert secret not in supervisor.page.text
    await supervisor.send(address, **(new | {"hours": "immer"}))
    assert "nicht so geschrieben wie im Beispiel" in supervisor.text
    await supervisor.send(address, name="Dienst Nord", languages="am")
    (changed,) = await service.list_interpreters(line_house.line)
    assert (changed.name, changed.languages, changed.telephone, changed.pin) == (
        "Dienst Nord",
        ("am",),
        SEALED,
        "12w3#",
    )
    await supervisor.open(f"{address}/remove")
    assert "Dienst Nord löschen?" in supervisor.text
    await supervisor.send(f"{address}/remove")
    assert await service.list_interpreters(line_house.line) == ()
    await supervisor.open(address)
    assert supervisor.page.status_code == 404
    assert await deeds(line_house) >= {Action.INTERPRETER_SAVED, Action.INTERPRETER_REMOVED}


async def test_numbers_are_not_in_the_database(line_house: LineHouse, supervisor: Visit) -> None:
    bela = await line_house.hire(Role.AGENT, "Bela", None)
    await supervisor.open(f"/line/people/{bela}")
    await supervisor.send(f"/line/people/{bela}", levels="tr:2", own_telephone="true", number=MOBILE)
    rows = await line_house.line.pool.fetch("SELECT agent_skills::text AS row FROM agent_skills")
    assert rows
    assert all("15123456789" not in row["row"] for row in rows)


async def test_the_demos_people_speak_the_languages_of_the_line(line_house: LineHouse) -> None:
    people = [(await line_house.enter(role))[1] for role in (Role.AGENT, Role.SUPERVISOR)]
    for _ in range(2):
        await prepare_demo(line_house.line, people)
    spoken = {code for skills in (await service.list_skills(line_house.line)).values() for code in skills.languages}
    assert spoken >= {"de", "en", "tr", "ar", "ru"}
    assert len(await service.list_interpreters(line_house.line)) == 3
    await service.set_shifts(line_house.line, people[0], [])
    await prepare_demo(line_house.line, people)
    assert await service.get_shifts(line_house.line, people[0]) == ()
    assert isinstance((await service.get_shifts(line_house.line, people[1]))[0], Shift)
