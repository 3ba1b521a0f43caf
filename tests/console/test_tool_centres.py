"""Centres by postal code or town, as the line itself names them, and referred to from there."""

import re
from datetime import UTC, datetime

import pytest

from app.calls.naming import say_centre
from app.centres.service import offers_for
from app.centres.towns import find_towns, the_town
from app.console.tool_hours import as_syntax, hours_today
from tests.cast import demo_playbook
from tests.console.line_house import line_house
from tests.console.tool_house import ToolHouse, tools

__all__ = ["line_house", "tools"]

TOOL = "/line/tool/centres"


def centres(part: str) -> list[str]:
    return re.findall(r'class="tool-centre" id="centre-([a-z0-9-]+)"', part)


def towns(part: str) -> list[str]:
    return re.findall(r'id="town-(\d{5})', part)


async def test_a_postal_code_gets_the_centres_in_the_order_of_the_line_with_what_it_says(tools: ToolHouse) -> None:
    await tools.talk("tr")
    part = await tools.part(f"{TOOL}?q=80331")
    playbook = demo_playbook()
    found = offers_for(playbook.directory, "80331", "09162", "tr", playbook.confirmed_only)
    assert centres(part) == [choice.centre.id for choice in found]
    assert " ".join(say_centre(playbook, found, 0, "tr")) in part
    assert 'class="tool-say" lang="tr" dir="ltr"' in part
    assert "Unabhängig von Behörden." in part
    assert "nicht bestätigt" in part
    assert "https://" in part


async def test_a_code_in_two_districts_asks_and_the_answer_decides(tools: ToolHouse) -> None:
    directory = demo_playbook().directory
    plz = next(code for code, places in directory.places.items() if len({place.district for place in places}) > 1)
    part = await tools.part(f"{TOOL}?q={plz}")
    assert "Welcher Ort ist gemeint?" in part
    assert centres(part) == []
    district = directory.places[plz][1].district
    assert centres(await tools.part(f"{TOOL}?q={plz}&plz={plz}&district={district}")) != []


async def test_a_town_is_found_while_it_is_typed_and_the_land_of_the_call_helps(tools: ToolHouse) -> None:
    assert towns(await tools.part(f"{TOOL}?q=Fr")) == []
    part = await tools.part(f"{TOOL}?q=Frankfurt")
    assert len(towns(part)) == 2
    assert centres(part) == []
    await tools.talk("ar")
    part = await tools.part(f"{TOOL}?q=Neust")
    assert "Bayern" in part.partition('id="town-')[2].partition("</a>")[0]
    assert centres(await tools.part(f"{TOOL}?q=Leipzig"))[0] == "sn-caritas-leipzig"


@pytest.mark.parametrize(
    ("typed", "land", "plz"),
    [
        ("Koeln", None, "50667"),
        ("köln", None, "50667"),
        ("Frankfurt", None, None),
        ("Frankfurt", "DE-HE", "60325"),
        ("Berlin", None, "10117"),
        ("Freiburg im", None, "79098"),
        ("Neustadt", None, None),
        ("Xyz", None, None),
        ("K", None, None),
    ],
)
def test_which_town_must_be_meant(typed: str, land: str | None, plz: str | None) -> None:
    found = the_town(find_towns(demo_playbook().directory, typed, land), typed, land)
    assert (found.plz if found else None) == plz


async def test_what_nobody_knows_says_so(tools: ToolHouse) -> None:
    for typed in ("99999", "Xyzburg", "1", "%00", "((("):
        part = await tools.part(f"{TOOL}?q={typed}")
        assert centres(part) == []
        assert 'id="tool-found"' in part


@pytest.mark.parametrize(
    ("hours", "spans", "is_open"),
    [
        ("Mo-Fr 09:00-12:00", 1, True),
        ("Mo, Di 13:00-16:00; Do, Fr 09:00-12:00", 1, False),
        ("Mo-Do 08:00-11:00, 13:00-15:00; Fr 08:00-11:00", 2, True),
        ("Mi 10:30-13:30", 0, False),
        ("2017: Mo-Fr 09:00-15:00", None, None),
        ("every 14 days, about 3 hours", None, None),
        ("We 10:30-13:30, even calendar weeks", None, None),
    ],
)
def test_hours_are_worked_out_only_where_they_say_so(hours: str, spans: int | None, is_open: bool | None) -> None:  # noqa: FBT001  A case.
    syntax = as_syntax(hours)
    monday = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    today = hours_today(syntax, monday) if syntax else None
    assert (None if today is None else len(today.times)) == spans
    assert (None if today is None else today.open) == is_open
