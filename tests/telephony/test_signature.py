import json
import subprocess
import sys
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from app.kit.paths import PROJECT_ROOT
from app.telephony.form import Form, read_form
from app.telephony.signature import accepts_in_one_pass, is_genuine, judge, sign

Pairs = list[tuple[str, str]]

# Twilio's published examples: its security documentation and the tests of its Python and Node libraries.
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
TOKEN = "12345"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
BODY = urlencode(CALL).encode()
EARLIER_CALL = [(name, "+12349013030" if name in {"Caller", "From"} else value) for name, value in CALL]
REPEATED = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
PUBLISHED = {
    "call": (URL, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    "earlier call": (URL, EARLIER_CALL, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    "repeated name": (URL, REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    "repeated pair": (URL, [*REPEATED, ("Digits", "1234")], "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    "port removed": (URL.replace(".com", ".com:1234"), CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    "port kept": ("http" + URL[5:].replace(".com", ".com:1234"), CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    "port 443 added": (URL, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    "port 80 added": ("http" + URL[5:], CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    "credentials": (URL.replace("//", "//user:pass@"), CALL, "CukzLTc1tT5dXEDIHm/tKBanW10="),
    "user": (URL.replace("//", "//user@"), CALL, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
    "credentials, port added": (URL.replace("//", "//user:pass@"), CALL, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
    "quote and plus": (URL + "&Body=It's+amazing", CALL, "dsq4Ehbj6cs+KdTkpF5sSSplOWw="),
}


def form_of(pairs: Pairs) -> Form:
    """The form as it arrives; raises UnicodeEncodeError for what cannot be sent."""
    form = read_form(urlencode(pairs).encode())
    assert form is not None
    return form


texts = st.text(max_size=12) | st.sampled_from(
    ["", " ", "+49", "a b", "a+b", "%2B", "Rückkehr", "عودة", "\0", "\ud800"]
)
sendable = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(["Digits", "a", "b", "ab"])
names = st.sampled_from(["Digits", "From", "digits", "FromCity", "", "ü"]) | st.text(max_size=6)
forms = st.lists(st.tuples(names, texts), max_size=12)
hosts = st.sampled_from(
    ["hotline.example.org", "127.0.0.1", "Hotline.Example.org", "user:pass@example.org", "[::1]", "ü"]
)
ports = st.sampled_from(["", ":80", ":443", ":8000", ":65535", ":65536", ":0", ":", ":x", ":080"])
paths = st.sampled_from(
    ["", "/", "/voice/step", "//voice", "/a;b", "/a;", "/%C3%BC", "/ü", "/a b", "/voice\n/x", "/[", "/a@b"]
)
queries = st.sampled_from(
    ["", "?", "?n=1&s=abc-_", "?a=1#rc=2&rp=all", "#x", "?a=b c", "?a=%2B+", "?;", "?bodySHA256=a"]
)
schemes = st.sampled_from(["https://", "http://", "HTTPS://", "ftp://", "//", ""])
odd_addresses = st.builds("{}{}{}{}{}".format, schemes, hosts, ports, paths, queries) | texts
usual_addresses = st.from_regex(
    r"https?://[a-z.]{1,9}(:[1-6][0-9]{0,4})?/[a-z/]{0,9}(\?[a-z=&%-]{0,9})?", fullmatch=True
)
addresses = usual_addresses | odd_addresses


def twilio_says(url: str, pairs: Pairs, signature: str, *tokens: str) -> bool:
    try:
        return any(RequestValidator(token).validate(url, ImmutableMultiDict(pairs), signature) for token in tokens)
    except ValueError:
        return False


@pytest.mark.parametrize("example", PUBLISHED.values(), ids=PUBLISHED)
def test_published_signatures_are_genuine(example: tuple[str, Pairs, str]) -> None:
    url, pairs, signature = example
    assert is_genuine(url, form_of(pairs), signature, (TOKEN,))
    assert is_genuine(url, form_of(pairs[::-1]), signature, (TOKEN,))
    assert not is_genuine(url, form_of(pairs), signature, ("12346",))
    assert not is_genuine(url + "&x=1", form_of(pairs), signature, (TOKEN,))
    assert not is_genuine(url, form_of([*pairs, ("x", "1")]), signature, (TOKEN,))


@pytest.mark.parametrize("example", ["call", "earlier call", "repeated name", "repeated pair"])
def test_usual_requests_are_accepted_in_one_pass_and_signed_alike(example: str) -> None:
    url, pairs, signature = PUBLISHED[example]
    assert accepts_in_one_pass(url, form_of(pairs), signature, (TOKEN,))
    assert sign(url, pairs, TOKEN) == signature


def test_a_signature_for_a_json_body_is_not_genuine() -> None:
    digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    url, signature = f"{URL}&bodySHA256={digest}", "a9nBmqA0ju/hNViExpshrM61xv4="
    assert RequestValidator(TOKEN).validate(url, '{"property": "value", "boolean": true}', signature)
    assert not is_genuine(url, form_of([]), signature, (TOKEN,))
    assert not is_genuine(url, form_of([('{"property": "value", "boolean": true}', "")]), signature, (TOKEN,))


def test_both_tokens_are_good_until_the_first_is_withdrawn() -> None:
    now, following = sign(URL, CALL, "now"), sign(URL, CALL, "following")
    assert is_genuine(URL, form_of(CALL), now, ("now", "following"))
    assert accepts_in_one_pass(URL, form_of(CALL), following, ("now", "following"))
    assert is_genuine(URL, form_of(CALL), following, ("following",))
    assert not is_genuine(URL, form_of(CALL), now, ("following",))


@pytest.mark.parametrize(
    "signature", [None, "", " ", "=", "x" * 28, "é" * 28, "\ud800" * 28, "RSOYDt4T1cUTdK1PDd93/VVr8B8"]
)
def test_no_signature_and_a_wrong_one_are_not_genuine(signature: str | None) -> None:
    assert not is_genuine(URL, form_of(CALL), signature, (TOKEN,))


@pytest.mark.parametrize("padding", ["{} ", " {}", "{}=", "{}\n", "{},{}"])
def test_a_padded_signature_is_not_genuine(padding: str) -> None:
    signature = sign(URL, CALL, TOKEN)
    assert not is_genuine(URL, form_of(CALL), padding.format(signature, signature), (TOKEN,))


@pytest.mark.parametrize("tokens", [(), ("",), ("", "")])
def test_without_a_token_nothing_is_genuine(tokens: tuple[str, ...]) -> None:
    assert not is_genuine(URL, form_of(CALL), sign(URL, CALL, ""), tokens)


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://hotline.example.org/voice",
        " https://hotline.example.org/voice",
        "https://hotline.example.org/voice?",
        "https://hotline.example.org/voice#",
        "https://hotline.example.org/voice;",
        "https://hotline.example.org/vo\tice",
        "https://hotline.example.org/voice\n",
        "https://hotline.example.org:65536/voice",
        "https://hotline.example.org:99999/voice",
        "https://hotline.example.org:x/voice",
        "https://[hotline.example.org/voice",
        "https://hotline.example.org\u2100/voice",
    ],
)
def test_an_address_that_twilio_would_write_otherwise_is_not_genuine_as_it_stands(url: str) -> None:
    signature = sign(url, CALL, TOKEN)
    assert not twilio_says(url, CALL, signature, TOKEN)
    assert not accepts_in_one_pass(url, form_of(CALL), signature, (TOKEN,))
    assert not is_genuine(url, form_of(CALL), signature, (TOKEN,))


@given(addresses, forms, st.sampled_from(["token", "next", "other"]), st.sampled_from(["address", "port", "no port"]))
def test_any_request_is_judged_as_twilio_judges_it(url: str, pairs: Pairs, token: str, signed: str) -> None:
    host = url.partition("//")[2].partition("/")[0]
    bare = host.partition(":")[0]
    address = {"address": url, "port": url.replace(host, f"{bare}:443", 1), "no port": url.replace(host, bare, 1)}[
        signed
    ]
    try:
        signature = sign(address, pairs, token)
    except UnicodeEncodeError:
        signature = "x" * 28
    tokens = ("token", "next")
    expected = twilio_says(url, pairs, signature, *tokens)
    assert judge(url, pairs, signature, tokens) == expected
    try:
        form = form_of(pairs)
    except UnicodeEncodeError:
        return
    assert is_genuine(url, form, signature, tokens) == (expected and "bodySHA256" not in url)
    assert expected or not accepts_in_one_pass(url, form, signature, tokens)


@given(st.lists(st.tuples(sendable, sendable), max_size=12))
def test_signing_agrees_with_twilio_for_every_form(pairs: Pairs) -> None:
    assert sign(URL, pairs, TOKEN) == RequestValidator(TOKEN).compute_signature(URL, ImmutableMultiDict(pairs))


def test_the_usual_path_loads_nothing_of_twilio_and_the_rest_only_its_validator() -> None:
    program = f"""
import json, sys
from app.telephony.form import read_form
from app.telephony.signature import is_genuine, sign
signature = sign({URL!r}, {CALL!r}, "token")
loaded = []
for given in (signature, "forged"):
    is_genuine({URL!r}, read_form({BODY!r}), given, ("token",))
    loaded.append(sorted(name for name in sys.modules if name.startswith(("twilio", "aiohttp", "requests"))))
print(json.dumps(loaded))
"""
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, check=True, text=True
    )
    assert json.loads(shown.stdout) == [[], ["twilio", "twilio.request_validator"]]
