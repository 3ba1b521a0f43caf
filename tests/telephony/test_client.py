"""The REST client: what it asks Twilio, where, and what each answer and each silence means to the rooms."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest

from app.kit.paths import PROJECT_ROOT
from app.kit.protocols import CallOver, OutgoingCall, ProviderBusy, ProviderRefused, Telephony, TextMessage
from app.phone.exchange.deeds import hang_up, leave_message
from app.phone.exchange.state import moment_at
from app.phone.exchange.unsteady import Faults
from app.telephony.client import PLACES, TwilioTelephony, Wire
from tests.fake_twilio.town import ACCOUNT_SID, BYE, CALLER, MENU, TOKEN, Town, build_town, conference
from tests.phone.toy import BASE_URL, NUMBER, response

FRIEND = "+493023125002"
OUT = OutgoingCall(FRIEND, NUMBER, f"{BASE_URL}/voice/out", f"{BASE_URL}/voice/status")
FAR = datetime(2026, 11, 22, 23, tzinfo=UTC)


def rest_of(town: Town) -> Telephony:
    """The rooms see the protocol and no more."""
    return town.rest


def answering(*answers: httpx.Response | Exception, region: str = "us1") -> tuple[TwilioTelephony, list[httpx.Request]]:
    """A client whose provider gives these answers, and the requests it was sent."""
    asked: list[httpx.Request] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return TwilioTelephony(ACCOUNT_SID, TOKEN, Wire(http), region), asked


async def test_a_created_call_rings_and_tells_every_step() -> None:
    town = build_town({"/voice/out": MENU})
    sid = await rest_of(town).create_call(OUT)
    await town.pass_time(5)
    call = town.exchange.calls[sid]
    assert (call.status, call.to_number, call.from_number) == ("in-progress", FRIEND, NUMBER)
    assert (call.instructions.ring_seconds, call.instructions.limit_seconds) == (30, 3600)
    assert town.statuses(call) == ["initiated", "ringing", "in-progress"]


async def test_a_call_is_redirected_and_ended() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/matched": conference()})
    call = await town.dial()
    await rest_of(town).redirect_call(call.sid, f"{BASE_URL}/voice/matched#rc=2&rp=all")
    await town.pass_time()
    assert [list(room.participants) for room in town.exchange.conferences.values()] == [[call.sid]]
    await rest_of(town).end_call(call.sid)
    assert call.status == "completed"


async def test_a_call_that_is_over_cannot_be_redirected_but_ending_it_is_done() -> None:
    town = build_town({"/voice/incoming": MENU})
    call = await town.dial()
    await hang_up(town.exchange, call)
    for sid in (call.sid, "CA" + "0" * 32):
        with pytest.raises(CallOver):
            await rest_of(town).redirect_call(sid, BASE_URL)
        await rest_of(town).end_call(sid)
    assert call.status == "completed"


async def test_the_number_on_the_line_is_that_of_whoever_is_not_the_hotline_as_long_as_the_call_lives() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/out": MENU})
    rest, call = rest_of(town), await town.dial()
    placed = await rest.create_call(OUT)
    await town.pass_time(5)
    assert (await rest.get_number(call.sid), await rest.get_number(placed)) == (CALLER, FRIEND)
    assert await rest.get_number((await town.dial("anonymous")).sid) == "anonymous"
    await hang_up(town.exchange, call)
    for sid in (call.sid, "CA" + "0" * 32):
        with pytest.raises(CallOver):
            await rest.get_number(sid)


async def test_everything_that_ended_is_listed_over_all_pages_and_deleted() -> None:
    town = build_town({"/voice/incoming": response('<Record action="/voice/step"/>'), "/voice/step": BYE})
    for _ in range(3):
        call = await town.dial()
        await leave_message(town.exchange, call, 4)
        await hang_up(town.exchange, call)
        await town.rest.send_message(TextMessage(FRIEND, NUMBER, "Hallo"))
        await town.pass_time(60)
    live = await town.dial()
    rest = rest_of(town)
    calls = await rest.list_calls(FAR)
    assert {record.sid for record in calls} == set(town.exchange.calls) - {live.sid}
    assert {record.sid for record in await rest.list_messages(FAR)} == set(town.exchange.messages)
    assert {record.sid for record in await rest.list_recordings(FAR)} == set(town.exchange.recordings)
    for record in calls:
        await rest.delete_call(record.sid)
        await rest.delete_call(record.sid)
    for message in await rest.list_messages(FAR):
        await rest.delete_message(message.sid)
    for recording in await rest.list_recordings(FAR):
        await rest.delete_recording(recording.sid)
    assert (set(town.exchange.calls), town.exchange.messages, town.exchange.recordings) == ({live.sid}, {}, {})


async def test_a_list_of_more_than_one_page_is_read_to_its_end() -> None:
    town = build_town({"/voice/incoming": response("<Hangup/>")})
    for _ in range(1_003):
        await town.dial()
    assert len(await rest_of(town).list_calls(FAR)) == 1_003


async def test_only_what_ended_before_the_limit_is_listed() -> None:
    town = build_town({"/voice/incoming": MENU})
    ended = []
    for _ in range(3):
        call = await town.dial()
        await hang_up(town.exchange, call)
        ended.append(call)
        await town.pass_time(600)
    limit = moment_at(town.exchange, 700)
    found = await rest_of(town).list_calls(limit.astimezone())
    assert {record.sid for record in found} == {call.sid for call in ended[:2]}
    assert all(record.at <= limit and record.at.utcoffset() == timedelta(0) for record in found)


async def test_a_record_that_is_not_let_go_yet_is_asked_for_again_later() -> None:
    town = build_town({"/voice/incoming": MENU})
    town.exchange.deletable_after_seconds = 3_600
    call = await town.dial()
    await hang_up(town.exchange, call)
    with pytest.raises(ProviderBusy) as busy:
        await rest_of(town).delete_call(call.sid)
    assert not busy.value.maybe_done
    await town.pass_time(3_600)
    await rest_of(town).delete_call(call.sid)
    assert town.exchange.calls == {}


async def test_a_recording_is_fetched_as_sound() -> None:
    town = build_town({"/voice/incoming": response('<Record action="/voice/step"/>'), "/voice/step": BYE})
    call = await town.dial()
    await leave_message(town.exchange, call, 2)
    [sid] = town.exchange.recordings
    with pytest.raises(ProviderRefused):
        await rest_of(town).fetch_recording(sid)
    await town.pass_time(3)
    sound = await rest_of(town).fetch_recording(sid)
    assert (sound[:4], sound[8:12]) == (b"RIFF", b"WAVE")
    assert len(sound) > 2 * 8_000


async def test_thirty_percent_faults_lose_nothing_that_is_tried_again() -> None:
    faults = Faults(overloaded=0.1, broken=0.05, refused=0.05, silent=0.05, swallowed=0.05)
    town = build_town({"/voice/incoming": response("<Hangup/>")}, rest_faults=faults, seed=9)
    for _ in range(100):
        await town.dial()
    tries = 0
    left = set(town.exchange.calls)
    while left:
        for sid in sorted(left):
            tries += 1
            try:
                await rest_of(town).delete_call(sid)
            except ProviderBusy:
                continue
            left.discard(sid)
    assert town.exchange.calls == {}
    assert 110 < tries < 200


@pytest.mark.parametrize(
    ("answer", "maybe_done"),
    [
        (httpx.Response(429), False),
        (httpx.Response(409), False),
        (httpx.Response(500), True),
        (httpx.Response(503, text="<html>"), True),
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.WriteError("broken"), True),
        (httpx.RemoteProtocolError("broken"), True),
    ],
)
async def test_what_may_succeed_later_says_whether_it_may_have_been_done(
    answer: httpx.Response | Exception,
    maybe_done: bool,  # noqa: FBT001  pytest passes it.
) -> None:
    rest, asked = answering(answer)
    with pytest.raises(ProviderBusy) as busy:
        await rest.create_call(OUT)
    assert busy.value.maybe_done is maybe_done
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (httpx.Response(400, json={"code": 21211, "message": f"{FRIEND} is no number"}), 400, 21211),
        (httpx.Response(401, json={"code": 20003}), 401, 20003),
        (httpx.Response(403, text="forbidden"), 403, None),
        (httpx.Response(404, json=["odd"]), 404, None),
    ],
)
async def test_a_refusal_carries_the_providers_number_but_no_telephone_number(
    answer: httpx.Response, status: int, code: int | None
) -> None:
    rest, _ = answering(answer)
    with pytest.raises(ProviderRefused) as refused:
        await rest.send_message(TextMessage(FRIEND, NUMBER, "Hallo"))
    assert (refused.value.status, refused.value.code) == (status, code)
    assert FRIEND not in str(refused.value)


async def test_a_success_without_an_identifier_is_not_taken_for_one() -> None:
    rest, _ = answering(httpx.Response(201, json={}))
    with pytest.raises(ProviderBusy):
        await rest.create_call(OUT)


@pytest.mark.parametrize(
    ("region", "host"),
    [("us1", "api.twilio.com"), *((region, f"api.{place}.{region}.twilio.com") for region, place in PLACES.items())],
)
async def test_requests_go_to_the_region_whatever_the_environment_says(
    region: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "tokyo")
    rest, asked = answering(httpx.Response(204), httpx.Response(200, content=b"RIFF"), region=region)
    await rest.delete_message("SM" + "1" * 32)
    await rest.fetch_recording("RE" + "1" * 32)
    assert [request.url.host for request in asked] == [host, host]
    assert {request.url.scheme for request in asked} == {"https"}
    assert all(request.headers["authorization"].startswith("Basic ") for request in asked)


async def test_the_token_is_not_shown() -> None:
    rest, _ = answering()
    assert TOKEN not in repr(rest)


async def test_calls_are_created_with_the_fields_that_twilio_knows() -> None:
    rest, asked = answering(httpx.Response(201, json={"sid": "CA" + "1" * 32}))
    await rest.create_call(
        OutgoingCall(FRIEND, NUMBER, f"{BASE_URL}/out", f"{BASE_URL}/status", f"{BASE_URL}/fallback")
    )
    form = httpx.QueryParams(asked[0].content.decode())
    assert form.get_list("StatusCallbackEvent") == ["initiated", "ringing", "answered", "completed"]
    assert (form["Timeout"], form["TimeLimit"], form["FallbackUrl"]) == ("30", "3600", f"{BASE_URL}/fallback")


def test_twilios_library_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys, app.main, app.telephony.client; sys.exit('twilio.rest' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert done.returncode == 0


def test_the_faults_that_are_dealt_keep_their_shares() -> None:
    random, faults = Random(1), Faults(refused=0.2, late=0.3)  # noqa: S311  A reproducible run.
    dealt = [faults.deal(random) for _ in range(10_000)]
    assert 0.18 < dealt.count("refused") / 10_000 < 0.22
    assert 0.27 < dealt.count("late") / 10_000 < 0.33
    assert set(dealt) == {"", "refused", "late"}
