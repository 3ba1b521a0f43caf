"""What comes back: headers on everything, forms with their faults, messages, undo, files, error pages."""

import gzip
import re
from http.cookies import SimpleCookie

import pytest
from structlog.testing import capture_logs

from app.accounts.models import Role
from app.shell.headers import policy
from tests.shell.conftest import SAME_ORIGIN, Toy
from tests.shell.toy import PROVIDER

EVERY_KIND = ["/login", "/desk", "/nowhere", "/session/state", "/styleguide", "/people/Ada", "/styleguide/fruits/file"]
NOTE = {"name": "Grace", "secret": "Quersumme-Nebelhorn"}


@pytest.mark.parametrize("path", EVERY_KIND)
async def test_every_answer_lets_nothing_foreign_in(toy: Toy, path: str) -> None:
    headers = (await toy.client.get(path)).headers
    assert headers["content-security-policy"] == policy((PROVIDER,))
    assert "unsafe" not in headers["content-security-policy"]
    assert f"form-action 'self' {PROVIDER};" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "microphone=()" in headers["permissions-policy"]
    assert headers["strict-transport-security"].startswith("max-age=")


async def test_errors_of_every_kind_have_the_headers_too(toy: Toy) -> None:
    await toy.enter(Role.REVIEWER)
    answers = [
        await toy.client.get("/broken"),
        await toy.client.delete("/desk"),
        await toy.client.post("/public", content=b"x" * 1_000_001, headers=SAME_ORIGIN),
        await toy.client.get("/static/x/none.css"),
    ]
    assert [answer.status_code for answer in answers] == [500, 405, 413, 404]
    for answer in answers:
        assert answer.headers["content-security-policy"] == policy((PROVIDER,))
        assert answer.headers["cache-control"] == "no-store"
        assert len(re.findall("<h1", answer.text)) == 1


async def test_no_page_has_anything_inline(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    for path in ("/", "/people", "/people/Ada", "/styleguide", "/styleguide/form", "/nowhere"):
        html = (await toy.client.get(path)).text
        assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|hx-on|javascript:", html), path


async def test_what_broke_is_told_by_a_number_and_nothing_else(toy: Toy) -> None:
    await toy.enter(Role.REVIEWER)
    with capture_logs() as log:
        answer = await toy.client.get("/broken")
    incident = re.search(r'<code class="incident">(\w{8})</code>', answer.text)
    assert incident
    assert [(line["incident"], line["kind"]) for line in log] == [(incident[1], "ZeroDivisionError")]
    assert re.match(r"toy:\d+ broken < guard:\d+ ", log[0]["where"])
    assert "a secret" not in str(log)
    assert "a secret" not in answer.text
    assert "Traceback" not in answer.text
    data = await toy.client.get("/broken", headers={"Accept": "application/json"})
    assert data.json()["error"] == "broken"


async def test_cookies_are_for_this_host_alone(toy: Toy) -> None:
    answers = [
        await toy.client.get("/styleguide/form"),
        await toy.client.get("/preferences?language=en&theme=dark&next=/login"),
    ]
    written = [SimpleCookie(line) for answer in answers for line in answer.headers.get_list("set-cookie")]
    names = [name for cookie in written for name in cookie]
    assert sorted(names) == ["__Host-language", "__Host-theme", "__Host-visit"]
    for cookie in written:
        for morsel in cookie.values():
            assert morsel["secure"]
            assert morsel["httponly"]
            assert morsel["path"] == "/"
            assert morsel["samesite"] == "lax"
            assert not morsel["domain"]


async def test_language_and_colours_are_chosen_without_script_and_kept(toy: Toy) -> None:
    german = await toy.client.get("/login", headers={"Accept-Language": "fr, de;q=0.8, en;q=0.5"})
    assert '<html lang="de" dir="ltr">' in german.text
    english = await toy.client.get("/login", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert '<html lang="en" dir="ltr">' in english.text
    gone_on = await toy.client.get("/preferences?language=en&theme=dark&next=/login%3Fa%3Db")
    assert gone_on.headers["location"] == "/login?a=b"
    kept = await toy.client.get("/login", headers={"Accept-Language": "de"})
    assert '<html lang="en" dir="ltr" data-kern-theme="dark">' in kept.text
    await toy.client.get("/preferences?theme=system&language=xx")
    assert '<html lang="en" dir="ltr">' in (await toy.client.get("/login")).text
    assert (await toy.client.get("/preferences?next=//evil.example")).headers["location"] == "/"


async def test_a_form_with_faults_comes_back_with_what_was_typed_but_no_password(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    answer = await toy.post("/people", name=" Al ", secret="Nebelhorn-71", note="<b>&\x00")
    assert answer.status_code == 422
    assert 'value=" Al "' in answer.text
    assert "Nebelhorn" not in answer.text
    assert "&lt;b&gt;&amp;</textarea>" in answer.text
    assert '<a class="kern-link kern-link--no-visited-state" href="#field-name">Name – Bitte geben' in answer.text
    assert re.search(r'id="field-name"[^>]* aria-describedby="hint-name fault-name" aria-invalid="true"', answer.text)
    assert "<title>Fehler: Verwaltung" in answer.text
    assert toy.done.deeds == []


async def test_what_only_a_room_knows_is_shown_at_its_field(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    answer = await toy.post("/people", **(NOTE | {"name": "taken"}))
    assert answer.status_code == 422
    assert "Name – Diese Angabe kann so nicht übernommen werden." in answer.text


async def test_a_message_is_shown_once(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    assert (await toy.post("/people", **NOTE)).status_code == 303
    assert "Danke, Grace." in (await toy.client.get("/people")).text
    assert "Danke, Grace." not in (await toy.client.get("/people")).text


async def test_a_message_cannot_be_made_up_and_grows_old(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    await toy.post("/people", **NOTE)
    toy.clock.go_on(minutes=3)
    assert "Danke" not in (await toy.client.get("/people")).text
    toy.client.cookies.set("__Host-flash", "made-up", domain="hotline.example")
    assert (await toy.client.get("/people")).status_code == 200


def undo_button(html: str) -> str:
    found = re.search(r'name="undo" value="([^"]+)"', html)
    assert found
    return found[1]


async def test_a_deed_is_undone_within_half_a_minute(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    await toy.post("/people/Ada")
    button = undo_button((await toy.client.get("/people")).text)
    toy.clock.go_on(seconds=30)
    assert (await toy.post("/undo", undo=button)).status_code == 303
    toy.clock.go_on(seconds=1)
    late = await toy.post("/undo", undo=button)
    assert late.status_code == 409
    assert "Dafür ist es zu spät" in late.text
    assert toy.done.deeds == ["disable Ada", "enable Ada"]


async def test_an_undo_button_works_for_its_session_only(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    await toy.post("/people/Ada")
    button = undo_button((await toy.client.get("/people")).text)
    await toy.enter(Role.ADMINISTRATOR)
    for tried in (button, "", "x" * 40):
        assert (await toy.post("/undo", undo=tried)).status_code == 409
    assert toy.done.deeds == ["disable Ada"]


async def test_a_question_asks_before_a_deed_without_script(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    asked = await toy.client.get("/people/%3Cb%3EAda")
    assert asked.status_code == 200
    assert "&lt;b&gt;Ada wirklich aufessen?</h1>" in asked.text
    assert '<form method="post" action="/people/&lt;b&gt;Ada">' in asked.text
    assert 'href="/people">Verwaltung</a>' in asked.text


async def test_a_file_has_its_name_in_every_alphabet(toy: Toy) -> None:
    await toy.enter(Role.AGENT)
    answer = await toy.client.get("/file")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%9Cbersicht.txt"


async def test_files_of_pages_are_kept_for_ever_under_an_address_of_their_content(toy: Toy) -> None:
    html = (await toy.client.get("/login")).text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
    assert len(addresses) == 7
    for address in addresses:
        answer = await toy.client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    other = await toy.client.get(re.sub(r"/static/\w+/", "/static/0000/", addresses[0]))
    assert other.headers["cache-control"] == "no-cache"
    plain = await toy.client.get(addresses[2], headers={"Accept-Encoding": "identity"})
    packed = await toy.client.send(
        toy.client.build_request("GET", addresses[2], headers={"Accept-Encoding": "gzip"}), stream=True
    )
    assert gzip.decompress(b"".join([part async for part in packed.aiter_raw()])) == plain.content


async def test_only_files_of_pages_are_served(toy: Toy) -> None:
    for name in ("%2e%2e/opening.py", "shell/../opening.py", "shell/vendor/VENDORED.md", "toy/plain.html"):
        assert (await toy.client.get(f"/static/x/{name}")).status_code == 404
