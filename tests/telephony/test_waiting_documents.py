"""What the line answers: valid documents, short rounds, the same for the same state, and never the end of a call."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import asyncpg
import httpx
import pytest
import pytest_asyncio

from app.calls.wait_rounds import COMMON_LANGUAGES, Round, Turn, comfort, next_turn
from app.ivr.model import Speak
from app.kit.reach import Database
from app.phone.awaiting import CHARACTERS_A_SECOND
from app.queue.models import Band, Standing, State
from app.telephony import line_routes
from app.telephony.endings import Listen
from app.telephony.line_addresses import read_round, round_address
from app.telephony.signature import sign
from app.telephony.twiml import Typesetter, render
from app.texts.languages import LAUNCH_LANGUAGES
from app.texts.voices import is_known_attribute
from tests.cast import BASE_URL, NUMBER, TOKEN, client_of, demo_playbook
from tests.telephony.line_town import MOBILE, LineTown, be_patient, open_town, text

LONGEST_ROUND_SECONDS = 30
CALL = {"CallSid": "CA" + "8" * 32, "From": MOBILE, "To": NUMBER, "CallStatus": "in-progress"}


@pytest.fixture
def town(pool: asyncpg.Pool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LineTown:
    be_patient(monkeypatch)
    return open_town(pool, database, tmp_path)


@pytest_asyncio.fixture
async def client(town: LineTown) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(town.doors.door) as opened:
        yield opened


async def post(client: httpx.AsyncClient, address: str, **more: str) -> httpx.Response:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    form = {**CALL, **more}
    signature = sign(f"{BASE_URL}{path}", list(form.items()), TOKEN)
    return await client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def read(answer: httpx.Response) -> ET.Element:
    assert answer.status_code == 200, answer.text
    root = ET.fromstring(answer.text)  # noqa: S314  The documents are our own.
    for element in root.iter():
        assert all(is_known_attribute(element.tag, name) for name in element.attrib), element.attrib
    return root


def only(root: ET.Element, name: str) -> ET.Element:
    [found] = root.iter(name)
    return found


def action(document: str) -> str:
    found = re.search(r'action="([^"]+)"', document)
    assert found is not None, document
    return unescape(found[1])


async def enqueued(client: httpx.AsyncClient, town: LineTown, language: str = "1") -> httpx.Response:
    await town.hire(*LAUNCH_LANGUAGES)
    answer = await post(client, "/voice/incoming")
    for key in (language, "0", "1"):
        answer = await post(client, action(answer.text), Digits=key)
    return answer


def standings() -> list[Standing]:
    every = [Standing(State.WAITING, None, ahead, band, woman) for ahead in (0, 3) for band in Band for woman in (0, 1)]  # type: ignore[arg-type]
    return [*every, Standing(State.RESERVED, None, 0, Band.SOON, woman_on_duty=True)]


@pytest.mark.parametrize("language", LAUNCH_LANGUAGES)
def test_no_round_lasts_longer_than_half_a_minute(language: str) -> None:
    setter = Typesetter(demo_playbook())
    rounds = [Round(), Round("soon"), Round("soon", quiet=2), Round("long", quiet=1, woman=True, also=True)]
    for standing in standings():
        for present in rounds:
            for key in ("", "*", "3", "4", "0"):
                turn = next_turn(standing, present, language, key)
                document = render(setter, (Speak(turn.messages), Listen(turn.seconds)), language, "https://x")
                spoken = "".join(ET.fromstring(document).itertext())  # noqa: S314  The documents are our own.
                assert len(spoken) / CHARACTERS_A_SECOND + turn.seconds <= LONGEST_ROUND_SECONDS, turn


def test_how_long_it_may_take_is_said_when_it_changes_and_about_once_a_minute() -> None:
    setter, standing = Typesetter(demo_playbook()), Standing(State.WAITING, None, 2, Band.SOME, woman_on_duty=False)
    present, since, gaps = Round(), 0.0, []
    for _ in range(40):
        turn = next_turn(standing, present, "de", "")
        document = render(setter, (Speak(turn.messages), Listen(turn.seconds)), "de", "https://x")
        if any(message.id == "wait.band.some" for message in turn.messages):
            gaps.append(since)
            since = 0.0
        since += len("".join(ET.fromstring(document).itertext())) / CHARACTERS_A_SECOND + turn.seconds  # noqa: S314
        present = turn.following
    assert gaps[0] == 0.0
    assert all(40 <= gap <= 80 for gap in gaps[1:]), gaps
    changed = next_turn(replace(standing, band=Band.FEW), replace(present, quiet=0), "de", "")
    assert changed.messages[0].id == "wait.band.few"


def test_a_wish_is_offered_only_where_it_can_be_met_and_once() -> None:
    for language in LAUNCH_LANGUAGES:
        for woman_on_duty in (False, True):
            standing = Standing(State.WAITING, None, 0, Band.SOON, woman_on_duty)
            turn = next_turn(standing, Round(), language, "")
            ids = [message.id for message in turn.messages]
            assert ids[:3] == ["wait.next", "wait.key.callback", "wait.key.message"]
            assert ("wait.key.woman" in ids) is woman_on_duty
            assert ("wait.key.also" in ids) is (language not in COMMON_LANGUAGES)
            wished = next_turn(standing, Round(woman=True, also=True), language, "")
            assert [message.id for message in wished.messages] == ids[:3]


def test_the_round_travels_in_the_address() -> None:
    rounds = [
        Round(),
        comfort(Round("few", quiet=8)).following,
        Round("long", 2, woman=True, also=True, awaits_room=True),
    ]
    for one in rounds:
        assert read_round(urlsplit(round_address(BASE_URL, "n=1&s=x", one)).query) == one
    assert read_round("n=1&s=x&b=%3Cscript%3E&q=99999&w=") == Round()


async def test_who_comes_to_the_line_is_put_in_it_and_hears_the_same_again(
    client: httpx.AsyncClient, town: LineTown
) -> None:
    answer = await enqueued(client, town)
    enqueue = only(read(answer), "Enqueue")
    assert enqueue.text == "counselling"
    left, wait = urlsplit(enqueue.attrib["action"]), urlsplit(enqueue.attrib["waitUrl"])
    assert (left.path, wait.path) == ("/voice/left", "/voice/wait")
    assert left.query == wait.query
    assert (left.fragment, wait.fragment) == ("rc=2&rp=all", "rc=2&rp=all")
    first = await post(client, enqueue.attrib["waitUrl"], QueueTime="0")
    again = await post(client, enqueue.attrib["waitUrl"], QueueTime="0")
    assert first.content == again.content
    gather = only(read(first), "Gather")
    assert gather.attrib["numDigits"] == "1"
    assert urlsplit(gather.attrib["action"]).path == "/voice/wait"


async def test_a_repeated_step_into_the_line_gets_the_same_document_although_time_has_passed(
    client: httpx.AsyncClient, town: LineTown
) -> None:
    await town.hire("de")
    answer = await post(client, "/voice/incoming")
    for key in ("1", "0"):
        answer = await post(client, action(answer.text), Digits=key)
    first = await post(client, action(answer.text), Digits="1")
    await town.pass_time(20)
    assert (await post(client, action(answer.text), Digits="1")).content == first.content


@pytest.mark.parametrize("path", ["/voice/left", "/voice/meet", "/voice/recorded"])
@pytest.mark.parametrize("query", ["", "?n=3&s=AAAA&t=1", "?n=x&s=%00&t=99999999999999999999"])
async def test_a_token_that_does_not_open_begins_again_politely(
    client: httpx.AsyncClient, path: str, query: str
) -> None:
    answer = await post(client, f"{path}{query}")
    assert text("welcome.name") in answer.text
    assert only(read(answer), "Gather") is not None


async def test_a_wait_request_whose_token_does_not_open_leaves_the_line(client: httpx.AsyncClient) -> None:
    assert [child.tag for child in read(await post(client, "/voice/wait?n=3&s=AAAA&t=1"))] == ["Leave"]


@pytest.mark.parametrize("path", ["/voice/wait", "/voice/left", "/voice/meet", "/voice/called", "/voice/recorded"])
async def test_an_unsigned_request_is_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, data=CALL, headers={"X-Twilio-Signature": "none"})
    assert answer.status_code == 403


@pytest.mark.parametrize("result", ["redirected", "redirected-from-bridged", "bridged", "hangup"])
async def test_who_went_elsewhere_hears_nothing(client: httpx.AsyncClient, town: LineTown, result: str) -> None:
    enqueue = only(read(await enqueued(client, town)), "Enqueue")
    await post(client, enqueue.attrib["waitUrl"])
    answer = await post(client, enqueue.attrib["action"], QueueResult=result)
    assert list(read(answer)) == []


@pytest.mark.parametrize("result", ["queue-full", "error", "system-error"])
async def test_where_the_provider_has_no_place_the_flow_knows_what_to_say(
    client: httpx.AsyncClient, town: LineTown, result: str
) -> None:
    enqueue = only(read(await enqueued(client, town)), "Enqueue")
    answer = await post(client, enqueue.attrib["action"], QueueResult=result)
    assert text("person.nobody_now") in answer.text


async def test_the_room_of_the_conversation(client: httpx.AsyncClient, town: LineTown) -> None:
    enqueue = only(read(await enqueued(client, town)), "Enqueue")
    await post(client, enqueue.attrib["waitUrl"])
    reservation = await town.accept()
    answer = await post(client, enqueue.attrib["action"].replace("/voice/left", "/voice/meet"))
    root = read(answer)
    dial, room = only(root, "Dial"), only(root, "Conference")
    assert dial.attrib["callerId"] == NUMBER
    assert int(dial.attrib["timeLimit"]) <= 7200
    assert room.text == reservation.room
    assert room.attrib["endConferenceOnExit"] == "true"
    assert room.attrib["record"] == "do-not-record"
    assert room.attrib["statusCallback"] == f"{BASE_URL}/voice/room?r={reservation.id}#rc=2&rp=all"
    assert "after=talk" in dial.attrib["action"]


async def test_whose_room_is_gone_goes_back_to_the_old_place(client: httpx.AsyncClient, town: LineTown) -> None:
    document = await enqueued(client, town)
    enqueue = only(read(document), "Enqueue")
    await post(client, enqueue.attrib["waitUrl"])
    back = only(read(await post(client, enqueue.attrib["action"].replace("/voice/left", "/voice/meet"))), "Enqueue")
    assert back.attrib == enqueue.attrib


@pytest.mark.parametrize("kind", ["waitUrl", "action"])
async def test_without_the_database_no_request_of_the_line_ends_a_call(
    client: httpx.AsyncClient, town: LineTown, kind: str
) -> None:
    enqueue = only(read(await enqueued(client, town)), "Enqueue")
    async with client_of(town.doors.without_database()) as away:
        address = enqueue.attrib[kind]
        for _ in range(4):
            root = read(await post(away, address, QueueResult="leave"))
            assert len(root) > 0
            assert root.find("Hangup") is None
            redirect = root.find("Redirect")
            address = address if redirect is None else str(redirect.text)


async def test_whatever_breaks_the_call_keeps_its_place(
    client: httpx.AsyncClient, town: LineTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue = only(read(await enqueued(client, town)), "Enqueue")

    def broken(*_args: object) -> Turn:
        raise RuntimeError

    monkeypatch.setattr(line_routes, "_round_document", broken)
    root = read(await post(client, enqueue.attrib["waitUrl"]))
    assert [child.tag for child in root] == ["Pause"]


async def test_the_recording_of_a_message(client: httpx.AsyncClient, town: LineTown) -> None:
    answer = await enqueued(client, town)
    enqueue = only(read(answer), "Enqueue")
    await post(client, enqueue.attrib["waitUrl"], Digits="2")
    purpose = await post(client, enqueue.attrib["action"], QueueResult="leave")
    root = read(await post(client, action(purpose.text), Digits="1"))
    record = only(root, "Record")
    assert (record.attrib["maxLength"], record.attrib["playBeep"], record.attrib["trim"]) == (
        "120",
        "true",
        "do-not-trim",
    )
    assert root[-1].tag == "Redirect"
    sid = "RE" + "1" * 32
    absent = await post(client, record.attrib["recordingStatusCallback"], RecordingStatus="absent", RecordingSid=sid)
    assert absent.status_code == 204
    thanks = {"RecordingDuration": "6", "RecordingUrl": f"https://api.twilio.com/x/Recordings/{sid}", "Digits": "#"}
    first = await post(client, record.attrib["action"], **thanks)
    assert text("message.thanks") in first.text
    assert (await post(client, record.attrib["action"], **thanks)).content == first.content
    stored = {"RecordingStatus": "completed", "RecordingSid": sid, "RecordingDuration": "6"}
    assert (await post(client, record.attrib["recordingStatusCallback"], **stored)).status_code == 204
    assert await town.pool.fetchval("SELECT count(*) FROM voicemail") == 1
    async with client_of(town.doors.without_database()) as away:
        assert (await post(away, record.attrib["recordingStatusCallback"], **stored)).status_code == 503
