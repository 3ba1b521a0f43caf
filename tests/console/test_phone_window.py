"""The softphone's window in Chromium: its own logic with a stand-in for Twilio's SDK, and the SDK itself.

Twilio cannot be had here: a stand-in plays its signalling too, so that no call is ever heard.
"""

import json
import re
from collections.abc import AsyncIterator

import jwt
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog, Page, WebSocketRoute, expect

from tests.browser import chromium
from tests.conftest import DatabaseUrls
from tests.console.phone_site import SOFTPHONES, PhoneSite, browse_phone, open_phone, open_phone_site
from tests.pages.test_every_page import ALL_THEMES, list_faults

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SOON = 8_000.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database_urls: DatabaseUrls) -> AsyncIterator[PhoneSite]:
    async with open_phone_site(database_urls) as opened:
        yield opened


STATE = "[data-word-of='state']"
SILENCE = """
navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream;
"""


async def start(page: Page, opened: str = "Bereit") -> None:
    button = page.get_by_role("button", name="Softphone starten")
    await button.click()
    await expect(page.locator(STATE)).to_have_text(opened)
    await expect(button).to_be_hidden()


async def test_the_window_joins_mutes_comes_back_and_ends_with_the_conversation(
    chromium: Browser, site: PhoneSite
) -> None:
    async with browse_phone(chromium, site) as browsing:
        page, faults = await open_phone(browsing)
        asked: list[str] = []

        async def agree(dialog: Dialog) -> None:
            asked.append(dialog.type)
            await dialog.accept()

        page.on("dialog", agree)
        state, calls = page.locator(STATE), page.locator("html")
        await expect(state).to_have_text("Nicht gestartet")
        await start(page)
        async with site.seated():
            await expect(state).to_have_text("Im Gespräch", timeout=SOON)
            await page.keyboard.press("m")
            await expect(state).to_have_text("Stumm: Niemand hört Sie")
            await page.evaluate("played.calls[0].emit('warning', 'low-mos')")
            await expect(page.get_by_text("Verbindung mäßig")).to_be_visible()
            await page.evaluate("played.calls[0].disconnect()")
            await expect(calls).to_have_attribute("data-calls", "2", timeout=SOON)
            await expect(state).to_have_text("Stumm: Niemand hört Sie")
            await page.get_by_role("button", name="Wieder sprechen").click()
            await expect(state).to_have_text("Im Gespräch")
            # With the microphone allowed for good, a window that is loaded anew comes back by itself.
            await browsing.grant_permissions(["microphone"])
            await page.reload()
            assert asked == ["beforeunload"]
            await expect(calls).to_have_attribute("data-calls", "1", timeout=SOON)
            await expect(state).to_have_text("Im Gespräch")
            # The SDK tells why a call ended after it did.
            await page.evaluate("played.calls[0].disconnect(); played.calls[0].emit('error', {code: 31402})")
            await expect(page.get_by_text("Kein Mikrofon zu finden")).to_be_visible()
            await page.get_by_role("button", name="Erneut verbinden").click()
            await expect(state).to_have_text("Im Gespräch")
        await page.evaluate("played.calls[1].disconnect()")
        await expect(state).to_have_text("Bereit")
        await expect(calls).to_have_attribute("data-calls", "2")
        assert faults == []


async def test_the_window_says_in_plain_words_what_is_wrong_and_what_to_do(chromium: Browser, site: PhoneSite) -> None:
    async with browse_phone(chromium, site) as browsing:
        page, _ = await open_phone(browsing)
        shown = page.locator("[data-fault]:visible")
        await expect(page.get_by_text("Sprechen Sie ein paar Worte.")).to_be_visible()
        await page.evaluate("played.microphone = 'refused'")
        await start(page, "Gestört")
        await expect(shown).to_contain_text("Das Mikrofon ist gesperrt")
        await expect(shown).to_contain_text("Erlauben Sie dort das Mikrofon.")
        assert await list_faults(page, "de", ALL_THEMES) == []
        await page.evaluate("Object.assign(played, {microphone: '', refusal: 20101})")
        await page.get_by_role("button", name="Erneut verbinden").click()
        await expect(shown).to_contain_text("Der Telefonanbieter nimmt die Anmeldung nicht an")
        await expect(shown).to_contain_text("20101")
        assert not re.search(r"Error|Invalid|Token|Permission|denied", await shown.inner_text())
        await page.evaluate("played.refusal = 0")
        await page.get_by_role("button", name="Erneut verbinden").click()
        await expect(page.locator(STATE)).to_have_text("Bereit")
        await expect(shown).to_have_count(0)
        await page.locator("#phone-check summary").click()
        assert await list_faults(page, "de", ALL_THEMES) == []


async def test_the_desk_opens_the_window_and_mutes_it_and_only_one_counts(chromium: Browser, site: PhoneSite) -> None:
    async with browse_phone(chromium, site) as browsing, site.seated():
        desk = await browsing.new_page()
        await desk.goto("/line")
        told = desk.locator("[data-phone-state]")
        await expect(told).to_have_text("Softphone: geschlossen")
        async with browsing.expect_page() as opening:
            await desk.get_by_role("link", name="Softphone öffnen").click()
        first = await opening.value
        await start(first, "Im Gespräch")
        await expect(told).to_have_text("Softphone: im Gespräch · Verbindung gut")
        await desk.locator("[data-phone-mute]").click()
        await expect(first.locator(STATE)).to_have_text("Stumm: Niemand hört Sie")
        await expect(told).to_contain_text("Stumm")
        await desk.reload()
        await expect(told).to_contain_text("Stumm")
        await expect(first.locator("html")).to_have_attribute("data-calls", "1")
        second, _ = await open_phone(browsing)
        await expect(second.locator(STATE)).to_have_text("Anderes Fenster")
        assert await second.evaluate("played.calls.length") == 0
        await second.get_by_role("button", name="In diesem Fenster telefonieren").click()
        await expect(second.locator(STATE)).to_have_text("Im Gespräch", timeout=SOON)
        await expect(first.locator(STATE)).to_have_text("Anderes Fenster")
        await first.close()
        await second.close(run_before_unload=False)
        await expect(told).to_have_text("Softphone: geschlossen", timeout=SOON)


async def test_who_cannot_come_back_in_time_is_told_and_comes_back_by_a_button(
    chromium: Browser, site: PhoneSite
) -> None:
    async with browse_phone(chromium, site) as browsing, site.seated():
        page, _ = await open_phone(browsing)
        await page.clock.install()
        await page.reload()
        await start(page, "Im Gespräch")
        await page.evaluate("played.cut = true; played.calls[0].disconnect()")
        await expect(page.locator(STATE)).to_have_text("Wird verbunden …")
        for _ in range(12):
            await page.clock.run_for(2_000)
        await expect(page.locator(STATE)).to_have_text("Gestört")
        await expect(page.locator("[data-fault]:visible")).to_contain_text("Keine Verbindung zum Telefonanbieter")
        await page.evaluate("played.cut = false")
        await page.get_by_role("button", name="Erneut verbinden").click()
        await page.clock.run_for(100)
        await expect(page.locator(STATE)).to_have_text("Im Gespräch")


class Signalling:
    """Answers as Twilio's signalling does; `fault` refuses whoever comes."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, object]]] = []
        self.asked: list[str] = []
        self.fault = 0

    def open(self, socket: WebSocketRoute) -> None:
        self.asked.append(socket.url)
        socket.on_message(lambda text: self._hear(socket, str(text)))

    def _hear(self, socket: WebSocketRoute, text: str) -> None:
        if not text.strip():
            return
        told = json.loads(text)
        self.heard.append((told["type"], told["payload"]))
        if told["type"] == "listen" and self.fault:
            socket.send(json.dumps({"type": "error", "payload": {"error": {"code": self.fault, "message": "refused"}}}))
        elif told["type"] == "listen":
            payload = {"edge": "dublin", "region": "EU_IRELAND", "home": "ie1", "token": {"ttl": 3600}}
            socket.send(json.dumps({"type": "connected", "payload": payload}))
        elif told["type"] == "register":
            socket.send(json.dumps({"type": "ready", "payload": {}}))

    def told(self, kind: str) -> list[dict[str, object]]:
        return [payload for told, payload in self.heard if told == kind]


async def test_the_sdk_is_let_in_calls_and_asks_nobody_else(chromium: Browser, site: PhoneSite) -> None:
    signalling = Signalling()
    async with browse_phone(chromium, site, script=None) as browsing:
        await browsing.add_init_script(SILENCE)
        await browsing.route_web_socket("**", signalling.open)
        asked: list[str] = []
        browsing.on("request", lambda request: asked.append(request.url))
        page, faults = await open_phone(browsing)
        signalling.fault = 31204
        await page.get_by_role("button", name="Softphone starten").click()
        shown = page.locator("[data-fault]:visible")
        await expect(shown).to_contain_text("Der Telefonanbieter nimmt die Anmeldung nicht an")
        await expect(shown).to_contain_text("20101")
        signalling.fault = 0
        await page.get_by_role("button", name="Erneut verbinden").click()
        await expect(page.locator(STATE)).to_have_text("Bereit")
        async with site.seated():
            await expect(page.locator(STATE)).to_have_text("Wird verbunden …")
            for _ in range(100):
                if signalling.told("invite"):
                    break
                await page.wait_for_timeout(50)
    [invitation] = signalling.told("invite")
    assert "m=audio" in str(invitation["sdp"])
    assert invitation["twilio"] == {}
    claims = jwt.decode(str(signalling.told("listen")[-1]["token"]), options={"verify_signature": False})
    assert claims["grants"]["identity"] == site.me.hex
    assert {address.partition("?")[0] for address in signalling.asked} == {f"{SOFTPHONES.origins[0]}/signal"}
    assert [address for address in asked if not address.startswith((site.url, "blob:", "data:"))] == []
    assert [fault for fault in faults if "Content Security" in fault] == []
