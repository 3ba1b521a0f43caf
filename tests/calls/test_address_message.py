"""A caller gets a centre's address as a text message: through the signed webhooks, to the number that calls alone."""

import pytest

from app.phone.line import LiveCall, dial, press
from app.texts.languages import LAUNCH_LANGUAGES
from tests.calls.conftest import House
from tests.cast import client_of, demo_playbook, line_to, says

MOBILE, LANDLINE, AUSTRIAN, SWISS = "+4915112345678", "+4934112345678", "+436641234567", "+41791234567"
MENU = dict(zip(LAUNCH_LANGUAGES, "12345", strict=True))
AT_A_CENTRE = ("2", "04109")
GET_IT = ("1", "1")


def text(message: str, language: str = "de") -> str:
    return demo_playbook().wording[language][message].replace("\xa0", " ")


async def walk(call: LiveCall, *keys: str) -> str:
    """What the caller hears at last."""
    for key in keys:
        await press(call, key)
    return says(call)


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
async def test_the_address_is_sent_once_in_a_call_and_only_after_consent(house: House, language: str) -> None:
    async with client_of(house.door) as client:
        call = await dial(line_to(client), MOBILE)
        assert text("choice.text_me", language) in await walk(call, MENU[language], *AT_A_CENTRE)
        assert text("address.consent", language) in await walk(call, "1")
        assert text("address.none", language) in await walk(call, "2")
        assert text("address.sent", language) in await walk(call, *GET_IT)
        assert text("address.capped", language) in await walk(call, *GET_IT)
        assert text("choice.finish", language) in says(call)


@pytest.mark.parametrize(
    ("number", "heard"),
    [
        (AUSTRIAN, "address.sent"),
        (SWISS, "address.landline"),
        (LANDLINE, "address.impossible"),
        ("anonymous", "address.impossible"),
        ("+266696687", "address.impossible"),
    ],
)
async def test_who_can_get_none_is_told_why(house: House, number: str, heard: str) -> None:
    async with client_of(house.door) as client:
        call = await dial(line_to(client), number)
        await walk(call, MENU["de"], *AT_A_CENTRE, "1")
        if heard != "address.impossible":
            await walk(call, "1")
        assert text(heard) in says(call)
        assert text("choice.other_centre") in says(call)


async def test_without_a_database_nothing_is_promised(house: House) -> None:
    async with client_of(house.with_outside(None)) as client:
        call = await dial(line_to(client), MOBILE)
        assert text("address.failed") in await walk(call, MENU["de"], *AT_A_CENTRE, "1")
