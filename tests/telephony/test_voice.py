"""The webhooks as Twilio meets them: what is refused, what a repetition gets, and what is always well-formed."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls import opening, service
from app.ivr.model import Silent
from app.kit.paths import PROJECT_ROOT
from app.telephony.routes import Telephony
from app.telephony.sealing import read_session
from app.telephony.signature import sign
from app.texts.catalogue import legal
from app.texts.voices import VOICES, is_known_attribute, known_values
from tests.cast import BASE_URL, TOKEN, client_of, demo_playbook, real_content, telephony

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


async def walk_all(door: Telephony, keys: tuple[str, ...], depth: int) -> list[str]:
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
    documents = await walk_all(telephony(), ("1", "2", "3", "4", "5", "w", "04109", "14715", "00000", "007", "964"), 5)
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
    together = " ".join(documents)
    for said in (
        "centre.reason.catchment",
        "centre.reason.nationwide",
        "centre.kind.authority",
        "centre.which_place",
        "country.which",
    ):
        assert demo_playbook().wording["en"][said] in together, said


RAW = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(RAW)
async def test_no_name_can_break_or_change_a_document(name: str) -> None:
    playbook = demo_playbook()
    directory = playbook.directory
    centres = {id_: replace(centre, spoken=name) for id_, centre in directory.centres.items()}
    odd = replace(playbook, directory=replace(directory, centres=centres))
    async with client_of(telephony(playbook=odd)) as client:
        document = (await post(client, "/voice/incoming", CALL)).text
        for keys in ("2", "2", "04109"):
            document = (await post(client, next_path(document), {**CALL, "Digits": keys})).text
    gather = read_xml(document).find("Gather")
    assert gather is not None
    assert {child.tag for child in gather} == {"Say"}
    spoken = [" ".join((say.text or "").split()) for say in gather]
    assert " ".join(legal(f"{name}").split()) in " ".join(spoken)


@given(RAW)
def test_no_text_of_any_catalogue_keeps_what_xml_forbids(text: str) -> None:
    document = f"<a>{escape(legal(text))}</a>"
    assert read_xml(document).tag == "a"


async def test_an_answer_with_a_forbidden_character_is_spoken_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "spoken_texts", lambda *_: {"answer.x": "one\x01two"})
    wording = opening.read_wording(PROJECT_ROOT / "locales", real_content().knowledge)
    assert wording["de"]["answer.x"] == "onetwo"


PLACES: tuple[tuple[str, ...], ...] = ((), ("2",), ("2", "2"), ("1", "1"), ("3", "1", "4", "5"), ("4", "2", "04109"))


@given(words=st.text(max_size=60), digits=st.text(max_size=12), place=st.sampled_from(PLACES))
async def test_any_signed_input_gets_a_document_everywhere(words: str, digits: str, place: tuple[str, ...]) -> None:
    async with client_of(telephony()) as client:
        document = (await post(client, "/voice/incoming", CALL)).text
        for keys in place:
            document = (await post(client, next_path(document), {**CALL, "Digits": keys})).text
        path = next_path(document)
        for form in ({"SpeechResult": words, "Digits": digits}, {"SpeechResult": words}, {}):
            first = await post(client, path, {**CALL, **form})
            again = await post(client, path, {**CALL, **form})
            assert first.status_code == 200
            assert read_xml(first.text).tag == "Response"
            assert first.content == again.content


async def test_after_a_fault_the_question_is_asked_again_and_nobody_is_called_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client_of(telephony()) as client:
        first = await post(client, "/voice/incoming", CALL)
        path = next_path(first.text)
        monkeypatch.setattr(service, "advance", lambda *_: 1 / 0)
        apology = read_xml((await post(client, path, {**CALL, "Digits": "2"})).text).find("Redirect")
        monkeypatch.undo()
        assert apology is not None
        parts = urlsplit(str(apology.text))
        back = await post(client, f"{parts.path}?{parts.query}", CALL)
    assert demo_playbook().wording["en"]["welcome.name"] in back.text
    assert demo_playbook().wording["en"]["sorry.no_input"] not in back.text


async def test_a_language_that_a_deploy_took_away_is_chosen_anew() -> None:
    playbook = demo_playbook()
    fewer = {language: texts for language, texts in playbook.wording.items() if language != "tr"}
    without = replace(playbook, wording=fewer, book=replace(playbook.book, languages=tuple(fewer)))
    async with client_of(telephony()) as client:
        first = await post(client, "/voice/incoming", CALL)
        turkish = await post(client, next_path(first.text), {**CALL, "Digits": "3"})
    async with client_of(telephony(playbook=without)) as client:
        answer = await post(client, next_path(turkish.text), {**CALL, "Digits": "1"})
    assert playbook.wording["de"]["welcome.name"] in answer.text
    assert read_xml(answer.text).find("Gather") is not None


async def test_what_is_kept_of_steps_tells_nothing_of_a_caller() -> None:
    door = telephony()
    async with client_of(door) as client:
        for area in ("04109", "14715", "80331"):
            document = (await post(client, "/voice/incoming", CALL)).text
            for keys in ("2", "2", area, "2", "4", "3", "1"):
                document = (await post(client, next_path(document), {**CALL, "Digits": keys})).text
    assert door.prepared
    for (session, heard), step in door.prepared.items():
        assert isinstance(heard, Silent) or len(getattr(heard, "keys", "")) == 1
        for place in (read_session(session), read_session(step.session)):
            assert place is not None
            assert set(place.facts) <= {"language"}


async def test_the_end_of_a_call_that_cannot_be_noted_is_asked_for_again() -> None:
    class Gone:
        async def execute(self, *_args: object) -> str:
            raise OSError

    async with client_of(telephony(Gone())) as client:  # type: ignore[arg-type]
        answer = await post(client, "/voice/status", {**CALL, "CallStatus": "completed"})
    assert answer.status_code == 503
