"""What is dialled: numbers of four classes, and among many thousands of random ones none that costs more."""

import re
from pathlib import Path
from random import Random

import pytest

from app.calls.dialling import NotDialled, Ringing, Target, dial, may_be_dialled
from app.kit.paths import PROJECT_ROOT
from app.kit.protocols import OutgoingCall
from app.telephony.client import TwilioTelephony, Wire
from tests.fake_twilio.town import ACCOUNT_SID, TOKEN, build_town

BERLIN, MOBILE, VIENNA = "+493023125002", "+4915123456789", "+43153126115"
# Written down apart from the program: what German telephone users pay extra for, and what nobody may dial by chance.
DEAR_IN_GERMANY = re.compile(
    r"\+49(900|137|138|118|180|181|182|183|184|185|186|187|188|189|19[0-9]|12|10|700|500|501|11[0-9]|116)"
)
NEAR = "30 31 32 33 34 351 352 353 354 356 357 358 359 36 370 371 372 385 386 39 40 41 420 421 423 43 44 45 46 47 48 49"


@pytest.mark.parametrize("target", list(Target))
def test_an_ordinary_german_number_is_dialled(target: Target) -> None:
    assert may_be_dialled(target, BERLIN)
    assert may_be_dialled(target, MOBILE)


def test_a_near_country_is_called_back_and_for_nothing_else() -> None:
    assert [target for target in Target if may_be_dialled(target, VIENNA)] == [Target.CALLBACK]


@pytest.mark.parametrize(
    "number",
    [
        "+49900123456",
        "+491371234567",
        "+4911833",
        "+491805123456",
        "+49110",
        "+49112",
        "+49116117",
        "110",
        "112",
        "030 23125002",
        "+49 30 23125002",
        "+493023125002\n",
        "+493023125002,,1",
        "client:somebody",
        "sip:somebody@hotline.example",
        "anonymous",
        "+266696687",
        "+8816123456789",
        "+8835100123456",
        "+12125550100",
        "+22112345678",
        "",
        "+",
    ],
)
def test_nothing_else_is_dialled(number: str) -> None:
    assert [target for target in Target if may_be_dialled(target, number)] == []


def random_number(random: Random) -> str:
    """A number near the edges of what is allowed: German prefixes, near and far countries, odd lengths and signs."""
    digits = "".join(random.choice("0123456789") for _ in range(random.randrange(13)))
    dear = random.choice(["900", "137", "118", "180", "0180", "19", "12", "10", "700", "116", "11", "1", "15", "30"])
    country = random.choice(["49", "43", "41", "1", "7", "44", "870", "881", "882", "883", "979", "221", "39", "48"])
    return random.choice(
        [f"+49{dear}{digits}", f"+{country}{digits}", f"+49{digits}", f"0{dear}{digits}", f"+{digits}", f"00{digits}"]
    ) + random.choice(["", "", "", "", "w", " ", "#", ",", "\n", ";ext=900"])


def check_fuzz(count: int, seed: int) -> int:
    """How many of so many random numbers are dialled; none of them is dear or far."""
    random, dialled = Random(seed), 0  # noqa: S311  A reproducible run.
    for _ in range(count):
        number = random_number(random)
        for target in Target:
            if may_be_dialled(target, number):
                dialled += target is Target.AGENT
                assert re.fullmatch(r"\+[0-9]{7,15}", number), number
                assert not DEAR_IN_GERMANY.match(number), number
                assert any(number.startswith(f"+{code}") for code in NEAR.split()), number
                assert target is Target.CALLBACK or number.startswith("+49"), number
    return dialled


def test_random_numbers_are_never_dear() -> None:
    assert check_fuzz(3_000, seed=1) > 20


@pytest.mark.long
def test_a_hundred_thousand_random_numbers_are_never_dear() -> None:
    assert check_fuzz(100_000, seed=2) > 1_000


async def test_every_call_has_a_limit_and_shows_our_number_and_a_dear_one_never_reaches_the_provider() -> None:
    town = build_town({})
    asked: list[OutgoingCall] = []

    class Listening(TwilioTelephony):
        async def create_call(self, call: OutgoingCall) -> str:
            asked.append(call)
            return await super().create_call(call)

    rest = Listening(ACCOUNT_SID, TOKEN, Wire(town.http, "https://exchange.test"))
    shown = next(iter(town.account.numbers))
    ringing = Ringing(shown, "https://hotline.example/voice/agent", "")
    with pytest.raises(NotDialled):
        await dial(rest, Target.AGENT, "+49900123456", ringing)
    sid = await dial(rest, Target.AGENT, BERLIN, ringing)
    assert [(call.to_number, call.from_number, call.limit_seconds) for call in asked] == [(BERLIN, shown, 7_200)]
    assert town.exchange.calls[sid].from_number == shown


def test_calls_are_placed_in_one_place_alone() -> None:
    placing = [
        str(path.relative_to(PROJECT_ROOT))
        for path in sorted(Path(PROJECT_ROOT / "app").rglob("*.py"))
        if ".create_call(" in path.read_text("utf-8")
    ]
    assert placing == ["app/calls/dialling.py"]


def test_no_document_dials_a_number() -> None:
    dialling = re.compile(r"\.(number|sip|client)\(|<(Number|Sip|Client)>")
    telling = [path for path in (PROJECT_ROOT / "app" / "telephony").glob("*.py") if dialling.search(path.read_text())]
    assert telling == []
