"""Sign-in by a provider that does wrong: each wrong is found, named, and told without anything secret."""

import asyncio
import base64
import hmac
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import Request, Response
from hypothesis import given
from hypothesis import strategies as st
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet, RSAKey

from app.entrance.provider import Provider, SignInCode, SignInFailed, begin, finish, get_log_out_address, open_provider
from app.entrance.provider_token import UnknownKey, open_token
from app.kit.errors import HotlineError, SettingError
from app.kit.settings import Settings
from tests.entrance.provider import crooked as wrongs
from tests.entrance.provider.crooked import (
    ACCESS_TOKEN,
    CLIENT_SECRET,
    CODE,
    CURVE_KEY,
    FOREIGN_KEY,
    KEY,
    METADATA,
    NOW,
    OTHER_KEY,
    SECONDS,
    SUBJECT,
    Claims,
    Crooked,
    Plan,
    sign,
)

BACK = "https://hotline.example/entrance/return"
MFA = "https://refeds.org/profile/mfa"
REFUSED = SignInCode.REFUSED
UNAVAILABLE = SignInCode.UNAVAILABLE
SECRETS = (ACCESS_TOKEN, CLIENT_SECRET, CODE, SUBJECT, "erika", "eyJ", "geheim")


@pytest.fixture
async def known(crooked: Crooked) -> AsyncIterator[Provider]:
    async with httpx.AsyncClient() as client:
        opened = open_provider(crooked.settings(), client, lambda: NOW)
        assert opened is not None
        yield opened


async def sign_in(known: Provider, crooked: Crooked, *, fresh: bool = False, **answer: str) -> Any:  # noqa: ANN401
    departure = await begin(known, BACK, fresh=fresh)
    return await finish(known, departure.kept, crooked.answer_to(departure.url, **answer))


@contextmanager
def refusal(code: SignInCode, found: str) -> Iterator[None]:
    """Catches the failure and sees to it that nothing secret stands in it."""
    with pytest.raises(SignInFailed) as caught:
        yield
    failure = caught.value
    assert (failure.code, failure.found) == (code, found)
    assert isinstance(failure, HotlineError)
    assert str(failure).endswith(".")
    told = [str(failure), repr(failure), *traceback.format_exception_only(failure), failure.found]
    assert [secret for secret in SECRETS if secret in "".join(told)] == []
    assert failure.__suppress_context__ or failure.__context__ is None


def test_no_provider_is_no_fault() -> None:
    assert open_provider(Settings(), httpx.AsyncClient()) is None


def test_half_a_provider_is_a_fault() -> None:
    with pytest.raises(SettingError, match="OIDC_CLIENT_ID is not set"):
        open_provider(Settings(oidc_issuer="https://login.example"), httpx.AsyncClient())


def test_nothing_is_asked_before_somebody_signs_in(known: Provider, crooked: Crooked) -> None:
    assert known.name == "Amt Beispiel"
    assert crooked.asked == []


async def test_the_departure_asks_for_what_is_needed(known: Provider, crooked: Crooked) -> None:
    departure = await begin(replace(known, acr=MFA), BACK, fresh=False)
    address, asked = departure.url.partition("?")[0], dict(parse_qsl(urlsplit(departure.url).query))
    secret = {name: asked.pop(name) for name in ("state", "nonce", "code_challenge")}
    assert address == f"{crooked.url}/authorize"
    assert asked == {
        "response_type": "code",
        "client_id": "hotline",
        "redirect_uri": BACK,
        "scope": "openid profile email",
        "code_challenge_method": "S256",
        "acr_values": MFA,
    }
    assert all(len(value) >= 43 for value in secret.values())
    assert wrongs.challenge(str(departure.kept["verifier"])) == secret["code_challenge"]
    assert json.loads(json.dumps(departure.kept)) == departure.kept
    assert len(json.dumps(departure.kept)) < 500
    again = await begin(known, BACK, fresh=False)
    assert not {str(value) for value in again.kept.values()} & set(secret.values())
    assert secret["state"] not in repr(departure)


async def test_a_fresh_departure_asks_for_the_password_again(known: Provider) -> None:
    asked = dict(parse_qsl(urlsplit((await begin(known, BACK, fresh=True)).url).query))
    assert (asked["prompt"], asked["max_age"]) == ("login", "300")


async def test_what_is_confirmed_arrives(known: Provider, crooked: Crooked) -> None:
    crooked.plan = Plan(claims={"acr": MFA})
    claims = await sign_in(replace(known, acr=MFA), crooked)
    assert (claims.issuer, claims.subject, claims.acr) == (crooked.url, SUBJECT, MFA)
    assert (claims.login, claims.name) == ("erika", "Erika Beispiel")
    assert claims.authenticated_at == NOW - timedelta(seconds=10)
    assert repr(claims) == "Claims()"
    assert crooked.asked == [METADATA, "/token", "/keys"]
    assert crooked.authorization[1].startswith("Basic ")
    assert "client_secret" not in crooked.sent[1]


async def test_nothing_is_logged_of_a_sign_in(
    known: Provider, crooked: Crooked, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="authlib")
    caplog.set_level(logging.INFO)
    await sign_in(known, crooked)
    with refusal(SignInCode.STALE, "token-error"):
        await sign_in(known, crooked)
    assert [secret for secret in SECRETS if secret in caplog.text] == []


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(known: Provider, crooked: Crooked) -> None:
    crooked.plan = Plan(metadata={"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]})
    assert await sign_in(known, crooked)
    assert crooked.authorization[1] == ""
    assert crooked.sent[1]["client_secret"] == CLIENT_SECRET


@pytest.mark.parametrize(("key", "alg"), [(KEY, "RS256"), (KEY, "PS256"), (CURVE_KEY, "ES256")])
async def test_the_usual_signatures_are_accepted(known: Provider, crooked: Crooked, key: Any, alg: str) -> None:  # noqa: ANN401
    crooked.plan = Plan(sign=lambda claims: sign(claims, key, alg))
    assert await sign_in(known, crooked)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": SECONDS - 59},
        {"iat": SECONDS + 60, "nbf": SECONDS + 60},
        {"aud": ["hotline"]},
        {"aud": ["hotline", "other"], "azp": "hotline"},
        {"at_hash": None, "auth_time": None, "name": None},
        {"exp": SECONDS + 0.5, "auth_time": SECONDS + 59.5},
    ],
)
async def test_what_is_allowed_is_accepted(known: Provider, crooked: Crooked, claims: Claims) -> None:
    crooked.plan = Plan(claims=claims)
    assert (await sign_in(known, crooked)).login == "erika"


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"nonce": "another"}, "claim-nonce"),
        ({"nonce": None}, "claim-nonce"),
        ({"iss": "https://elsewhere.example"}, "claim-iss"),
        ({"iss": None}, "claim-iss"),
        ({"aud": "other"}, "claim-aud"),
        ({"aud": ["other"]}, "claim-aud"),
        ({"aud": None}, "claim-aud"),
        ({"aud": ["hotline", "other"]}, "claim-azp"),
        ({"azp": "other"}, "claim-azp"),
        ({"exp": SECONDS - 60}, "claim-exp"),
        ({"exp": None}, "claim-exp"),
        ({"exp": True}, "claim-exp"),
        ({"exp": float("nan")}, "claim-exp"),
        ({"exp": "tomorrow"}, "claim-exp"),
        ({"iat": SECONDS + 61}, "claim-iat"),
        ({"iat": None}, "claim-iat"),
        ({"nbf": SECONDS + 61}, "claim-nbf"),
        ({"sub": None}, "claim-sub"),
        ({"sub": ""}, "claim-sub"),
        ({"sub": 7}, "claim-sub"),
        ({"sub": "x" * 256}, "claim-sub"),
        ({"at_hash": wrongs.half_hash("another token")}, "claim-at_hash"),
        ({"auth_time": SECONDS + 61}, "claim-auth_time"),
        ({"auth_time": 1e300}, "claim-auth_time"),
    ],
)
async def test_a_wrong_claim_is_refused(known: Provider, crooked: Crooked, claims: Claims, found: str) -> None:
    crooked.plan = Plan(claims=claims)
    with refusal(REFUSED, found):
        await sign_in(known, crooked)


def unsigned(claims: Claims) -> str:
    return ".".join(wrongs.encoded(part) for part in ({"alg": "none", "kid": "first"}, claims)) + "."


def signed_with_the_public_key(claims: Claims) -> str:
    """Takes the provider's public key, which everybody knows, for a shared secret."""
    signed = ".".join(wrongs.encoded(part) for part in ({"alg": "HS256", "kid": "first"}, claims))
    mac = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def changed_afterwards(claims: Claims) -> str:
    head, _, signature = sign(claims).split(".")
    return f"{head}.{wrongs.encoded(claims | {'sub': 'somebody else'})}.{signature}"


@pytest.mark.parametrize(
    ("signed", "found"),
    [
        (unsigned, "algorithm"),
        (signed_with_the_public_key, "algorithm"),
        (changed_afterwards, "signature"),
        (lambda claims: sign(claims, FOREIGN_KEY), "signature"),
        (lambda claims: sign(claims, KEY, "RS384"), "algorithm"),
        (lambda claims: sign(claims, OTHER_KEY), "key"),
        (lambda claims: sign(claims, KEY, jku="https://elsewhere.example", kid="elsewhere"), "key"),
        (lambda claims: sign(claims, KEY, kid="curve"), "signature"),
        (lambda _: "not a token", "signature"),
        (lambda _: wrongs.nested(), "signature"),
    ],
)
async def test_a_token_of_a_wrong_hand_is_refused(
    known: Provider, crooked: Crooked, signed: Callable[[Claims], str], found: str
) -> None:
    crooked.plan = Plan(sign=signed)
    with refusal(REFUSED, found):
        await sign_in(known, crooked)


async def test_new_keys_are_fetched_once(known: Provider, crooked: Crooked) -> None:
    await sign_in(known, crooked)
    crooked.begin_again()
    crooked.plan = Plan(sign=lambda claims: sign(claims, OTHER_KEY), keys=[[OTHER_KEY]])
    assert await sign_in(known, crooked)
    assert crooked.asked == ["/token", "/keys"]
    crooked.begin_again()
    crooked.plan = Plan(sign=lambda claims: sign(claims, KEY), keys=[[OTHER_KEY]])
    with refusal(REFUSED, "key"):
        await sign_in(known, crooked)
    assert crooked.asked == ["/token", "/keys"]


async def test_what_is_known_of_the_provider_is_refreshed_after_an_hour(crooked: Crooked) -> None:
    at = [NOW]
    async with httpx.AsyncClient() as client:
        known = open_provider(crooked.settings(), client, lambda: at[0])
        assert known is not None
        for minutes, times in ((0, 1), (60, 1), (61, 2)):
            at[0] = NOW + timedelta(minutes=minutes)
            await begin(known, BACK, fresh=False)
            assert crooked.asked.count(METADATA) == times


async def test_the_two_kinds_of_names(known: Provider, crooked: Crooked) -> None:
    nameless = {"preferred_username": None, "name": None}
    crooked.plan = Plan(claims=nameless | {"email": "erika@amt.example", "email_verified": True})
    claims = await sign_in(known, crooked)
    assert (claims.login, claims.name) == ("erika@amt.example", "erika@amt.example")
    crooked.begin_again()
    crooked.plan = Plan(claims=nameless, userinfo={"preferred_username": "erika", "name": "Erika Beispiel"})
    claims = await sign_in(known, crooked)
    assert (claims.login, claims.name) == ("erika", "Erika Beispiel")
    assert crooked.authorization[-1] == f"Bearer {ACCESS_TOKEN}"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "erika@amt.example"},
        {"email": "erika@amt.example", "email_verified": False},
        {"email": "erika@amt.example", "email_verified": "true"},
        {"email_verified": True},
        {"preferred_username": ""},
        {"preferred_username": ["erika"]},
        {"preferred_username": "x" * 201},
        {"preferred_username": "erika\nadmin"},
    ],
)
async def test_whoever_has_no_confirmed_name_stays_outside(known: Provider, crooked: Crooked, claims: Claims) -> None:
    crooked.plan = Plan(claims={"preferred_username": None} | claims, userinfo=claims)
    with refusal(SignInCode.NAMELESS, "login"):
        await sign_in(known, crooked)


async def test_what_is_told_of_another_person_is_refused(known: Provider, crooked: Crooked) -> None:
    crooked.plan = Plan(claims={"preferred_username": None}, userinfo={"sub": "another", "preferred_username": "admin"})
    with refusal(REFUSED, "userinfo-sub"):
        await sign_in(known, crooked)
    crooked.begin_again()
    crooked.plan = Plan(claims={"preferred_username": None}, do={"/userinfo": wrongs.saying("{}", 401)})
    with refusal(REFUSED, "userinfo-error"):
        await sign_in(known, crooked)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, None), (300, None), (301, SignInCode.NOT_FRESH), (86_400, SignInCode.NOT_FRESH), (None, SignInCode.NOT_FRESH)],
)
async def test_a_step_up_needs_a_recent_proof(
    known: Provider, crooked: Crooked, seconds: int | None, code: SignInCode | None
) -> None:
    crooked.plan = Plan(claims={"auth_time": None if seconds is None else SECONDS - seconds})
    if code is None:
        assert await sign_in(known, crooked, fresh=True)
        return
    with refusal(code, "claim-auth_time"):
        await sign_in(known, crooked, fresh=True)


@pytest.mark.parametrize("acr", [None, "0", f"{MFA}/not"])
async def test_a_required_strength_is_required(known: Provider, crooked: Crooked, acr: str | None) -> None:
    crooked.plan = Plan(claims={"acr": acr})
    with refusal(SignInCode.TOO_WEAK, "claim-acr"):
        await sign_in(replace(known, acr=MFA), crooked)


@pytest.mark.parametrize("state", ["", "another", "ß\udc80"])
async def test_another_state_is_refused_before_anything_is_asked(known: Provider, crooked: Crooked, state: str) -> None:
    with refusal(SignInCode.STALE, "state"):
        await sign_in(known, crooked, state=state)
    assert "/token" not in crooked.asked


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda _: None, "kept"),
        (lambda _: {}, "kept"),
        (lambda kept: kept | {"verifier": 7}, "kept"),
        (lambda kept: kept | {"more": "geheim"}, "kept"),
        (lambda kept: kept | {"began_at": SECONDS - 601}, "age"),
        (lambda kept: kept | {"began_at": SECONDS + 61}, "age"),
        (lambda kept: kept | {"verifier": "x" * 64}, "token-error"),
        (lambda kept: kept | {"return_address": "https://elsewhere.example"}, "token-error"),
    ],
)
async def test_what_was_not_kept_as_it_was_is_stale(
    known: Provider, crooked: Crooked, change: Callable[[Any], Any], found: str
) -> None:
    departure = await begin(known, BACK, fresh=False)
    query = crooked.answer_to(departure.url)
    with refusal(SignInCode.STALE, found):
        await finish(known, change(departure.kept), query)


async def test_ten_minutes_are_enough(known: Provider, crooked: Crooked) -> None:
    departure = await begin(known, BACK, fresh=False)
    query = crooked.answer_to(departure.url)
    assert await finish(known, {**departure.kept, "began_at": SECONDS - 600}, query)


async def test_a_code_works_once(known: Provider, crooked: Crooked) -> None:
    departure = await begin(known, BACK, fresh=False)
    query = crooked.answer_to(departure.url)
    await finish(known, departure.kept, query)
    with refusal(SignInCode.STALE, "token-error"):
        await finish(known, departure.kept, query)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("access_denied", SignInCode.DECLINED),
        ("login_required", SignInCode.DECLINED),
        ("temporarily_unavailable", UNAVAILABLE),
        ("unmet_authentication_requirements", SignInCode.TOO_WEAK),
        ("invalid_scope", SignInCode.MISCONFIGURED),
        ("geheim", REFUSED),
    ],
)
async def test_the_provider_says_no(known: Provider, crooked: Crooked, error: str, code: SignInCode) -> None:
    with refusal(code, "answer-error"):
        await sign_in(known, crooked, error=error)
    assert "/token" not in crooked.asked


async def test_an_answer_must_name_its_issuer_where_the_provider_promises_it(known: Provider, crooked: Crooked) -> None:
    with refusal(REFUSED, "answer-issuer"):
        await sign_in(known, crooked, iss="https://elsewhere.example")
    departure = await begin(known, BACK, fresh=False)
    query = crooked.answer_to(departure.url)
    del query["iss"]
    assert await finish(known, departure.kept, query)
    crooked.begin_again()
    crooked.plan = Plan(metadata={"authorization_response_iss_parameter_supported": True})
    strict = replace(known, knowledge=type(known.knowledge)())
    departure = await begin(strict, BACK, fresh=False)
    query = crooked.answer_to(departure.url)
    del query["iss"]
    with refusal(REFUSED, "answer-issuer"):
        await finish(strict, departure.kept, query)


async def test_an_answer_without_a_code_is_refused(known: Provider, crooked: Crooked) -> None:
    with refusal(REFUSED, "answer-code"):
        await sign_in(known, crooked, code="")


@pytest.mark.parametrize("tokens", [{"id_token": None}, {"access_token": None}, {"id_token": ["geheim"]}])
async def test_missing_tokens_are_refused(known: Provider, crooked: Crooked, tokens: Mapping[str, Any]) -> None:
    crooked.plan = Plan(tokens=tokens)
    with refusal(REFUSED, "tokens"):
        await sign_in(known, crooked)


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ('{"error": "invalid_client"}', 401, SignInCode.MISCONFIGURED),
        ('{"error": "invalid_grant"}', 400, SignInCode.STALE),
        ('{"error": ["geheim"]}', 400, REFUSED),
        ("{}", 403, REFUSED),
    ],
)
async def test_the_code_is_not_taken(
    known: Provider, crooked: Crooked, answer: str, status: int, code: SignInCode
) -> None:
    crooked.plan = Plan(do={"/token": wrongs.saying(answer, status)})
    with refusal(code, "token-error"):
        await sign_in(known, crooked)


@pytest.mark.parametrize(
    ("do", "found"),
    [
        (wrongs.too_big, "size"),
        (wrongs.too_slow, "time"),
        (wrongs.dripping, "time"),
        (wrongs.elsewhere, "redirect"),
        (wrongs.compressed, "compressed"),
        (wrongs.saying("<html>geheim</html>"), "json"),
        (wrongs.saying("[]"), "json"),
        (wrongs.saying("[" * 100_000), "json"),
        (wrongs.saying('"\\xff'), "json"),
        (wrongs.saying("{}", 503), "status"),
        (wrongs.saying("{}", 429), "status"),
    ],
)
@pytest.mark.parametrize("page", [METADATA, "/token", "/keys", "/userinfo"])
async def test_an_answer_that_is_none_is_not_waited_for(
    known: Provider, crooked: Crooked, page: str, do: Callable[[Request], Response], found: str
) -> None:
    crooked.plan = Plan(do={page: do}, claims={"preferred_username": None})
    with refusal(UNAVAILABLE, found):
        await sign_in(replace(known, answer_seconds=0.3), crooked)
    assert "/elsewhere" not in crooked.asked


async def test_an_outage_ends_when_the_provider_is_back(known: Provider, crooked: Crooked) -> None:
    crooked.plan = Plan(do={METADATA: wrongs.saying("{}", 502)})
    with refusal(UNAVAILABLE, "status"):
        await begin(known, BACK, fresh=False)
    crooked.plan = Plan()
    assert await sign_in(known, crooked)


async def test_a_provider_that_nobody_reaches_is_told(known: Provider) -> None:
    with refusal(UNAVAILABLE, "connection"):
        await begin(replace(known, issuer="http://127.0.0.1:9"), BACK, fresh=False)


@pytest.mark.parametrize(
    ("metadata", "code", "found"),
    [
        ({"issuer": "https://elsewhere.example"}, SignInCode.MISCONFIGURED, "metadata-issuer"),
        ({"token_endpoint": "http://elsewhere.example/token"}, SignInCode.MISCONFIGURED, "metadata-address"),
        ({"userinfo_endpoint": "file:///etc/passwd"}, SignInCode.MISCONFIGURED, "metadata-address"),
        ({"jwks_uri": None}, UNAVAILABLE, "metadata"),
        ({"authorization_endpoint": ["geheim"]}, UNAVAILABLE, "metadata"),
    ],
)
async def test_what_the_provider_says_of_itself_is_checked(
    known: Provider, crooked: Crooked, metadata: Mapping[str, Any], code: SignInCode, found: str
) -> None:
    crooked.plan = Plan(metadata=metadata)
    with refusal(code, found):
        await begin(known, BACK, fresh=False)


async def test_a_provider_with_encryption_stays_with_it() -> None:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    told = {"issuer": "https://login.example"} | {name: f"https://login.example/{name}" for name in names}

    async def begin_where(**more: str) -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=told | more))
        async with httpx.AsyncClient(transport=transport) as client:
            provider = Provider("https://login.example", "hotline", CLIENT_SECRET, "Amt", "", client)
            await begin(provider, BACK, fresh=False)

    await begin_where()
    with refusal(SignInCode.MISCONFIGURED, "metadata-address"):
        await begin_where(token_endpoint="http://127.0.0.1/token")


@pytest.mark.parametrize(
    "keys", ["{}", '{"keys": {}}', '{"keys": [7, {}, {"kty": "RSA"}, {"kty": "oct", "k": "Z2VoZWlt", "kid": "first"}]}']
)
async def test_a_provider_without_usable_keys_is_out_of_order(known: Provider, crooked: Crooked, keys: str) -> None:
    crooked.plan = Plan(do={"/keys": wrongs.saying(keys)})
    with refusal(UNAVAILABLE, "keys"):
        await sign_in(known, crooked)


async def test_a_key_that_is_too_short_to_be_safe_is_none(known: Provider, crooked: Crooked) -> None:
    with pytest.warns(SecurityWarning):
        short = RSAKey.generate_key(1024, {"kid": "short"}, auto_kid=False)
    crooked.plan = Plan(sign=lambda claims: sign(claims, short), keys=[[KEY, short]])
    with pytest.warns(SecurityWarning), refusal(REFUSED, "key"):
        await sign_in(known, crooked)


async def test_keys_of_other_kinds_are_passed_over(known: Provider, crooked: Crooked) -> None:
    listed = [{"kty": "AKP", "kid": "new"}, {"kty": "RSA"}, KEY.as_dict(private=False)]
    crooked.plan = Plan(do={"/keys": wrongs.saying(json.dumps({"keys": listed}))})
    assert await sign_in(known, crooked)


async def test_the_way_out(known: Provider, crooked: Crooked) -> None:
    address = await get_log_out_address(known, "https://hotline.example/")
    assert address is not None
    assert address.partition("?")[0] == f"{crooked.url}/end"
    sent = dict(parse_qsl(urlsplit(address).query))
    assert sent == {"client_id": "hotline", "post_logout_redirect_uri": "https://hotline.example/"}
    crooked.plan = Plan(metadata={"end_session_endpoint": None})
    other = replace(known, knowledge=type(known.knowledge)())
    assert await get_log_out_address(other, "https://hotline.example/") is None


async def test_many_sign_ins_at_once_do_not_disturb_each_other(known: Provider) -> None:
    departures = await asyncio.gather(*(begin(known, BACK, fresh=False) for _ in range(20)))
    assert len({str(departure.kept["state"]) for departure in departures}) == 20


TOKEN = sign({"sub": SUBJECT, "exp": SECONDS})
KEYS = KeySet([KEY, CURVE_KEY])


@given(st.integers(0, len(TOKEN) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_change_of_a_token_goes_unseen(at: int, character: str) -> None:
    changed = TOKEN[:at] + character + TOKEN[at + 1 :]
    try:
        opened = open_token(changed, KEYS)
    except (SignInFailed, UnknownKey):
        return
    # The last character of a signature carries bits that mean nothing; what was signed is the same then.
    assert opened.claims == {"sub": SUBJECT, "exp": SECONDS}
    assert changed.rpartition(".")[0] == TOKEN.rpartition(".")[0]


@given(st.text() | st.from_regex(r"[\w\-]*\.[\w\-]*\.[\w\-]*"))
def test_no_text_is_a_token(text: str) -> None:
    with pytest.raises((SignInFailed, UnknownKey)):
        open_token(text, KEYS)
