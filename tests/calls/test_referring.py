"""A caller alone asks a centre to call, hears the code and takes it back: through the signed webhooks."""

import asyncio
import random
import re
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx
import pytest

from app.accounts.models import CLI
from app.ivr.flow import LASTING_TYPES
from app.kit.reach import EVERYTHING, transaction
from app.phone.line import LiveCall, dial, hang_up, press, wait
from app.referrals import service
from app.referrals.consents import WORDINGS, check_consent, wording_hash
from app.referrals.erasure import find_payload
from app.referrals.models import Payload, ReferralState, Tab
from app.telephony.sealing import read_query, read_session, unseal
from app.telephony.signature import sign
from app.texts.languages import LAUNCH_LANGUAGES
from tests.calls.conftest import AUTHORITY, INDEPENDENT, House
from tests.cast import BASE_URL, TOKEN, client_of, demo_playbook, line_to, real_content, says

MOBILE, LANDLINE, TYPED = "+4915112345678", "+4934112345678", "015112345679"
MENU = dict(zip(LAUNCH_LANGUAGES, "12345", strict=True))
TO_THE_CENTRE = ("2", "04109")
BY_THIS_NUMBER = ("1", "1", "1", "1", "2", "1", "1")


def text(message: str, language: str = "de") -> str:
    return demo_playbook().wording[language][message].replace("\xa0", " ")


async def walk(call: LiveCall, keys: Iterable[str]) -> None:
    """Each key or entry in turn; after a telephone number the line waits for the time-out."""
    for entry in keys:
        await press(call, entry)
        if len(entry) > len("04109"):
            await wait(call)


async def at_the_centre(client: httpx.AsyncClient, number: str = MOBILE, language: str = "de") -> LiveCall:
    call = await dial(line_to(client), number)
    await walk(call, (MENU[language], *TO_THE_CENTRE))
    return call


def code_heard(call: LiveCall) -> str:
    """The code, which must be heard twice and slowly."""
    found = re.findall(r"(?:\d, ){9}\d", says(call))
    assert len(found) == 2
    assert found[0] == found[1]
    return str(found[0]).replace(", ", "")


async def the_payload(house: House) -> Payload | None:
    ((referral_id,),) = await house.rows("SELECT id FROM referral")
    assert isinstance(referral_id, UUID)
    async with transaction(house.referrals.database, EVERYTHING) as session:
        return await find_payload(session, house.referrals, referral_id)


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
async def test_a_caller_is_referred_by_keys_in_every_language(house: House, language: str) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client, language=language)
        assert text("choice.call_me", language) in says(call)
        await walk(call, ("1",))
        for message in ("referral.what", "referral.readers", "referral.erased"):
            assert text(message, language) in says(call)
        await walk(call, ("1", "2", "1", "1", "3"))
        for message in (
            "referral.reach.this_number",
            "referral.who.others_too",
            "referral.message.wished",
            "referral.time.morning",
            "referral.topic.documents_and_travel",
            "referral.language",
            "referral.consent",
        ):
            assert text(message, language) in says(call)
        await walk(call, ("2",))
        code = code_heard(call)
    assert await the_payload(house) == Payload(
        number=MOBILE, language=language, topic="documents_and_travel", best_time="morning",
        others_may_answer=True, sms_wished=True,
    )  # fmt: skip
    (referral,) = await service.list_inbox(house.referrals, EVERYTHING, Tab.NEW)
    assert (referral.centre_id, referral.made_by) == (INDEPENDENT, "caller")
    consent = referral.consent
    assert (consent.wording, consent.language, consent.channel, consent.forwarding) == (
        "referral-keys", language, "keys", True
    )  # fmt: skip
    check_consent(WORDINGS, consent)
    assert await service.withdraw_by_code(house.referrals, code, source="person:test")


def test_the_wording_of_the_consent_is_the_one_that_is_registered() -> None:
    """A text that changes needs a new version in app/referrals/consents.py."""
    for wording in (one for one in WORDINGS if one.catalogue == "ivr" and one.current):
        for language in LAUNCH_LANGUAGES:
            texts = real_content().wording[language]
            assert wording.hashes[language] == wording_hash([texts[id_] for id_ in wording.msgids]), language


@pytest.mark.parametrize(
    ("number", "offered", "sms"),
    [
        (MOBILE, True, True),
        (LANDLINE, True, False),
        ("+436641234567", True, True),  # Austria
        ("+380501234567", False, False),  # Ukraine
        ("+4990012345678", False, False),  # a number with a price of its own
        ("anonymous", False, False),
        ("+266696687", False, False),
        ("", False, False),
    ],
)
async def test_this_number_is_offered_only_where_a_centre_can_call_it(
    house: House, number: str, *, offered: bool, sms: bool
) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client, number)
        await walk(call, ("1",))
        assert (text("choice.this_number") in says(call)) is offered
        assert (text("referral.caller_unusable") in says(call)) is not offered
        await walk(call, ("1", "1") if offered else ("1", TYPED, "1", "1"))
        assert (text("referral.ask_text_message") in says(call)) is (sms or not offered)
        await walk(call, ("2", "3", "4", "1") if sms or not offered else ("3", "4", "1"))
        code_heard(call)
    payload = await the_payload(house)
    assert payload is not None
    assert payload.number == (number if offered else "+4915112345679")
    assert not payload.sms_wished


async def test_without_a_number_only_the_code_is_passed_on(house: House) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client, "anonymous")
        await walk(call, ("1", "2"))
        assert text("referral.code_only") in says(call)
        await walk(call, ("2",))
        assert text("referral.reach.code_only") in says(call)
        await walk(call, ("1",))
        code = code_heard(call)
        await walk(call, ("*",))
        assert code_heard(call) == code
    assert await the_payload(house) == Payload(number=None, language="de", topic="money_and_offers")


async def test_a_typed_number_is_read_back_and_can_be_typed_again(house: House) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        await walk(call, ("1", "2", "09001234567"))
        assert text("referral.number_unusable") in says(call)
        await walk(call, ("1", "015112345670"))
        assert "0 1 5, 1 1 2, 3 4 5, 6 7 0" in says(call)
        await walk(call, ("2", TYPED))
        for _ in range(2):
            assert "0 1 5, 1 1 2, 3 4 5, 6 7 9" in says(call)
            await walk(call, ("*",))
        await walk(call, ("1", "1", "2", "3", "4"))
        assert "0 1 5, 1 1 2, 3 4 5, 6 7 9" in says(call)
        await walk(call, ("1",))
        code_heard(call)
    payload = await the_payload(house)
    assert payload is not None
    assert payload.number == "+4915112345679"


async def test_a_centre_without_an_agreement_is_not_asked(house: House) -> None:
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        assert text("choice.call_me") not in says(call)
        assert text("choice.text_me") in says(call)


async def test_an_agreement_that_ends_on_the_way_is_told(house: House) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        await walk(call, BY_THIS_NUMBER[:-1])
        await service.end_agreement(house.referrals, by=CLI, centre_id=INDEPENDENT)
        await walk(call, BY_THIS_NUMBER[-1:])
        assert text("referral.refused") in says(call)
        assert text("referral.nothing") in says(call)
    assert await house.rows("SELECT id FROM referral") == []


async def test_an_authority_is_announced_and_the_independent_centre_comes_first(house: House) -> None:
    await house.agree(AUTHORITY)
    async with client_of(house.door) as client:
        call = await dial(line_to(client), MOBILE)
        await walk(call, ("1", "2", "01067", "1"))
        heard = says(call)
        assert heard.index(text("centre.kind.authority")) < heard.index("DiReturn")
        assert heard.index(text("choice.independent_centre")) < heard.index(text("choice.this_authority"))
        assert text("referral.what") not in heard
        await walk(call, ("1",))
        assert "DiReturn" in says(call)
        assert text("centre.kind.independent") in says(call)
    assert await house.rows("SELECT id FROM referral") == []


@pytest.mark.parametrize("seed", range(5))
async def test_it_is_made_once_however_often_webhooks_come(house: House, seed: int) -> None:
    """Each webhook comes one to five times, at once and again later, shuffled among those of other steps."""
    await house.agree()
    chance = random.Random(seed)  # noqa: S311  A test that can be repeated.
    form = {"CallSid": f"CA{seed:032x}", "From": MOBILE, "CallStatus": "in-progress"}
    asked: list[tuple[str, dict[str, str]]] = []
    answers: dict[int, bytes] = {}

    async def send(client: httpx.AsyncClient, number: int) -> None:
        path, fields = asked[number]
        signature = sign(f"{BASE_URL}{path}", list(fields.items()), TOKEN)
        headers = {"X-Twilio-Signature": signature, "content-type": "application/x-www-form-urlencoded"}
        answer = await client.post(path, content=urlencode(fields), headers=headers)
        assert answer.status_code == 200
        assert answers.setdefault(number, answer.content) == answer.content

    async with client_of(house.door) as client:
        path = "/voice/incoming"
        keys = ("", "1", "2", "04109", "1", "2", TYPED, "2", "015112345670", "1", "1", "1", "2", "3", "1", "1")
        for number, entry in enumerate(keys):
            asked.append((path, form | ({"Digits": entry} if entry else {})))
            late = [chance.randrange(number + 1) for _ in range(chance.randrange(4))]
            await asyncio.gather(*(send(client, one) for one in [number] * chance.randrange(1, 5) + late))
            action = re.search(r'action="([^"]*)"', answers[number].decode())
            assert action is not None
            parts = urlsplit(action[1].replace("&amp;", "&"))
            path = f"{parts.path}?{parts.query}"
    assert text("referral.code").partition("{")[0] in answers[len(keys) - 1].decode()
    assert len(await house.rows("SELECT id FROM referral")) == 1
    payload = await the_payload(house)
    assert payload is not None
    assert payload.number == "+4915112345670"


async def test_a_withdrawn_referral_is_erased_at_once(house: House) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        await walk(call, BY_THIS_NUMBER)
        code = code_heard(call)
        await hang_up(call)
        assert await the_payload(house) is not None
        later = await dial(line_to(client), "anonymous")
        await walk(later, ("1", "4", "1", "1"))
        await press(later, code)
        assert text("withdrawal.withdrawn") in says(later)
        assert text("withdrawal.already_read") in says(later)
    assert await the_payload(house) is None
    assert await house.rows("SELECT state, has_number FROM referral") == [(ReferralState.WITHDRAWN, False)]
    assert await house.rows("SELECT referral_id FROM referral_secret") == []


async def test_wrong_codes_and_too_many_of_them_sound_the_same(house: House) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        await walk(call, BY_THIS_NUMBER)
        code = code_heard(call)
        wrong = f"{(int(code) + 1) % 10**10:010}"
        await walk(call, ("#", "4", "1", "1"))
        heard = set()
        for _ in range(22):
            await press(call, wrong)
            heard.add(says(call))
            await press(call, "1")
        assert heard == {says_after_withdrawal()}
        # Once too many were tried, the right one is not taken either, and that sounds no different.
        await press(call, code)
        assert says(call) in heard
    assert await the_payload(house) is not None


def says_after_withdrawal() -> str:
    choices = (("choice.type_code_again", "1"), ("choice.go_back", "2"))
    menu = (f"{text(choice)}: Taste {key}." for choice, key in choices)
    return " ".join([text("withdrawal.unknown"), text("centre.next"), *menu])


async def test_a_typed_number_stays_out_of_addresses_tables_and_logs(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    await house.agree()
    async with client_of(house.door) as client:
        call = await at_the_centre(client)
        await walk(call, ("1", "2", TYPED, "1", "1", "1", "1", "1", "1"))
        code = code_heard(call)
        kept = str(await house.everything())
        await hang_up(call)
    forms = {TYPED, TYPED[1:], "4915112345679", MOBILE[1:], code}
    assert not [form for form in forms if form in kept]
    said = capfd.readouterr()
    assert not [form for form in forms if form in said.out + said.err]
    types = demo_playbook().book.fact_types
    for exchange in call.exchanges:
        url = urlsplit(exchange.url)
        assert not [form for form in forms if form in exchange.url]
        plain = unseal(house.door.keys, call.caller.call_sid, *read_query(url.query)) if url.query else None
        session = read_session(plain) if plain else None
        if session is not None:
            assert not [form for form in forms if form in str(session)]
            assert {types[name] for name in session.facts} <= LASTING_TYPES
    # With the call's end goes what it was remembered for.
    assert await house.rows("SELECT effect FROM call_effect") == []
