import re
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.telephony.form import MAX_BODY_BYTES, MAX_PAIRS, parse_form, read_form

BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text("a=&+% ;\r\n\0é؟", max_size=8)
forms = st.lists(st.tuples(texts, texts), max_size=20)


def quote_every_byte(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


@given(forms, st.sampled_from([quote, quote_plus, quote_every_byte]))
def test_a_form_comes_back_as_it_was_sent(pairs: list[tuple[str, str]], quoted: Callable[[str], str]) -> None:
    body = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)
    assert parse_form(body.encode()) == pairs


@given(st.binary(max_size=40) | st.text("ab=&+%3dD26cCaA9é", max_size=40).map(str.encode))
def test_any_body_reads_as_the_standard_library_does_or_is_malformed(body: bytes) -> None:
    try:
        text = body.decode()
        expected = None if BROKEN_PERCENT.search(text) else parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        expected = None
    assert parse_form(body) == expected


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        (b"", []),
        (b"Digits=&SpeechResult=R%C3%BCckkehr+nach+Kabul", [("Digits", ""), ("SpeechResult", "Rückkehr nach Kabul")]),
        (b"Caller=%2B493023125000", [("Caller", "+493023125000")]),
        (b"b=2&a=1&b=2&b=", [("b", "2"), ("a", "1"), ("b", "2"), ("b", "")]),
        (b"a=b=c&d", [("a", "b=c"), ("d", "")]),
        (b"a=%26%3D&&", [("a", "&=")]),
        (b" Digits = 1 ", [(" Digits ", " 1 ")]),
    ],
)
def test_order_duplicates_blanks_and_spaces_are_kept(body: bytes, pairs: list[tuple[str, str]]) -> None:
    assert parse_form(body) == pairs


@pytest.mark.parametrize("body", [b"a=%", b"a=%2", b"a=%2&b=1", b"a=%zz", b"%=1", b"a=% 41", b"a=%+41", b"a=%-1"])
def test_a_broken_percent_sequence_is_malformed(body: bytes) -> None:
    assert parse_form(body) is None


@pytest.mark.parametrize("body", [b"a=%FF", b"a=\xff", b"a=%C3", b"a=%C3&b=%A9", b"a=%ED%A0%80", b"a=%C0%80"])
def test_bytes_that_are_not_utf_8_are_malformed(body: bytes) -> None:
    assert parse_form(body) is None


def test_the_longest_body_is_read_and_a_longer_one_is_not() -> None:
    longest = b"a=".ljust(MAX_BODY_BYTES, b"x")
    assert parse_form(longest) == [("a", "x" * (MAX_BODY_BYTES - 2))]
    assert parse_form(longest + b"x") is None


def test_the_most_pairs_are_read_and_one_more_is_not() -> None:
    most = b"&".join([b"a=1"] * MAX_PAIRS)
    assert parse_form(most) == [("a", "1")] * MAX_PAIRS
    assert parse_form(most + b"&a=1") is None


@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=8)), max_size=8), st.binary(max_size=40))
def test_the_quick_reading_and_the_thorough_one_agree(pairs: list[tuple[str, str]], noise: bytes) -> None:
    try:
        usual = urlencode(pairs).encode()
    except UnicodeEncodeError:
        usual = b""
    for body in (usual, noise, usual + b"&" + noise):
        thorough, quick = parse_form(body), read_form(body)
        assert (thorough is None) == (quick is None), body
        if thorough is not None and quick is not None:
            assert quick.fields == dict(thorough)
            if quick.signed is not None:
                assert quick.signed == "".join(name + value for name, value in sorted(set(thorough)))
