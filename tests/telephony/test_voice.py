"""The webhooks as Twilio meets them: what is refused, what a repetition gets, and what is always well-formed."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls import service
from app.calls.playbook import Playbook
from app.telephony.routes import Telephony
from app.telephony.signature import sign
from app.texts.voices import VOICES, is_known_attribute, known_values
from tests.cast import BASE_URL, TOKEN, client_of, demo_playbook, telephony

CALL = {"CallSid": "CA" + "1" * 32, "From": "+493023125111", "To": "+493023125000", "CallStatus": "in-progress"}


async def post(
    client: httpx.AsyncClient, path: str, form: Mapping[str, str], *, token: str = TOKEN, url: str | None = None
) -> httpx.Response:
    pairs = list(form.items())
    headers = {
        "X-Twilio-Signature": sign(url or f"{BASE_URL}{path}", pairs, token),
        "content-type": "application/x-www-form-urlencoded",
    }
    return await client.post(path, content=urlencode(pairs), headers=headers)


def read_xml(document: str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314  The document is our own.


def next_path(document: str) -> str:
    """The path and query of the next step, as Twilio requests them: without the fragment."""
    gather = read_xml(document).find("Gather")
    assert gather is not None
    parts = urlsplit(gather.attrib["action"])
    assert parts.fragment == "rc=2&rp=all"
    return f"{parts.path}?{parts.query}"


async def test_a_signed_call_is_answered_with_a_gather() -> None:
    async with client_of(telephony()) as client:
        answer = await post(client, "/voice/incoming", CALL)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert read_xml(answer.text).find("Gather") is not None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": "forged"}, 403),
        ({"url": "https://elsewhere.example/voice/incoming"}, 403),
        ({"url": "http://hotline.example/voice/incoming"}, 403),
    ],
)
async def test_forged_and_rehosted_requests_are_refused(changes: Mapping[str, str], status: int) -> None:
    async with client_of(telephony()) as client:
        answer = await post(client, "/voice/incoming", CALL, **changes)
    assert answer.status_code == status


async def test_unsigned_trimmed_and_malformed_requests_are_refused() -> None:
    async with client_of(telephony()) as client:
        unsigned = await client.post("/voice/incoming", data=CALL)
        signature = sign(f"{BASE_URL}/voice/incoming", list({**CALL, "Note": "two "}.items()), TOKEN)
        trimmed = await client.post(
            "/voice/incoming", data={**CALL, "Note": "two"}, headers={"X-Twilio-Signature": signature}
        )
        broken = await client.post("/voice/incoming", content=b"\xff=%zz&&&", headers={"X-Twilio-Signature": "x"})
        large = await client.post("/voice/incoming", content=b"a=" + b"b" * 100_000)
        without_call = await post(client, "/voice/incoming", {"From": "+49"})
        got = await client.get("/voice/incoming")
        missing = await client.post("/voice/elsewhere")
    assert unsigned.status_code == trimmed.status_code == 403
    assert 400 <= broken.status_code < 500
    assert large.status_code == 413
    assert without_call.status_code == 400
    assert got.status_code == 405
    assert missing.status_code == 404


async def test_the_next_token_is_accepted_beside_the_primary() -> None:
    async with client_of(telephony(tokens=("old", "new"))) as client:
        for token in ("old", "new"):
            assert (await post(client, "/voice/incoming", CALL, token=token)).status_code == 200


async def test_a_repeated_step_gets_the_same_document_byte_for_byte() -> None:
    async with client_of(telephony()) as client:
        first = await post(client, "/voice/incoming", CALL)
        again = await post(client, "/voice/incoming", CALL)
        assert first.content == again.content
        path = next_path(first.text)
        pressed = await post(client, path, {**CALL, "Digits": "2"})
        late = await post(client, path, {**CALL, "Digits": "2"})
        assert pressed.content == late.content


@pytest.mark.parametrize("spoil", ["token", "call", "sequence", "key", "missing", "version"])
async def test_a_token_that_does_not_open_starts_the_flow_again_politely(spoil: str) -> None:
    door = telephony()
    async with client_of(door) as client:
        first = await post(client, "/voice/incoming", CALL)
        path, form = next_path(first.text), {**CALL, "Digits": "2"}
        if spoil == "token":
            path = path[:-3] + ("AAA" if not path.endswith("AAA") else "BBB")
        elif spoil == "call":
            form["CallSid"] = "CA" + "2" * 32
        elif spoil == "sequence":
            path = path.replace("n=1", "n=7")
        elif spoil == "version":
            token = door.keys.seal(b'{"of": "another version"}', bound_to=f"{CALL['CallSid']}:1".encode())
            path = f"/voice/step?n=1&s={token}"
        elif spoil == "missing":
            path = "/voice/step"
        other = door if spoil != "key" else replace(door, keys=type(door.keys).from_setting("A" * 43 + "="))
    async with client_of(other) as client:
        answer = await post(client, path, form)
    assert answer.status_code == 200
    assert "Return hotline" in answer.text


async def test_an_ended_call_is_noted_once_and_never_reopened(pool: asyncpg.Pool) -> None:
    door = telephony(pool)
    async with client_of(door) as client:
        for status in ("ringing", "completed", "completed", "busy", "in-progress"):
            answer = await post(client, "/voice/status", {**CALL, "CallStatus": status})
            assert answer.status_code == 204
    rows = await pool.fetch("SELECT status, ended_at, call_key FROM live_call")
    assert [row["status"] for row in rows] == ["completed"]
    assert rows[0]["call_key"] == door.keys.keyed_hash("call", CALL["CallSid"])


async def test_whatever_breaks_the_caller_hears_their_own_language_and_then_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client_of(telephony()) as client:
        first = await post(client, "/voice/incoming", CALL)
        chosen = await post(client, next_path(first.text), {**CALL, "Digits": "3"})
        path = next_path(chosen.text)

        def broken(*_args: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(service, "advance", broken)
        apology = await post(client, path, {**CALL, "Digits": "1"})
        document = read_xml(apology.text)
        assert {say.attrib["language"] for say in document.iter("Say")} == {"tr-TR"}
        redirect = document.find("Redirect")
        assert redirect is not None
        assert redirect.text
        parts = urlsplit(redirect.text)
        assert ("again", "1") in parse_qsl(parts.query)
        given_up = await post(client, f"{parts.path}?{parts.query}", CALL)
        assert read_xml(given_up.text).find("Hangup") is not None
        monkeypatch.undo()
        recovered = await post(client, f"{parts.path}?{parts.query}", CALL)
        assert read_xml(recovered.text).find("Gather") is not None


async def test_a_database_that_is_gone_costs_the_count_and_not_the_call() -> None:
    class Gone:
        async def execute(self, *_args: object) -> str:
            raise OSError

    async with client_of(telephony(Gone())) as client:  # type: ignore[arg-type]
        first = await post(client, "/voice/incoming", CALL)
        chosen = await post(client, next_path(first.text), {**CALL, "Digits": "2"})
    assert "How can we help you" in chosen.text


async def walk_all(door: Telephony, keys: str, depth: int) -> list[str]:
    """Every document within some steps of the start, over all keys, each place once."""
    documents: list[str] = []
    async with client_of(door) as client:
        waiting = deque([((await post(client, "/voice/incoming", CALL)).text, 0)])
        seen: set[str] = set()
        while waiting:
            document, steps = waiting.popleft()
            spoken = re.sub(r'action="[^"]*"', "", document)
            if spoken in seen:
                continue
            seen.add(spoken)
            documents.append(document)
            if steps < depth and "<Gather" in document:
                for key in keys:
                    answer = await post(client, next_path(document), {**CALL, "Digits": key} if key != "w" else CALL)
                    waiting.append((answer.text, steps + 1))
    return documents


async def test_every_document_uses_only_what_twilio_knows() -> None:
    documents = await walk_all(telephony(), "12345w", 5)
    assert len(documents) > 200
    pairs = {(voice.say_voice, voice.say_language) for voice in VOICES.values()}
    for document in documents:
        root = read_xml(document)
        assert len(document.encode()) < 64_000
        for element in root.iter():
            assert all(is_known_attribute(element.tag, name) for name in element.attrib), element.tag
        for say in root.iter("Say"):
            assert (say.attrib["voice"], say.attrib["language"]) in pairs
            assert say.attrib["voice"] in known_values("SayVoice")
            assert say.attrib["language"] in known_values("SayLanguage")
        for gather in root.iter("Gather"):
            assert gather.attrib["actionOnEmptyResult"] == "true"
            assert int(gather.attrib["timeout"]) >= 10
            if "language" in gather.attrib:
                assert gather.attrib["language"] in known_values("GatherLanguage")
        assert root[-1].tag in {"Gather", "Hangup", "Redirect"}


def spoken_playbook(text: str) -> Playbook:
    """The playbook with one message replaced by any text."""
    playbook = demo_playbook()
    wording = {language: {**texts, "topic.question": text} for language, texts in playbook.wording.items()}
    return replace(playbook, wording=wording)


@given(st.text(max_size=80).filter(lambda text: "{" not in text and "}" not in text))
async def test_no_text_can_break_or_change_a_document(text: str) -> None:
    from app.texts.catalogue import legal  # noqa: PLC0415

    async with client_of(telephony(playbook=spoken_playbook(legal(text)))) as client:
        first = await post(client, "/voice/incoming", CALL)
        chosen = await post(client, next_path(first.text), {**CALL, "Digits": "1"})
    gather = read_xml(chosen.text).find("Gather")
    assert gather is not None
    assert {child.tag for child in gather} == {"Say"}


@given(words=st.text(max_size=60), digits=st.text(max_size=12), sequence=st.text(max_size=12))
async def test_any_signed_input_gets_a_document(words: str, digits: str, sequence: str) -> None:
    form = {**CALL, "SpeechResult": words, "Digits": digits, "FinishedOnKey": digits[:1]}
    path = "/voice/step?" + urlencode({"n": sequence, "s": words})
    async with client_of(telephony()) as client:
        answer = await post(client, path, form)
    assert answer.status_code == 200
    assert read_xml(answer.text).tag == "Response"
