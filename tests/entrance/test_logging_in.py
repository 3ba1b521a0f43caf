"""Logging in, step by step, by the pages: passwords, codes, recovery, rotation, the end of sessions."""

import re

import pytest
from fastapi import FastAPI

from app.accounts.models import Role
from app.accounts.service import Accounts
from app.shell.cookies import DEVICE_COOKIE, SESSION_COOKIE
from tests.entrance.house import OTHER_PASSWORD, PASSWORD, Visit, add, visit
from tests.moving import MovableClock


async def grace(app: FastAPI, accounts: Accounts, clock: MovableClock, role: Role = Role.AGENT) -> Visit:
    """Grace with her password, her authenticator and a full session."""
    browser = visit(app, clock)
    first = await add(accounts, "grace", role)
    await browser.log_in("grace", first)
    await browser.enrol(first)
    return browser


async def test_the_first_login_leads_by_an_own_password_and_an_authenticator_to_where_one_wanted(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    browser = visit(app, clock)
    first = await add(accounts, "grace")
    await browser.open("/account")
    assert browser.at == "/login"
    await browser.send("/login", login="Grace ", password=first, next="/account")
    assert browser.at == "/login/password"
    assert (await browser.open("/account")).at == "/login/password"
    await browser.enrol(first)
    codes = re.findall(r'<code class="secret"[^>]*>([^<]+)', browser.page.text)
    assert len(codes) == 10
    assert 'href="/account"' in browser.page.text
    assert "Hallo" not in browser.text
    assert (await browser.open("/account")).at == "/account"
    assert "Sie haben noch 10 Ersatzcodes" in browser.text


async def test_the_token_changes_with_every_step_and_the_old_one_is_dead(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    browser = visit(app, clock)
    first = await add(accounts, "grace")
    tokens = []
    for step in (browser.log_in("grace", first), browser.enrol(first)):
        await step
        tokens.append(browser.cookie(SESSION_COOKIE) or "")
    await browser.send("/logout")
    await browser.log_in("grace", PASSWORD)
    tokens.append(browser.cookie(SESSION_COOKIE) or "")
    await browser.send("/login/second-factor", code=browser.code())
    assert browser.at == "/"
    assert len({*tokens, browser.cookie(SESSION_COOKIE)}) == 4
    for token in tokens:
        other = visit(app, clock)
        other.client.cookies.set("__Host-hotline", token, domain="hotline.example")
        assert (await other.open("/")).at == "/login"


@pytest.mark.parametrize(
    ("login", "password"),
    [("grace", "falsch-falsch-falsch"), ("nobody", PASSWORD), ("' OR 1=1 --", "unwahrscheinlich"), ("", "")],
)
async def test_whatever_is_wrong_the_same_is_said(
    app: FastAPI, accounts: Accounts, clock: MovableClock, login: str, password: str
) -> None:
    await add(accounts, "grace")
    browser = await visit(app, clock).log_in(login, password)
    assert browser.page.status_code == 422
    expected = "stimmen nicht" if login else "Bitte"
    assert expected in browser.text
    assert password not in browser.page.text or not password
    assert browser.cookie(SESSION_COOKIE) is None


async def test_a_code_works_once_and_a_recovery_code_works_once(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    browser = await grace(app, accounts, clock)
    recovery = re.findall(r'<code class="secret"[^>]*>([^<]+)', browser.page.text)[0]
    used = browser.code()
    await browser.send("/logout")
    await browser.log_in("grace", PASSWORD)
    await browser.send("/login/second-factor", code=used)
    assert browser.at == "/"
    await browser.send("/logout")
    await browser.log_in("grace", PASSWORD)
    await browser.send("/login/second-factor", code=used)
    assert browser.page.status_code == 422
    assert "gilt nicht oder wurde schon benutzt" in browser.text
    await browser.send("/login/recovery", code=recovery)
    assert browser.at == "/"
    assert "Ersatzcode verbraucht" in browser.text
    await browser.send("/logout")
    await browser.log_in("grace", PASSWORD)
    assert (await browser.send("/login/recovery", code=recovery)).page.status_code == 422


async def test_fifteen_minutes_of_rest_or_twelve_hours_end_a_session(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    browser = await grace(app, accounts, clock)
    clock.go_on(minutes=14)
    assert (await browser.open("/account")).at == "/account"
    clock.go_on(minutes=15)
    assert (await browser.open("/account")).at == "/login"
    assert "weil Sie eine Weile nichts getan haben" in browser.text
    await browser.log_in("grace", PASSWORD)
    await browser.send("/login/second-factor", code=browser.code())
    for _ in range(12 * 6 - 1):
        clock.go_on(minutes=10)
        assert (await browser.open("/account")).at == "/account"
    clock.go_on(minutes=10)
    assert (await browser.open("/account")).at == "/login"


async def test_logging_out_everywhere_ends_the_other_browser_too(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    one = await grace(app, accounts, clock)
    other = await visit(app, clock).log_in("grace", PASSWORD)
    other.secret = one.secret
    await other.send("/login/second-factor", code=other.code())
    assert other.at == "/"
    await one.send("/account/log-out-everywhere")
    assert one.at == "/login"
    assert (await other.open("/account")).at == "/login"


async def test_a_changed_password_ends_the_other_sessions_and_the_old_one_no_longer_works(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    one = await grace(app, accounts, clock)
    other = await visit(app, clock).log_in("grace", PASSWORD)
    other.secret = one.secret
    await other.send("/login/second-factor", code=other.code())
    await one.send("/account/password", current=PASSWORD, new=OTHER_PASSWORD, again=OTHER_PASSWORD + "x")
    assert "verschieden" in one.text
    await one.send("/account/password", current="falsch", new=OTHER_PASSWORD, again=OTHER_PASSWORD)
    assert "stimmt nicht" in one.text
    await one.send("/account/password", current=PASSWORD, new="passwort1234", again="passwort1234")
    assert "leicht zu erraten" in one.text
    await one.send("/account/password", current=PASSWORD, new=OTHER_PASSWORD, again=OTHER_PASSWORD)
    assert one.at == "/account"
    assert (await other.open("/account")).at == "/login"
    assert (await visit(app, clock).log_in("grace", PASSWORD)).page.status_code == 422
    assert (await visit(app, clock).log_in("grace", OTHER_PASSWORD)).at == "/login/second-factor"


async def test_what_needs_a_fresh_proof_asks_for_one_and_then_goes_on(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    browser = await grace(app, accounts, clock, Role.ADMINISTRATOR)
    clock.go_on(minutes=6)
    await browser.open("/people/new")
    assert browser.at == "/step-up"
    before = browser.cookie(SESSION_COOKIE)
    await browser.send("/step-up", password=PASSWORD, code="000000", next="/people/new")
    assert "stimmen nicht" in browser.text
    await browser.send("/step-up", password=PASSWORD, code=browser.code(), next="/people/new")
    assert browser.at == "/people/new"
    assert browser.cookie(SESSION_COOKIE) != before
    clock.go_on(minutes=6)
    assert (await browser.open("/people/download?format=csv")).at == "/step-up"


async def test_a_stranger_who_tries_does_not_lock_out_who_was_here_before(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    browser = await grace(app, accounts, clock)
    await browser.send("/logout")
    assert browser.cookie(DEVICE_COOKIE)
    answers = []
    for number in range(14):
        stranger = visit(app, clock, f"198.51.100.{number}")
        answers.append((await stranger.log_in("grace", f"geraten-{number}")).page)
    assert {answer.status_code for answer in answers} == {422, 429}
    assert "Zu viele Versuche" in answers[-1].text
    assert (await visit(app, clock, "203.0.113.9").log_in("grace", PASSWORD)).page.status_code == 429
    assert (await browser.log_in("grace", PASSWORD)).at == "/login/second-factor"


async def test_nobody_is_sent_elsewhere_by_a_crafted_link(
    app: FastAPI, accounts: Accounts, clock: MovableClock
) -> None:
    browser = await grace(app, accounts, clock)
    for address in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        await browser.send("/logout")
        await browser.open(f"/login?next={address}")
        await browser.send("/login", login="grace", password=PASSWORD, next=address)
        await browser.send("/login/second-factor", code=browser.code())
        assert browser.page.request.url.host == "hotline.example"
        assert browser.at == "/"


async def test_production_has_no_way_in_without_an_account(app: FastAPI, clock: MovableClock) -> None:
    browser = await visit(app, clock).open("/login")
    assert "Vorführung" not in browser.page.text
    assert (await browser.send("/demo/enter", role="administrator")).page.status_code == 404
    assert (await browser.open("/styleguide")).page.status_code == 404


async def test_without_a_provider_its_addresses_lead_back_to_the_login(app: FastAPI, clock: MovableClock) -> None:
    browser = await visit(app, clock).open("/login/provider/return?code=x&state=y")
    assert browser.at == "/login"
    assert "beginnen Sie noch einmal" in browser.text
    assert "Behörde" not in (await browser.open("/login")).text
