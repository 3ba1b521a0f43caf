"""The browser telephone's door: its JSON, its bounds, its headers, its words."""

import asyncio
import json
import re

import httpx
import pytest
from fastapi import FastAPI

from app.phone.line import dial
from app.phone.pages import STATIC_FILES
from app.phone.routes import phone_router
from app.phone.sources import sources_router
from app.phone.switchboard import MOST_CALLS, Switchboard, UnknownCall, keep_swept, plug_in, sweep, take
from app.phone.words import INTERFACE_FOLDER, INTERFACE_LANGUAGES, get_interface, interface_language
from tests.phone.toy import NUMBER, ToyHotline, ToySigner, response, toy_app, toy_line

MENU = response(
    '<Gather action="/voice/step" numDigits="2" input="dtmf speech" timeout="7">',
    '<Say language="ar-XA">للعربية اضغط 4</Say><Play>/audio/a.wav</Play></Gather>',
)
BYE = response("<Say>Bye</Say><Hangup/>")


def hotline() -> ToyHotline:
    return ToyHotline({"/voice/incoming": MENU, "/voice/step": BYE})


def door(toy: ToyHotline) -> httpx.AsyncClient:
    webhooks = httpx.AsyncClient(transport=httpx.ASGITransport(toy_app(toy)))
    app = FastAPI()
    app.include_router(phone_router(client=webhooks, signer=ToySigner(), base_url=toy.base_url, number=NUMBER))
    app.include_router(sources_router(phone=True))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://demo.test")


async def test_a_call_from_dialling_to_its_end() -> None:
    toy = hotline()
    async with door(toy) as phone:
        news = (await phone.post("/phone/calls")).json()
        assert news["ended"] is False
        assert [item["kind"] for item in news["heard"]] == ["say", "play"]
        assert news["heard"][0]["language"] == "ar-XA"
        assert news["heard"][1]["text"] == "/audio/a.wav"
        assert news["awaiting"]["timeout_seconds"] == 7
        assert news["awaiting"]["takes_speech"] is True
        assert "<Gather" in news["twiml"]
        path = f"/phone/calls/{news['id']}"
        news = (await phone.post(f"{path}/press", json={"keys": "1"})).json()
        assert (news["heard"], news["awaiting"]["keys"], news["exchanges"]) == ([], "1", [])
        news = (await phone.post(f"{path}/press", json={"keys": "2"})).json()
        assert (news["ended"], news["ended_by"]) == (True, "line")
        assert [exchange["path"] for exchange in news["exchanges"]] == ["/voice/step", "/voice/status"]
        assert ["Digits", "12"] in news["exchanges"][0]["sent"]
        assert (await phone.post(f"{path}/wait")).status_code == 404


@pytest.mark.parametrize(("deed", "body"), [("wait", None), ("say", {"words": "hallo"}), ("hangup", None)])
async def test_every_deed_of_a_caller_reaches_the_line(deed: str, body: dict[str, str] | None) -> None:
    async with door(hotline()) as phone:
        call_id = (await phone.post("/phone/calls")).json()["id"]
        news = (await phone.post(f"/phone/calls/{call_id}/{deed}", json=body)).json()
        assert news["ended"] is True
        assert news["ended_by"] == ("caller" if deed == "hangup" else "line")


async def test_nothing_of_the_caller_is_told_to_the_page() -> None:
    async with door(hotline()) as phone:
        answer = await phone.post("/phone/calls")
    assert not re.search("CA[0-9a-f]{32}", answer.text)
    assert "+4930" not in answer.text
    assert "CallSid" not in answer.text


async def test_ids_cannot_be_guessed_and_unknown_ones_are_told() -> None:
    async with door(hotline()) as phone:
        ids = {(await phone.post("/phone/calls")).json()["id"] for _ in range(5)}
        assert len(ids) == 5
        assert min(map(len, ids)) >= 22
        answer = await phone.post("/phone/calls/nobody/press", json={"keys": "1"})
    assert answer.status_code == 404
    assert answer.json()["error"] == "unknown_call"


@pytest.mark.parametrize("keys", ["", "A", "1 2", "1" * 33])
async def test_keys_that_no_telephone_has_are_refused(keys: str) -> None:
    async with door(hotline()) as phone:
        call_id = (await phone.post("/phone/calls")).json()["id"]
        answer = await phone.post(f"/phone/calls/{call_id}/press", json={"keys": keys})
    assert answer.status_code == 422


async def test_a_broken_line_is_told_with_one_sentence() -> None:
    toy = hotline()
    toy.answers["/voice/incoming"] = "broken"
    async with door(toy) as phone:
        answer = await phone.post("/phone/calls")
        assert answer.status_code == 502
        assert answer.json()["error"] == "line_fault"
        assert "not well-formed" in answer.json()["message"]
        toy.answers["/voice/incoming"] = MENU
        assert (await phone.post("/phone/calls")).status_code == 200


async def test_the_document_that_could_not_be_played_is_shown() -> None:
    toy = hotline()
    toy.answers["/voice/step"] = "broken"
    async with door(toy) as phone:
        call_id = (await phone.post("/phone/calls")).json()["id"]
        news = (await phone.post(f"/phone/calls/{call_id}/press", json={"keys": "12"})).json()
    assert (news["error"], news["ended"]) == ("line_fault", True)
    assert news["exchanges"][0]["twiml"] == "broken"


async def test_lines_are_bounded_and_freed() -> None:
    async with door(hotline()) as phone:
        ids = [(await phone.post("/phone/calls")).json()["id"] for _ in range(MOST_CALLS)]
        answer = await phone.post("/phone/calls")
        assert (answer.status_code, answer.json()["error"]) == (503, "all_lines_busy")
        await phone.post(f"/phone/calls/{ids[0]}/hangup")
        assert (await phone.post("/phone/calls")).status_code == 200


async def test_keys_pressed_at_once_are_taken_one_after_the_other() -> None:
    toy = hotline()
    async with door(toy) as phone:
        call_id = (await phone.post("/phone/calls")).json()["id"]
        path = f"/phone/calls/{call_id}/press"
        answers = await asyncio.gather(*(phone.post(path, json={"keys": "3"}) for _ in range(2)))
    assert sorted(answer.json()["ended"] for answer in answers) == [False, True]
    assert toy.forms("/voice/step")[0]["Digits"] == "33"


async def test_a_key_after_the_end_finds_no_call() -> None:
    toy = hotline()
    async with door(toy) as phone:
        call_id = (await phone.post("/phone/calls")).json()["id"]
        toy.thinks_seconds = 0.05
        path = f"/phone/calls/{call_id}/press"
        answers = await asyncio.gather(*(phone.post(path, json={"keys": "33"}) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    assert len(toy.forms("/voice/step")) == 1


async def test_idle_calls_are_hung_up() -> None:
    toy = hotline()
    board = Switchboard(idle_seconds=0.05)
    line = toy_line(toy)
    old = plug_in(board, await dial(line))
    await asyncio.sleep(0.1)
    fresh = plug_in(board, await dial(line))
    await sweep(board)
    assert toy.paths().count("/voice/status") == 1
    async with take(board, fresh) as call:
        assert not call.ended
    with pytest.raises(UnknownCall):
        async with take(board, old):
            pass


async def test_sweeping_goes_on_by_itself() -> None:
    toy = hotline()
    board = Switchboard(idle_seconds=0.05)
    plug_in(board, await dial(toy_line(toy)))
    sweeper = asyncio.create_task(keep_swept(board, every_seconds=0.02))
    for _ in range(200):
        if board.plugged:
            await asyncio.sleep(0.02)
    sweeper.cancel()
    assert board.plugged == {}
    assert toy.paths()[-1] == "/voice/status"


@pytest.mark.parametrize("path", ["/phone", *(f"/phone/static/{name}" for name in STATIC_FILES), "/phone/static/no"])
async def test_every_answer_carries_the_strict_headers(path: str) -> None:
    async with door(hotline()) as phone:
        answer = await phone.get(path)
    assert answer.status_code == (404 if path.endswith("/no") else 200)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["..%2Froutes.py", "../routes.py", "%2e%2e/words.py"])
async def test_no_other_file_is_served(name: str) -> None:
    async with door(hotline()) as phone:
        assert (await phone.get(f"/phone/static/{name}")).status_code == 404


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
async def test_page_has_no_inline_script_or_style_and_speaks_its_language(language: str) -> None:
    async with door(hotline()) as phone:
        page = (await phone.get("/phone", params={"lang": language})).text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert get_interface(language).words["demo_note"] in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("en", "de", "en"),
        (None, "ar-SY,ar;q=0.9,en;q=0.8", "ar"),
        (None, "fr, en-GB;q=0.7", "en"),
        ("xx", "en", "en"),
        (None, "", "de"),
        (None, "fr", "de"),
    ],
)
def test_page_language_is_the_one_asked_for_or_the_browsers(asked: str | None, accepted: str, expected: str) -> None:
    assert interface_language(asked, accepted) == expected


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_words_are_complete_with_the_same_places_to_fill(language: str) -> None:
    german, words = get_interface("de").words, get_interface(language).words
    assert words.keys() == german.keys()
    for name, text in words.items():
        assert text.strip(), name
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", german[name]), name


def test_every_word_is_used_and_every_used_word_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in STATIC_FILES.values() if path.suffix == ".js"]
    folder = INTERFACE_FOLDER.parent / "templates"
    templates = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))]
    used = set(re.findall(r"words\.(\w+)", "\n".join([*templates, *sources])))
    # The page takes the sentence for a fault by the fault's code.
    faults = {f"error_{code}" for code in ("unreachable", "unknown_call", "all_lines_busy", "line_fault", "other")}
    dom = {"value"}
    assert used - dom | faults == set(json.loads((INTERFACE_FOLDER / "de.json").read_text(encoding="utf-8")))
