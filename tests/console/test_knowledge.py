"""An agent types three words and reads the answer in two languages."""

import re

import pytest
from fastapi import FastAPI

from app.accounts.models import Role
from app.accounts.service import Accounts
from tests.console.conftest import somebody
from tests.entrance.house import Visit
from tests.moving import MovableClock


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pass liegt beim amt", "/knowledge/answer/passport-held"),
        ("wievil gelt bekome ich", "/knowledge/answer/how-much-money"),
        ("لا أملك جواز سفر", "/knowledge/answer/passport-missing"),
        ("how long does it take", "/knowledge/answer/duration"),
    ],
)
async def test_a_few_words_in_any_language_find_the_answer(agent: Visit, typed: str, expected: str) -> None:
    page = (await agent.open(f"/knowledge?q={typed}")).page
    assert page.status_code == 200
    found = re.findall(r'href="(/knowledge/[^?"]+)', page.text.partition('<ol class="hits">')[2])
    assert expected in found[:3]


async def test_an_answer_stands_in_both_languages_with_sources_and_days(agent: Visit) -> None:
    await agent.open("/knowledge/answer/passport-held?language=ar")
    assert "Mein Pass liegt beim Amt" in agent.text
    assert 'lang="ar" dir="rtl"' in agent.page.text
    assert "Entwurf, noch nicht geprüft" in agent.text
    assert "https://" in agent.text
    assert "prüfen bis" in agent.text
    assert "Zum Vorlesen" in agent.text


async def test_a_programme_has_a_page_and_what_is_unknown_says_so(agent: Visit) -> None:
    assert (await agent.open("/knowledge/offer/reag-garp-2")).page.status_code == 200
    for path in (
        "/knowledge/answer/nothing",
        "/knowledge/offer/nothing",
        "/knowledge/x/y",
        "/knowledge/answer/rule-syria",
    ):
        assert (await agent.open(path)).page.status_code == 404


@pytest.mark.parametrize("typed", ["", "   ", "%00", "((((", "xqzvw kjhgf", "a" * 3000])
async def test_whatever_is_typed_there_is_a_page(agent: Visit, typed: str) -> None:
    page = (await agent.open(f"/knowledge?q={typed}&language=nonsense")).page
    assert page.status_code == 200
    assert "<h1" in page.text


async def test_an_emergency_comes_first(agent: Visit) -> None:
    await agent.open("/knowledge?q=Ich will nicht mehr leben&language=de")
    assert "Zuerst der Weg zur Hilfe" in agent.text


async def test_a_script_gets_the_results_alone(agent: Visit) -> None:
    part = await agent.client.get("/knowledge?q=geld", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<section")


async def test_before_the_index_is_there_the_page_says_wait(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    agent = await somebody(*building, clock, Role.AGENT)
    assert (await agent.open("/knowledge?q=geld")).page.status_code == 503
    assert "wird gerade gelesen" in agent.text
    assert (await agent.open("/knowledge/answer/duration")).page.status_code == 503


async def test_reviewers_and_centres_have_no_business_here(
    building: tuple[FastAPI, Accounts], clock: MovableClock
) -> None:
    for role in (Role.REVIEWER, Role.CENTRE_STAFF, Role.ADMINISTRATOR):
        browser = await somebody(*building, clock, role)
        assert (await browser.open("/knowledge")).page.status_code == 403
