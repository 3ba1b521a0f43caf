"""Sign-in at a real OpenID provider, which runs as a program of its own: in, again, anew, not at all, and out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.entrance.provider import Provider, SignInCode, SignInFailed, begin, finish, get_log_out_address, open_provider
from tests.entrance.provider.real import RETURN_ADDRESS, Browser, RealProvider, register


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    opened = Browser()
    async with opened.client:
        yield opened


@pytest.fixture
async def known(provider: RealProvider) -> AsyncIterator[Provider]:
    async with httpx.AsyncClient() as client:
        opened = open_provider(provider.settings(), client)
        assert opened is not None
        yield opened


async def test_a_person_signs_in(known: Provider, provider: RealProvider, browser: Browser) -> None:
    departure = await begin(known, RETURN_ADDRESS, fresh=False)
    claims = await finish(known, departure.kept, await browser.visit(departure.url))
    person = provider.person
    assert (claims.issuer, claims.login, claims.name) == (provider.issuer, person.login, person.name)
    assert claims.subject
    assert claims.authenticated_at is not None
    assert timedelta(0) <= datetime.now(UTC) - claims.authenticated_at < timedelta(minutes=1)
    assert browser.typed == 1


async def test_a_wrong_password_does_not_come_back(known: Provider, browser: Browser) -> None:
    browser.person = replace(browser.person, password="nicht das Wort")
    departure = await begin(known, RETURN_ADDRESS, fresh=False)
    with pytest.raises(AssertionError, match="does not lead back"):
        await browser.visit(departure.url)


async def test_who_is_signed_in_already_types_nothing_unless_it_must_be_fresh(
    known: Provider, browser: Browser
) -> None:
    times = []
    for fresh, typed in ((False, 1), (False, 1), (True, 2)):
        departure = await begin(known, RETURN_ADDRESS, fresh=fresh)
        claims = await finish(known, departure.kept, await browser.visit(departure.url))
        assert browser.typed == typed
        assert claims.authenticated_at is not None
        times.append(claims.authenticated_at)
    assert times[0] == times[1] < times[2]


async def test_a_code_works_once(known: Provider, browser: Browser) -> None:
    departure = await begin(known, RETURN_ADDRESS, fresh=False)
    query = await browser.visit(departure.url)
    await finish(known, departure.kept, query)
    with pytest.raises(SignInFailed) as caught:
        await finish(known, departure.kept, query)
    assert (caught.value.code, caught.value.found) == (SignInCode.STALE, "token-error")


async def test_a_code_is_of_no_use_to_another_browser(known: Provider, browser: Browser) -> None:
    departure = await begin(known, RETURN_ADDRESS, fresh=False)
    query = await browser.visit(departure.url)
    other = await begin(known, RETURN_ADDRESS, fresh=False)
    with pytest.raises(SignInFailed) as caught:
        await finish(known, other.kept, query)
    assert (caught.value.code, caught.value.found) == (SignInCode.STALE, "state")
    with pytest.raises(SignInFailed) as caught:
        await finish(known, other.kept, query | {"state": str(other.kept["state"])})
    assert (caught.value.code, caught.value.found) == (SignInCode.STALE, "token-error")


async def test_whoever_does_not_agree_is_told_so(known: Provider, provider: RealProvider, browser: Browser) -> None:
    client_id, secret = register(provider.issuer, RETURN_ADDRESS, trusted=False)
    asking = replace(known, client_id=client_id, client_secret=secret)
    browser.answer = "deny"
    departure = await begin(asking, RETURN_ADDRESS, fresh=False)
    query = await browser.visit(departure.url)
    with pytest.raises(SignInFailed) as caught:
        await finish(asking, departure.kept, query)
    assert caught.value.code == SignInCode.DECLINED
    browser.answer = "accept"
    departure = await begin(asking, RETURN_ADDRESS, fresh=False)
    assert await finish(asking, departure.kept, await browser.visit(departure.url))


async def test_a_wrong_client_secret_is_a_matter_for_administrators(known: Provider, browser: Browser) -> None:
    wrong = replace(known, client_secret="another")
    departure = await begin(wrong, RETURN_ADDRESS, fresh=False)
    query = await browser.visit(departure.url)
    with pytest.raises(SignInFailed) as caught:
        await finish(wrong, departure.kept, query)
    assert (caught.value.code, caught.value.found) == (SignInCode.MISCONFIGURED, "token-error")


async def test_a_provider_that_does_not_confirm_the_second_factor_is_not_enough(
    known: Provider, browser: Browser
) -> None:
    strict = replace(known, acr="https://refeds.org/profile/mfa")
    departure = await begin(strict, RETURN_ADDRESS, fresh=False)
    query = await browser.visit(departure.url)
    with pytest.raises(SignInFailed) as caught:
        await finish(strict, departure.kept, query)
    assert caught.value.code == SignInCode.TOO_WEAK


async def test_signing_out_there_means_typing_the_password_again(
    known: Provider, provider: RealProvider, browser: Browser
) -> None:
    for typed in (1, 2):
        departure = await begin(known, RETURN_ADDRESS, fresh=False)
        await finish(known, departure.kept, await browser.visit(departure.url))
        assert browser.typed == typed
        home = "http://127.0.0.1:9/"
        address = await get_log_out_address(known, home)
        assert address is not None
        assert address.startswith(provider.issuer)
        browser.answer = "logout"
        assert await browser.visit(address, back_at=home) == {}
        browser.answer = "accept"
