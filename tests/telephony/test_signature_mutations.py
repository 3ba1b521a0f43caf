"""A genuine request, changed in every way that a forger or a broken proxy might: 1,000 times in each of ten."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from app.telephony.form import read_form
from app.telephony.signature import is_genuine, sign

TIMES = 1_000
TOKENS = ("primary-token", "next-token")
BASE = "https://hotline.example.org"
FORM = [
    ("AccountSid", "AC" + "0" * 32),
    ("ApiVersion", "2010-04-01"),
    ("CallSid", "CA" + "1" * 32),
    ("CallStatus", "in-progress"),
    ("Called", "+493023125999"),
    ("CalledCity", ""),
    ("CalledCountry", "DE"),
    ("Caller", "+493023125000"),
    ("CallerCity", ""),
    ("CallerCountry", "DE"),
    ("Digits", "12 & 3"),
    ("Digits", "04109"),
    ("Direction", "inbound"),
    ("FinishedOnKey", ""),
    ("From", "+493023125000"),
    ("SpeechResult", "Rückkehr nach Kabul عودة"),
    ("To", "+493023125999"),
    ("msg", "Gather End"),
]


@dataclass(frozen=True)
class Request:
    url: str
    body: bytes
    signature: str


def genuine(random: Random) -> Request:
    url = f"{BASE}/voice/step?n={random.randrange(99)}&s={random.randbytes(90).hex()}"
    return Request(url, urlencode(FORM).encode(), sign(url, FORM, random.choice(TOKENS)))


def is_accepted(request: Request) -> bool:
    form = read_form(request.body)
    return form is not None and is_genuine(request.url, form, request.signature, TOKENS)


def twilio_accepts(request: Request) -> bool:
    """What Twilio's validator says of the form as the standard library reads it."""
    try:
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, errors="strict")
        form = ImmutableMultiDict(pairs)
        return any(RequestValidator(token).validate(request.url, form, request.signature) for token in TOKENS)
    except ValueError:
        return False


def flipped(random: Random, sent: bytes) -> bytes:
    place = random.randrange(len(sent))
    return sent[:place] + bytes([sent[place] ^ 1 << random.randrange(8)]) + sent[place + 1 :]


def with_form(request: Request, form: list[tuple[str, str]]) -> Request:
    return replace(request, body=urlencode(form).encode())


def flip_in_body(random: Random, request: Request) -> Request:
    return replace(request, body=flipped(random, request.body))


def flip_in_address(random: Random, request: Request) -> Request:
    return replace(request, url=flipped(random, request.url.encode()).decode("latin-1"))


def flip_in_signature(random: Random, request: Request) -> Request:
    return replace(request, signature=flipped(random, request.signature.encode()).decode("latin-1"))


def trim(random: Random, request: Request) -> Request:
    """A proxy that strips blanks or drops empty values, a connection that broke before the last value began."""
    stripped = [(name, value.replace("Gather End", "Gather").replace("12 & 3", "12")) for name, value in FORM]
    whole = [(name, value) for name, value in FORM if value]
    end = request.body.rindex(b"Gather") - random.randrange(len(request.body) // 2)
    return random.choice(
        [with_form(request, stripped), with_form(request, whole), replace(request, body=request.body[:end])]
    )


def add_or_change_a_value(random: Random, request: Request) -> Request:
    place = random.randrange(len(FORM))
    name, value = FORM[place]
    other = (name, value + random.choice(["0", " ", "\0", "é"]))
    return with_form(request, [*FORM[:place], other, *FORM[place + random.randrange(2) :]])


def rehost(random: Random, request: Request) -> Request:
    hosts = [
        "http://hotline.example.org",
        f"{BASE}:8443x",
        f"{BASE}.evil.example",
        "https://evil.example",
        f"{BASE}/..",
    ]
    return replace(request, url=request.url.replace(BASE, random.choice(hosts)))


def sign_with_another_token(random: Random, request: Request) -> Request:
    token = random.choice(["", "stolen", TOKENS[0].upper(), TOKENS[1] + " ", "".join(TOKENS)])
    return replace(request, signature=sign(request.url, FORM, token))


def take_from_another_call(random: Random, request: Request) -> Request:
    other = genuine(random)
    return random.choice([replace(request, signature=other.signature), replace(request, url=other.url)])


def reorder(random: Random, request: Request) -> Request:
    return with_form(request, random.sample(FORM, len(FORM)))


def write_otherwise(random: Random, request: Request) -> Request:
    """The same form: other percent signs, the same pair twice, an empty pair between."""
    parts = [f"{quote_plus(name)}={''.join(f'%{byte:02x}' for byte in value.encode())}" for name, value in FORM]
    twice = random.sample(FORM, 3)
    body = random.choice(
        ["&".join(parts), "&" + urlencode(FORM) + "&", urlencode([*FORM, *twice]), urlencode(FORM * 2)]
    )
    return replace(request, body=body.encode())


Mutation = Callable[[Random, Request], Request]
FLIPS: list[Mutation] = [flip_in_body, flip_in_address]
FORGERIES: list[Mutation] = [
    flip_in_signature,
    trim,
    add_or_change_a_value,
    rehost,
    sign_with_another_token,
    take_from_another_call,
]
HARMLESS: list[Mutation] = [reorder, write_otherwise]


def mutants(mutation: Mutation) -> list[Request]:
    random = Random(mutation.__name__)  # noqa: S311  Tests repeat themselves from a name; nothing here is secret.
    return [mutation(random, genuine(random)) for _ in range(TIMES)]


@pytest.mark.parametrize("mutation", FLIPS)
def test_a_flipped_bit_is_accepted_only_where_twilio_accepts_it(mutation: Mutation) -> None:
    accepted = [(is_accepted(request), twilio_accepts(request)) for request in mutants(mutation)]
    assert {ours for ours, twilios in accepted if not twilios} == {False}
    assert sum(ours for ours, _ in accepted) < TIMES / 20


@pytest.mark.parametrize("mutation", FORGERIES)
def test_a_forgery_is_never_accepted(mutation: Mutation) -> None:
    assert [request for request in mutants(mutation) if is_accepted(request) or twilio_accepts(request)] == []


@pytest.mark.parametrize("mutation", HARMLESS)
def test_the_same_form_written_otherwise_stays_genuine(mutation: Mutation) -> None:
    assert [request for request in mutants(mutation) if not is_accepted(request)] == []
