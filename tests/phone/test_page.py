"""A call on the telephone page in a real Chromium: mouse, keyboard, time-out, words, faults."""

import pytest
from playwright.async_api import expect

from tests.phone.browsing import Open, Serve, Served, comes_about, start_call, state

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_call_by_mouse(open_page: Open, served: Served) -> None:
    async with open_page() as page:
        await state(page, "idle")
        await expect(page.locator("[data-key='1']")).to_be_disabled()
        await start_call(page)
        await expect(page.locator("#log")).to_contain_text("Rückkehr-Hotline.")
        await page.locator("[data-key='1']").click()
        await expect(page.locator("#log")).to_contain_text("Ihre Postleitzahl?")
        for key in "04109":
            await page.locator(f"[data-key='{key}']").click()
        await expect(page.locator(".pressed").last).to_have_text("04109")
        await expect(page.locator("#log")).to_contain_text("Auf Wiederhören.")
        await state(page, "ended")
        await expect(page.locator("#call")).to_have_text("Neu wählen")
    assert served.toy.forms("/voice/area")[0]["Digits"] == "04109"


async def test_a_call_by_keyboard(open_page: Open, served: Served) -> None:
    async with open_page() as page:
        await page.keyboard.press("Enter")
        await state(page, "call")
        await page.keyboard.type("104109", delay=5)
        await state(page, "ended")
        await page.keyboard.press("Enter")
        await state(page, "call")
        await page.keyboard.press("Escape")
        await state(page, "ended")
        await expect(page.locator("#log")).to_contain_text("Sie haben aufgelegt.")
    assert served.toy.forms("/voice/area")[0]["Digits"] == "04109"
    assert len(served.toy.forms("/voice/status")) == 2


async def test_focus_goes_from_call_to_conversation_to_keys(open_page: Open) -> None:
    async with open_page() as page:
        await start_call(page)
        order = []
        await page.locator("#call").focus()
        for _ in range(4):
            order.append(await page.evaluate("document.activeElement.id || document.activeElement.dataset.key"))
            await page.keyboard.press("Tab")
        assert order == ["call", "log", "1", "2"]
        ring = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring == "solid"


async def test_the_bar_runs_out_and_the_line_hears_silence(open_page: Open, served: Served) -> None:
    async with open_page() as page:
        await start_call(page)
        await expect(page.locator("#patience")).to_be_visible(timeout=10_000)
        assert float(await page.locator("#bar").evaluate("bar => bar.max")) == 2
        await expect(page.locator("#log")).to_contain_text("Noch einmal.", timeout=10_000)
        await expect(page.locator("#log")).to_contain_text("Sie drücken nichts.")
    assert served.toy.forms("/voice/menu")[0]["Digits"] == ""


async def test_the_bar_stands_still_for_those_who_take_their_time(open_page: Open, served: Served) -> None:
    async with open_page() as page:
        await page.locator("#unhurried").check()
        await start_call(page)
        await expect(page.locator("#left")).to_have_text("Sie haben Zeit: Die Leitung wartet auf Sie.", timeout=10_000)
        await expect(page.locator("#bar")).to_be_hidden()
        await page.wait_for_timeout(2500)
        assert served.toy.forms("/voice/menu") == []
        await page.locator("#wait").click()
        await expect(page.locator("#log")).to_contain_text("Noch einmal.")


async def test_words_are_said_where_the_line_listens_for_them(open_page: Open, served: Served) -> None:
    async with open_page() as page:
        await start_call(page)
        await expect(page.locator("#say")).to_be_hidden()
        await page.keyboard.press("3")
        await expect(page.locator("#say")).to_be_visible()
        await page.locator("#words").click()
        await page.keyboard.type("Haus 5")
        await page.keyboard.press("Enter")
        await expect(page.locator("#log")).to_contain_text("Sie sagen: Haus 5")
        await state(page, "ended")
    assert served.toy.forms("/voice/menu")[1]["SpeechResult"] == "Haus 5"
    assert served.toy.forms("/voice/menu")[0]["Digits"] == "3"


async def test_the_other_side_of_a_connection_can_hang_up(open_page: Open) -> None:
    async with open_page() as page:
        await start_call(page)
        await page.keyboard.press("8")
        await expect(page.locator("#status")).to_have_text("Sie sind verbunden mit counselling.")
        await page.get_by_role("button", name="Die andere Seite legt auf").click()
        await state(page, "ended")


async def test_twiml_pane_shows_request_and_answer(open_page: Open) -> None:
    async with open_page() as page:
        await page.locator("summary").click()
        await start_call(page)
        await expect(page.locator(".exchange h3").first).to_have_text("POST /voice/incoming")
        await expect(page.locator(".exchange pre").first).to_contain_text(
            '<Gather action="/voice/menu#rc=2&amp;rp=all"'
        )
        await page.keyboard.press("1")
        await expect(page.locator(".exchange .sent").first).to_contain_text("Digits=1")


async def test_a_line_that_cannot_be_played_is_said_and_can_be_dialled_again(open_page: Open) -> None:
    async with open_page() as page:
        await start_call(page)
        await page.keyboard.press("6")
        await state(page, "error")
        await expect(page.get_by_role("alert")).to_contain_text("nichts geschickt")
        await page.locator("summary").click()
        await expect(page.locator(".exchange pre", has_text="broken")).to_be_visible()
        await page.get_by_role("button", name="Neu wählen").click()
        await state(page, "call")
        await expect(page.locator("#fault")).to_be_hidden()


async def test_a_server_that_is_gone_and_one_that_came_back(open_page: Open, served: Served, serve: Serve) -> None:
    async with open_page() as page:
        await start_call(page)
        served.stop()
        await page.keyboard.press("1")
        await state(page, "error")
        await expect(page.get_by_role("alert")).to_contain_text("Der Server antwortet nicht")
        port = int(served.url.rpartition(":")[2])
        serve(served.toy, port)
        await page.get_by_role("button", name="Neu wählen").click()
        await state(page, "call")


async def test_a_call_that_the_restarted_server_no_longer_knows(open_page: Open, served: Served, serve: Serve) -> None:
    async with open_page() as page:
        await start_call(page)
        served.stop()
        serve(served.toy, int(served.url.rpartition(":")[2]))
        await page.keyboard.press("1")
        await state(page, "error")
        await expect(page.get_by_role("alert")).to_contain_text("der Server wurde neu gestartet")


async def test_leaving_the_page_hangs_up(open_page: Open, served: Served) -> None:
    async with open_page() as page:
        await start_call(page)
        await page.goto("about:blank")

        async def told() -> bool:
            return len(served.toy.forms("/voice/status")) == 1

        await comes_about(told)
