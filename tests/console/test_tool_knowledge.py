"""An agent who listens with one ear types some letters, and reads out what stands there in the caller's language."""

import re
from datetime import date
from urllib.parse import quote

import pytest

from app.accounts.models import Role
from app.kit.paths import PROJECT_ROOT
from app.knowledge.library import Library
from app.shell.opening import provide
from tests.cast import demo_playbook
from tests.console.line_house import LineHouse, line_house
from tests.console.tool_house import HTMX, ToolHouse, furnish, tools

__all__ = ["line_house", "tools"]

TOOL = "/line/tool/knowledge"


def shown(part: str) -> str:
    """What a fragment says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def hits(part: str) -> list[str]:
    return re.findall(r'id="hit-([a-z-]+)"', part)


def spoken(part: str) -> list[tuple[str, str]]:
    """Language and direction of each text that stands there to be said."""
    return re.findall(r'class="tool-say" lang="([a-z]+)" dir="([a-z]+)"', part)


async def test_while_it_is_typed_the_answer_stands_there_in_both_languages(tools: ToolHouse) -> None:
    await tools.talk("ar")
    part = await tools.part(f"{TOOL}?q=pass+liegt+beim+a")
    assert hits(part)[0] == "answer-passport-held"
    assert len(hits(part)) <= 5
    assert spoken(part) == [("ar", "rtl"), ("de", "ltr")]
    assert "Entwurf, noch nicht geprüft" in part
    assert "https://" in part
    assert "zu prüfen bis" in part
    assert part.index('class="tool-say"') < part.index("Worauf das beruht")


@pytest.mark.parametrize(
    ("typed", "found"), [("لا أملك جواز سفر", "answer-passport-missing"), ("ticket", "answer-ticket-luggage")]
)
async def test_what_is_typed_may_be_the_callers_language_or_another(tools: ToolHouse, typed: str, found: str) -> None:
    await tools.talk("ar")
    assert found in hits(await tools.part(f"{TOOL}?q={quote(typed)}"))[:2]


async def test_every_title_of_an_answer_finds_something_that_can_be_opened(tools: ToolHouse) -> None:
    titles = [text.title or text.spoken[:40] for text in demo_playbook().knowledge.texts["de"].values()]
    for title in titles[::3]:
        assert hits(await tools.part(f"{TOOL}?q={quote(title)}"))


async def test_another_result_is_opened_in_place_and_a_programme_from_an_answer(tools: ToolHouse) -> None:
    part = await tools.part(f"{TOOL}?q=wie+viel+geld&chosen=answer/when-paid")
    assert 'id="tool-opened">Wann' in part.replace("\n", "")
    assert 'aria-current="true"' in part or "answer-when-paid" not in hits(part)
    part = await tools.part(f"{TOOL}?q=wie+viel+geld&chosen=offer/reag-garp-2")
    assert "tool-say" in part
    assert "REAG" in part


async def test_whatever_is_chosen_there_is_an_answer(tools: ToolHouse) -> None:
    said = {
        "country/SY": "tool-say",
        "answer/country-iraq": "tool-say",
        "line/violence-women": "116016",
        "advice/de-solwodi": "Die Telefonnummer ist nicht bestätigt.",
        "answer/nothing": "Die Antwort erscheint beim Tippen",
        "offer/nothing": "Die Antwort erscheint beim Tippen",
        "%00/%00": "Die Antwort erscheint beim Tippen",
    }
    for chosen, words in said.items():
        assert words in await tools.part(f"{TOOL}?chosen={chosen}"), chosen


async def test_whatever_is_typed_there_is_an_answer(tools: ToolHouse) -> None:
    for typed in ("", "   ", "%00", "((((", "a" * 3000):
        assert 'id="tool-found"' in await tools.part(f"{TOOL}?q={typed}&language=nonsense")


async def test_what_nothing_fits_says_so(tools: ToolHouse) -> None:
    assert "Dazu steht hier nichts" in await tools.part(f"{TOOL}?q=xqzvwkjhgf")


async def test_danger_stands_above_everything(tools: ToolHouse) -> None:
    await tools.talk("ar")
    part = await tools.part(f"{TOOL}?q=ich+will+nicht+mehr+leben")
    assert part.index("tool-danger") < part.index("tool-hits")
    assert part.index("112") < part.index("tool-say")
    assert "Krise, Gedanken an Suizid" in part
    part = await tools.part(f"{TOOL}?q=er+ist+bewusstlos+und+atmet+nicht")
    assert "Das klingt nach einem Notfall" in part
    assert "112" in part.partition("tool-hits")[0]


async def test_a_language_without_texts_is_named_and_german_and_english_stand_in(tools: ToolHouse) -> None:
    await tools.talk("uk")
    part = await tools.part(f"{TOOL}?q=dauer")
    assert "In dieser Sprache gibt es den Text nicht: Ukrainisch." in part
    assert spoken(part) == [("de", "ltr"), ("en", "ltr")]


async def test_without_a_call_the_agent_chooses_a_language(tools: ToolHouse) -> None:
    assert spoken(await tools.part(f"{TOOL}?q=dauer")) == [("de", "ltr")]
    part = await tools.part(f"{TOOL}?q=dauer&language=tr")
    assert spoken(part) == [("tr", "ltr"), ("de", "ltr")]
    assert "Senden als SMS geht nur im Gespräch." in part


async def test_an_amount_past_its_date_is_not_shown(tools: ToolHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{TOOL}?chosen=answer/how-much-money&language=de"
    assert "1000 Euro" in shown(await tools.part(path))
    for module in ("app.console.knowledge_pages", "app.console.tool_knowledge"):
        monkeypatch.setattr(f"{module}.today_in_germany", lambda: date(2032, 1, 1))
    late = shown(await tools.part(path))
    assert "1000 Euro" not in late
    assert "Der Betrag ist nicht mehr aktuell und wird nicht genannt." in late


async def test_without_script_it_is_a_page_with_a_way_back(tools: ToolHouse) -> None:
    await tools.browser.open(f"{TOOL}?q=dauer&by=meaning")
    assert tools.browser.page.status_code == 200
    assert "<h1" in tools.browser.page.text
    assert 'href="/line"' in tools.browser.page.text
    assert "tool-say" in tools.browser.page.text


async def test_while_the_knowledge_is_read_the_panel_waits_and_asks_again(line_house: LineHouse) -> None:
    furnish(line_house)
    provide(line_house.app, Library(PROJECT_ROOT))
    browser, _ = await line_house.enter(Role.AGENT)
    part = await browser.client.get(TOOL, headers=HTMX)
    assert (part.status_code, 'hx-trigger="load delay:2s"' in part.text) == (200, True)
    assert (await browser.open(TOOL)).page.status_code == 503


async def test_only_those_who_take_calls_have_tools(line_house: LineHouse) -> None:
    furnish(line_house)
    browser, _ = await line_house.enter(Role.EDITOR)
    for name in ("knowledge", "centres", "eligibility", "referral", "safety"):
        assert (await browser.open(f"/line/tool/{name}")).page.status_code == 403
