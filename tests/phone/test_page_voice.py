"""The page reads aloud only in voices of the right language, and is quiet when a key is pressed."""

import pytest
from playwright.async_api import expect

from tests.phone.browsing import Open, comes_true, start_call

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# A browser with a German voice alone, which notes what it is given to read.
GERMAN_VOICE = """
  window.spoken = [];
  class Utterance extends EventTarget { constructor(text) { super(); this.text = text; } }
  window.SpeechSynthesisUtterance = Utterance;
  Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
    getVoices: () => [{ lang: "de_DE", name: "Test" }],
    cancel: () => window.spoken.push("(silence)"),
    speak: (item) => {
      window.spoken.push(`${item.lang}: ${item.text}`);
      setTimeout(() => item.dispatchEvent(new Event("end")), 20);
    },
  }) });
"""


async def test_texts_are_read_only_by_a_voice_of_their_language(open_page: Open) -> None:
    async with open_page(script=GERMAN_VOICE) as page:
        await start_call(page)
        await comes_true(page, "window.spoken.length === 2")
        assert await page.evaluate("window.spoken") == ["de_DE: Rückkehr-Hotline.", "de_DE: Für Deutsch 1."]
        await expect(page.locator("#no-voice")).to_contain_text("Türkisch")
        await expect(page.locator("#no-voice")).to_contain_text("Arabisch")
        await expect(page.locator("#no-voice")).not_to_contain_text("Deutsch,")
        await page.keyboard.press("1")
        await comes_true(page, "window.spoken.includes('de_DE: Ihre Postleitzahl?')")


async def test_reading_aloud_can_be_switched_off(open_page: Open) -> None:
    async with open_page(script=GERMAN_VOICE) as page:
        await page.locator("#aloud").uncheck()
        await start_call(page)
        await page.wait_for_timeout(300)
        assert await page.evaluate("window.spoken") == []
        await expect(page.locator("#no-voice")).to_be_hidden()


async def test_a_key_interrupts_the_voice(open_page: Open) -> None:
    slow = GERMAN_VOICE.replace("), 20)", "), 60000)")
    async with open_page(script=slow) as page:
        await start_call(page)
        await comes_true(page, "window.spoken.length === 1")
        await page.keyboard.press("1")
        await comes_true(page, "window.spoken.includes('(silence)')")
        await expect(page.locator("#log")).to_contain_text("Ihre Postleitzahl?")
