"""Seals open only what they sealed, and anything else is one error."""

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kit.crypto import KeyRing, SealBroken

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()
RING = KeyRing.from_setting(f"{NEW}, {OLD}")


@given(st.binary(max_size=400), st.binary(max_size=60))
def test_a_seal_opens_to_what_was_sealed_and_is_the_same_each_time(content: bytes, bound_to: bytes) -> None:
    token = RING.seal(content, bound_to=bound_to)
    assert RING.open(token, bound_to=bound_to) == content
    assert RING.seal(content, bound_to=bound_to) == token
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=120), st.binary(max_size=40))
def test_any_text_is_refused_as_a_broken_seal(token: str, bound_to: bytes) -> None:
    with pytest.raises(SealBroken):
        RING.open(token, bound_to=bound_to)


@given(st.binary(max_size=80), st.data())
def test_a_token_with_any_character_changed_added_or_left_out_is_refused(content: bytes, data: st.DataObject) -> None:
    token = RING.seal(content, bound_to=b"call:1")
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from([*"Aa09-_+/=. \n", "é", "\x00", "Ａ"]))
    kept = data.draw(st.integers(0, 1))
    changed = token[:place] + character + token[place + kept :]
    assume(changed != token)
    with pytest.raises(SealBroken):
        RING.open(changed, bound_to=b"call:1")


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_a_token_opens_only_where_it_is_bound(one: bytes, other: bytes) -> None:
    assume(one != other)
    with pytest.raises(SealBroken):
        RING.open(RING.seal(b"content", bound_to=one), bound_to=other)


def test_a_new_first_key_seals_and_the_old_one_still_opens() -> None:
    before = KeyRing.from_setting(OLD)
    token = before.seal(b"content", bound_to=b"call:1")
    assert RING.open(token, bound_to=b"call:1") == b"content"
    with pytest.raises(SealBroken):
        before.open(RING.seal(b"content", bound_to=b"call:1"), bound_to=b"call:1")
    with pytest.raises(SealBroken):
        KeyRing.from_setting(NEW).open(token, bound_to=b"call:1")


def test_keys_that_share_their_mark_are_told_apart() -> None:
    keys = [base64.b64encode(number.to_bytes(32, "big")).decode() for number in range(600)]
    marks: dict[bytes, str] = {}
    for key in keys:
        mark = base64.urlsafe_b64decode(KeyRing.from_setting(key).seal(b"", bound_to=b"") + "==")[:1]
        if mark in marks:
            both = KeyRing.from_setting(f"{marks[mark]},{key}")
            for single in (marks[mark], key):
                assert both.open(KeyRing.from_setting(single).seal(b"x", bound_to=b"b"), bound_to=b"b") == b"x"
            return
        marks[mark] = key
    pytest.fail("600 keys have 256 marks, so two must share one.")


def test_a_keyed_hash_depends_on_purpose_value_and_first_key() -> None:
    value = RING.keyed_hash("call", "CA1")
    assert len(value) == 32
    assert value == KeyRing.from_setting(NEW).keyed_hash("call", "CA1")
    others = [
        RING.keyed_hash("number", "CA1"),
        RING.keyed_hash("call", "CA2"),
        KeyRing.from_setting(OLD).keyed_hash("call", "CA1"),
    ]
    assert value not in others
    assert len(set(others)) == 3


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("", "Key 1 has 0 bytes"),
        (f"{NEW},", "Key 2 has 0 bytes"),
        ("c2hvcnQ=", "Key 1 has 5 bytes"),
        (f"{NEW},geheim!", "Key 2 is not written in base64"),
    ],
)
def test_a_wrong_key_is_named_by_its_place_and_never_shown(setting: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        KeyRing.from_setting(setting)
    assert "geheim" not in str(caught.value)


def test_a_ring_does_not_show_its_keys() -> None:
    assert "nnnn" not in repr(RING)
