"""The stand-in exchange's REST API: credentials, errors, lists, rooms, and every key that Twilio's library reads."""

import inspect
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import httpx
import pytest
from twilio.rest.api.v2010.account import call, conference, message, queue, recording
from twilio.rest.api.v2010.account.conference import participant
from twilio.rest.api.v2010.account.queue import member

from app.kit.protocols import OutgoingCall, TextMessage
from app.phone.exchange.deeds import hang_up, leave_message
from app.phone.exchange.models import LONGEST_BACKLOG_SECONDS
from app.phone.exchange.shapes import API
from app.phone.exchange.state import new_sid
from tests.fake_twilio.town import (
    ACCOUNT_SID,
    AGENT,
    BYE,
    ENQUEUE,
    MENU,
    MUSIC,
    TOKEN,
    Town,
    build_town,
)
from tests.fake_twilio.town import (
    conference as room,
)
from tests.phone.toy import BASE_URL, NUMBER, response

AUTH = (ACCOUNT_SID, TOKEN)
ACCOUNT = f"{API}/Accounts/{ACCOUNT_SID}"
FRIEND = "+493023125002"
MISSING = "CA" + "0" * 32


async def get(town: Town, path: str, **params: str) -> Any:  # noqa: ANN401  It is whatever JSON came.
    answer = await town.http.get(
        path if path.startswith(API) else f"{ACCOUNT}/{path}", params=params or None, auth=AUTH
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(town: Town, path: str, **form: str) -> httpx.Response:
    return await town.http.post(f"{ACCOUNT}/{path}", data=form, auth=AUTH)


async def busy_town() -> Town:
    """One of everything: an ended call with a recording, a waiting one, two in a conference, an SMS."""
    answers = {"/voice/incoming": response('<Record action="/voice/step"/>'), "/voice/step": BYE, "/voice/wait": MUSIC}
    town = build_town(
        {**answers, "/voice/room": room(), "/voice/queue": ENQUEUE, "/voice/left": BYE, "/voice/after": BYE}
    )
    ended = await town.dial()
    await leave_message(town.exchange, ended, 5)
    await hang_up(town.exchange, ended)
    for path in ("/voice/queue", "/voice/room", "/voice/room"):
        await town.rest.create_call(OutgoingCall(FRIEND, NUMBER, f"{BASE_URL}{path}"))
    await town.rest.send_message(TextMessage(FRIEND, NUMBER, "Beratungsstelle: Mo bis Fr 9 bis 16 Uhr"))
    await town.pass_time(9)
    return town


def read_by_library(instance: type) -> set[str]:
    return set(re.findall(r'payload\.get\(\s*"(\w+)"', inspect.getsource(instance)))


async def test_every_key_that_twilios_library_reads_is_answered() -> None:
    town = await busy_town()
    [line] = (await get(town, "Queues.json"))["queues"]
    [talk] = (await get(town, "Conferences.json"))["conferences"]
    members = (await get(town, f"Queues/{line['sid']}/Members.json"))["queue_members"]
    people = (await get(town, f"Conferences/{talk['sid']}/Participants.json"))["participants"]
    answered = {
        call.CallInstance: (await get(town, "Calls.json"))["calls"],
        message.MessageInstance: (await get(town, "Messages.json"))["messages"],
        recording.RecordingInstance: (await get(town, "Recordings.json"))["recordings"],
        queue.QueueInstance: [line],
        member.MemberInstance: members,
        conference.ConferenceInstance: [talk],
        participant.ParticipantInstance: people,
    }
    for instance, records in answered.items():
        assert len(read_by_library(instance)) > 5
        assert records, instance
        for record in records:
            assert read_by_library(instance) <= set(record), instance


@pytest.mark.parametrize("auth", [None, (ACCOUNT_SID, "wrong"), ("AC" + "6" * 32, TOKEN), (ACCOUNT_SID, "")])
async def test_without_the_accounts_token_nothing_is_answered(auth: tuple[str, str] | None) -> None:
    town = await busy_town()
    answer = await town.http.get(f"{ACCOUNT}/Calls.json", auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert "calls" not in answer.json()


@pytest.mark.parametrize(
    ("path", "form", "status", "code"),
    [
        ("Calls.json", {"To": "115", "From": NUMBER, "Url": BASE_URL}, 400, 21211),
        ("Calls.json", {"To": FRIEND, "From": FRIEND, "Url": BASE_URL}, 400, 21210),
        ("Calls.json", {"To": FRIEND, "From": NUMBER}, 400, 21205),
        (f"Calls/{MISSING}.json", {"Url": BASE_URL}, 404, 20404),
        ("Messages.json", {"To": FRIEND, "From": FRIEND, "Body": "x"}, 400, 21660),
        ("Messages.json", {"To": FRIEND, "From": NUMBER, "Body": ""}, 400, 21602),
        ("Messages.json", {"To": FRIEND, "From": NUMBER, "Body": "x" * 1601}, 400, 21617),
    ],
)
async def test_wrong_requests_are_refused_with_the_providers_errors(
    path: str, form: Mapping[str, str], status: int, code: int
) -> None:
    town = build_town({})
    answer = await post(town, path, **form)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)
    assert town.exchange.calls == {}
    assert town.exchange.messages == {}


async def test_a_call_that_has_ended_cannot_be_changed_and_one_that_has_not_cannot_be_deleted() -> None:
    town = build_town({"/voice/incoming": MENU})
    found = await town.dial()
    assert (await town.http.delete(f"{ACCOUNT}/Calls/{found.sid}.json", auth=AUTH)).status_code == 409
    assert (await post(town, f"Calls/{found.sid}.json", Status="completed")).json()["status"] == "completed"
    assert (await post(town, f"Calls/{found.sid}.json", Url=BASE_URL)).json()["code"] == 21220
    assert (await town.http.delete(f"{ACCOUNT}/Calls/{found.sid}.json", auth=AUTH)).status_code == 204
    assert (await town.http.delete(f"{ACCOUNT}/Calls/{found.sid}.json", auth=AUTH)).status_code == 404


async def test_canceled_ends_only_what_nobody_has_answered() -> None:
    town = build_town({"/voice/out": MENU})
    ringing = await town.rest.create_call(OutgoingCall(FRIEND, NUMBER, f"{BASE_URL}/voice/out"))
    await town.pass_time(1)
    assert (await post(town, f"Calls/{ringing}.json", Status="canceled")).json()["status"] == "canceled"
    talking = await town.rest.create_call(OutgoingCall(FRIEND, NUMBER, f"{BASE_URL}/voice/out"))
    await town.pass_time(5)
    assert (await post(town, f"Calls/{talking}.json", Status="canceled")).json()["status"] == "in-progress"


async def test_lists_come_in_pages_newest_first_and_deleting_does_not_shift_them() -> None:
    town = build_town({"/voice/incoming": response("<Hangup/>")})
    for _ in range(7):
        await town.dial()
    seen: list[str] = []
    uri: str | None = f"{ACCOUNT}/Calls.json?PageSize=3"
    while uri:
        shown = await get(town, uri)
        seen += [found["sid"] for found in shown["calls"]]
        uri = shown["next_page_uri"]
        await town.rest.delete_call(seen[-1])
    assert len(seen) == len(set(seen)) == 7
    assert shown["page"] == 2


async def test_lists_are_filtered_by_status_number_and_time() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/step": BYE})
    first = await town.dial()
    await town.pass_time(3600)
    second = await town.dial("anonymous")

    async def found(**values: str) -> list[str]:
        return [item["sid"] for item in (await get(town, "Calls.json", **values))["calls"]]

    assert await found(Status="completed") == [first.sid]
    assert await found(From="anonymous") == [second.sid]
    assert await found(**{"StartTime<": "2026-11-22T09:30:00Z"}) == [first.sid]
    assert await found(**{"StartTime>": "2026-11-22T09:30:00Z"}) == [second.sid]
    assert await found(**{"EndTime<": "2026-11-23"}) == [first.sid]
    assert await found(StartTime="2026-11-22") == [second.sid, first.sid]
    wrong = await town.http.get(f"{ACCOUNT}/Calls.json", params={"EndTime<": "yesterday"}, auth=AUTH)
    assert wrong.status_code == 400


async def test_the_front_of_a_queue_is_taken_to_another_document() -> None:
    town = build_town({"/voice/incoming": ENQUEUE, "/voice/wait": MUSIC, "/voice/left": BYE, "/voice/matched": room()})
    callers = []
    for _ in range(3):
        callers.append(await town.dial())
        await town.pass_time(2)
    [line] = (await get(town, "Queues.json"))["queues"]
    assert (line["friendly_name"], line["current_size"]) == ("counselling", 3)
    waits = [item["wait_time"] for item in (await get(town, f"Queues/{line['sid']}/Members.json"))["queue_members"]]
    assert sorted(waits) == [2, 4, 6]
    taken = await post(town, f"Queues/{line['sid']}/Members/Front.json", Url=f"{BASE_URL}/voice/matched")
    assert (taken.json()["call_sid"], taken.json()["position"]) == (callers[0].sid, 1)
    await town.pass_time()
    assert (await get(town, f"Queues/{line['sid']}.json"))["current_size"] == 2
    assert (await post(town, f"Queues/{line['sid']}/Members/{callers[0].sid}.json", Url=BASE_URL)).status_code == 404


async def test_an_interpreter_is_brought_in_held_and_sent_away() -> None:
    town = build_town({"/voice/incoming": room(ends=True), "/voice/after": BYE})
    await town.dial()
    [talk] = (await get(town, "Conferences.json", FriendlyName="room"))["conferences"]
    people = f"Conferences/{talk['sid']}/Participants"
    asked = await post(town, f"{people}.json", From=NUMBER, To=FRIEND, Label="interpreter")
    assert asked.status_code == 201
    sid = asked.json()["call_sid"]
    await town.pass_time(3)
    joined = await get(town, f"{people}/{sid}.json")
    assert (joined["label"], joined["hold"]) == ("interpreter", False)
    assert (await get(town, f"Conferences/{talk['sid']}.json"))["status"] == "in-progress"
    assert (await post(town, f"{people}/{sid}.json", Hold="true")).json()["hold"] is True
    assert (await town.http.delete(f"{ACCOUNT}/{people}/{sid}.json", auth=AUTH)).status_code == 204
    assert [item["label"] for item in (await get(town, f"{people}.json"))["participants"]] == [None]
    assert (await post(town, f"Conferences/{talk['sid']}.json", Status="completed")).json()["status"] == "completed"


async def test_a_day_full_of_created_calls_is_enough() -> None:
    town = build_town({})
    town.account.next_slot_seconds = LONGEST_BACKLOG_SECONDS + 1.0
    answer = await post(town, "Calls.json", To=FRIEND, From=NUMBER, Url=BASE_URL)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert town.exchange.calls == {}


async def test_a_softphone_is_a_call_like_any_other() -> None:
    town = build_town({})
    agent = await town.connect_softphone(room())
    [found] = (await get(town, "Calls.json", From=AGENT))["calls"]
    assert (found["sid"], found["direction"], found["status"]) == (agent.sid, "inbound", "in-progress")


async def test_an_sms_arrives_or_does_not() -> None:
    town = build_town({"/sms": BYE})
    town.exchange.mute_numbers.add(FRIEND)
    for number in (FRIEND, "+493023125003"):
        await town.rest.send_message(TextMessage(number, NUMBER, "Hallo", f"{BASE_URL}/sms"))
    await town.pass_time(5)
    told = {(form["To"], form["MessageStatus"], form.get("ErrorCode")) for form in town.toy.forms("/sms")}
    assert (FRIEND, "undelivered", "30006") in told
    assert ("+493023125003", "delivered", None) in told


def test_identifiers_grow_and_never_repeat() -> None:
    town = build_town({})
    made = [new_sid(town.exchange, "CA") for _ in range(1000)]
    assert all(one[1] < two[1] for one, two in pairwise(made))
    assert len({sid for sid, _ in made}) == 1000
    assert all(re.fullmatch("CA[0-9a-f]{32}", sid) for sid, _ in made)
