"""An agent sends an answer or an address as SMS: after a yes, in a call, and never to what others should not read."""

import re

import pytest

from app.calls.texting import consent_sentence
from app.queue import service
from tests.cast import demo_playbook
from tests.console.line_house import line_house
from tests.console.tool_house import MOBILE, ToolHouse, tools

__all__ = ["line_house", "tools"]

ANSWER = {"kind": "answer", "id": "duration", "language": "ar", "agreed": "true"}
CENTRE = {"kind": "centre", "id": "sn-caritas-leipzig", "language": "ar", "agreed": "true"}
ON_ITS_WAY, ALREADY = "Die SMS ist unterwegs.", "schon eine SMS gesendet"


async def press(tools: ToolHouse, **fields: str) -> str:
    """What the button says."""
    told = await tools.post("/line/text", fields)
    assert MOBILE[3:] not in told
    return told


async def test_an_answer_goes_out_once_in_the_callers_language(tools: ToolHouse) -> None:
    await tools.talk("ar")
    part = await tools.part("/line/tool/knowledge?q=wie+lange+dauert+das&chosen=answer/duration")
    assert str(consent_sentence(demo_playbook(), "ar")) in part
    assert str(consent_sentence(demo_playbook(), "de")) in part
    assert 'data-deed="text"' in part
    assert "Im Betrieb gehen nur geprüfte Texte hinaus." in part
    assert ON_ITS_WAY in await press(tools, **ANSWER)
    assert ON_ITS_WAY in await press(tools, **ANSWER)
    assert ALREADY in await press(tools, **CENTRE)
    ((to_number, body),) = await tools.messages()
    assert to_number == MOBILE
    spoken = re.findall(r'class="tool-say" lang="ar" dir="rtl">([^<]+)<', part)[0]
    assert spoken in body


async def test_a_centre_goes_out_without_what_it_is_for(tools: ToolHouse) -> None:
    await tools.talk("ar")
    assert ON_ITS_WAY in await press(tools, **CENTRE)
    ((_, body),) = await tools.messages()
    assert "caritas-leipzig.de" in body
    assert "ückkehr" not in body


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("+4934112345678", "Festnetz"),
        ("+380501234567", "außerhalb der Europäischen Union"),
        ("anonymous", "unterdrückt"),
    ],
)
async def test_a_number_that_takes_none_is_told(tools: ToolHouse, number: str, told: str) -> None:
    await tools.talk("ar", number)
    assert told in await press(tools, **ANSWER)
    assert await tools.messages() == []


async def test_nothing_goes_without_a_yes_without_a_call_or_after_it(tools: ToolHouse) -> None:
    assert "niemand in der Leitung" in await press(tools, **ANSWER)
    await tools.call("ar")
    assert "Senden als SMS geht nur im Gespräch." in await tools.part("/line/tool/knowledge?chosen=answer/duration")
    assert "niemand in der Leitung" in await press(tools, **ANSWER)
    offer = await tools.reservation()
    await service.accept(tools.line.line, tools.me, offer.id)
    await service.joined(tools.line.line, offer.id, "caller")
    assert "Ohne Zustimmung" in await press(tools, **{**ANSWER, "agreed": ""})
    await service.finish(tools.line.line, offer.id)
    assert "niemand in der Leitung" in await press(tools, **ANSWER)
    assert await tools.messages() == []


async def test_what_others_should_not_read_is_neither_offered_nor_sent(tools: ToolHouse) -> None:
    await tools.talk("ar")
    for id_ in ("suicidal", "women-violence", "trafficking", "fear-of-return"):
        part = await tools.part(f"/line/tool/knowledge?chosen=answer/{id_}")
        assert "Nicht als SMS: Das Telefon kann in fremde Hände geraten." in part
        assert 'action="/line/text"' not in part
        assert "Nicht als SMS" in await press(tools, **{**ANSWER, "id": id_})
    assert await tools.messages() == []


async def test_nonsense_is_not_sent(tools: ToolHouse) -> None:
    await tools.talk("ar")
    other = [
        {"id": "nothing"},
        {"kind": "centre"},
        {"kind": "number"},
        {"language": "xx"},
        {"id": "rule-syria"},
        {"id": ""},
    ]
    for changed in other:
        assert "Das kann nicht gesendet werden." in await press(tools, **{**ANSWER, **changed}), changed
    assert await tools.messages() == []


async def test_without_script_the_result_stands_on_the_page_that_one_came_from(tools: ToolHouse) -> None:
    await tools.talk("ar")
    here = "/line/tool/knowledge?q=dauer&chosen=answer/duration"
    await tools.browser.open(here)
    await tools.browser.send("/line/text", **ANSWER, next=here)
    assert tools.browser.at == "/line/tool/knowledge"
    assert ON_ITS_WAY in tools.browser.text
