"""The stand-in exchange: what callers, callees, queues and conferences experience, and what the hotline is told."""

import asyncio
from collections import Counter

import pytest

from app.kit.protocols import OutgoingCall
from app.phone.awaiting import Gathering, Queued, request_for
from app.phone.exchange.clockwork import keep_time
from app.phone.exchange.deeds import hang_up, leave_message, press
from app.phone.exchange.ending import leave_place
from app.phone.exchange.models import Call, Callee, GoOn
from app.phone.exchange.state import Delivery, schedule
from app.phone.exchange.unsteady import Faults
from tests.fake_twilio.town import AGENT, BYE, ENQUEUE, MENU, MUSIC, Town, build_town, conference
from tests.phone.toy import BASE_URL, NUMBER, response

FRIEND = "+493023125002"


def spoken(call: Call) -> list[str]:
    return [item.text for item in call.heard if item.kind == "say"]


async def create(town: Town, to_number: str = FRIEND, path: str = "/voice/out") -> Call:
    status_url = f"{BASE_URL}/voice/status"
    sid = await town.rest.create_call(OutgoingCall(to_number, NUMBER, f"{BASE_URL}{path}", status_url))
    return town.exchange.calls[sid]


async def test_a_caller_presses_a_key_and_hears_the_end() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/step": BYE})
    call = await town.dial()
    assert (call.status, spoken(call)) == ("in-progress", ["Bitte wählen Sie."])
    await press(town.exchange, call, "1")
    assert town.toy.forms("/voice/step")[0]["Digits"] == "1"
    await town.pass_time(5)
    assert call.status == "completed"
    assert town.statuses(call) == ["in-progress", "completed"]
    assert town.toy.forms("/voice/status")[-1]["SequenceNumber"] == "1"


async def test_silence_is_sent_when_the_time_is_over_and_not_before() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/step": BYE})
    call = await town.dial()
    await town.pass_time(5)
    assert town.toy.forms("/voice/step") == []
    await town.pass_time(2)
    assert town.toy.forms("/voice/step")[0]["Digits"] == ""
    assert spoken(call) == ["Bitte wählen Sie.", "Auf Wiederhören."]


async def test_a_key_starts_the_silence_anew() -> None:
    gather = response('<Gather action="/voice/step" numDigits="5" timeout="5"><Say>Postleitzahl</Say></Gather>')
    town = build_town({"/voice/incoming": gather, "/voice/step": BYE})
    call = await town.dial()
    for key in "101":
        await press(town.exchange, call, key)
        await town.pass_time(4)
    assert isinstance(call.awaiting, Gathering)
    await town.pass_time(2)
    assert town.toy.forms("/voice/step")[0]["Digits"] == "101"


@pytest.mark.parametrize(("reason", "status"), [("", "no-answer"), ('reason="busy"', "busy")])
async def test_a_rejected_call_is_never_answered(reason: str, status: str) -> None:
    town = build_town({"/voice/incoming": response(f"<Reject {reason}/>")})
    call = await town.dial()
    assert (call.status, call.answered_seconds) == (status, None)
    await town.pass_time()
    assert town.statuses(call) == [status]


async def test_a_failing_line_is_asked_again_and_then_the_fallback_speaks() -> None:
    town = build_town({"/voice/incoming": MENU, "/fallback": BYE}, fallback=f"{BASE_URL}/fallback")
    town.toy.statuses["/voice/incoming"] = [500, 500, 500]
    call = await town.dial()
    assert len(town.toy.forms("/voice/incoming")) == 3
    asked = town.toy.forms("/fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("11200", f"{BASE_URL}/voice/incoming")
    assert spoken(call) == ["Auf Wiederhören."]


async def test_without_retry_rules_a_server_fault_is_not_asked_again() -> None:
    town = build_town({"/voice/incoming": MENU}, retries="")
    town.toy.statuses["/voice/incoming"] = [500]
    call = await town.dial()
    assert len(town.toy.forms("/voice/incoming")) == 1
    assert call.status == "completed"
    assert "status 500" in call.faults[0]


async def test_a_document_that_cannot_be_played_goes_to_the_fallback_too() -> None:
    town = build_town({"/voice/incoming": "<Response><Say>offen", "/fallback": BYE}, fallback=f"{BASE_URL}/fallback")
    call = await town.dial()
    assert town.toy.forms("/fallback")[0]["ErrorCode"] == "12100"
    assert spoken(call) == ["Auf Wiederhören."]


async def test_a_line_and_a_fallback_that_both_fail_end_the_call_once() -> None:
    town = build_town({"/voice/incoming": "<broken", "/fallback": "<broken"}, fallback=f"{BASE_URL}/fallback")
    call = await town.dial()
    await town.pass_time(60)
    assert (call.status, len(call.faults)) == ("completed", 2)
    assert town.statuses(call) == ["completed"]


async def test_a_line_in_circles_ends() -> None:
    town = build_town({"/voice/incoming": response("<Redirect>/voice/incoming</Redirect>")})
    call = await town.dial()
    assert call.status == "completed"
    assert "without asking the caller anything" in call.faults[0]


async def test_the_wait_document_is_played_again_with_the_time_waited() -> None:
    town = build_town({"/voice/incoming": ENQUEUE, "/voice/wait": MUSIC, "/voice/left": BYE})
    call = await town.dial()
    await town.pass_time(30)
    waits = town.toy.forms("/voice/wait")
    assert len(waits) > 10
    assert [int(form["QueueTime"]) for form in waits] == sorted(int(form["QueueTime"]) for form in waits)
    assert (waits[-1]["QueuePosition"], waits[-1]["CurrentQueueSize"]) == ("1", "1")
    assert isinstance(call.awaiting, Queued)


async def test_leave_takes_the_caller_out_of_the_queue() -> None:
    choice = response('<Gather action="/voice/choice" numDigits="1"><Say>1: Rückruf</Say></Gather>')
    answers = {"/voice/incoming": ENQUEUE, "/voice/wait": choice, "/voice/choice": response("<Leave/>")}
    town = build_town({**answers, "/voice/left": BYE})
    call = await town.dial()
    await press(town.exchange, call, "1")
    assert town.toy.forms("/voice/left")[0]["QueueResult"] == "leave"
    assert spoken(call)[-1] == "Auf Wiederhören."
    assert [queue.call_sids for queue in town.exchange.queues.values()] == [[]]


async def test_what_follows_the_queue_in_its_own_document_is_played_after_leave() -> None:
    line = response('<Enqueue waitUrl="/voice/wait">q</Enqueue><Dial><Conference>later</Conference></Dial>')
    town = build_town({"/voice/incoming": line, "/voice/wait": response("<Leave/>")})
    call = await town.dial()
    [room] = town.exchange.conferences.values()
    assert (room.name, list(room.participants)) == ("later", [call.sid])


async def test_hanging_up_in_the_queue_tells_queue_and_line() -> None:
    town = build_town({"/voice/incoming": ENQUEUE, "/voice/wait": MUSIC, "/voice/left": BYE})
    call = await town.dial()
    await hang_up(town.exchange, call)
    assert town.toy.forms("/voice/left")[0]["QueueResult"] == "hangup"
    assert town.statuses(call)[-1] == "completed"
    assert call.faults == []


async def test_a_waiting_caller_is_redirected_into_a_conference_with_the_agent() -> None:
    answers = {"/voice/incoming": ENQUEUE, "/voice/wait": MUSIC, "/voice/left": BYE, "/voice/after": BYE}
    town = build_town({**answers, "/voice/matched": conference(ends=True)})
    call = await town.dial()
    agent = await town.connect_softphone(conference())
    await town.rest.redirect_call(call.sid, f"{BASE_URL}/voice/matched")
    await town.pass_time(1)
    [room] = town.exchange.conferences.values()
    assert (room.status, set(room.participants)) == ("in-progress", {call.sid, agent.sid})
    assert town.toy.forms("/voice/left")[0]["QueueResult"] == "redirected"
    # The agent's leg drops: the conference stays, and the caller with it.
    await hang_up(town.exchange, agent)
    assert list(room.participants) == [call.sid]
    await hang_up(town.exchange, call)
    assert (room.status, room.ended_by) == ("completed", call.sid)


async def test_the_caller_who_leaves_ends_the_conference_for_the_agent() -> None:
    town = build_town({"/voice/incoming": conference(ends=True), "/voice/after": BYE})
    call, agent = (
        await town.dial(),
        await town.connect_softphone(conference().replace("/voice/after", f"{BASE_URL}/voice/after")),
    )
    await hang_up(town.exchange, call)
    asked = [form for form in town.toy.forms("/voice/after") if form["CallSid"] == agent.sid]
    assert asked[0]["DialCallStatus"] == "completed"
    assert spoken(agent) == ["Auf Wiederhören."]


async def test_a_key_pressed_during_a_redirect_does_not_bring_the_old_document_back() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/matched": conference()})
    call = await town.dial()

    def step(_form: object) -> str:
        # While the hotline answers the key, the call is already on its way into the conference.
        leave_place(town.exchange, call, "redirected")
        schedule(town.exchange, GoOn(call.sid, call.moment, request_for(f"{BASE_URL}/voice/matched")))
        return BYE

    town.toy.answers["/voice/step"] = step
    await press(town.exchange, call, "1")
    await town.pass_time(30)
    assert "Auf Wiederhören." not in spoken(call)
    assert len(town.exchange.conferences) == 1


async def test_conference_events_are_told_to_whoever_asked() -> None:
    also = f'statusCallback="{BASE_URL}/voice/room" statusCallbackEvent="start end join leave mute hold"'
    town = build_town({"/voice/incoming": conference(ends=True, also=also), "/voice/room": BYE, "/voice/after": BYE})
    call = await town.dial()
    agent = await town.connect_softphone(conference())
    await hang_up(town.exchange, call)
    assert "without a host" in agent.faults[0]
    events = [form["StatusCallbackEvent"] for form in town.toy.forms("/voice/room")]
    assert events == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]


@pytest.mark.parametrize(
    ("callee", "outcome", "after"),
    [
        (Callee(rings_seconds=3, talks_seconds=20), "completed", 20),
        (Callee("busy"), "busy", 0),
        (Callee("failed"), "failed", 0),
        (Callee("no-answer"), "no-answer", 0),
        (Callee(rings_seconds=40), "no-answer", 0),
    ],
)
async def test_a_dialled_number_ends_as_the_other_side_lets_it(callee: Callee, outcome: str, after: int) -> None:
    line = response(f'<Dial callerId="{NUMBER}" timeout="20" action="/voice/step"><Number>{FRIEND}</Number></Dial>')
    town = build_town({"/voice/incoming": line, "/voice/step": BYE})
    town.exchange.callees[FRIEND] = callee
    call = await town.dial()
    [leg] = [found for found in town.exchange.calls.values() if found.parent_sid == call.sid]
    assert (leg.from_number, leg.direction) == (NUMBER, "outbound-dial")
    await town.pass_time(60)
    told = town.toy.forms("/voice/step")[0]
    assert (told["DialCallStatus"], told["DialCallSid"]) == (outcome, leg.sid)
    assert int(told["DialCallDuration"]) == after
    assert leg.status == outcome


async def test_who_answers_first_gets_the_call() -> None:
    line = response(f"<Dial><Client>agent</Client><Number>{FRIEND}</Number></Dial>")
    town = build_town({"/voice/incoming": line})
    town.exchange.callees[FRIEND] = Callee(rings_seconds=1)
    town.exchange.callees[AGENT] = Callee(rings_seconds=5)
    call = await town.dial()
    await town.pass_time(10)
    legs = {leg.to_number: leg.status for leg in town.exchange.calls.values() if leg.parent_sid == call.sid}
    assert legs == {AGENT: "canceled", FRIEND: "in-progress"}


async def test_the_time_limit_of_a_dial_brings_the_caller_back() -> None:
    line = response(f'<Dial timeLimit="30" action="/voice/step">{FRIEND}</Dial>')
    town = build_town({"/voice/incoming": line, "/voice/step": BYE})
    call = await town.dial()
    await town.pass_time(31)
    assert town.toy.forms("/voice/step")[0]["DialCallStatus"] == "completed"
    assert [leg.status for leg in town.exchange.calls.values() if leg.parent_sid == call.sid] == ["completed"]


async def test_created_calls_leave_one_a_second_and_tell_every_step() -> None:
    town = build_town({"/voice/out": MENU})
    calls = [await create(town) for _ in range(5)]
    await town.pass_time(2.5)
    assert [call.status for call in calls] == ["in-progress", "ringing", "ringing", "queued", "queued"]
    await town.pass_time(4)
    assert Counter(call.status for call in calls) == {"in-progress": 5}
    assert town.statuses(calls[4])[:3] == ["initiated", "ringing", "in-progress"]


async def test_a_callee_who_does_not_answer_ends_a_created_call() -> None:
    town = build_town({"/voice/out": MENU})
    town.exchange.callees[FRIEND] = Callee("no-answer")
    call = await create(town)
    await town.pass_time(31)
    assert (call.status, call.answered_seconds) == ("no-answer", None)
    assert town.statuses(call) == ["initiated", "ringing", "no-answer"]


async def test_a_message_is_recorded_told_and_kept() -> None:
    record = '<Record action="/voice/step" recordingStatusCallback="/voice/recorded" maxLength="20"/>'
    town = build_town({"/voice/incoming": response(record), "/voice/step": BYE, "/voice/recorded": BYE})
    call = await town.dial()
    await leave_message(town.exchange, call, 30)
    told = town.toy.forms("/voice/step")[0]
    [kept] = town.exchange.recordings.values()
    assert (told["RecordingDuration"], told["RecordingSid"], told["Digits"]) == ("20", kept.sid, "#")
    await town.pass_time(3)
    assert town.toy.forms("/voice/recorded")[0]["RecordingStatus"] == "completed"


async def test_hanging_up_while_recording_keeps_what_was_said() -> None:
    town = build_town({"/voice/incoming": response('<Record action="/voice/step"/>'), "/voice/step": BYE})
    call = await town.dial()
    await town.pass_time(3)
    await hang_up(town.exchange, call)
    told = town.toy.forms("/voice/step")[0]
    assert (told["Digits"], told["RecordingDuration"], told["CallStatus"]) == ("hangup", "3", "completed")


async def test_late_notices_overtake_each_other_and_some_are_lost() -> None:
    town = build_town({"/voice/out": MENU, "/voice/step": BYE}, seed=3)
    town.exchange.delivery = Delivery(lost=0.3, latest_seconds=60)
    calls = [await create(town) for _ in range(30)]
    await town.pass_time(200)
    told = [town.statuses(call) for call in calls]
    in_order = ["initiated", "ringing", "in-progress", "completed"]
    assert any([status for status in in_order if status in statuses] != statuses for statuses in told)
    assert 0.5 * 120 < sum(map(len, told)) < 0.9 * 120


async def test_a_doubled_webhook_carries_the_same_token_twice() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/step": MENU}, webhook_faults=Faults(doubled=1))
    call = await town.dial()
    await press(town.exchange, call, "1")
    tokens = [request.headers["i-twilio-idempotency-token"] for request in town.toy.received]
    assert sorted(Counter(tokens).values()) == [2] * (len(tokens) // 2)


@pytest.mark.parametrize("fault", ["refused", "silent", "broken", "overloaded", "swallowed"])
async def test_every_fault_of_the_network_is_tried_again_and_then_given_up(fault: str) -> None:
    town = build_town({"/voice/incoming": MENU}, webhook_faults=Faults(**{fault: 1.0}))
    call = await town.dial()
    await town.pass_time(10)
    assert call.status == "completed"
    assert len(town.toy.forms("/voice/incoming")) == (3 if fault == "silent" else 0)


async def test_the_same_seed_gives_the_same_run() -> None:
    async def run() -> list[tuple[str, str]]:
        faults = Faults(refused=0.2, silent=0.1, doubled=0.2)
        town = build_town({"/voice/incoming": MENU, "/voice/step": MENU}, seed=11, webhook_faults=faults)
        town.exchange.delivery = Delivery(lost=0.1, latest_seconds=9)
        for _ in range(10):
            call = await town.dial()
            await press(town.exchange, call, "1")
            await town.pass_time(3)
        return [(request.path, request.form["CallSid"]) for request in town.toy.received]

    assert await run() == await run()


async def test_time_passes_by_itself_where_a_clock_is_kept() -> None:
    town = build_town({"/voice/incoming": MENU, "/voice/step": BYE})
    call = await town.dial()
    seconds = iter(range(0, 1_000, 5))
    keeper = asyncio.create_task(keep_time(town.exchange, lambda: float(next(seconds))))
    await asyncio.sleep(1)
    keeper.cancel()
    assert town.statuses(call) == ["in-progress", "completed"]
