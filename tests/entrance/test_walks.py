"""Whole walks in Chromium: in with an authenticator, in by a real provider, a fresh proof, and out again."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from app.accounts.models import Role, SignIn
from app.accounts.service import Accounts
from app.entrance.provider import open_provider
from app.kit.clock import now
from app.kit.reach import open_database
from app.kit.settings import Settings
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.opening import provide
from tests.browser import Address, serve, take_address
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.entrance.house import PASSWORD, add, fit_out
from tests.entrance.provider.real import RealProvider
from tests.moving import MovableClock
from tests.shell.toy import KEYS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def served(
    urls: DatabaseUrls, clock: MovableClock, place: Address, office: Settings | None = None
) -> AsyncIterator[Accounts]:
    """The house in a thread of its own, and its accounts for this one; both have connections of their own."""
    await empty_all_tables(urls)

    @asynccontextmanager
    async def lifespan(opening: FastAPI) -> AsyncIterator[None]:
        theirs = await open_database(urls.app, most=3)
        provide(opening, Accounts(theirs, KEYS, clock))
        async with client:
            yield
        await theirs.close()

    client = httpx.AsyncClient()
    app = FastAPI(lifespan=lifespan)
    fit_out(app, place.url, clock, provider=open_provider(office, client) if office else None)
    stop = serve(app, place)
    ours = await open_database(urls.app, most=2)
    try:
        yield Accounts(ours, KEYS, clock)
    finally:
        stop()
        await ours.close()


@asynccontextmanager
async def page_at(chromium: Browser, place: Address) -> AsyncIterator[Page]:
    browsing = await chromium.new_context(locale="de-DE", reduced_motion="reduce", base_url=place.url)
    yield await browsing.new_page()
    await browsing.close()


async def press(page: Page, name: str) -> None:
    await page.get_by_role("main").get_by_role("button", name=name).click()


async def log_out(page: Page) -> None:
    await page.locator(".account summary").click()
    await page.get_by_role("button", name="Abmelden").click()


async def test_a_newcomer_sets_up_an_authenticator_logs_out_in_and_proves_it_again(
    chromium: Browser, database_urls: DatabaseUrls
) -> None:
    clock, place = MovableClock(now()), take_address()
    async with served(database_urls, clock, place) as accounts, page_at(chromium, place) as page:
        first = await add(accounts, "ada", Role.ADMINISTRATOR)
        await page.goto("/people")
        await page.get_by_label("Benutzername", exact=True).fill("ada")
        await page.get_by_label("Passwort", exact=True).fill(first)
        await press(page, "Anmelden")
        await page.get_by_label("Jetziges Passwort").fill(first)
        await page.get_by_label("Neues Passwort", exact=True).fill(PASSWORD)
        await page.get_by_label("Neues Passwort noch einmal").fill(PASSWORD)
        await press(page, "Passwort speichern")
        secret = re.sub(r"\s", "", await page.locator("code.secret").inner_text())
        await page.get_by_label("Code mit sechs Ziffern").fill(pyotp.TOTP(secret).at(clock()))
        await press(page, "Einrichten")
        await expect(page.locator(".codes li")).to_have_count(10)
        await page.get_by_role("link", name="Ich habe die Codes aufbewahrt").click()
        await expect(page).to_have_url(f"{place.url}/people")
        cookies = {cookie["name"]: cookie for cookie in await page.context.cookies()}
        session = cookies[PREFIX + SESSION_COOKIE]
        assert (session["secure"], session["httpOnly"], session["sameSite"], session["path"]) == (
            True,
            True,
            "Lax",
            "/",
        )
        await log_out(page)
        await expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", name="Anmelden", exact=True)).to_be_visible()
        await page.goto("/people/new")
        await page.get_by_label("Benutzername", exact=True).fill("ada")
        await page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        await press(page, "Anmelden")
        clock.go_on(seconds=30)
        await page.get_by_label("Code mit sechs Ziffern").fill(pyotp.TOTP(secret).at(clock()))
        await press(page, "Weiter")
        await expect(page).to_have_url(f"{place.url}/people/new")
        clock.go_on(minutes=6)
        await page.reload()
        await expect(page).to_have_url(re.compile("/step-up"))
        await page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        await page.get_by_label("Code mit sechs Ziffern").fill(pyotp.TOTP(secret).at(clock()))
        await press(page, "Bestätigen")
        await expect(page).to_have_url(f"{place.url}/people/new")


async def test_somebody_comes_in_by_the_offices_provider_and_leaves_it_too(
    chromium: Browser, database_urls: DatabaseUrls, provider: RealProvider
) -> None:
    clock, place = MovableClock(now()), take_address()
    settings = provider.settings(f"{place.url}/login/provider/return")
    async with served(database_urls, clock, place, settings) as accounts, page_at(chromium, place) as page:
        await page.goto("/account")
        await page.get_by_role("button", name="Anmelden mit Amt Beispiel").click()
        await sign_in_at_the_provider(page, provider)
        await expect(page.get_by_text("gibt es hier keinen Zugang")).to_be_visible()
        await add(accounts, provider.person.login, Role.ADMINISTRATOR, SignIn.OIDC)
        await page.goto("/account")
        await page.get_by_role("button", name="Anmelden mit Amt Beispiel").click()
        await expect(page).to_have_url(f"{place.url}/account")
        await expect(page.get_by_text("Sie melden sich über Ihre Behörde an.")).to_be_visible()
        clock.go_on(minutes=6)
        await page.goto("/people/new")
        await press(page, "Anmelden mit Amt Beispiel")
        await sign_in_at_the_provider(page, provider)
        await expect(page).to_have_url(f"{place.url}/people/new")
        await log_out(page)
        await page.goto("/account")
        await expect(page).to_have_url(re.compile("/login"))


async def sign_in_at_the_provider(page: Page, provider: RealProvider) -> None:
    """Types what the provider's own forms ask for, one page after the other."""
    for _ in range(4):
        await page.wait_for_load_state()
        if not page.url.startswith(provider.issuer):
            return
        for field, value in (("login", provider.person.login), ("password", provider.person.password)):
            box = page.locator(f"input[name={field}]:visible")
            if await box.count():
                await box.fill(value)
        await page.locator("button[type=submit]:visible").first.click()
