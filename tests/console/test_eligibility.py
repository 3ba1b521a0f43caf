"""An agent is pointed to programmes, with reasons and sources, and promises nothing."""

import pytest

from tests.entrance.house import Visit

PAGE = "/knowledge/eligibility"


async def point(agent: Visit, **said: str) -> str:
    await agent.open(PAGE)
    await agent.send(PAGE, **said)
    assert agent.page.status_code == 200
    return agent.text


async def test_what_fits_stands_first_with_reason_source_and_both_languages(agent: Visit) -> None:
    text = await point(
        agent, nationality="SY", destination="SY", residence="asylum_procedure", can_pay="no", language="ar"
    )
    assert "Es entscheidet die Beratung" in text
    assert "Die Rückkehr in dieses Land wird wieder gefördert." in text
    assert "https://" in text
    assert 'lang="ar" dir="rtl"' in agent.page.text
    assert text.index("passt wahrscheinlich") < text.index("passt vielleicht")
    assert "?nationality" not in str(agent.page.url)


async def test_what_is_excluded_says_why(agent: Visit) -> None:
    text = await point(agent, nationality="RO")
    assert "ausgeschlossen" in text
    assert "Menschen aus der EU sind ausgenommen" in text


async def test_nothing_has_to_be_said(agent: Visit) -> None:
    assert "kein Programm bekannt" in await point(agent)


@pytest.mark.parametrize("said", [{"nationality": "Q1"}, {"residence": "king"}, {"nationality_group": "nobody"}])
async def test_nonsense_points_nowhere(agent: Visit, said: dict[str, str]) -> None:
    await agent.open(PAGE)
    await agent.send(PAGE, **said)
    assert "Was passen kann" not in agent.text
    assert "<h1" in agent.page.text


async def test_contradictions_stand_side_by_side_with_their_sources(agent: Visit) -> None:
    await agent.open("/knowledge/contradictions")
    assert "Somaliland" in agent.text
    assert "widerspricht anderen Seiten" in agent.text
    assert "https://" in agent.text
    assert "zurückziehen" not in agent.text
