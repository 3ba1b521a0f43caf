"""In danger: what to say first, whom to name, and nothing that the knowledge does not have."""

import re

from app.console.tool_contacts import may_say_phone
from app.console.tool_safety import SITUATIONS
from tests.cast import TODAY, demo_playbook
from tests.console.line_house import line_house
from tests.console.tool_house import ToolHouse, tools

__all__ = ["line_house", "tools"]

TOOL = "/line/tool/safety"


async def test_each_situation_has_words_in_both_languages_numbers_advice_and_sources(tools: ToolHouse) -> None:
    await tools.talk("ar")
    knowledge = demo_playbook().knowledge
    for situation, name in SITUATIONS.items():
        part, answer = await tools.part(f"{TOOL}?situation={situation}"), knowledge.answers[name]
        assert part.count('class="tool-say"') == 2
        assert 'class="tool-say" lang="ar" dir="rtl"' in part
        assert not re.search(r"(?<!\u2066)(?<![\d ,])\d+ \d", part.partition('dir="rtl">')[2].partition("</p>")[0])
        assert part.index(">110<") < part.index('class="tool-say"')
        for line in answer.links.lines:
            assert all(number in part for number in knowledge.lines[line].numbers)
        for contact in answer.links.advice:
            assert knowledge.advice[contact].name in part
        assert "https://" in part


async def test_one_tap_leads_to_the_next_situation_and_round_again(tools: ToolHouse) -> None:
    order = tuple(SITUATIONS)
    for one, following in zip(order, (*order[1:], order[0]), strict=True):
        part = await tools.part(f"{TOOL}?situation={one}")
        assert f'class="kern-link" href="{TOOL}?situation={following}"' in part


async def test_who_speaks_the_callers_language_is_marked(tools: ToolHouse) -> None:
    await tools.talk("kmr")
    assert "spricht Kurdisch" in await tools.part(f"{TOOL}?situation=violence")
    assert "spricht Kurdisch" not in await tools.part(f"{TOOL}?situation=crisis")


async def test_nothing_is_sent_as_sms_from_here_and_nonsense_shows_the_first(tools: ToolHouse) -> None:
    await tools.talk("ar")
    part = await tools.part(f"{TOOL}?situation=nonsense")
    assert 'action="/line/text"' not in part
    assert 'aria-current="true">Gewalt' in part


def test_an_old_number_is_not_named_and_an_emergency_number_always() -> None:
    knowledge = demo_playbook().knowledge
    sayable = {id_: may_say_phone(knowledge, contact, TODAY) for id_, contact in knowledge.advice.items()}
    assert sayable["de-hilfetelefon-frauen"]
    assert not sayable["de-solwodi"]
    assert not sayable["de-hilfetelefon-maenner"]
    assert not sayable["de-avb"]
