"""A caller who sees only TwiML: signs like Twilio, listens, tries keys, and gets where they want to go."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from app.phone.awaiting import CHARACTERS_A_SECOND, Gathering
from app.phone.line import LiveCall, dial, hang_up, press, wait
from tests.cast import client_of, demo_playbook, line_to, telephony

LANGUAGES = ("de", "en", "tr", "ar", "ru")
KEY = re.compile(r"(\d)\D*$")


def seconds(texts: list[str]) -> float:
    return sum(map(len, texts)) / CHARACTERS_A_SECOND


def heard_by(call: LiveCall) -> list[tuple[str, str]]:
    """(language, text) of everything heard at the last step."""
    return [(heard.language.partition("-")[0], heard.text.replace("\xa0", " ")) for heard in call.turns[-1].heard]


def key_for(call: LiveCall, is_wanted: Callable[[str, str], bool]) -> tuple[str, float]:
    """The key of the first line that the caller wants, and the seconds of prompts until it was heard."""
    texts: list[str] = []
    for language, text in heard_by(call):
        texts.append(text)
        if is_wanted(language, text) and (key := KEY.search(text)):
            return key[1], seconds(texts)
    raise AssertionError(heard_by(call))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_centre_is_reached_by_postal_code_in_every_language(language: str) -> None:
    texts = demo_playbook().wording[language]
    async with client_of(telephony()) as client:
        call = await dial(line_to(client))
        key, until_own_language = key_for(call, lambda spoken, _: spoken == language)
        assert until_own_language <= 25
        await press(call, key)
        key, until_centre = key_for(call, lambda _, text: texts["choice.centre"] in text)
        await press(call, key)
        assert isinstance(call.awaiting, Gathering)
        until_centre += until_own_language + seconds([text for _, text in heard_by(call)])
        await press(call, "04109")
    spoken = heard_by(call)
    assert any("Leipzig" in text and spoken_in == "de" for spoken_in, text in spoken)
    assert texts["centre.kind.independent"] in [text for _, text in spoken]
    assert {spoken_in for spoken_in, _ in spoken} <= {language, "de"}
    named = next(n for n, (_, text) in enumerate(spoken) if "Leipzig" in text)
    assert until_centre + seconds([text for _, text in spoken[: named + 1]]) <= 60


@pytest.mark.parametrize("language", LANGUAGES)
async def test_money_is_named_with_its_date_and_the_amount_only_while_it_is_valid(language: str) -> None:
    texts = demo_playbook().wording[language]
    async with client_of(telephony()) as client:
        call = await dial(line_to(client))
        await press(call, key_for(call, lambda spoken, _: spoken == language)[0])
        for choice in ("information", "money", "how_much_money"):
            wanted = texts[f"choice.{choice}"]
            await press(call, key_for(call, lambda _, text, wanted=wanted: wanted in text)[0])  # type: ignore[misc]
    answer = texts["answer.how-much-money"].replace("\xa0", " ")
    assert answer in [text for _, text in heard_by(call)]
    assert "1000" in answer
    assert "2026" in answer


async def test_an_amount_past_its_review_date_is_not_spoken() -> None:
    later = replace(demo_playbook(), today=lambda: date(2027, 2, 3))
    async with client_of(telephony(playbook=later)) as client:
        call = await dial(line_to(client))
        for key in ("2", "1", "2", "1"):
            await press(call, key)
    heard = [text for _, text in heard_by(call)]
    assert later.wording["en"]["answer_without_amount.how-much-money"] in heard
    assert not any("1000" in text for text in heard)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_help_now_and_a_person_are_near(language: str) -> None:
    texts = demo_playbook().wording[language]
    async with client_of(telephony()) as client:
        call = await dial(line_to(client))
        key, until_language = key_for(call, lambda spoken, _: spoken == language)
        await press(call, key)
        key, until_help = key_for(call, lambda _, text: texts["choice.help_now"] in text)
        assert until_language + until_help <= 60
        _, until_person = key_for(call, lambda _, text: texts["choice.person"] in text)
        assert until_language + until_person <= 60
        await press(call, key)
        assert "1 1 2" in " ".join(text for _, text in heard_by(call))


async def test_a_caller_who_does_nothing_is_let_go_kindly() -> None:
    async with client_of(telephony()) as client:
        call = await dial(line_to(client))
        for _ in range(30):
            if call.ended:
                break
            await wait(call)
        assert call.ended
        heard = [turn for turn in call.turns if turn.kind == "heard"]
        assert demo_playbook().wording["de"]["goodbye"] in [one.text for one in heard[-1].heard]


async def test_star_in_a_postal_code_leads_to_a_person_and_zero_is_a_digit() -> None:
    texts = demo_playbook().wording["en"]
    async with client_of(telephony()) as client:
        call = await dial(line_to(client))
        await press(call, "2")
        await press(call, "2")
        await press(call, "01067")
        assert any("Dresden" in text for _, text in heard_by(call))
        await press(call, "4")
        await press(call, "2")
        await press(call, "0*")
        await wait(call)
        assert texts["person.nobody_now"] in [text for _, text in heard_by(call)]
        await hang_up(call)


async def test_an_ambiguous_code_is_asked_and_an_unknown_one_gets_the_nationwide_answer() -> None:
    texts = demo_playbook().wording["en"]
    async with client_of(telephony()) as client:
        call = await dial(line_to(client))
        await press(call, "2")
        await press(call, "2")
        await press(call, "14715")
        assert texts["centre.which_place"] in [text for _, text in heard_by(call)]
        await press(call, "1")
        await press(call, "4")
        await press(call, "2")
        await press(call, "00000")
        spoken = [text for _, text in heard_by(call)]
        assert texts["centre.unknown_area"] in spoken
        assert texts["centre.reason.nationwide"] in spoken
