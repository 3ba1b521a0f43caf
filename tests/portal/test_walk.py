"""From the caller's keys to the end, in Chromium against the whole demonstration: no stand-in but Twilio's."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, expect

from app.accounts.means import Accounts
from app.kit.extent import EVERYTHING
from app.kit.postgres import APP_ROLE, DATABASE
from app.kit.reach import open_database
from app.kit.vault import open_vault
from app.referrals import service
from app.referrals.models import ReferralState
from app.referrals.refusals import ReferralUnknown
from app.referrals.service import Referrals
from tests.cast import keys, real_content
from tests.demonstration import Demo, running_demo
from tests.moving import MovableClock
from tests.phone.browsing import start_call, state

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
# A number of those that are kept free for films.
MOBILE = "017604069001"
CODE = re.compile(r"(?:\d, ){9}\d")
TO_THE_CENTRE = ("1", "2", *"04109")
SECONDS = 20_000
expect.set_options(timeout=SECONDS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@asynccontextmanager
async def staff_page(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    """Somebody who looks around as staff of a counselling centre, in front of the inbox."""
    browsing = await chromium.new_context(locale="de-DE", reduced_motion="reduce", base_url=demo.url)
    page = await browsing.new_page()
    await page.goto("/login?next=/portal")
    await page.locator("button[value=centre-staff]").click()
    await expect(page).to_have_url(f"{demo.url}/portal")
    yield page
    await browsing.close()


async def press(page: Page, *pressed: str) -> None:
    for key in pressed:
        await page.keyboard.press(key)
        await page.wait_for_timeout(150)


async def log_of(page: Page) -> str:
    return await page.locator("#log").inner_text()


@asynccontextmanager
async def caller_page(chromium: Browser, demo: Demo) -> AsyncIterator[Page]:
    page = await chromium.new_page(locale="de-DE", reduced_motion="reduce")
    await page.goto(f"{demo.url}/phone?lang=de")
    yield page
    await page.close()


async def reach_the_centre(page: Page) -> None:
    """Until the centre offers to call: what that needs is loaded beside the calls, so the first may come too early."""
    for _ in range(30):
        await start_call(page)
        await press(page, *TO_THE_CENTRE)
        await expect(page.locator("#log")).to_contain_text("Unabhängig von Behörden")
        await page.wait_for_timeout(300)
        if CALL_ME in await log_of(page):
            return
        await page.keyboard.press("Escape")
        await state(page, "ended")
        await asyncio.sleep(1)
    raise AssertionError("The centre never offered to call.")


CALL_ME = real_content().wording["de"]["choice.call_me"].replace("\xa0", " ")


async def code_heard(page: Page) -> str:
    await expect(page.locator("#log")).to_contain_text(CODE)
    return str(CODE.findall(await log_of(page))[-1]).replace(", ", "")


async def refer_by_code(page: Page) -> str:
    """A referral without a number; the code."""
    await reach_the_centre(page)
    await press(page, "1", "3", "1", "1")
    code = await code_heard(page)
    await page.keyboard.press("Escape")
    await state(page, "ended")
    return code


async def inbox_addresses(page: Page) -> set[str]:
    await page.goto("/portal?tab=new")
    links = await page.locator("a[href^='/portal/referrals/']").all()
    return {str(await link.get_attribute("href")) for link in links}


async def message_to(demo: Demo, number: str) -> str:
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        while True:
            messages = (await client.get(f"{demo.url}/phone/messages")).json()["messages"]
            for message in messages:
                if message["to"] == number:
                    return str(message["text"])
            await asyncio.sleep(0.5)


@asynccontextmanager
async def room(demo: Demo, clock: MovableClock) -> AsyncIterator[Referrals]:
    """The room on the demonstration's own database and keys, at another time."""
    data = demo.folder / "data"
    database = await open_database(f"postgresql://{APP_ROLE}@/{DATABASE}?host={data / 'socket'}&port=5432", most=2)
    accounts = Accounts(database, keys(), clock, demo=True)
    yield Referrals(accounts, open_vault(data / "referral_keys"), real_content().directory)
    await database.close()


async def press_button(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_role("status").first).to_be_visible()


async def test_from_the_callers_keys_to_the_erasure(chromium: Browser, demo: Demo) -> None:
    async with staff_page(chromium, demo) as page, caller_page(chromium, demo) as caller:
        before = await inbox_addresses(page)
        await reach_the_centre(caller)
        await press(caller, "1", "2", *MOBILE)
        await caller.locator("#wait").click()
        await expect(caller.locator("#log")).to_contain_text("Stimmt das?")
        await press(caller, "1", "1", "1", "3", "2", "1")
        await code_heard(caller)
        (address,) = await inbox_addresses(page) - before
        await page.goto(address)
        await expect(page.locator("main")).not_to_contain_text("+49")
        await press_button(page, "Entgegennehmen")
        await expect(page.locator("main")).to_contain_text("+49 176 04069001")
        assert (await Axe().run(page)).violations_count == 0
        await press_button(page, "Annehmen")
        text = await message_to(demo, "+49" + MOBILE[1:])
        assert text.startswith(real_content().wording["de"]["sms.answered"])
        assert "Rückkehr" not in text
        await press_button(page, "Mit der Person gesprochen")
        await press_button(page, "Erledigt")
        await expect(page.locator(".state")).to_contain_text("erledigt")
        id_ = UUID(address.rpartition("/")[2])
        clock = MovableClock(datetime.now(UTC) + timedelta(days=29))
        async with room(demo, clock) as referrals:
            await service.sweep(referrals)
            assert (await service.get_referral(referrals, EVERYTHING, id_)).state is ReferralState.COMPLETED
            clock.go_on(days=2)
            assert await service.sweep(referrals) >= 1
            with pytest.raises(ReferralUnknown):
                await service.get_referral(referrals, EVERYTHING, id_)
        answer = await page.goto(address)
        assert answer is not None
        assert answer.status == 404


@pytest.mark.parametrize("way", ["telephone", "web"])
async def test_withdrawn_by_the_code(chromium: Browser, demo: Demo, way: str) -> None:
    async with staff_page(chromium, demo) as page, caller_page(chromium, demo) as caller:
        before = await inbox_addresses(page)
        code = await refer_by_code(caller)
        (address,) = await inbox_addresses(page) - before
        await page.goto(address)
        await press_button(page, "Entgegennehmen")
        await expect(page.locator("main")).to_contain_text("Keine Nummer. Die Person kommt mit ihrem Code zu Ihnen.")
        if way == "telephone":
            await start_call(caller)
            await press(caller, "1", "4", "1", "1", *code)
            said = real_content().wording["de"]["withdrawal.withdrawn"].replace("\xa0", " ")
            await expect(caller.locator("#log")).to_contain_text(said)
        else:
            await caller.goto(f"{demo.url}/withdraw")
            await caller.get_by_label("Ihr Code").fill(code)
            await caller.get_by_role("button", name="Zurückziehen").click()
            await expect(caller.get_by_role("status").first).to_contain_text("Ihre Anfrage ist zurückgezogen.")
        await page.reload()
        await expect(page.locator(".state")).to_contain_text("zurückgezogen")
        await expect(page.locator("main")).not_to_contain_text("Was die Person mitgegeben hat")


# The words of what a key can press; a whole region can have the focus, too.
FOCUSED = "document.activeElement.matches('a, button, summary') ? document.activeElement.textContent.trim() : ''"


async def tab_to(page: Page, words: str) -> None:
    """Presses the tabulator until the focus is on what has these words."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if words in str(await page.evaluate(FOCUSED)):
            return
    raise AssertionError(f"The keyboard never reached “{words}”.")


async def test_the_keyboard_alone_is_enough(chromium: Browser, demo: Demo) -> None:
    """The referral that the demonstration begins with."""
    async with staff_page(chromium, demo) as page:
        await page.goto("/portal?tab=new")
        first = page.locator("#portal-inbox tbody a").first
        await tab_to(page, await first.inner_text())
        await page.keyboard.press("Enter")
        for button in ("Entgegennehmen", "Annehmen"):
            await expect(page.get_by_role("button", name=button, exact=True)).to_be_visible()
            await tab_to(page, button)
            await page.keyboard.press("Enter")
        await expect(page.locator(".state")).to_contain_text("angenommen")
        await tab_to(page, "Ablehnen")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(page.locator("input[name=reason]:checked")).to_have_count(1)
